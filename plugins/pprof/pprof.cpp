// SPDX-License-Identifier: Apache-2.0
#include "plugins/pprof/pprof.hpp"

#include "plugins/pprof/profiles.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace catena::pprof {
namespace {

constexpr const char* kIndex = R"(<html>
<head><title>/debug/pprof/</title></head>
<body>
<p>/debug/pprof/</p>
<ul>
<li><a href="cmdline">cmdline</a>: the command line of this process</li>
<li><a href="heap">heap</a>: where memory was allocated</li>
<li><a href="profile?seconds=10">profile</a>: where CPU time is spent, for ?seconds=</li>
</ul>
</body>
</html>
)";

http::Page index(const http::PageRequest& request) {
  if (request.path != "/debug/pprof/") return {.status = 404, .body = "Unknown profile\n"};
  return {.body = kIndex, .content_type = "text/html; charset=utf-8"};
}

http::Page redirect(const http::PageRequest&) {
  http::Page page{.status = 302, .body = "Found\n"};
  page.fields.emplace_back("Location", "/debug/pprof/");
  return page;
}

// The words are divided by NUL, as the kernel and Go have them.
http::Page command_line(const http::PageRequest&) {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  return {.body = std::string(std::istreambuf_iterator<char>(file), {})};
}

http::Page not_here(const http::PageRequest&) {
  return {.status = 501, .body = "Only a program in Go has this. perf(1) traces this one.\n"};
}

}  // namespace

void Pprof::start() {
  if (const Result<void> opened = server_->open(); !opened) {
    log_.error("Failed to start pprof handler: {}", opened.error().text);
    throw std::runtime_error(opened.error().text);
  }
  const std::pair<const char*, http::PageHandler> pages[] = {
      {"/debug/pprof", redirect},      {"/debug/pprof/", index},
      {"/debug/pprof/heap", heap},     {"/debug/pprof/cmdline", command_line},
      {"/debug/pprof/profile", cpu},   {"/debug/pprof/symbol", not_here},
      {"/debug/pprof/trace", not_here}};
  for (const auto& [path, handler] : pages) mounts_.push_back(server_->mount(path, handler));
}

// The server goes while the control thread holds it: it has a thread to wait for.
void Pprof::stop() {
  mounts_.clear();
  server_.reset();
}

}  // namespace catena::pprof
