// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/model/patch.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace catena::kubesim {
namespace {

/// The reference tokens of a JSON pointer (RFC 6901), unescaped.
std::vector<std::string> tokens(std::string_view pointer) {
  std::vector<std::string> result;
  for (std::size_t i = 0; i < pointer.size(); ++i) {
    if (pointer[i] == '/') {
      result.emplace_back();
    } else if (pointer[i] == '~' && i + 1 < pointer.size() && !result.empty()) {
      result.back() += pointer[++i] == '1' ? '/' : '~';
    } else if (!result.empty()) {
      result.back() += pointer[i];
    }
  }
  return result;
}

std::optional<std::size_t> index_of(std::string_view token) {
  std::size_t index = 0;
  const auto read = std::from_chars(token.data(), token.data() + token.size(), index);
  const bool whole = read.ec == std::errc() && read.ptr == token.data() + token.size();
  return whole && !token.empty() ? std::optional(index) : std::nullopt;
}

/// The value that the first tokens lead to, or null.
Json* descend(Json& root, std::span<const std::string> path) {
  Json* value = &root;
  for (const std::string& token : path) {
    if (value->is_array()) {
      const auto index = index_of(token);
      if (!index || *index >= value->size()) return nullptr;
      value = &value->elements()[*index];
    } else if (value->has(token)) {
      value = &value->member(token);
    } else {
      return nullptr;
    }
  }
  return value;
}

bool add(Json& root, std::span<const std::string> path, Json value) {
  if (path.empty()) {
    root = std::move(value);
    return true;
  }
  Json* parent = descend(root, path.first(path.size() - 1));
  if (parent == nullptr) return false;
  if (!parent->is_array()) {
    if (!parent->is_object()) return false;
    parent->set(path.back(), std::move(value));
    return true;
  }
  const auto index = path.back() == "-" ? std::optional(parent->size()) : index_of(path.back());
  if (!index || *index > parent->size()) return false;
  auto& elements = parent->elements();
  elements.insert(elements.begin() + static_cast<std::ptrdiff_t>(*index), std::move(value));
  return true;
}

bool remove(Json& root, std::span<const std::string> path) {
  if (path.empty() || descend(root, path) == nullptr) return false;
  Json* parent = descend(root, path.first(path.size() - 1));
  if (parent->is_array()) {
    auto& elements = parent->elements();
    elements.erase(elements.begin() + static_cast<std::ptrdiff_t>(*index_of(path.back())));
  } else {
    parent->erase(path.back());
  }
  return true;
}

bool transfer(Json& root, const Json& operation, std::span<const std::string> path) {
  const auto from = tokens(operation["from"].text());
  const Json* source = descend(root, from);
  if (source == nullptr) return false;
  Json value = *source;
  if (operation["op"].text() == "move" && !remove(root, from)) return false;
  return add(root, path, std::move(value));
}

bool perform(Json& root, const Json& operation) {
  const std::string_view kind = operation["op"].text();
  const auto path = tokens(operation["path"].text());
  if (kind == "add") return add(root, path, operation["value"]);
  if (kind == "remove") return remove(root, path);
  if (kind == "move" || kind == "copy") return transfer(root, operation, path);
  Json* place = descend(root, path);
  if (place == nullptr) return false;
  if (kind == "test") return *place == operation["value"];
  if (kind != "replace") return false;
  *place = operation["value"];
  return true;
}

/// Copies can double an object each time, so few are allowed.
constexpr int kMaximumCopies = 16;

}  // namespace

Outcome<Json> json_patch(const Json& target, const Json& operations) {
  Json result = target;
  int copies = 0;
  for (const Json& operation : operations.items()) {
    if (operation["op"].text() == "copy" && ++copies > kMaximumCopies) {
      return bad_request("too many copy operations");
    }
    if (!perform(result, operation)) {
      return Status{422,
                    "Invalid",
                    fmt::format("the server rejected our request due to an error in our request: "
                                "operation {} does not apply",
                                operation.write()),
                    nullptr,
                    {}};
    }
  }
  return result;
}

}  // namespace catena::kubesim
