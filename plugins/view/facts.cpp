// SPDX-License-Identifier: Apache-2.0
#include "plugins/view/facts.hpp"

#include "core/dns/name_text.hpp"
#include "core/net/address_text.hpp"

#include <array>
#include <charconv>

namespace catena::view {
namespace {

using expression::Value;
using Kind = expression::Type::Kind;

/// In the order of the functions.
enum class Fact : std::uint8_t {
  bufsize,
  qclass,
  client_ip,
  dnssec_ok,
  id,
  incidr,
  metadata,
  name,
  opcode,
  port,
  proto,
  server_ip,
  server_port,
  size,
  type,
};

const std::array<expression::Function, 15> kFunctions{{
    {"bufsize", {}, Kind::integer},
    {"class", {}, Kind::string},
    {"client_ip", {}, Kind::string},
    {"do", {}, Kind::boolean},
    {"id", {}, Kind::integer},
    {"incidr", {Kind::string, Kind::string}, Kind::boolean, true},
    {"metadata", {Kind::string}, Kind::string},
    {"name", {}, Kind::string},
    {"opcode", {}, Kind::integer},
    {"port", {}, Kind::string},
    {"proto", {}, Kind::string},
    {"server_ip", {}, Kind::string},
    {"server_port", {}, Kind::string},
    {"size", {}, Kind::integer},
    {"type", {}, Kind::string},
}};

// A text that is not there is empty.
std::string_view text_of(const Value& value) {
  return value.is(Value::Kind::string) ? value.text() : std::string_view();
}

}  // namespace

expression::Environment environment() { return kFunctions; }

Value Facts::call(std::size_t function, std::span<const Value> arguments) {
  const Transport& transport = query_.transport();
  switch (static_cast<Fact>(function)) {
    case Fact::bufsize:
      return Value::integer(static_cast<std::int64_t>(query_.response_limit()));
    case Fact::qclass:
      return text(dns::to_string(query_.qclass()));
    case Fact::client_ip:
      return address(transport.client.address());
    case Fact::dnssec_ok:
      return Value::boolean(query_.dnssec_ok());
    case Fact::id:
      return Value::integer(query_.id());
    case Fact::incidr:
      return in_network(arguments[0], arguments[1]);
    case Fact::metadata:
      return Value::string(query_.metadata(text_of(arguments[0])));
    case Fact::name:
      return name();
    case Fact::opcode:
      return Value::integer(static_cast<std::int64_t>(query_.opcode()));
    case Fact::port:
      return number_as_text(transport.client.port());
    case Fact::proto:
      return Value::string(to_string(transport.protocol));
    case Fact::server_ip:
      return address(transport.local.address());
    case Fact::server_port:
      return number_as_text(transport.local.port());
    case Fact::size:
      return Value::integer(static_cast<std::int64_t>(query_.size()));
    case Fact::type:
      break;
  }
  return text(dns::to_string(query_.type()));
}

Value Facts::in_network(const Value& address, const Value& network) {
  switch (networks_.membership(text_of(address), text_of(network))) {
    case Membership::inside:
      return Value::boolean(true);
    case Membership::outside:
      return Value::boolean(false);
    case Membership::bad_address:
      return Value::fault("first argument is not an IP address");
    case Membership::bad_network:
      break;
  }
  return Value::fault("invalid CIDR address");
}

Value Facts::name() {
  if (name_.empty()) name_ = dns::to_lower_text(query_.name(), query_.arena());
  return name_.empty() ? Value::fault("no memory") : Value::string(name_);
}

Value Facts::text(std::string_view text) {
  const std::string_view copy = query_.arena().copy(text);
  return copy.empty() ? Value::fault("no memory") : Value::string(copy);
}

Value Facts::number_as_text(std::uint16_t number) {
  std::array<char, 8> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  return text({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

Value Facts::address(const asio::ip::address& address) {
  return text(net::AddressText(address).view());
}

}  // namespace catena::view
