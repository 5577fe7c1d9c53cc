// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/system/error_code.hpp>

#include <string>

namespace catena {

/// What an error number of the system is called: "No such file or directory". Any thread, unlike
/// strerror().
std::string system_text(int number);

/// The same with the small first letter that Go gives it, for lines that operators know from there:
/// "no such file or directory".
std::string go_system_text(int number);
std::string go_system_text(const boost::system::error_code& error);

}  // namespace catena
