// SPDX-License-Identifier: Apache-2.0
// Any text: no crash, no hang, and what comes out is no more than its limits. The text itself
// stands behind every import, so that loops are found as well.
#include "core/config/directive.hpp"
#include "core/config/keys.hpp"
#include "core/config/testing.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace catena::config;

void touch(Property& property) {
  std::string word;
  std::chrono::seconds duration{};
  if (property.next_is_integer())
    property.optional(duration_or_seconds(duration),
                      between(std::chrono::seconds(1), std::chrono::seconds(5)));
  property.optional(duration);
  property.optional(word);
  property.zones();
  for (Property& inner : property.each("success")) touch(inner);
  for (Property& inner : property.others()) touch(inner);
  property.done();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 64 * 1024) return 0;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const TestSource source{.text = text,
                          .directives = {"log", "cache", "forward", "whoami"},
                          .files = {{"/etc/coredns/Corefile", text}, {"/etc/coredns/a.conf", text}},
                          .variables = {{"SELF", "{$SELF}"}, {"A", "a b"}, {"ZONE", "{$A}"}}};
  Diagnostics diagnostics;
  const Corefile corefile = parse_for_test(source, diagnostics);
  for (const ServerBlock& block : corefile.blocks) {
    const auto keys = resolve_keys(block, 53, diagnostics);
    for (const Key& key : keys) {
      if (!is_domain_name(key.zone)) std::abort();
    }
    for (const Line& line : block.directives) {
      Directive directive(line, diagnostics);
      touch(directive);
    }
  }
  return 0;
}
