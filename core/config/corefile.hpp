// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/diagnostics.hpp"
#include "core/config/environment.hpp"
#include "core/config/file_system.hpp"
#include "core/config/position.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace catena::config {

/// One word as it is meant: quotes and escapes are gone, environment variables are put in.
struct Word {
  std::string text;
  Position position;
  bool unset = false;  ///< A variable in it is not set here: the server may see another text.
};

/// One line of a server block or of a block within: its words, the first one is its name, and the
/// lines between the braces that end it.
struct Line {
  std::vector<Word> words;  ///< Never empty.
  std::vector<Line> block;
  bool has_block = false;  ///< True also for `{}` over two lines with nothing between.

  const std::string& name() const { return words.front().text; }
  const Position& position() const { return words.front().position; }
};

/// Keys, and the directives for them in the order of the file. Snippets and imports are resolved.
struct ServerBlock {
  std::vector<Word> keys;
  std::vector<Line> directives;

  /// All lines of one directive, in order. The block must outlive them.
  std::vector<const Line*> occurrences(std::string_view directive) const;
};

/// A whole configuration.
struct Corefile {
  std::vector<ServerBlock> blocks;
};

/// The text of a configuration, and the name that its errors show: the path as it was given.
struct Source {
  std::string name;
  std::string text;
};

/// A directive that CoreDNS once had, and what took its place: "'forward' took its place".
struct FormerDirective {
  std::string_view name;
  std::string_view instead;
};

/// What a Corefile is read against. All of it must outlive the call only.
struct Surroundings {
  const FileSystem& files;
  const Variables& environment;
  /// Every directive that exists, whether or not this build can run it.
  const std::vector<std::string>& directives;
  std::span<const FormerDirective> former = {};
};

/// Reads a Corefile with its snippets and imports. Errors go to `diagnostics`, as many as can be
/// told apart; what comes back then lacks the parts that are wrong. Never throws for what a file
/// holds. A result without blocks and without errors calls for default_corefile().
Corefile parse(const Source& source, const Surroundings& surroundings, Diagnostics& diagnostics);

/// What CoreDNS runs when there is no Corefile or one without server blocks: `.` with whoami and
/// log.
Corefile default_corefile();

}  // namespace catena::config
