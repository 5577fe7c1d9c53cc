// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/corefile.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace catena::config {

/// What tests of this room and of plugins' setups share: files and variables in memory.

/// Files by absolute path. A path that ends in "/" is a directory.
class MemoryFiles final : public FileSystem {
 public:
  MemoryFiles() = default;
  explicit MemoryFiles(std::map<std::string, std::string> files) : files_(std::move(files)) {}

  boost::system::result<std::string> read(const std::string& path) const override {
    const auto file = files_.find(path);
    if (file != files_.end()) return file->second;
    return boost::system::errc::make_error_code(boost::system::errc::no_such_file_or_directory);
  }

  std::vector<std::string> glob(const std::string& pattern) const override {
    std::vector<std::string> paths;
    for (const auto& [path, text] : files_) {
      const std::string name = path.ends_with('/') ? path.substr(0, path.size() - 1) : path;
      if (matches(pattern, name)) paths.push_back(name);
    }
    return paths;
  }

  bool is_directory(const std::string& path) const override { return files_.contains(path + "/"); }

  std::string absolute(const std::string& path) const override {
    return path.starts_with('/') ? path : "/etc/coredns/" + path;
  }

 private:
  static bool matches(std::string_view pattern, std::string_view name) {
    if (pattern.empty()) return name.empty();
    if (pattern.front() == '*') {
      return matches(pattern.substr(1), name) ||
             (!name.empty() && name.front() != '/' && matches(pattern, name.substr(1)));
    }
    const bool same = !name.empty() && (pattern.front() == name.front() ||
                                        (pattern.front() == '?' && name.front() != '/'));
    return same && matches(pattern.substr(1), name.substr(1));
  }

  std::map<std::string, std::string> files_;
};

/// A Corefile's text read in memory, under the name "Corefile".
struct TestSource {
  std::string text;
  std::vector<std::string> directives;  ///< Those that exist.
  std::map<std::string, std::string> files = {};
  std::map<std::string, std::string> variables = {};
};

inline Corefile parse_for_test(const TestSource& source, Diagnostics& diagnostics) {
  const MemoryFiles files(source.files);
  const Variables environment = [&](const std::string& name) -> std::optional<std::string> {
    const auto variable = source.variables.find(name);
    if (variable == source.variables.end()) return std::nullopt;
    return variable->second;
  };
  return parse({"Corefile", source.text}, {files, environment, source.directives}, diagnostics);
}

/// The diagnostics as the lines that a person sees.
inline std::vector<std::string> lines_of(const std::vector<Diagnostic>& diagnostics) {
  std::vector<std::string> lines;
  for (const Diagnostic& diagnostic : diagnostics) lines.push_back(format(diagnostic));
  return lines;
}

}  // namespace catena::config
