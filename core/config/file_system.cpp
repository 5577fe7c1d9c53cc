// SPDX-License-Identifier: Apache-2.0
#include "core/config/file_system.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <glob.h>
#include <system_error>

namespace catena::config {

namespace {

constexpr std::uintmax_t kLargestFile = 16 * 1024 * 1024;

boost::system::error_code last_error() { return {errno, boost::system::generic_category()}; }

}  // namespace

boost::system::result<std::string> Disk::read(const std::string& path) const {
  std::ifstream file(path, std::ios::binary);
  if (!file) return last_error();
  std::string text;
  char piece[16 * 1024];
  while (file.read(piece, sizeof piece), file.gcount() > 0) {
    text.append(piece, static_cast<std::size_t>(file.gcount()));
    if (text.size() > kLargestFile) {
      return boost::system::errc::make_error_code(boost::system::errc::file_too_large);
    }
  }
  if (file.bad()) return last_error();
  return text;
}

std::vector<std::string> Disk::glob(const std::string& pattern) const {
  // Go's Glob matches a leading dot, which glob(3) does only with GLOB_PERIOD.
  ::glob_t found{};
  std::vector<std::string> paths;
  if (::glob(pattern.c_str(), GLOB_NOSORT | GLOB_PERIOD, nullptr, &found) == 0) {
    for (std::size_t i = 0; i < found.gl_pathc; ++i) paths.emplace_back(found.gl_pathv[i]);
  }
  ::globfree(&found);
  std::erase_if(paths, [](const std::string& path) {
    const auto name = std::filesystem::path(path).filename();
    return name == "." || name == "..";
  });
  std::sort(paths.begin(), paths.end());
  return paths;
}

bool Disk::is_directory(const std::string& path) const {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

std::string Disk::absolute(const std::string& path) const {
  std::error_code error;
  const auto whole = std::filesystem::absolute(path, error);
  return (error ? std::filesystem::path(path) : whole).lexically_normal().string();
}

}  // namespace catena::config
