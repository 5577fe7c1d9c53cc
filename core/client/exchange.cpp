// SPDX-License-Identifier: Apache-2.0
#include "core/client/exchange.hpp"

#include <utility>

namespace catena::client {

using dns::Flags;

void Exchange::start(std::uint16_t id) {
  id_ = id;
  request_->set_id(id);
}

Step Exchange::received(std::span<const std::uint8_t> message) {
  const auto header = dns::Header::read(message);
  if (!header || header->id != id_) return Step::wait;
  header_ = *header;
  if (plan_.match == Match::id) return end(ExchangeStatus::answered);
  if (!header->flags.has(Flags::kQR)) return mismatch();
  if (header->counts[0] == 0) return bare(message);
  if (!asks_what_we_asked(message)) return mismatch();
  if (wire_ == Wire::udp && message.size() > plan_.udp_limit) return cut(dns::Error::truncated);
  const auto view = dns::MessageView::parse(message);
  return view ? accept(*view) : cut(view.error());
}

Step Exchange::accept(const dns::MessageView& message) {
  const bool again = wire_ == Wire::udp && plan_.truncated == Truncated::retry_over_tcp;
  if (again && message.flags().has(Flags::kTC)) {
    wire_ = Wire::tcp;
    return Step::send;
  }
  answer_ = message;
  return end(ExchangeStatus::answered);
}

// Servers that do not understand EDNS, or do not want us, may send back nothing but a header.
Step Exchange::bare(std::span<const std::uint8_t> message) {
  const bool error = header_.flags.rcode() != dns::Rcode::NoError;
  const bool empty = header_.counts[1] == 0 && header_.counts[2] == 0 && header_.counts[3] <= 1;
  if (!error || !empty) return mismatch();
  const auto view = dns::MessageView::parse(message);
  const bool only_opt = view && (header_.counts[3] == 0 || view->edns());
  return only_opt ? accept(*view) : mismatch();
}

// Over UDP the likely cause is a server that ignores our size, and the client's way out is TCP.
Step Exchange::cut(dns::Error error) {
  if (wire_ == Wire::tcp) {
    fault_ =
        Fault{.during = Fault::During::decode, .wire = wire_, .error = static_cast<int>(error)};
    return end(ExchangeStatus::failed);
  }
  if (plan_.truncated == Truncated::accept) return end(ExchangeStatus::truncated);
  wire_ = Wire::tcp;
  return Step::send;
}

Step Exchange::mismatch() {
  if (wire_ == Wire::tcp) return end(ExchangeStatus::mismatched);
  if (std::exchange(saw_mismatch_, true)) return Step::wait;
  return Step::wait_briefly;
}

bool Exchange::asks_what_we_asked(std::span<const std::uint8_t> message) const {
  const auto question = dns::parse_question(message);
  const dns::Question& ours = request_->question();
  return question && question->type == ours.type && question->qclass == ours.qclass &&
         question->name == ours.name;
}

Step Exchange::failed(const Fault& fault) {
  const bool timeout = fault.during == Fault::During::read && fault.error == Fault::kTimeout;
  if (timeout && saw_mismatch_ && wire_ == Wire::udp) return end(ExchangeStatus::mismatched);
  fault_ = fault;
  return end(ExchangeStatus::failed);
}

Step Exchange::end(ExchangeStatus status) {
  status_ = status;
  return Step::done;
}

}  // namespace catena::client
