// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/arguments.hpp"

#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace catena::config {

class Property;
using Properties = std::vector<std::reference_wrapper<Property>>;

/// A line with arguments and perhaps a block of properties of its own. What setup asks for by name
/// is remembered: done() complains about every other property, and asked() is the list of options
/// that help and the README check read, so there is no second one.
class Property : public Arguments {
 public:
  Property(const Line& line, Diagnostics& diagnostics, std::string plugin);

  /// Reads the one argument of a property; of several lines with this name the last one stays.
  template <class Target, class... Rules>
  bool property(std::string_view wanted, Target&& target, const Rules&... rules) {
    bool good = true;
    for (Property& one : each(wanted)) {
      good = one.required(target, rules...) && one.no_more() && good;
    }
    return good;
  }

  /// Sets `target` when the property is there; it takes no argument.
  bool flag(std::string_view wanted, bool& target);

  /// Every line of the block with this name, in order. done() reports the arguments that the caller
  /// leaves; a block within is reported unless the caller asks for its properties.
  Properties each(std::string_view wanted);

  /// Every line of the block whose name nobody asked for before, in order: for plugins whose block
  /// holds data. done() does not report them.
  Properties others();

  /// True when the block has this property; that counts as asked for.
  bool has(std::string_view wanted) { return !each(wanted).empty(); }

  /// Words that stand only in the block: where one is taken for a zone, done() warns of it. The
  /// names that were asked for are known already.
  void vocabulary(std::initializer_list<std::string_view> words);

  /// For a plugin whose block CoreDNS does not look at: nor is it here, with a warning.
  void ignore_block();

  /// Refuses a property that CoreDNS once had; `instead` says what took its place.
  void former(std::string_view wanted, std::string_view instead);

  /// Refuses a property that CoreDNS has and this build has not yet, wherever it stands.
  void not_in_this_build(std::string_view wanted);

  /// Reports arguments that nobody took, properties that nobody asked for (with the nearest names
  /// that exist) and what is left in the properties. Call it once, last. True when there was no
  /// error.
  bool done();

  /// Says `unknown property 'X'` about one of the properties, for loops over others().
  void unknown(Property& one) const;

  /// The names that were asked for, and those that were refused as not in this build.
  const std::vector<std::string>& asked() const { return asked_; }
  const std::vector<std::string>& refused() const { return refused_; }

  /// True when a property was reported as an error, or the line itself.
  bool any_failed() const;

  /// Where the property stands among those of its block, counted from 0.
  std::size_t index() const { return index_; }

 private:
  bool block_expected() const;
  void check_properties();
  void check_zone_words();

  std::vector<Property> properties_;
  std::vector<std::string> asked_;
  std::vector<std::string> refused_;
  std::vector<std::string> vocabulary_;
  std::size_t index_ = 0;
  bool taken_ = false;  // Somebody asked for it.
  bool data_ = false;   // It came out of others(): what it holds is not ours to check.
  bool others_asked_ = false;
};

/// One occurrence of a plugin's directive in a server block: the outermost property.
class Directive final : public Property {
 public:
  /// The plugin that errors name is the directive's name.
  Directive(const Line& line, Diagnostics& diagnostics);
};

/// All occurrences of one directive in a block, in order. Block and sink must outlive them.
std::vector<Directive> directives_of(const ServerBlock& block,
                                     std::string_view name,
                                     Diagnostics& diagnostics);

/// Reports `this plugin can only be used once per Server Block` about every occurrence but the
/// first.
bool only_once(std::span<Directive> occurrences);

}  // namespace catena::config
