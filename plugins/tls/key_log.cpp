// SPDX-License-Identifier: Apache-2.0
#include "plugins/tls/key_log.hpp"

#include "core/base/system_text.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace catena::tls {

Result<std::shared_ptr<KeyLog>> KeyLog::open(const std::string& path) {
  constexpr mode_t kOwnerOnly = 0600;
  net::Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, kOwnerOnly));
  if (file) return std::make_shared<KeyLog>(std::move(file));
  return Error{fmt::format("unable to write TLS Key Log to \"{}\": {}", path, system_text(errno))};
}

// In one piece, so that lines of several threads do not mix.
void KeyLog::write(std::string_view line) const {
  const std::string whole = fmt::format("{}\n", line);
  [[maybe_unused]] const ssize_t written = ::write(file_.get(), whole.data(), whole.size());
}

}  // namespace catena::tls
