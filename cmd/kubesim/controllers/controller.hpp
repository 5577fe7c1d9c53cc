// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cmd/kubesim/api/cluster.hpp"

#include <deque>

namespace catena::kubesim {

class WorkQueue;

/// One of the loops that make the cluster what its objects say. Controllers act only when the queue
/// runs them, never while a change is told.
class Controller {
 public:
  Controller(Cluster& cluster, WorkQueue& queue) : cluster_(cluster), queue_(queue) {}
  virtual ~Controller() = default;
  Controller(const Controller&) = delete;
  Controller& operator=(const Controller&) = delete;

  /// Queues what a change concerns.
  virtual void observe(const Change& change) = 0;
  /// Makes the world fit; the key is one that this controller queued.
  virtual void reconcile(const Key& key) = 0;

 protected:
  Cluster& cluster_;
  WorkQueue& queue_;
};

/// What is to be reconciled, first come first served, each key at most once.
class WorkQueue {
 public:
  using Later = std::function<void(std::chrono::milliseconds, std::function<void()>)>;

  void add(Controller& controller, Key key);
  /// The same after a time; at once if nobody keeps time.
  void add_later(Controller& controller, Key key, std::chrono::milliseconds delay);
  /// Does one piece of work; false if there was none.
  bool run_one();
  void run_all();
  [[nodiscard]] bool empty() const { return order_.empty(); }

  /// Called when an empty queue gets work.
  void on_work(std::function<void()> wake) { wake_ = std::move(wake); }
  void on_later(Later later) { later_ = std::move(later); }

 private:
  using Item = std::pair<Controller*, Key>;
  std::deque<Item> order_;
  std::set<Item> waiting_;
  std::function<void()> wake_;
  Later later_;
};

/// Splits a key into namespace and name.
std::pair<std::string, std::string> split_key(const Key& key);

/// The entry of `metadata.ownerReferences` for an owner that controls its dependents.
Json owner_reference(const Resource& resource, const Object& owner);
/// The uid of the controlling owner, or empty.
std::string_view controller_uid(const Object& dependent);
/// Objects of a resource in a namespace that this owner controls.
std::vector<ObjectPtr> controlled(const Store& store,
                                  const Resource& resource,
                                  const Object& owner);

[[nodiscard]] bool pod_ready(const Json& pod);
[[nodiscard]] bool pod_finished(const Json& pod);

/// A short name for a pod template: changes when the template does.
std::string template_hash(const Json& pod_template);

/// Deletes a pod as a client with the default grace would.
void delete_pod(Cluster& cluster, const Object& pod);

/// Writes down what happened to an object, for `kubectl describe`. The oldest events are forgotten.
void record_event(Cluster& cluster,
                  const Object& involved,
                  std::string_view reason,
                  std::string_view message,
                  std::string_view component);

}  // namespace catena::kubesim
