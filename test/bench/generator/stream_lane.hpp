// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "test/bench/generator/lane.hpp"

#include <openssl/ssl.h>

#include <memory>

namespace catena::bench {

/// A TCP connection, with a TLS session of its own where that is asked for. Questions and answers
/// go through in one piece, as far as the kernel takes them. A connection that the server ends is
/// made anew; what was open on it is lost in time.
class StreamLane final : public Lane {
 public:
  StreamLane(const Settings& settings, Questions& questions);
  ~StreamLane() override;

  int descriptor() const override { return descriptor_; }
  bool receive(Tally& tally) override;
  void ask(std::size_t count, Pace& pace) override;

 private:
  void connect();
  void disconnect();
  void start_tls();
  std::ptrdiff_t read(unsigned char* bytes, std::size_t room);
  std::ptrdiff_t write(const char* bytes, std::size_t size);
  void take_messages(Tally& tally);
  void flush();

  struct Free {
    void operator()(SSL* session) const { SSL_free(session); }
  };

  int descriptor_ = -1;
  std::unique_ptr<SSL, Free> session_;
  std::string out_;
  std::vector<unsigned char> in_;
  std::size_t have_ = 0;  // Of in_.
};

}  // namespace catena::bench
