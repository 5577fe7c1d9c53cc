// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/server/wire.hpp"

#include "cmd/kubesim/model/protobuf.hpp"

#include <fmt/format.h>

#include <ctime>

namespace catena::kubesim {
namespace {

constexpr std::size_t kLongestPlainBody = 2048;
constexpr std::size_t kChunk = 32 * 1024;
constexpr std::size_t kGarbage = 16;

std::string_view reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 413:
      return "Request Entity Too Large";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Entity";
    case 429:
      return "Too Many Requests";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Unknown";
  }
}

std::string http_date() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[40];
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

std::string head(int status, std::string_view content_type, int retry_after) {
  std::string text = fmt::format(
      "HTTP/1.1 {} {}\r\nCache-Control: no-cache, private\r\nContent-Type: {}\r\nDate: {}\r\n",
      status, reason(status), content_type, http_date());
  if (retry_after > 0) text += fmt::format("Retry-After: {}\r\n", retry_after);
  return text;
}

}  // namespace

std::string write_response(const Response& response, Connection connection, bool head_only) {
  std::string text = head(response.status, response.content_type, response.retry_after);
  if (connection == Connection::Close) text += "Connection: close\r\n";
  const std::string& body = response.body;
  if (head_only || body.size() <= kLongestPlainBody) {
    text += fmt::format("Content-Length: {}\r\n\r\n", body.size());
    return head_only ? text : text + body;
  }
  text += "Transfer-Encoding: chunked\r\n\r\n";
  for (std::size_t start = 0; start < body.size(); start += kChunk) {
    text += write_chunk(std::string_view(body).substr(start, kChunk));
  }
  return text.append(kLastChunk);
}

std::string write_cut_response(const Response& response) {
  std::string text = head(response.status, response.content_type, 0);
  text += fmt::format("Content-Length: {}\r\n\r\n", response.body.size());
  return text + response.body.substr(0, response.body.size() / 2);
}

std::string write_stream_head(Form form) {
  const std::string type =
      form == Form::Protobuf ? std::string(kProtobufType) + ";stream=watch" : "application/json";
  return head(200, type, 0) + "Transfer-Encoding: chunked\r\n\r\n";
}

std::string write_chunk(std::string_view data) {
  return fmt::format("{:x}\r\n{}\r\n", data.size(), data);
}

std::string broken(std::string body) {
  // Fields without an end where the type should stand; the length of a frame stays right.
  if (const std::size_t at = body.find(kProtobufMagic); at != body.npos) {
    const std::size_t start = at + kProtobufMagic.size();
    const std::size_t size = std::min(kGarbage, body.size() - start);
    return body.replace(start, size, size, '\xff');
  }
  const std::size_t middle = body.size() / 2;
  return body.insert(middle, "}]\x01garbage{[");
}

}  // namespace catena::kubesim
