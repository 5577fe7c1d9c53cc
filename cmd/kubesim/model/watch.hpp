// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cmd/kubesim/model/selectors.hpp"
#include "cmd/kubesim/model/store.hpp"

#include <set>

namespace catena::kubesim {

/// Which objects of a resource a list or watch is about.
struct Filter {
  std::string space;
  LabelSelector labels;
  FieldSelector fields;
  [[nodiscard]] bool matches(const Object& object) const;
};

/// How objects are shown to the client.
enum class Form { Plain, Protobuf, Table, Metadata };

/// One open watch: a bounded queue of events between the store and a connection.
class Watch {
 public:
  struct Settings {
    const Resource* resource = nullptr;
    Filter filter;
    Form form = Form::Plain;
    /// With the form Table: whole objects instead of their metadata.
    std::string include_object;
    bool bookmarks = false;
    /// Changes up to this version are not told; also one of the future.
    std::uint64_t after = 0;
    std::chrono::seconds timeout{1800};
  };
  enum class End { Open, Clean, Abrupt };
  struct Event {
    enum class Type { Added, Modified, Deleted, Bookmark, InitialEnd, Error };
    Type type = Type::Added;
    ObjectPtr object;
    std::uint64_t version = 0;
    Json error;
  };

  Watch(Settings settings, std::size_t limit);

  /// Queues what a change means to this watch: an object that leaves the selector is deleted.
  void offer(const Change& change);
  void push(Event event);
  /// Queues the events of the start, which the limit does not count.
  void preload(std::vector<Event> events);
  /// The next event, or nothing.
  std::optional<Event> next();

  void end(End how);
  [[nodiscard]] End ended() const { return end_; }
  /// More events waited than the limit; the watch has ended abruptly.
  [[nodiscard]] bool overflowed() const { return overflowed_; }
  [[nodiscard]] const Settings& settings() const { return settings_; }
  void wake() const;
  /// Called when there is something new; the connection sets it.
  void on_wake(std::function<void()> wake) { wake_ = std::move(wake); }

 private:
  Settings settings_;
  std::size_t limit_;
  std::deque<Event> queue_;
  End end_ = End::Open;
  bool overflowed_ = false;
  std::function<void()> wake_;
};

/// All open watches. One thread owns it.
class WatchHub {
 public:
  void add(const std::shared_ptr<Watch>& watch) { watches_.insert(watch); }
  void remove(const std::shared_ptr<Watch>& watch);
  void publish(const Change& change);
  /// Ends every watch now.
  void end_all(Watch::End how);
  /// Wakes every connection, so that it looks at the faults again.
  void wake_all();
  [[nodiscard]] std::size_t size() const { return watches_.size(); }
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

 private:
  std::set<std::shared_ptr<Watch>> watches_;
  std::uint64_t dropped_ = 0;
};

}  // namespace catena::kubesim
