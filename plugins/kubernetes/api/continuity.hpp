// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/kubernetes/api/encoding.hpp"
#include "plugins/kubernetes/api/resource.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace catena::kubernetes::api {

/// Proves for the price of a small request that what is known of a resource is from the past that
/// the API server has now, and from which version on its changes are news.
///
/// An API server counts versions; one that was restored from a backup, or put in the place of
/// another, counts the same numbers again for other changes, and a watch that goes on from a number
/// would never hear of them. But two pasts that both have the newest object that is known, byte by
/// byte, with its version, are one past up to that version. So the newest changes are kept as
/// facts, and asked for from the newest on until an object is found as it is known. What changed
/// behind that one is as it is known too (it is still gone), or newer than all that was told: then
/// the watch will tell it.
///
/// What a state does not show is what was taken away before it was read: only a fact behind the
/// state proves all of it. One thread.
class Continuity {
 public:
  /// What the server must say of an object.
  struct Fact {
    std::string name_space;
    std::string name;
    std::string version;                ///< Of the change.
    std::uint64_t number = 0;           ///< The same, to be compared.
    std::optional<std::size_t> digest;  ///< Of the object's bytes; nothing where it is gone.
  };

  /// A whole state follows.
  void begin_state();
  /// It was of this version.
  void end_state(std::string_view version);

  /// An object, as it came, is there, or is gone. Changes may come in any order.
  void seen(std::string_view name_space,
            std::string_view name,
            std::string_view version,
            Encoding encoding,
            std::string_view bytes);
  void gone(std::string_view name_space, std::string_view name, std::string_view version);

  /// How many facts there are to ask for; 0 where nothing is known or versions are no numbers.
  std::size_t size() const { return versions_are_numbers_ ? facts_.size() : 0; }
  /// The newest first.
  const Fact& fact(std::size_t index) const { return facts_[facts_.size() - 1 - index]; }

  /// What an answer to the question for a fact's object says.
  enum class Standing {
    holds,  ///< It is as it is known.
    newer,  ///< It has changed since `told`, the newest version that was told of.
    other,  ///< It is of another past, or was taken away meanwhile.
  };
  /// `object` is empty where there was none.
  static Standing standing(const Fact& fact,
                           std::string_view told,
                           Encoding encoding,
                           std::string_view object);

  /// An object that is found as this fact has it proves the whole state.
  bool behind_state(const Fact& fact) const { return fact.number > state_; }

 private:
  static constexpr std::size_t kKept = 8;

  void add(Fact fact, std::string_view version);

  std::deque<Fact> facts_;   // The newest at the end, one of an object.
  std::uint64_t state_ = 0;  // The last state's version.
  bool versions_are_numbers_ = true;
};

/// The request for the object of a fact among those of a resource.
Resource narrowed(const Resource& resource, const Continuity::Fact& fact);

}  // namespace catena::kubernetes::api
