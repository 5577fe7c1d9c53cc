// SPDX-License-Identifier: Apache-2.0
#include "core/config/imports.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace catena::config {

namespace {

constexpr unsigned kMostSnippets = 10'000;
constexpr unsigned kMostFiles = 100'000;

std::string snippet_key(const std::string& name) { return "(" + name + ")"; }

bool has_wildcard(const std::string& pattern) {
  return pattern.find_first_of("*?[") != std::string::npos;
}

bool has_too_many_wildcards(const std::string& pattern) {
  return std::count(pattern.begin(), pattern.end(), '*') > 1 ||
         std::count(pattern.begin(), pattern.end(), '?') > 1 ||
         (pattern.find('[') != std::string::npos && pattern.find(']') != std::string::npos);
}

std::string directory_of(const std::string& path) { return path.substr(0, path.rfind('/') + 1); }

// True when a body says `import NAME` of itself at a line start.
bool imports_itself(const Tokens& body, const std::string& name) {
  for (std::size_t i = 0; i + 1 < body.size(); ++i) {
    const bool line_start = i == 0 || body[i - 1].last_line() != body[i].position.line;
    if (line_start && body[i].text == "import" && body[i + 1].text == name) return true;
  }
  return false;
}

}  // namespace

Imports::Imports(const FileSystem& files, Diagnostics& diagnostics)
    : files_(files), diagnostics_(diagnostics) {}

void Imports::define(const Position& position, const std::string& name, Tokens body) {
  if (snippets_.contains(name)) {
    return diagnostics_.error(position, "",
                              fmt::format("redeclaration of previously declared snippet {}", name));
  }
  if (imports_itself(body, name)) {
    diagnostics_.error(position, "",
                       fmt::format("maximum snippet import depth ({}) exceeded: snippet '{}' "
                                   "imports itself",
                                   kMostSnippets, name));
    body.clear();
  }
  snippets_[name] = std::make_shared<const Tokens>(std::move(body));
}

bool Imports::expand(const Token& import, const std::string& argument, TokenStream& stream) {
  return snippets_.contains(argument) ? expand_snippet(import, argument, stream)
                                      : expand_files(import, argument, stream);
}

bool Imports::expand_snippet(const Token& import, const std::string& name, TokenStream& stream) {
  const std::string text = fmt::format("maximum snippet import depth ({}) exceeded", kMostSnippets);
  if (++snippet_expansions_ > kMostSnippets) {
    error(import, text);
    return false;
  }
  if (stream.is_open(snippet_key(name))) {
    error(import, fmt::format("{}: snippet '{}' imports itself", text, name));
    return true;
  }
  stream.push(snippets_[name], snippet_key(name));
  return true;
}

bool Imports::expand_files(const Token& import, const std::string& argument, TokenStream& stream) {
  if (++file_expansions_ > kMostFiles) {
    // CoreDNS names the snippets' limit here too; this is the number that counts.
    error(import, fmt::format("maximum file import depth ({}) exceeded", kMostFiles));
    return false;
  }
  const std::string pattern = resolve(import, argument);
  if (has_too_many_wildcards(pattern)) {
    error(import, fmt::format("Glob pattern may only contain one wildcard (*), but has others: {}",
                              pattern));
    return true;
  }
  const std::vector<std::string> paths = files_.glob(pattern);
  if (paths.empty() && diagnostics_.elsewhere() && argument.starts_with('/')) {
    diagnostics_.need(import.position, "", argument);
  } else if (paths.empty() && has_wildcard(pattern)) {
    diagnostics_.warn(import.position, "",
                      fmt::format("No files matching import glob pattern: {}", argument));
  } else if (paths.empty()) {
    error(import, fmt::format("File to import not found: {}", argument));
  }
  push_files(import, paths, stream);
  return true;
}

void Imports::push_files(const Token& import,
                         const std::vector<std::string>& paths,
                         TokenStream& stream) {
  std::vector<std::pair<std::shared_ptr<const Tokens>, std::string>> expansions;
  for (const std::string& path : paths) {
    if (stream.is_open(path)) {
      error(import, fmt::format("maximum file import depth ({}) exceeded: '{}' imports itself",
                                kMostFiles, path));
    } else if (auto tokens = read(import, path)) {
      expansions.emplace_back(std::move(tokens), path);
    }
  }
  for (auto expansion = expansions.rbegin(); expansion != expansions.rend(); ++expansion) {
    stream.push(expansion->first, expansion->second);
  }
}

std::shared_ptr<const Tokens> Imports::read(const Token& import, const std::string& path) {
  const auto known = read_.find(path);
  if (known != read_.end()) return known->second;
  if (files_.is_directory(path)) {
    error(import, fmt::format("Could not import {}: is a directory", path));
    return nullptr;
  }
  const auto text = files_.read(path);
  if (!text) {
    error(import, fmt::format("Could not import {}: {}", path, text.error().message()));
    return nullptr;
  }
  const auto name = std::make_shared<const std::string>(path);
  return read_[path] = std::make_shared<const Tokens>(lex(*text, name));
}

std::string Imports::resolve(const Token& import, const std::string& argument) const {
  if (argument.starts_with('/')) return argument;
  return files_.absolute(directory_of(files_.absolute(import.position.file_name())) + argument);
}

void Imports::error(const Token& import, std::string text) {
  diagnostics_.error(import.position, "", std::move(text));
}

}  // namespace catena::config
