// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <type_traits>
#include <typeindex>
#include <utility>
#include <vector>

namespace catena {

/// The identity of what a process has one of.
struct OneOfAKind {
  bool operator==(const OneOfAKind&) const = default;
};

/// State that outlives a reload: found again by its type and its identity, a value of any type that
/// can be compared and says all that the state depends on, as long as some configuration holds it.
/// What may change while the state stays is no part of the identity: its user hands that over when
/// the configuration takes over (TakesOver). Control thread only.
class Keeper {
 public:
  /// The T that somebody holds under this identity, or what `make()`, a function without arguments,
  /// returns. Null is not kept.
  template <class T, class Identity, class Make>
  std::shared_ptr<T> keep(Identity identity, Make&& make) {
    static_assert(!std::is_pointer_v<Identity>, "a place in memory identifies nothing");
    forget_unheld();
    Shelf<T, Identity>& shelf = shelf_of<T, Identity>();
    if (auto held = shelf.find(identity)) return held;
    std::shared_ptr<T> made = make();
    if (made) shelf.things.emplace_back(std::move(identity), made);
    return made;
  }

  /// Identities can be as long as a Corefile, or secret: lets go of those whose state is gone.
  /// keep() does so too.
  void forget_unheld() {
    std::erase_if(shelves_, [](const auto& shelf) { return shelf.second->forget_unheld() == 0; });
  }

  /// How many identities are known.
  std::size_t size() const {
    std::size_t all = 0;
    for (const auto& [type, shelf] : shelves_) all += shelf->size();
    return all;
  }

 private:
  struct AnyShelf {
    virtual ~AnyShelf() = default;
    /// Returns what is left.
    virtual std::size_t forget_unheld() = 0;
    virtual std::size_t size() const = 0;
  };

  template <class T, class Identity>
  struct Shelf final : AnyShelf {
    std::shared_ptr<T> find(const Identity& identity) const {
      for (const auto& [known, thing] : things) {
        if (known == identity) return thing.lock();
      }
      return nullptr;
    }
    std::size_t forget_unheld() override {
      std::erase_if(things, [](const auto& thing) { return thing.second.expired(); });
      return things.size();
    }
    std::size_t size() const override { return things.size(); }

    std::vector<std::pair<Identity, std::weak_ptr<T>>> things;
  };

  template <class T, class Identity>
  Shelf<T, Identity>& shelf_of() {
    std::unique_ptr<AnyShelf>& shelf = shelves_[{typeid(T), typeid(Identity)}];
    if (!shelf) shelf = std::make_unique<Shelf<T, Identity>>();
    return static_cast<Shelf<T, Identity>&>(*shelf);
  }

  std::map<std::pair<std::type_index, std::type_index>, std::unique_ptr<AnyShelf>> shelves_;
};

}  // namespace catena
