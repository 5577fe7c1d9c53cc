// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/abilities.hpp"

#include "plugins/kubernetes/answer/answerer.hpp"
#include "plugins/kubernetes/answer/service_records.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace catena::kubernetes {

/// Reads the services of a cluster for a transfer, in the order of their names: those that are
/// there when it begins, each as it is when its turn comes. Must not outlive answerer and zone.
class ServiceCursor : public ZoneCursor {
 public:
  ServiceCursor(const Answerer& answerer, const ZoneForm& form, ServiceView view)
      : answerer_(&answerer), form_(form), view_(view) {
    form_.long_names = LongNames::leave_out;
  }

  const dns::Record* next() final;
  bool whole() const final { return !group_.spoiled(); }

 protected:
  const Answerer& answerer() const { return *answerer_; }

  /// Adds records that stand in front of the services. False when there are no more.
  virtual bool add_in_front(const RecordBuilder&) { return false; }

 private:
  bool refill();
  bool next_service();
  const ServiceState* shown(Key service_key) const;
  void collect_keys();

  const Answerer* answerer_;
  ZoneForm form_;
  ServiceView view_;
  bool collected_ = false;
  std::vector<std::string> keys_;  // Services that are still to come, the next one last.
  ServiceRecords service_;
  Arena arena_{1024};
  dns::Response group_{arena_};  // A few records; those before told_ were given out.
  std::size_t told_ = 0;
};

/// One of the plugin's own forward zones: SOA, name servers and the specification's version in
/// front.
class ClusterZoneCursor final : public ServiceCursor {
 public:
  ClusterZoneCursor(const Answerer& answerer, const ZoneForm& form)
      : ServiceCursor(answerer, form, view_of(answerer, form.zone)) {}

 private:
  enum class Step : std::uint8_t { soa, others, services };
  static ServiceView view_of(const Answerer& answerer, dns::NameView zone);
  bool add_in_front(const RecordBuilder& builder) override;
  void add_others(const RecordBuilder& builder) const;

  Step step_ = Step::soa;
};

}  // namespace catena::kubernetes
