// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cmd/kubesim/controllers/controller.hpp"

namespace catena::kubesim {

/// Keeps the pods NAME-0 ... NAME-(n-1) of each StatefulSet: created in order, removed from the
/// highest, renewed one by one when the template changes. A pod that is not ready holds up those
/// after it unless podManagementPolicy is Parallel.
class StatefulSetController : public Controller {
 public:
  using Controller::Controller;
  void observe(const Change& change) override;
  void reconcile(const Key& key) override;

 private:
  void scale(const Object& set, const std::vector<ObjectPtr>& pods);
  void create_missing(const Object& set);
  void renew(const Object& set, const std::vector<ObjectPtr>& pods);
  void create_pod(const Object& set, std::int64_t ordinal);
  void update_status(const Object& set);
};

}  // namespace catena::kubesim
