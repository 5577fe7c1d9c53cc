// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/model/watch.hpp"

namespace catena::kubesim {
namespace {

using EventType = Watch::Event::Type;

/// The state before a change, with the version of the change.
ObjectPtr left_behind(const Change& change) {
  Json json = change.previous->json();
  json.member("metadata").set("resourceVersion", std::to_string(change.version()));
  return std::make_shared<const Object>(*change.resource, std::move(json), change.version());
}

}  // namespace

bool Filter::matches(const Object& object) const {
  return (space.empty() || object.space() == space) && labels.matches(object.labels()) &&
         fields.matches(object.json());
}

Watch::Watch(Settings settings, std::size_t limit)
    : settings_(std::move(settings)), limit_(limit) {}

void Watch::offer(const Change& change) {
  if (change.resource != settings_.resource || change.version() <= settings_.after) return;
  const bool before = change.previous && settings_.filter.matches(*change.previous);
  const bool now = change.type != ChangeType::Deleted && settings_.filter.matches(*change.object);
  if (now) {
    push({before ? EventType::Modified : EventType::Added, change.object, change.version(),
          nullptr});
  } else if (before) {
    const bool gone = change.type == ChangeType::Deleted;
    push({EventType::Deleted, gone ? change.object : left_behind(change), change.version(),
          nullptr});
  }
}

void Watch::push(Event event) {
  if (end_ != End::Open) return;
  queue_.push_back(std::move(event));
  if (queue_.size() > limit_) {
    overflowed_ = true;
    queue_.clear();
    end(End::Abrupt);
  } else {
    wake();
  }
}

void Watch::preload(std::vector<Event> events) {
  limit_ += events.size();
  for (Event& event : events) push(std::move(event));
}

void Watch::wake() const {
  if (wake_) wake_();
}

std::optional<Watch::Event> Watch::next() {
  if (queue_.empty()) return std::nullopt;
  Event event = std::move(queue_.front());
  queue_.pop_front();
  return event;
}

void Watch::end(End how) {
  if (end_ == End::Open) end_ = how;
  wake();
}

void WatchHub::remove(const std::shared_ptr<Watch>& watch) {
  if (watches_.erase(watch) > 0 && watch->overflowed()) ++dropped_;
}

void WatchHub::publish(const Change& change) {
  for (const auto& watch : watches_) watch->offer(change);
}

void WatchHub::end_all(Watch::End how) {
  for (const auto& watch : watches_) watch->end(how);
}

void WatchHub::wake_all() {
  for (const auto& watch : watches_) watch->wake();
}

}  // namespace catena::kubesim
