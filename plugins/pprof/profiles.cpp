// SPDX-License-Identifier: Apache-2.0
#include "plugins/pprof/profiles.hpp"

#include <charconv>

#ifdef CATENA_PPROF
#include <fmt/format.h>

#include <atomic>
#include <gperftools/malloc_extension.h>
#include <gperftools/profiler.h>
#include <memory>
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace catena::pprof {

std::optional<std::chrono::seconds> seconds_of(std::string_view query) {
  constexpr std::string_view kName = "seconds=";
  constexpr unsigned kUsual = 30;
  constexpr unsigned kMost = 300;
  while (!query.empty()) {
    const std::string_view item = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(item.size() + 1, query.size()));
    if (!item.starts_with(kName)) continue;
    unsigned value = 0;
    const char* end = item.data() + item.size();
    const auto [rest, error] = std::from_chars(item.data() + kName.size(), end, value);
    if (error != std::errc() || rest != end || value == 0 || value > kMost) return std::nullopt;
    return std::chrono::seconds(value);
  }
  return std::chrono::seconds(kUsual);
}

#ifdef CATENA_PPROF

namespace {

/// A file without a name, for a library that wants to write one.
class MemoryFile {
 public:
  MemoryFile() : descriptor_(::memfd_create("profile", MFD_CLOEXEC)) {}
  ~MemoryFile() { ::close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string path() const { return fmt::format("/proc/self/fd/{}", descriptor_); }
  std::string contents() const {
    std::string text(static_cast<std::size_t>(::lseek(descriptor_, 0, SEEK_END)), '\0');
    const ssize_t got = ::pread(descriptor_, text.data(), text.size(), 0);
    text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return text;
  }

 private:
  int descriptor_;
};

/// The profiler runs as long as this.
class Profile {
 public:
  explicit Profile(const MemoryFile& file) : runs_(::ProfilerStart(file.path().c_str()) != 0) {}
  ~Profile() { stop(); }
  Profile(const Profile&) = delete;
  Profile& operator=(const Profile&) = delete;

  bool runs() const { return runs_; }
  void stop() {
    if (runs_) ::ProfilerStop();
    runs_ = false;
  }

 private:
  bool runs_;
};

struct Recording {
  MemoryFile file;
  Profile profile{file};
};

constexpr const char* kBinary = "application/octet-stream";

}  // namespace

http::Page cpu(const http::PageRequest& request) {
  const auto seconds = seconds_of(request.query);
  if (!seconds) return {.status = 400, .body = "seconds must be a number from 1 to 300\n"};
  static std::atomic<bool> busy{false};
  if (busy.exchange(true)) return {.status = 503, .body = "another profile is being made\n"};
  const std::shared_ptr<Recording> recording(new Recording, [](const Recording* done) {
    delete done;
    busy = false;
  });
  if (!recording->profile.runs()) return {.status = 500, .body = "the profiler does not start\n"};
  return {.delay = *seconds, .later = [recording] {
            recording->profile.stop();
            return http::Page{.body = recording->file.contents(), .content_type = kBinary};
          }};
}

http::Page heap(const http::PageRequest&) {
  http::Page page{.content_type = kBinary};
  MallocExtension::instance()->GetHeapSample(&page.body);
  return page;
}

#else

namespace {

http::Page without() {
  return {.status = 501,
          .body =
              "This build makes no profiles. Build it with gperftools "
              "(libgoogle-perftools-dev) and cmake -DCATENA_PPROF=ON.\n"};
}

}  // namespace

http::Page cpu(const http::PageRequest&) { return without(); }
http::Page heap(const http::PageRequest&) { return without(); }

#endif

}  // namespace catena::pprof
