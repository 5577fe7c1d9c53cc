// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/k8s_external/cursor.hpp"

namespace catena::kubernetes::k8s_external {

Cursor::Cursor(const Zone& zone, const ExternalZone& form, const ExternalAnswerer& services)
    : services_(services.services(form)) {
  const std::uint32_t serial = services.hand_out_serial(form.headless);
  front_.add(dns::Section::answer, zone.soa(zone.name(), serial, arena_));
  front_.add(dns::Section::answer, zone.ns(zone.name()));
  services.name_server(front_, dns::Section::additional, zone.name_server(), form);
  for (const dns::Record& record : front_.additional()) front_.add(dns::Section::answer, record);
  // Addresses point into the cluster's store.
  if (!front_.own()) front_.spoil();
}

const dns::Record* Cursor::next() {
  if (told_ < front_.answer().size()) return &front_.answer()[told_++];
  return services_->next();
}

}  // namespace catena::kubernetes::k8s_external
