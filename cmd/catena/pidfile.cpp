// SPDX-License-Identifier: Apache-2.0
#include "cmd/catena/pidfile.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace catena {

PidFile::PidFile(std::string path, const Log& log) : path_(std::move(path)) {
  if (path_.empty()) return;
  const std::string text = fmt::format("{}\n", ::getpid());
  const int file = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  const bool written =
      file >= 0 && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (!written) {
    log.error("Could not write pidfile: open {}: {}", path_, std::strerror(errno));
    path_.clear();
  }
  if (file >= 0) ::close(file);
}

void PidFile::remove() const {
  if (!path_.empty()) ::unlink(path_.c_str());
}

}  // namespace catena
