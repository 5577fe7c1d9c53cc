// SPDX-License-Identifier: Apache-2.0
#include "core/http/page.hpp"

#include <boost/beast/http/status.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

namespace catena::http {
namespace {

std::string reason(unsigned status) {
  const auto text = boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(status));
  return {text.data(), text.size()};
}

}  // namespace

std::string text_of(const Page& page, Body body, Persistence persistence, WallTime now) {
  const auto seconds =
      std::chrono::time_point_cast<std::chrono::seconds>(now).time_since_epoch().count();
  std::string text =
      fmt::format("HTTP/1.1 {} {}\r\nDate: {:%a, %d %b %Y %H:%M:%S} GMT\r\n", page.status,
                  reason(page.status), fmt::gmtime(static_cast<std::time_t>(seconds)));
  text += fmt::format("Content-Type: {}\r\nContent-Length: {}\r\n", page.content_type,
                      page.body.size());
  for (const auto& [name, value] : page.fields) text += fmt::format("{}: {}\r\n", name, value);
  if (persistence == Persistence::close) text += "Connection: close\r\n";
  text += "\r\n";
  if (body == Body::shown) text += page.body;
  return text;
}

Page status_page(unsigned status) {
  return {.status = status, .body = fmt::format("{} {}\n", status, reason(status))};
}

}  // namespace catena::http
