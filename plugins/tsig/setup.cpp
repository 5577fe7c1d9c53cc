// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/setup.hpp"

#include "core/config/file_system.hpp"

#include "plugins/tsig/key_file.hpp"
#include "plugins/tsig/tsig.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace catena::tsig {
namespace {

using config::Property;

constexpr std::pair<std::string_view, dns::Opcode> kOpcodes[]{
    {"QUERY", dns::Opcode::Query},   {"IQUERY", dns::Opcode::IQuery},
    {"STATUS", dns::Opcode::Status}, {"NOTIFY", dns::Opcode::Notify},
    {"UPDATE", dns::Opcode::Update},
};

// In large letters, and by name only.
std::optional<dns::Type> value_of(std::string_view word, std::optional<dns::Type>) {
  const auto type = dns::parse_type(word);
  return type && to_string(*type) == word && !word.starts_with("TYPE") ? type : std::nullopt;
}

std::optional<dns::Opcode> value_of(std::string_view word, std::optional<dns::Opcode>) {
  const auto* known = std::ranges::find(kOpcodes, word, [](const auto& one) { return one.first; });
  if (known == std::end(kOpcodes)) return std::nullopt;
  return known->second;
}

/// `name all | none | WORDS...`; of several lines the last one counts, but "all" stays, as in
/// CoreDNS.
template <class T>
void read_some(Property& block, std::string_view name, std::string_view kind, Some<T>& some) {
  for (Property& one : block.each(name)) {
    some.these.clear();
    if (one.empty()) one.expect_count(1, config::kAny);
    const bool all = one.take_if("all");
    if (all || one.take_if("none")) {
      some.all = some.all || all;
      if (!one.empty()) one.warn("what stands behind 'all' or 'none' is not looked at");
      while (one.take() != nullptr) {
      }
    }
    while (const config::Word* word = one.take()) {
      const auto value = value_of(word->text, std::optional<T>());
      if (value) some.these.insert(*value);
      if (!value) one.error(fmt::format("unknown {} '{}'", kind, word->text));
    }
  }
}

// Neither a secret nor what stands where it should be is shown.
void add_key(Property& line, const dns::Name& name, std::string_view text, Keys& keys) {
  Secret secret = read_secret(text);
  if (!secret) {
    line.warn(fmt::format("the secret of key \"{}\" is no base64: no signature with it is right",
                          name.to_text()));
  }
  if (!keys.add(name, std::move(secret))) {
    line.error(fmt::format("key \"{}\" redefined", name.view().to_lower_text()));
  }
}

void read_secrets(Property& block, Keys& keys) {
  for (Property& one : block.each("secret")) {
    const config::Word* name = one.take();
    const config::Word* secret = one.take();
    const bool two = secret != nullptr && one.empty();
    while (one.take() != nullptr) {
    }
    const auto parsed = two ? dns::Name::parse(name->text) : dns::Error::bad_text;
    if (!parsed) {
      one.error("a key's name and its secret are expected");
    } else {
      add_key(one, *parsed, secret->text, keys);
    }
  }
}

void read_file(Property& line, const std::string& path, Keys& keys) {
  if (line.elsewhere()) return line.need(path);
  const auto text = config::Disk().read(path);
  if (!text) return line.error(fmt::format("open {}: {}", path, text.error().message()));
  const auto found = parse_key_file(*text, path);
  if (!found) return line.error(found.error().text);
  for (const NamedSecret& key : *found) add_key(line, key.name, key.secret, keys);
}

void read_files(Property& block, Keys& keys) {
  for (Property& one : block.each("secrets")) {
    std::string path;
    if (one.required(path) && one.no_more()) read_file(one, path, keys);
  }
}

}  // namespace

// tsig [ZONES...] { secret NAME KEY; secrets FILE; require TYPES; require_opcode OPCODES }
void setup(Setup& setup) {
  config::Directive& directive = setup.once();
  Settings settings;
  settings.zones = setup.zones(directive);
  auto keys = std::make_shared<Keys>();
  read_secrets(directive, *keys);
  read_files(directive, *keys);
  settings.keys = keys;
  setup.listener().set<SharedKeys>().keys = keys;
  read_some(directive, "require", "query type", settings.types);
  read_some(directive, "require_opcode", "opcode", settings.opcodes);
  directive.done();
  setup.add(std::make_unique<Tsig>(std::move(settings), setup));
}

}  // namespace catena::tsig
