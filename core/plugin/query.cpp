// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/query.hpp"

#include "core/plugin/abilities.hpp"

#include <algorithm>
#include <cstring>

namespace catena {
namespace {

// What everybody takes in one datagram (RFC 1035 section 2.3.4).
constexpr std::uint16_t kPlainSize = 512;

// Of an OPT record that a plugin adds, as in CoreDNS.
constexpr std::uint16_t kAddedSize = 4096;

}  // namespace

// Standard C++ leaves it to the compiler where members of such a class lie; these two say it.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
struct Query::Layout {
  static constexpr std::size_t kCacheLine = 64;
  static constexpr std::size_t kBegin = offsetof(Query, engine_);
  static constexpr std::size_t kEnd = offsetof(Query, traces_) + offsetof(Traces, explanation);
  static_assert(offsetof(Query, basis_) + sizeof(Basis) == kBegin);
  static_assert(kEnd - kBegin <= 11 * kCacheLine, "what begin() sets does not lie side by side");
};
#pragma GCC diagnostic pop

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
  asked_.question = message.question();
  asked_.flags = message.flags();
  asked_.edns = message.edns();
  id_ = message.id();
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
  asked_ = parent.shown();
  asked_.question = question;
  asked_.question.name = dns::NameView(arena_.copy(question.name.bytes()));
  id_ = parent.id_;
  std::optional<dns::Edns>& edns = asked_.edns;
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
  shown_ = &asked_;
  udp_size_ = asked_.edns ? asked_.edns->udp_size : kPlainSize;
  given_up_ = false;
  traces_.failed = false;
  traces_.failure = {};
  traces_.explanation.reset();
  traces_.slots = nullptr;
  traces_.hook_count = 0;
  root_ = this;
  awaited_ = nullptr;
}

Inquiry& Query::change() {
  if (shown_ == &asked_) changed_ = asked_;
  shown_ = &changed_;
  return changed_;
}

dns::Edns& Query::change_edns() {
  std::optional<dns::Edns>& edns = change().edns;
  if (!edns) edns = dns::Edns{.udp_size = kAddedSize, .options = {}};
  return *edns;
}

void Query::lower_udp_size(std::uint16_t bytes) {
  udp_size_ = std::min(udp_size_, bytes);
  if (edns() && edns()->udp_size > bytes) change_edns().udp_size = bytes;
}

std::size_t Query::limit_of(std::uint16_t udp_size) const {
  if (is_stream(transport_.protocol)) return dns::kMaxMessage;
  return std::max(udp_size, kPlainSize);
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
