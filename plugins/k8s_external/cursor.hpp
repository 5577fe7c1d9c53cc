// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/arena.hpp"
#include "core/dns/response.hpp"
#include "core/plugin/external_services.hpp"

#include "plugins/k8s_external/zone.hpp"

#include <cstddef>
#include <memory>

namespace catena::k8s_external {

/// Reads one zone for a transfer: SOA, NS, its addresses, then the services. Must not outlive zone
/// and services.
class Cursor final : public ZoneCursor {
 public:
  Cursor(const Zone& zone, const ExternalZone& form, const ExternalServices& services);

  const dns::Record* next() override;
  bool whole() const override { return !front_.spoiled() && services_->whole(); }

 private:
  Arena arena_{1024};
  dns::Response front_{arena_};
  std::size_t told_ = 0;  // Records of front_.
  std::unique_ptr<ZoneCursor> services_;
};

}  // namespace catena::k8s_external
