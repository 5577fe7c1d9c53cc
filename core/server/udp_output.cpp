// SPDX-License-Identifier: Apache-2.0
#include "core/server/udp_output.hpp"

namespace catena::server {

UdpOutput::UdpOutput() : region_(new std::uint8_t[kRegion]) {}

std::span<std::uint8_t> UdpOutput::room(const std::shared_ptr<UdpOutlet>& outlet) {
  const bool full = count_ == kBatch || kRegion - used_ < kMaxDatagram;
  if (full || outlet != outlet_) flush();
  if (outlet != outlet_) outlet_ = outlet;
  return {region_.get() + used_, kMaxDatagram};
}

void UdpOutput::add(std::size_t size, const UdpPeer& peer) {
  if (size == 0) return;
  pieces_[count_] = {region_.get() + used_, size};
  peers_[count_] = peer;
  used_ += size;
  ++count_;
}

void UdpOutput::flush() {
  if (count_ == 0) return;
  for (std::size_t i = 0; i < count_; ++i) {
    describe(peers_[i], pieces_[i], messages_[i].msg_hdr);
  }
  outlet_->send({messages_.data(), count_});
  count_ = 0;
  used_ = 0;
}

}  // namespace catena::server
