// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/snapshot/disk.hpp"

#include "core/base/system_text.hpp"
#include "core/net/descriptor.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace catena::kubernetes::snapshot {
namespace {

Error failure(std::string_view what, const std::string& path) {
  return Error{fmt::format("cannot {} {}: {}", what, path, system_text(errno))};
}

std::string new_name(const std::string& path) { return path + ".new"; }

/// The folder that holds the file.
std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// The new name is safe only once the folder is on the disk too. File systems that cannot do that
// for a folder say EINVAL, and there is nothing to do about it.
Result<void> sync_folder(const std::string& path) {
  const std::string folder = folder_of(path);
  const net::Descriptor descriptor(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.get() < 0) return failure("open the folder", folder);
  if (fsync(descriptor.get()) != 0 && errno != EINVAL) return failure("write", folder);
  return {};
}

Result<void> read_all(int descriptor, const std::string& path, std::string& bytes) {
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got = read(descriptor, bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failure("read", path);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return {};
}

}  // namespace

NewFile::NewFile(std::string path, int descriptor)
    : path_(std::move(path)), descriptor_(descriptor) {}

NewFile::NewFile(NewFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

Result<NewFile> NewFile::create(const std::string& path) {
  const std::string name = new_name(path);
  // Whoever could put a link there must not choose what is overwritten.
  constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW;
  const int descriptor = open(name.c_str(), kFlags, S_IRUSR | S_IWUSR);
  if (descriptor < 0) return failure("write", name);
  NewFile file(path, descriptor);
  if (fchmod(descriptor, S_IRUSR | S_IWUSR) != 0) return failure("protect", name);
  return file;
}

NewFile::~NewFile() {
  if (descriptor_ < 0) return;
  close(descriptor_);
  unlink(new_name(path_).c_str());
}

Result<void> NewFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failure("write", new_name(path_));
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> NewFile::commit() {
  const std::string name = new_name(path_);
  if (fsync(descriptor_) != 0) return failure("write", name);
  if (rename(name.c_str(), path_.c_str()) != 0) return failure("rename to", path_);
  close(std::exchange(descriptor_, -1));
  return sync_folder(path_);
}

Result<ReadFile> read_file(const std::string& path) {
  // Without waiting: it may be a pipe that nobody writes to.
  const net::Descriptor descriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (descriptor.get() < 0 && errno == ENOENT) return ReadFile{{}, true};
  if (descriptor.get() < 0) return failure("open", path);
  struct stat status{};
  if (fstat(descriptor.get(), &status) != 0) return failure("read", path);
  if (!S_ISREG(status.st_mode)) return Error{fmt::format("{} is no file", path)};
  if (static_cast<std::uint64_t>(status.st_size) > kFileLimit) {
    return Error{fmt::format("{} is larger than {} MiB", path, kFileLimit / (1024 * 1024))};
  }
  ReadFile file;
  file.bytes.resize(static_cast<std::size_t>(status.st_size));
  if (const auto read = read_all(descriptor.get(), path, file.bytes); !read) return read.error();
  return file;
}

}  // namespace catena::kubernetes::snapshot
