// SPDX-License-Identifier: Apache-2.0
#include "core/base/system_text.hpp"

#include "core/base/ascii.hpp"

namespace catena {

std::string system_text(int number) {
  return boost::system::error_code(number, boost::system::generic_category()).message();
}

std::string go_system_text(int number) {
  return go_system_text({number, boost::system::generic_category()});
}

std::string go_system_text(const boost::system::error_code& error) {
  std::string text = error.message();
  if (!text.empty()) text[0] = to_lower(text[0]);
  return text;
}

}  // namespace catena
