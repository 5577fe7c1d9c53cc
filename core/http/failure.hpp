// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/system/result.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

namespace catena::http {

/// What kind of thing went wrong, for callers that act on it; `text` is for people.
enum class FailureKind {
  unreachable,  ///< No connection: name unknown, refused, no route, not in time.
  tls,          ///< The handshake failed: certificate not trusted, wrong name, refused by the peer.
  timeout,      ///< Connected, but silent beyond the deadline.
  broken,       ///< The connection ended in the middle of something.
  malformed,    ///< What came is not HTTP, or more than our limits allow.
  stopped,      ///< We closed it ourselves.
};

/// Why an HTTP exchange did not work.
struct Failure {
  FailureKind kind;
  std::string text;
};

/// Found by boost::system::result when value() is called on a failure.
[[noreturn]] inline void throw_exception_from_error(const Failure& failure,
                                                    const boost::source_location&) {
  throw std::runtime_error(failure.text);
}

/// A value or the failure.
template <class T>
using HttpResult = boost::system::result<T, Failure>;

}  // namespace catena::http
