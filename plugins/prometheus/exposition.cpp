// SPDX-License-Identifier: Apache-2.0
#include "plugins/prometheus/exposition.hpp"

#include <algorithm>
#include <cctype>
#include <zlib.h>

namespace catena::prometheus {
namespace {

// What client_golang says for this format, with the escaping of names that ours never need.
constexpr const char* kContentType =
    "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool same(std::string_view text, std::string_view word) {
  return std::equal(text.begin(), text.end(), word.begin(), word.end(), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == b;
  });
}

// "q=0", "q=0.0" and so on: everything else is more than nothing.
bool refused(std::string_view parameters) {
  const std::string_view weight = trimmed(parameters);
  return (weight.starts_with("q=") || weight.starts_with("Q=")) && weight.size() > 2 &&
         weight.find_first_not_of("0.", 2) == std::string_view::npos;
}

}  // namespace

bool accepts_gzip(std::string_view field) {
  while (!field.empty()) {
    const std::size_t comma = std::min(field.find(','), field.size());
    const std::string_view item = field.substr(0, comma);
    field.remove_prefix(std::min(comma + 1, field.size()));
    const std::size_t semicolon = std::min(item.find(';'), item.size());
    const std::string_view coding = trimmed(item.substr(0, semicolon));
    const std::string_view rest = item.substr(std::min(semicolon + 1, item.size()));
    if (same(coding, "gzip") && !refused(rest)) return true;
  }
  return false;
}

std::string gzip(const std::string& text) {
  constexpr int kGzipWindow = 15 + 16;  // The largest window, and the format's header and trailer.
  constexpr int kMemoryLevel = 8;
  z_stream stream{};
  if (::deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzipWindow, kMemoryLevel,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
    return {};
  }
  std::string out(::deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const bool whole = ::deflate(&stream, Z_FINISH) == Z_STREAM_END;
  out.resize(whole ? stream.total_out : 0);
  ::deflateEnd(&stream);
  return out;
}

http::Page metrics_page(const metrics::Registry& registry, const http::PageRequest& request) {
  http::Page page{.body = registry.text(), .content_type = kContentType};
  if (!accepts_gzip(request.accept_encoding)) return page;
  std::string packed = gzip(page.body);
  if (packed.empty()) return page;
  page.body = std::move(packed);
  page.fields.emplace_back("Content-Encoding", "gzip");
  return page;
}

}  // namespace catena::prometheus
