// SPDX-License-Identifier: Apache-2.0
#include "core/http/response_reader.hpp"

#include "core/base/ascii.hpp"

#include <algorithm>
#include <charconv>

namespace catena::http {

namespace {

Failure malformed(std::string text) { return {FailureKind::malformed, std::move(text)}; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// RFC 9110 section 5.6.2.
bool is_token(std::string_view text) {
  const auto allowed = [](char c) {
    const bool alphanumeric =
        (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    return alphanumeric || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  };
  return !text.empty() && std::ranges::all_of(text, allowed);
}

template <class Number>
std::optional<Number> parse_number(std::string_view text, int base = 10) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Whether a comma-separated list names the option.
bool lists(std::string_view value, std::string_view option) {
  while (!value.empty()) {
    const std::size_t comma = std::min(value.find(','), value.size());
    if (same_text(trimmed(value.substr(0, comma)), option)) return true;
    value.remove_prefix(std::min(comma + 1, value.size()));
  }
  return false;
}

}  // namespace

const std::string* ResponseHead::find(std::string_view name) const {
  for (const auto& [key, value] : fields) {
    if (same_text(key, name)) return &value;
  }
  return nullptr;
}

std::optional<std::uint32_t> ResponseHead::retry_after() const {
  const std::string* value = find("Retry-After");
  return value == nullptr ? std::nullopt : parse_number<std::uint32_t>(*value);
}

HttpResult<ResponseReader::Step> ResponseReader::read(std::string_view bytes) {
  switch (state_) {
    case State::head:
      return read_head(bytes);
    case State::length:
    case State::until_end:
    case State::chunk:
      return read_body(bytes);
    case State::chunk_size:
    case State::chunk_end:
    case State::trailer:
      return read_line(bytes);
    case State::done:
      break;
  }
  return Step{};
}

HttpResult<ResponseReader::Step> ResponseReader::read_head(std::string_view bytes) {
  std::size_t used = 0;
  while (used < bytes.size()) {
    const std::size_t line = bytes.find('\n', used);
    const std::size_t end = line == std::string_view::npos ? bytes.size() : line + 1;
    if (text_.size() + (end - used) > kHeadLimit)
      return malformed("the response header is too long");
    text_.append(bytes.substr(used, end - used));
    used = end;
    if (text_.ends_with("\r\n\r\n") || text_.ends_with("\n\n")) {
      if (const auto finished = finish_head(); !finished) return finished.error();
      break;
    }
  }
  return Step{used, {}};
}

HttpResult<ResponseReader::Step> ResponseReader::read_body(std::string_view bytes) {
  if (state_ == State::until_end) return Step{bytes.size(), bytes};
  const std::size_t take = std::min<std::uint64_t>(left_, bytes.size());
  left_ -= take;
  if (left_ == 0) state_ = state_ == State::length ? State::done : State::chunk_end;
  return Step{take, bytes.substr(0, take)};
}

HttpResult<ResponseReader::Step> ResponseReader::read_line(std::string_view bytes) {
  const std::size_t line = bytes.find('\n');
  const std::size_t used = line == std::string_view::npos ? bytes.size() : line + 1;
  if (text_.size() + used > kLineLimit) return malformed("a line of a chunk is too long");
  text_.append(bytes.substr(0, used));
  if (line != std::string_view::npos) {
    text_.pop_back();
    if (text_.ends_with('\r')) text_.pop_back();
    if (const auto result = use_line(); !result) return result.error();
    text_.clear();
  }
  return Step{used, {}};
}

HttpResult<void> ResponseReader::finish_head() {
  std::string_view rest = text_;
  head_ = {};
  bool first = true;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) break;
    const auto parsed = first ? parse_status_line(line) : parse_field(line);
    if (!parsed) return parsed;
    first = false;
  }
  text_.clear();
  if (first) return malformed("the response starts with an empty line");
  return choose_framing();
}

HttpResult<void> ResponseReader::parse_status_line(std::string_view line) {
  const bool shape = line.size() >= 12 && line.starts_with("HTTP/1.") && is_digit(line[7]) &&
                     line[8] == ' ' && (line.size() == 12 || line[12] == ' ');
  const auto status = shape ? parse_number<int>(line.substr(9, 3)) : std::nullopt;
  if (!status || *status < 100) return malformed("the response does not start like HTTP/1");
  minor_version_ = line[7] - '0';
  head_.status = *status;
  if (line.size() > 13) head_.reason = std::string(line.substr(13));
  return {};
}

HttpResult<void> ResponseReader::parse_field(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
    return malformed("the response has a broken header field");
  }
  if (head_.fields.size() == kFieldLimit) return malformed("the response has too many fields");
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (value.find('\0') != std::string_view::npos || value.find('\r') != std::string_view::npos) {
    return malformed("the response has a broken header field");
  }
  head_.fields.emplace_back(line.substr(0, colon), value);
  return {};
}

HttpResult<void> ResponseReader::choose_framing() {
  if (head_.status == 101) return malformed("the server switched protocols unasked");
  if (head_.status < 200) {
    if (++interim_ > kInterimLimit) return malformed("too many interim responses");
    return {};
  }
  std::optional<std::string> coding;
  std::optional<std::uint64_t> length;
  keep_alive_ = minor_version_ >= 1;
  for (const auto& [name, value] : head_.fields) {
    if (same_text(name, "Connection") && lists(value, "close")) keep_alive_ = false;
    if (same_text(name, "Transfer-Encoding")) {
      if (coding) return malformed("the response has two transfer codings");
      coding = value;
    }
    if (!same_text(name, "Content-Length")) continue;
    const auto number =
        !value.empty() && is_digit(value[0]) ? parse_number<std::uint64_t>(value) : std::nullopt;
    if (!number) return malformed("the response has a broken Content-Length");
    if (length && *length != *number) return malformed("the response has two lengths");
    length = number;
  }
  if (coding && length) return malformed("the response has a length and a transfer coding");
  if (coding && (!same_text(*coding, "chunked") || minor_version_ < 1)) {
    return malformed("the response has an unknown transfer coding");
  }
  if (head_.status == 204 || head_.status == 304) {
    state_ = State::done;
  } else if (coding) {
    state_ = State::chunk_size;
  } else if (length) {
    left_ = *length;
    state_ = left_ == 0 ? State::done : State::length;
  } else {
    keep_alive_ = false;
    state_ = State::until_end;
  }
  return {};
}

HttpResult<void> ResponseReader::use_line() {
  if (state_ == State::chunk_size) return use_chunk_size();
  if (state_ == State::chunk_end) {
    if (!text_.empty()) return malformed("a chunk is longer than it says");
    state_ = State::chunk_size;
    return {};
  }
  trailer_bytes_ += text_.size();
  if (trailer_bytes_ > kHeadLimit) return malformed("the response has too long a trailer");
  if (text_.empty()) state_ = State::done;
  return {};
}

HttpResult<void> ResponseReader::use_chunk_size() {
  const std::string_view line = text_;
  const std::string_view digits = trimmed(line.substr(0, line.find(';')));
  const bool hex = !digits.empty() && digits[0] != '-' && digits.size() <= 15;
  const auto size = hex ? parse_number<std::uint64_t>(digits, 16) : std::nullopt;
  if (!size) return malformed("a chunk has a broken size");
  left_ = *size;
  state_ = left_ == 0 ? State::trailer : State::chunk;
  return {};
}

HttpResult<void> ResponseReader::end_of_stream() {
  if (state_ == State::until_end) state_ = State::done;
  if (state_ == State::done) return {};
  if (state_ == State::head) {
    return Failure{FailureKind::broken, "the server closed the connection before it answered"};
  }
  return Failure{FailureKind::broken, "the connection ended in the middle of the answer"};
}

}  // namespace catena::http
