// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/query.hpp"

#include "core/plugin/abilities.hpp"

#include <algorithm>
#include <cstring>

namespace catena {

std::string_view to_string(Protocol protocol) {
  switch (protocol) {
    case Protocol::udp:
    case Protocol::quic:
    case Protocol::https3:
      return "udp";
    default:
      return "tcp";
  }
}

Query::Query(Engine& engine, std::size_t arena_block)
    : engine_(&engine), arena_(arena_block), response_(arena_) {}

void Query::begin(const dns::MessageView& message, const Transport& transport, TimePoint now) {
  arena_.reset();
  response_ = dns::Response(arena_);
  message_ = message;
  asked_ = shown_.question = message.question();
  shown_.flags = message.flags();
  id_ = message.id();
  shown_.edns = message.edns();
  size_ = message.bytes().size();
  transport_ = transport;
  arrived_ = now;
  basis_.clear();
  setbacks_ = nullptr;
  begin_anew();
  zone_ = {};
  view_ = {};
  sources_ = nullptr;
  depth_ = 0;
  step_ = false;
}

void Query::begin_like(const Query& parent, const dns::Question& question) {
  arena_.reset();
  response_ = dns::Response(arena_);
  message_.reset();
  shown_ = parent.shown_;
  shown_.question = question;
  shown_.question.name = dns::NameView(arena_.copy(question.name.bytes()));
  asked_ = shown_.question;
  id_ = parent.id_;
  std::optional<dns::Edns>& edns = shown_.edns;
  if (edns) edns->options = arena_.copy(edns->options);
  size_ = dns::kHeaderSize + question.name.size() + 4;
  // With the OPT record that it has from its parent: root name, type, size, flags, length, options.
  if (edns) size_ += 11 + edns->options.size();
  transport_ = parent.transport_;
  arrived_ = parent.arrived_;
  basis_.clear();
  setbacks_ = parent.setbacks_;
  begin_anew();
  zone_ = parent.zone_;
  view_ = parent.view_;
  sources_ = parent.sources_;
  depth_ = parent.depth_ + 1;
  step_ = parent.step_;
}

void Query::begin_anew() {
  given_up_ = false;
  traces_.failed = false;
  traces_.failure = {};
  traces_.explanation.reset();
  traces_.slots = nullptr;
  traces_.hook_count = 0;
  root_ = this;
  awaited_ = nullptr;
}

std::size_t Query::response_limit() const {
  if (is_stream(transport_.protocol)) return dns::kMaxMessage;
  return shown_.edns ? std::max<std::size_t>(shown_.edns->udp_size, 512) : 512;
}

void Query::remove_signature() {
  size_ = *message_->tsig();
  message_->forget_tsig();
}

dns::Response& Query::respond() {
  retract();
  response_.flags.set(dns::Flags::kAA);
  return response_;
}

void Query::retract() {
  response_.clear();
  traces_.failed = false;
  traces_.failure = {};
  traces_.explanation.reset();
}

void Query::explain(ExtendedError code, std::string_view text) {
  traces_.explanation = Explanation{code, text};
}

void Query::give_up() {
  given_up_ = true;
  if (awaited_ != nullptr) awaited_->give_up();
}

Outcome Query::fail_with(dns::Rcode rcode, std::span<const std::string_view> reason) {
  retract();
  response_.rcode = rcode;
  traces_.failed = true;
  traces_.failure = joined(reason);
  return Outcome::respond;
}

// Empty where the arena is full.
std::string_view Query::joined(std::span<const std::string_view> parts) {
  std::size_t size = 0;
  for (const std::string_view part : parts) size += part.size();
  const std::span<char> text = arena_.array<char>(size);
  char* at = text.data();
  if (text.size() == size) {
    for (const std::string_view part : parts) at = std::copy(part.begin(), part.end(), at);
  }
  return {text.data(), text.size()};
}

void Query::set_block(dns::NameView zone, std::string_view view, const MetadataSources* sources) {
  zone_ = zone;
  view_ = view;
  sources_ = sources;
}

std::string_view Query::metadata(std::string_view label) {
  return sources_ == nullptr ? std::string_view() : sources_->value(*this, label);
}

bool Query::add_wire_hook(WireHook& hook) {
  if (traces_.hook_count == kMaxHooks) return false;
  traces_.hooks[traces_.hook_count++] = &hook;
  return true;
}

}  // namespace catena
