// SPDX-License-Identifier: Apache-2.0
#include "core/expression/type.hpp"

namespace catena::expression {

Type Type::list_of(const Type& element) {
  return {Kind::list, std::make_shared<const Type>(element), {}};
}

Type Type::item() const {
  if (element != nullptr) return *element;
  if (kind == Kind::strings) return of(Kind::string);
  return of(kind == Kind::list || kind == Kind::map ? Kind::any : Kind::unknown);
}

bool Type::fits(const Type& other) const {
  if (kind == Kind::nil &&
      (other.is_list() || other.is(Kind::map) || other.is(Kind::function) || other.is(Kind::any))) {
    return true;
  }
  if (kind == Kind::unknown || kind == Kind::nil) return false;
  if (other.is(Kind::any)) return true;
  return kind == other.kind && signature == other.signature;
}

bool Type::comparable_to(const Type& other) const {
  return is_unknown() || other.is_unknown() || is(Kind::nil) || other.is(Kind::nil) ||
         (is_number() && other.is_number()) || (is_list() && other.is_list()) || fits(other);
}

std::string Type::name() const {
  switch (kind) {
    case Kind::any:
      return "interface {}";
    case Kind::boolean:
      return "bool";
    case Kind::integer:
      return "int";
    case Kind::floating:
      return "float64";
    case Kind::string:
      return "string";
    case Kind::list:
      return "[]interface {}";
    case Kind::strings:
      return "[]string";
    case Kind::map:
      return "map[string]interface {}";
    case Kind::function:
      return signature;
    case Kind::unknown:
    case Kind::nil:
      break;
  }
  return "unknown";
}

}  // namespace catena::expression
