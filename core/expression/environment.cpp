// SPDX-License-Identifier: Apache-2.0
#include "core/expression/environment.hpp"

namespace catena::expression {

std::string Function::signature() const {
  std::string text = "func(";
  for (const Type::Kind parameter : parameters) {
    if (!text.ends_with('(')) text += ", ";
    text += Type::of(parameter).name();
  }
  const std::string returned = Type::of(result).name();
  return text + (may_fail ? ") (" + returned + ", error)" : ") " + returned);
}

}  // namespace catena::expression
