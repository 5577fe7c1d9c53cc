// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/arena.hpp"
#include "core/dns/response.hpp"

#include "plugins/kubernetes/k8s_external/external_answerer.hpp"
#include "plugins/kubernetes/k8s_external/zone.hpp"

#include <cstddef>
#include <memory>

namespace catena::kubernetes::k8s_external {

/// Reads one zone for a transfer: SOA, NS, its addresses, then the services. Must not outlive zone
/// and services.
class Cursor final : public ZoneCursor {
 public:
  Cursor(const Zone& zone, const ExternalZone& form, const ExternalAnswerer& services);

  const dns::Record* next() override;
  bool whole() const override { return !front_.spoiled() && services_->whole(); }

 private:
  Arena arena_{1024};
  dns::Response front_{arena_};
  std::size_t told_ = 0;  // Records of front_.
  std::unique_ptr<ZoneCursor> services_;
};

}  // namespace catena::kubernetes::k8s_external
