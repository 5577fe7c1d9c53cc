// SPDX-License-Identifier: Apache-2.0
#include "plugins/log/placeholders.hpp"

#include "core/dns/answer_flags.hpp"
#include "core/net/address_text.hpp"

#include "plugins/log/texts.hpp"

#include <iterator>

namespace catena::log {
namespace {

using Out = fmt::memory_buffer;

// Into the line without a text in between.
template <class... Args>
void put(Out& out, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(out), format, std::forward<Args>(args)...);
}

// IPv6 addresses stand in brackets.
void put_address(Out& out, const asio::ip::address& address) {
  const net::AddressText text(address);
  if (address.is_v4()) {
    out.append(text.view());
  } else {
    put(out, "[{}]", text.view());
  }
}

void remote(const Logged& l, std::string_view, Out& out) {
  put_address(out, l.query.transport().client.address());
}
void local(const Logged& l, std::string_view, Out& out) {
  put_address(out, l.query.transport().local.address());
}
void port(const Logged& l, std::string_view, Out& out) {
  put(out, "{}", l.query.transport().client.port());
}
void type(const Logged& l, std::string_view, Out& out) {
  put(out, "{}", to_string(l.query.type()));
}
void qclass(const Logged& l, std::string_view, Out& out) {
  put(out, "{}", to_string(l.query.qclass()));
}
void name(const Logged& l, std::string_view, Out& out) {
  put(out, "{}", l.query.name().to_lower_text());
}
void proto(const Logged& l, std::string_view, Out& out) {
  put(out, "{}", to_string(l.query.transport().protocol));
}
void size(const Logged& l, std::string_view, Out& out) { put(out, "{}", l.query.size()); }
void id(const Logged& l, std::string_view, Out& out) { put(out, "{}", l.query.id()); }
void opcode(const Logged& l, std::string_view, Out& out) {
  put(out, "{}", static_cast<unsigned>(l.query.opcode()));
}
void dnssec_ok(const Logged& l, std::string_view, Out& out) { put(out, "{}", l.query.dnssec_ok()); }
void bufsize(const Logged& l, std::string_view, Out& out) {
  put(out, "{}", l.query.response_limit());
}

void rcode(const Logged& l, std::string_view, Out& out) {
  if (l.outcome == Outcome::drop) return put(out, "-");
  put(out, "{}", to_string(l.query.response().rcode));
}

void rsize(const Logged& l, std::string_view, Out& out) {
  const bool nothing = l.outcome == Outcome::drop;
  put(out, "{}", nothing ? 0 : l.query.response().uncompressed_size(l.query.asked().question));
}

dns::Flags flags_of(const Query& query) {
  return dns::flags_of_reply(query.response().flags, query.asked().flags);
}

void rflags(const Logged& l, std::string_view, Out& out) {
  if (l.outcome == Outcome::drop) return put(out, "-");
  static constexpr std::pair<std::uint16_t, std::string_view> kNames[] = {
      {dns::Flags::kQR, "qr"}, {dns::Flags::kAA, "aa"}, {dns::Flags::kTC, "tc"},
      {dns::Flags::kRD, "rd"}, {dns::Flags::kRA, "ra"}, {dns::Flags::kZ, "z"},
      {dns::Flags::kAD, "ad"}, {dns::Flags::kCD, "cd"}};
  const dns::Flags flags = flags_of(l.query);
  std::string_view comma;
  for (const auto& [mask, text] : kNames) {
    if (!flags.has(mask)) continue;
    put(out, "{}{}", comma, text);
    comma = ",";
  }
}

void duration(const Logged& l, std::string_view, Out& out) {
  put(out, "{}s", SecondsText(l.duration).view());
}

void metadata(const Logged& l, std::string_view label, Out& out) {
  const std::string_view value = l.query.metadata(label);
  put(out, "{}", value.data() == nullptr ? "-" : value);
}

constexpr std::pair<std::string_view, Segment::Print> kPlaceholders[] = {
    {"type", type},   {"name", name},      {"class", qclass},      {"proto", proto},
    {"size", size},   {"remote", remote},  {"port", port},         {"local", local},
    {">id", id},      {">opcode", opcode}, {">do", dnssec_ok},     {">bufsize", bufsize},
    {"rcode", rcode}, {"rsize", rsize},    {"duration", duration}, {">rflags", rflags}};

}  // namespace

std::optional<Segment> placeholder(std::string_view label) {
  if (label.starts_with('/') && label.size() > 1) {
    return Segment(metadata, std::string(label.substr(1)));
  }
  for (const auto& [known, print] : kPlaceholders) {
    if (known == label) return Segment(print, std::string());
  }
  return std::nullopt;
}

}  // namespace catena::log
