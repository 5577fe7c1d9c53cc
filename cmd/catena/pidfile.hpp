// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/log.hpp"

#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

namespace catena {

/// A file with this process's number, from write() on and as long as it lives. Nothing where the
/// path is empty. Any thread.
class PidFile {
 public:
  explicit PidFile(std::string path) : path_(std::move(path)) {}
  ~PidFile() { remove(); }
  PidFile(const PidFile&) = delete;
  PidFile& operator=(const PidFile&) = delete;

  /// A failure is only logged, as in CoreDNS.
  void write(const Log& log);

  /// Before the end, for whoever watches the file: it does not come back then.
  void remove();

 private:
  enum class State : std::uint8_t { none, written, removed };

  const std::string path_;
  std::mutex mutex_;
  State state_ = State::none;
};

}  // namespace catena
