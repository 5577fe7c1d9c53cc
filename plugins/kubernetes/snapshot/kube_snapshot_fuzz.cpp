// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/snapshot/format.hpp"
#include "plugins/kubernetes/snapshot/restore.hpp"
#include "plugins/kubernetes/store/testing.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace catena::kubernetes;

/// What the file's own key is, so that this never stands in the way.
std::string key_in(std::string_view bytes) {
  const auto view = snapshot::parse(bytes);
  return view ? std::string(view->key) : std::string();
}

void load(std::string_view bytes) {
  testing::Cluster cluster;
  const api::Sinks sinks{&cluster.services(), &cluster.slices(), &cluster.pods(),
                         &cluster.namespaces()};
  const auto restored = snapshot::restore(bytes, key_in(bytes), sinks);
  if (!restored && cluster.store().services.size() != 0) std::abort();
  // What was restored goes with the first whole list, whatever it was.
  cluster.services().begin_replace();
  cluster.services().commit_replace();
  cluster.slices().begin_replace();
  cluster.slices().commit_replace();
  if (cluster.store().services.size() != 0) std::abort();
}

}  // namespace

/// A file as it is, and as a body that has the checksum that fits.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  load(bytes);
  constexpr std::size_t kChecksum = 32;
  load(snapshot::with_checksum(std::string(bytes.substr(0, size - std::min(size, kChecksum)))));
  return 0;
}
