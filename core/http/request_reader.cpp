// SPDX-License-Identifier: Apache-2.0
#include "core/http/request_reader.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <optional>

namespace catena::http {

namespace beast = boost::beast::http;
using boost::system::error_code;

namespace {

constexpr std::size_t kPiece = 2048;

template <class Text>
std::string string_of(const Text& text) {
  return {text.data(), text.size()};
}

unsigned status_of(const error_code& error) {
  if (error == beast::error::header_limit || error == beast::error::buffer_overflow) return 431;
  return error == beast::error::body_limit ? 413 : 400;
}

PageRequest request_of(const beast::request<beast::string_body>& head) {
  std::string target = string_of(head.target());
  // The absolute form, which every server has to take (RFC 9112 section 3.2.2).
  if (target.starts_with("http://")) {
    const std::size_t slash = target.find('/', 7);
    target = slash == std::string::npos ? "/" : target.substr(slash);
  }
  const std::size_t mark = std::min(target.find('?'), target.size());
  return {.method = string_of(head.method_string()),
          .path = target.substr(0, mark),
          .query = target.substr(std::min(mark + 1, target.size())),
          .accept_encoding = string_of(head[beast::field::accept_encoding])};
}

}  // namespace

struct RequestReader::Parsing {
  explicit Parsing(const RequestLimits& all) : limits(all), buffer(all.header + all.body) {}

  void begin() {
    parser.emplace();
    parser->header_limit(static_cast<std::uint32_t>(limits.header));
    parser->body_limit(limits.body);
    parser->eager(false);
    checked = false;
  }
  /// Only looked at once, when the header is there and before any of the body is taken.
  bool framing_is_good() {
    if (checked || !parser->is_header_done()) return true;
    checked = true;
    const auto& head = parser->get();
    return head.count(beast::field::transfer_encoding) == 0 &&
           head.count(beast::field::content_length) <= 1 &&
           (head.version() == 10 || head.version() == 11);
  }

  RequestLimits limits;
  boost::beast::flat_buffer buffer;
  std::optional<beast::request_parser<beast::string_body>> parser;
  bool checked = false;
};

RequestReader::RequestReader(const RequestLimits& limits)
    : parsing_(std::make_unique<Parsing>(limits)) {
  parsing_->begin();
}

RequestReader::~RequestReader() = default;

RequestReader::State RequestReader::begin() {
  parsing_->begin();
  return advance();
}

std::span<char> RequestReader::room() {
  auto& buffer = parsing_->buffer;
  const std::size_t free = std::min(kPiece, buffer.max_size() - buffer.size());
  const auto prepared = buffer.prepare(free);
  return {static_cast<char*>(prepared.data()), prepared.size()};
}

RequestReader::State RequestReader::filled(std::size_t size) {
  parsing_->buffer.commit(size);
  return advance();
}

RequestReader::State RequestReader::advance() {
  Parsing& parsing = *parsing_;
  while (parsing.buffer.size() > 0) {
    error_code error;
    parsing.buffer.consume(parsing.parser->put(parsing.buffer.data(), error));
    if (error == beast::error::need_more) return State::more;
    if (error) return refuse(status_of(error));
    if (!parsing.framing_is_good()) return refuse(501);
    if (!parsing.parser->is_done()) continue;
    request_ = request_of(parsing.parser->get());
    return State::whole;
  }
  return State::more;
}

RequestReader::State RequestReader::refuse(unsigned status) {
  refusal_ = status;
  return State::refused;
}

bool RequestReader::keep_alive() const { return parsing_->parser->get().keep_alive(); }

bool RequestReader::started() const {
  return parsing_->buffer.size() > 0 || parsing_->parser->got_some();
}

}  // namespace catena::http
