// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/http/page.hpp"

#include <cstdint>
#include <memory>
#include <span>

namespace catena::http {

/// What a request may have at most, in bytes.
struct RequestLimits {
  std::size_t header = 8192;
  std::size_t body = 4096;
};

/// Reads one HTTP/1 request after another out of a client's bytes; knows no sockets. Bodies are
/// read and forgotten, and must have a length: transfer codings, which proxies and servers have
/// understood differently, and trailers are refused. One thread.
class RequestReader {
 public:
  explicit RequestReader(const RequestLimits& limits);
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  enum class State : std::uint8_t {
    more,     ///< Fill some of room() and say how much.
    whole,    ///< request() is there.
    refused,  ///< refusal() says why; nothing more can be read.
  };

  /// Begins the next request with what has come behind the last one.
  State begin();

  std::span<char> room();
  State filled(std::size_t size);

  /// When State::whole, until begin().
  const PageRequest& request() const { return request_; }
  bool keep_alive() const;

  /// When State::refused: 400, 413, 431 or 501.
  unsigned refusal() const { return refusal_; }

  /// Whether something of this request has come.
  bool started() const;

 private:
  State advance();
  State refuse(unsigned status);

  struct Parsing;
  std::unique_ptr<Parsing> parsing_;
  PageRequest request_;
  unsigned refusal_ = 0;
};

}  // namespace catena::http
