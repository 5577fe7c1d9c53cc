// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace catena::http {

/// What somebody asks a page server for.
struct PageRequest {
  std::string method;
  std::string path;   ///< Begins with '/'; nothing in it is decoded.
  std::string query;  ///< Behind the '?', empty without one.
  std::string accept_encoding;
};

/// What it gives.
struct Page {
  unsigned status = 200;
  std::string body = {};
  std::string content_type = "text/plain; charset=utf-8";
  std::vector<std::pair<std::string, std::string>> fields = {};  ///< Content-Length is added.

  /// For what takes time: the page is not this one but what `later` gives when `delay` is over. It
  /// owns all that it needs, since the handler may be gone by then.
  Duration delay = {};
  std::function<Page()> later = nullptr;
};

/// Makes a page, without waiting for anything.
using PageHandler = std::function<Page(const PageRequest&)>;

/// The answer's bytes; those of a HEAD request have no body.
enum class Body { shown, left_out };
/// Whether the connection goes on.
enum class Persistence { keep, close };
std::string text_of(const Page& page, Body body, Persistence persistence, WallTime now);

/// A page that is only a status: "404 Not Found".
Page status_page(unsigned status);

}  // namespace catena::http
