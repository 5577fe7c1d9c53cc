// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/diagnostics.hpp"
#include "core/config/file_system.hpp"
#include "core/config/lexer.hpp"
#include "core/config/token_stream.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace catena::config {

/// What `import NAME` stands for: the snippets defined so far, and files. Counts expansions, so
/// that imports of imports end: 10000 snippets and 100000 files (a pattern counts once), as
/// CoreDNS.
class Imports {
 public:
  Imports(const FileSystem& files, Diagnostics& diagnostics);

  /// Defines a snippet; `name` is the word with its parentheses removed.
  void define(const Position& position, const std::string& name, Tokens body);

  /// Puts what `argument` names into the stream. False when no import can follow: a limit is
  /// reached.
  bool expand(const Token& import, const std::string& argument, TokenStream& stream);

 private:
  bool expand_snippet(const Token& import, const std::string& name, TokenStream& stream);
  bool expand_files(const Token& import, const std::string& argument, TokenStream& stream);
  void push_files(const Token& import, const std::vector<std::string>& paths, TokenStream& stream);
  std::shared_ptr<const Tokens> read(const Token& import, const std::string& path);
  std::string resolve(const Token& import, const std::string& argument) const;
  void error(const Token& import, std::string text);

  const FileSystem& files_;
  Diagnostics& diagnostics_;
  std::map<std::string, std::shared_ptr<const Tokens>> snippets_;
  std::map<std::string, std::shared_ptr<const Tokens>> read_;  // By path.
  unsigned snippet_expansions_ = 0;
  unsigned file_expansions_ = 0;
};

}  // namespace catena::config
