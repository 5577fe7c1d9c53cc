// SPDX-License-Identifier: Apache-2.0
// The file: a magic line, the format's version, what it depends on, its time, for each kind of
// object all images, and at the end the SHA-256 of everything before. Numbers and texts are those
// of bytes.hpp.
#pragma once

#include "core/base/clock.hpp"
#include "core/base/error.hpp"

#include "plugins/kubernetes/store/image_source.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace catena::kubernetes::snapshot {

/// Goes up with every change of the file or of an object's image.
inline constexpr std::uint64_t kVersion = 2;

/// Written with these numbers.
enum class Kind : std::uint8_t {
  services = 1,
  slices = 2,
  pods = 3,
  namespaces = 4,
  imports = 5,
  import_slices = 6,
};

/// The cluster of one moment.
struct Contents {
  WallTime time{};
  std::string key;  ///< The configuration whose cluster it is, in words.
  struct Section {
    Kind kind;
    std::vector<Image> images;
  };
  std::vector<Section> sections;
};

/// Hands out the file's bytes in pieces of about 64 KiB, until `out` says no (then false).
bool serialise(const Contents& contents, const std::function<bool(std::string_view)>& out);

/// What a file says. Points into its bytes.
struct View {
  WallTime time{};
  std::string_view key;
  struct Section {
    Kind kind;
    std::vector<std::string_view> images;
  };
  std::vector<Section> sections;
};

/// Reads a file's bytes, which may be anything; the error goes behind "the snapshot ...". The
/// objects themselves are not looked at. Never throws.
Result<View> parse(std::string_view bytes);

/// For tests and fuzzers: `body` with the checksum that fits.
std::string with_checksum(std::string body);

}  // namespace catena::kubernetes::snapshot
