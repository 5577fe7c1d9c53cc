// SPDX-License-Identifier: Apache-2.0
#include "cmd/catena/pidfile.hpp"

#include "core/base/system_text.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace catena {

void PidFile::write(const Log& log) {
  const std::lock_guard lock(mutex_);
  if (path_.empty() || state_ != State::none) return;
  const std::string text = fmt::format("{}\n", ::getpid());
  const int file = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  const bool written =
      file >= 0 && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (written) {
    state_ = State::written;
  } else {
    log.error("Could not write pidfile: open {}: {}", path_, system_text(errno));
  }
  if (file >= 0) ::close(file);
}

void PidFile::remove() {
  const std::lock_guard lock(mutex_);
  if (state_ == State::written) ::unlink(path_.c_str());
  state_ = State::removed;
}

}  // namespace catena
