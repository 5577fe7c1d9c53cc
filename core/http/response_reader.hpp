// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/http/failure.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace catena::http {

/// Status line and header of a response.
struct ResponseHead {
  int status = 0;
  std::string reason;
  std::vector<std::pair<std::string, std::string>> fields;

  /// The first field of that name, letter case ignored; null when there is none.
  const std::string* find(std::string_view name) const;

  /// Retry-After as whole seconds; none when it is missing or a date.
  std::optional<std::uint32_t> retry_after() const;
};

/// Takes one HTTP/1 response apart as its bytes arrive, in pieces of any size (RFC 9112). Holds the
/// header only, never the body. Strict where leniency lets requests be smuggled: both framings at
/// once, odd transfer codings and differing lengths are errors. Never throws. One thread.
class ResponseReader {
 public:
  /// Most bytes of status line and fields, and of one chunk's or trailer's lines.
  static constexpr std::size_t kHeadLimit = 64 * 1024;
  static constexpr std::size_t kLineLimit = 8 * 1024;
  static constexpr std::size_t kFieldLimit = 128;
  static constexpr int kInterimLimit = 8;

  /// What a step took from the front of the bytes, and the piece of the body among them.
  struct Step {
    std::size_t used = 0;
    std::string_view body;
  };

  /// Takes a prefix of `bytes` and stops early after the head, after a piece of the body and at the
  /// end of the response: call again with the rest until `done()` or nothing is left.
  HttpResult<Step> read(std::string_view bytes);

  /// The peer has ended the connection: right only where that is what ends the body.
  HttpResult<void> end_of_stream();

  bool head_complete() const { return state_ > State::head; }
  bool done() const { return state_ == State::done; }
  const ResponseHead& head() const { return head_; }

  /// The connection may carry another request once done().
  bool keep_alive() const { return keep_alive_; }

 private:
  enum class State { head, length, until_end, chunk_size, chunk, chunk_end, trailer, done };

  HttpResult<Step> read_head(std::string_view bytes);
  HttpResult<Step> read_body(std::string_view bytes);
  HttpResult<Step> read_line(std::string_view bytes);
  HttpResult<void> finish_head();
  HttpResult<void> parse_status_line(std::string_view line);
  HttpResult<void> parse_field(std::string_view line);
  HttpResult<void> choose_framing();
  HttpResult<void> use_line();
  HttpResult<void> use_chunk_size();

  State state_ = State::head;
  ResponseHead head_;
  std::string text_;  ///< The head, or the line of a chunk, as far as it has come.
  std::uint64_t left_ = 0;
  std::size_t trailer_bytes_ = 0;
  int interim_ = 0;
  int minor_version_ = 1;
  bool keep_alive_ = true;
};

}  // namespace catena::http
