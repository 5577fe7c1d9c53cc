// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.hpp"

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace catena::kubernetes::api {

/// Where in a document a value stands: the keys from the root, kEach for an array's element.
class JsonPath {
 public:
  static constexpr std::string_view kEach{"\0[]", 3};

  std::size_t depth() const { return ends_.size(); }
  std::string_view operator[](std::size_t level) const {
    const std::size_t start = level == 0 ? 0 : ends_[level - 1];
    return {text_.data() + start, ends_[level] - start};
  }
  bool is(std::initializer_list<std::string_view> keys) const;

 private:
  friend class JsonHandler;
  void push(std::string_view key);
  void pop();

  std::string text_;
  std::vector<std::size_t> ends_;
};

/// The kind of a scalar. `null` is never reported: it counts as absent.
enum class JsonKind { string, number, boolean };

/// Told about a document from front to back. Every function returns whether to go on.
class JsonVisitor {
 public:
  virtual ~JsonVisitor() = default;

  /// Numbers and booleans come as they are written. `text` is valid during the call.
  virtual bool value(const JsonPath& path, JsonKind kind, std::string_view text) = 0;

  /// An object or array opens at this path.
  virtual bool open(const JsonPath&) { return true; }
};

/// Deepest nesting that is read.
inline constexpr std::size_t kJsonDepthLimit = 100;

/// Reads one whole document. Fails on broken JSON, on bytes that are not UTF-8, on deeper nesting
/// than kJsonDepthLimit and when the visitor said no. Never throws.
Result<void> read_json(std::string_view json, JsonVisitor& visitor);

}  // namespace catena::kubernetes::api
