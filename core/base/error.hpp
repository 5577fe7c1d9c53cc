// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/system/result.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

namespace catena {

/// Why something of the environment (a file, a socket, another server) did not work, as one
/// sentence for a log line. For bytes of the data path see dns::Error, which never allocates.
struct Error {
  std::string text;
};

/// Found by boost::system::result when value() is called on an error.
[[noreturn]] inline void throw_exception_from_error(const Error& error,
                                                    const boost::source_location&) {
  throw std::runtime_error(error.text);
}

/// A value or the reason why there is none: `if (!result) return result.error();`.
template <class T, class E = Error>
using Result = boost::system::result<T, E>;

}  // namespace catena
