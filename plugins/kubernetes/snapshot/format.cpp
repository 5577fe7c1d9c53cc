// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/snapshot/format.hpp"

#include "plugins/kubernetes/objects/bytes.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <limits>

namespace catena::kubernetes::snapshot {
namespace {

constexpr std::string_view kMagic = "catena kubernetes snapshot\n";
constexpr std::size_t kDigestSize = 32;
constexpr std::size_t kPiece = 64 * 1024;
/// In the year 2262; what is later is no time that a clock of nanoseconds could show.
constexpr std::uint64_t kLastSecond =
    static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) / 1'000'000'000;

/// SHA-256 of bytes that come in pieces.
class Digest {
 public:
  Digest() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr);
  }

  void add(std::string_view bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }

  std::string finish() {
    std::string digest(kDigestSize, '\0');
    EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(digest.data()), nullptr);
    return digest;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

std::string digest_of(std::string_view bytes) {
  Digest digest;
  digest.add(bytes);
  return digest.finish();
}

std::string header(const Contents& contents) {
  const auto time =
      std::chrono::duration_cast<std::chrono::seconds>(contents.time.time_since_epoch());
  std::string header(kMagic);
  put_number(header, kVersion);
  put_text(header, contents.key);
  put_number(header, static_cast<std::uint64_t>(time.count()));
  put_number(header, contents.sections.size());
  return header;
}

Result<View::Section> parse_section(ByteReader& bytes) {
  const std::uint64_t kind = bytes.number();
  if (kind < 1 || kind > static_cast<std::uint64_t>(Kind::import_slices)) {
    return Error{"holds objects of an unknown kind"};
  }
  View::Section section{static_cast<Kind>(kind), {}};
  for (std::uint64_t left = bytes.number(); left != 0 && !bytes.failed(); --left) {
    const std::string_view image = bytes.text();
    if (image.empty() && !bytes.failed()) return Error{"holds an empty object"};
    section.images.push_back(image);
  }
  return section;
}

Result<View> parse_body(std::string_view body) {
  ByteReader bytes(body);
  View view;
  view.key = bytes.text();
  const std::uint64_t time = bytes.number();
  if (time > kLastSecond) return Error{"has no time"};
  view.time = WallTime(std::chrono::seconds(time));
  for (std::uint64_t left = bytes.number(); left != 0 && !bytes.failed(); --left) {
    auto section = parse_section(bytes);
    if (!section) return section.error();
    view.sections.push_back(std::move(*section));
  }
  if (bytes.failed() || !bytes.rest().empty()) return Error{"does not hold together"};
  return view;
}

}  // namespace

bool serialise(const Contents& contents, const std::function<bool(std::string_view)>& out) {
  Digest digest;
  std::string piece = header(contents);
  const auto flush = [&] {
    digest.add(piece);
    const bool went = out(piece);
    piece.clear();
    return went;
  };
  for (const Contents::Section& section : contents.sections) {
    put_number(piece, static_cast<std::uint64_t>(section.kind));
    put_number(piece, section.images.size());
    for (const Image& image : section.images) {
      put_text(piece, *image);
      if (piece.size() >= kPiece && !flush()) return false;
    }
  }
  return flush() && out(digest.finish());
}

Result<View> parse(std::string_view bytes) {
  if (bytes.empty()) return Error{"is empty"};
  if (!bytes.starts_with(kMagic)) return Error{"is no snapshot"};
  ByteReader start(bytes.substr(kMagic.size()));
  const std::uint64_t version = start.number();
  if (start.failed()) return Error{"is cut short"};
  if (version != kVersion) {
    return Error{fmt::format("has format {}, this program knows {}", version, kVersion)};
  }
  if (start.rest().size() < kDigestSize) return Error{"is cut short"};
  const std::size_t end = bytes.size() - kDigestSize;
  if (digest_of(bytes.substr(0, end)) != bytes.substr(end)) {
    return Error{"is damaged: its checksum does not fit"};
  }
  return parse_body(start.rest().substr(0, start.rest().size() - kDigestSize));
}

std::string with_checksum(std::string body) { return body.append(digest_of(body)); }

}  // namespace catena::kubernetes::snapshot
