// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/plugin.hpp"

#include <cstdint>

namespace catena::bufsize {

/// Lowers the size of UDP messages that a client says it takes (RFC 6891 section 6.2.3): for its
/// answer, for what it is told back, and for upstreams. Never raises it.
class Bufsize final : public Plugin {
 public:
  explicit Bufsize(std::uint16_t bytes) : bytes_(bytes) {}
  Reply serve(Query& query, Next next) const override;

 private:
  std::uint16_t bytes_;
};

}  // namespace catena::bufsize
