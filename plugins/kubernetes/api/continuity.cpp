// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/api/continuity.hpp"

#include "plugins/kubernetes/api/encoded.hpp"

#include <algorithm>
#include <charconv>
#include <functional>

namespace catena::kubernetes::api {
namespace {

std::optional<std::uint64_t> to_number(std::string_view version) {
  std::uint64_t number = 0;
  const char* const end = version.data() + version.size();
  const auto read = std::from_chars(version.data(), end, number);
  if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return number;
}

// The items of a JSON list have neither kind nor apiVersion, which stand in front elsewhere.
std::size_t digest_of(Encoding encoding, std::string_view bytes) {
  const std::size_t start = encoding == Encoding::json ? bytes.find("\"metadata\"") : 0;
  return std::hash<std::string_view>()(bytes.substr(std::min(start, bytes.size())));
}

}  // namespace

void Continuity::begin_state() {
  facts_.clear();
  versions_are_numbers_ = true;
}

void Continuity::end_state(std::string_view version) {
  const auto number = to_number(version);
  versions_are_numbers_ = versions_are_numbers_ && number;
  state_ = number.value_or(0);
}

void Continuity::seen(std::string_view name_space,
                      std::string_view name,
                      std::string_view version,
                      Encoding encoding,
                      std::string_view bytes) {
  add({std::string(name_space), std::string(name), {}, 0, digest_of(encoding, bytes)}, version);
}

void Continuity::gone(std::string_view name_space,
                      std::string_view name,
                      std::string_view version) {
  add({std::string(name_space), std::string(name), {}, 0, std::nullopt}, version);
}

void Continuity::add(Fact fact, std::string_view version) {
  std::erase_if(facts_, [&fact](const Fact& other) {
    return other.name == fact.name && other.name_space == fact.name_space;
  });
  const auto number = to_number(version);
  versions_are_numbers_ = versions_are_numbers_ && number;
  if (!number) return;
  if (facts_.size() == kKept) {
    if (*number < facts_.front().number) return;
    facts_.pop_front();
  }
  fact.version = version;
  fact.number = *number;
  const auto newer = [](std::uint64_t mine, const Fact& other) { return mine < other.number; };
  facts_.insert(std::upper_bound(facts_.begin(), facts_.end(), *number, newer), std::move(fact));
}

Continuity::Standing Continuity::standing(const Fact& fact,
                                          std::string_view told,
                                          Encoding encoding,
                                          std::string_view object) {
  if (object.empty()) return fact.digest ? Standing::other : Standing::holds;
  if (fact.digest == digest_of(encoding, object)) return Standing::holds;
  const auto about = decode<BookmarkObject>(encoding, object);
  const auto number = about ? to_number(about->resource_version) : std::nullopt;
  const auto newest = to_number(told);
  return number && newest && *number > *newest ? Standing::newer : Standing::other;
}

Resource narrowed(const Resource& resource, const Continuity::Fact& fact) {
  Resource one = resource;
  if (!one.field_selector.empty()) one.field_selector += ',';
  one.field_selector += "metadata.name=" + fact.name;
  if (!fact.name_space.empty()) one.field_selector += ",metadata.namespace=" + fact.name_space;
  return one;
}

}  // namespace catena::kubernetes::api
