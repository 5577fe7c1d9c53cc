// SPDX-License-Identifier: Apache-2.0
#include "core/server/assembly.hpp"

#include "core/config/directive.hpp"
#include "core/server/listeners.hpp"
#include "core/server/reach.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <set>

namespace catena::server {
namespace {

using config::Diagnostics;

std::string text_of(const config::Line& line) {
  std::string text;
  for (const config::Word& word : line.words)
    text += fmt::format("{}:{} ", word.text.size(), word.text);
  for (const config::Line& inner : line.block) text += "{" + text_of(inner) + "}";
  return text + "\n";
}

std::string text_of(const config::ServerBlock& block) {
  std::string text;
  for (const config::Word& key : block.keys)
    text += fmt::format("{}:{} ", key.text.size(), key.text);
  text += "\n";
  for (const config::Line& line : block.directives) text += text_of(line);
  return text;
}

std::vector<dns::Name> zones_of(const std::vector<config::Key>& keys) {
  std::vector<dns::Name> zones;
  for (const std::string& text : config::zones_of(keys)) {
    if (auto name = dns::Name::parse(text)) zones.push_back(name->fold());
  }
  return zones;
}

class Assembler {
 public:
  Assembler(const Parts& parts, Diagnostics& diagnostics)
      : parts_(parts),
        diagnostics_(diagnostics),
        configuration_(std::make_shared<Configuration>()) {}

  std::shared_ptr<const Configuration> run() {
    for (const config::ServerBlock& source : parts_.corefile.blocks) add_block(source);
    set_up_plugins();
    for (std::size_t i = 0; i < configuration_->blocks.size(); ++i) finish(i);
    check_keys(*configuration_, diagnostics_);
    if (diagnostics_.ok()) make_listeners(*configuration_, parts_.process.metrics, diagnostics_);
    return configuration_;
  }

 private:
  void add_block(const config::ServerBlock& source);
  void set_up_plugins();
  void set_up(const PluginEntry& entry, std::size_t number);
  void call(const PluginEntry& entry, std::size_t number, std::span<config::Directive> directives);
  void finish(std::size_t number);
  void show_block(std::size_t number);

  const Parts& parts_;
  Diagnostics& diagnostics_;
  std::shared_ptr<Configuration> configuration_;
  bool bound_ = false;            // All that binds is read, so that listeners are known.
  std::set<std::size_t> broken_;  // Blocks with a plugin that could not be set up.
};

void Assembler::add_block(const config::ServerBlock& source) {
  auto block = std::make_unique<Block>();
  block->keys = config::resolve_keys(source, parts_.dns_port, diagnostics_);
  for (const config::Key& key : block->keys) {
    if (key.scheme == config::Scheme::dns || key.scheme == config::Scheme::tls) continue;
    const auto scheme = config::to_string(key.scheme);
    diagnostics_.error(key.position, {},
                       fmt::format("'{}://' is known, not in this build", scheme));
  }
  block->zones = zones_of(block->keys);
  // Where all keys are wrong, which is an error, plugins are set up all the same, to hear theirs.
  if (block->zones.empty()) block->zones.emplace_back();
  configuration_->blocks.push_back(std::move(block));
}

// Plugin by plugin over all blocks, as CoreDNS.
void Assembler::set_up_plugins() {
  auto binding = std::ranges::count_if(parts_.registry, &PluginEntry::binds);
  bound_ = binding == 0;
  for (const PluginEntry& entry : parts_.registry) {
    for (std::size_t i = 0; i < configuration_->blocks.size(); ++i) set_up(entry, i);
    if (entry.binds) bound_ = --binding == 0;
  }
}

void Assembler::set_up(const PluginEntry& entry, std::size_t number) {
  const config::ServerBlock& source = parts_.corefile.blocks[number];
  std::vector<config::Directive> directives =
      config::directives_of(source, entry.name, diagnostics_);
  if (directives.empty()) return;
  if (entry.setup != nullptr) return call(entry, number, directives);
  configuration_->blocks[number]->whole = false;
  for (const config::Directive& directive : directives) {
    diagnostics_.error(directive.position(), std::string(entry.name), "known, not in this build");
  }
}

void Assembler::call(const PluginEntry& entry,
                     std::size_t number,
                     std::span<config::Directive> directives) {
  Block& block = *configuration_->blocks[number];
  std::vector<ServerLabel> servers;
  if (bound_) servers = labels_of(*configuration_, block);
  Setup setup(parts_.process, std::string(entry.name), directives, block.zones, std::move(servers),
              block.settings, block.chain);
  setup.set_block(parts_.corefile.blocks[number]);
  setup.set_block_text(text_of(parts_.corefile.blocks[number]));
  const std::size_t errors = diagnostics_.errors().size();
  try {
    entry.setup(setup);
  } catch (const std::exception& exception) {
    directives.front().error(exception.what());
  } catch (...) {
    directives.front().error("its setup threw something that is no exception");
  }
  const bool failed = std::ranges::any_of(directives, &config::Directive::any_failed);
  if (failed || diagnostics_.errors().size() != errors) broken_.insert(number);
}

void Assembler::finish(std::size_t number) {
  Block& block = *configuration_->blocks[number];
  for (const MetadataScope* scope : block.chain.with<MetadataScope>()) {
    block.metadata = MetadataSources(block.chain.with<MetadataSource>(), scope->metadata_zones());
  }
  block.filters = block.chain.with<BlockFilter>();
  if (block.filters.size() > 1) {
    diagnostics_.error(parts_.corefile.blocks[number].keys.front().position, {},
                       "multiple views defined in server block");
  }
  for (const OpcodeAdmission* admission : block.chain.with<OpcodeAdmission>()) {
    block.opcodes.add(admission->admits());
  }
  if (!block.chain.with<ClassAdmission>().empty()) block.classes = Classes::every;
  show_block(number);
}

// A block that lacks a plugin has its error already: what others miss then would be said in vain.
void Assembler::show_block(std::size_t number) {
  if (!configuration_->blocks[number]->whole || broken_.contains(number)) return;
  const Chain& chain = configuration_->blocks[number]->chain;
  warn_of_unreached(chain, parts_.corefile.blocks[number], configuration_->blocks[number]->zones,
                    diagnostics_);
  for (const auto& [name, plugin] : chain.named<Assembled>()) {
    const std::string error = plugin->assembled(chain);
    if (error.empty()) continue;
    const auto directives =
        config::directives_of(parts_.corefile.blocks[number], name, diagnostics_);
    diagnostics_.error(directives.front().position(), std::string(name), error);
  }
}

}  // namespace

std::vector<std::string> directive_names(PluginList registry) {
  std::vector<std::string> names;
  for (const PluginEntry& entry : registry) names.emplace_back(entry.name);
  return names;
}

std::shared_ptr<const Configuration> assemble(const Parts& parts, Diagnostics& diagnostics) {
  return Assembler(parts, diagnostics).run();
}

}  // namespace catena::server
