// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/store/ports.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

namespace catena::kubernetes {
namespace {

std::string show(const PortList& ports) {
  std::string text;
  for (const SlicePort& port : ports) {
    text += fmt::format("{}/{}/{} ", port.name, port.protocol, port.number);
  }
  return text;
}

TEST_CASE("ports are kept in one text", "[kubernetes]") {
  const PortList ports({{"HTTP", "TCP", 80}, {"", "UDP", 65535}, {"any", "SCTP", {}}});
  CHECK(show(ports) == "http/tcp/80 /udp/65535 any/sctp/-1 ");
  CHECK(ports.size() == 3);
  CHECK(ports[1].number == 65535);
  CHECK(ports == PortList({{"http", "tcp", 80}, {"", "udp", 65535}, {"any", "sctp", {}}}));
  CHECK(!(ports == PortList({{"http", "tcp", 80}})));
}

TEST_CASE("without ports there is one without a number", "[kubernetes]") {
  CHECK(show(PortList()) == "//-1 ");
  CHECK(PortList() == PortList(std::vector<api::Port>()));
}

TEST_CASE("a name that is longer than any label is cut, and the next port found", "[kubernetes]") {
  const PortList ports({{std::string(300, 'x'), "TCP", 1}, {"b", "TCP", 2}});
  CHECK(ports[0].name.size() == 255);
  CHECK(ports[1] == SlicePort{"b", "tcp", 2});
}

}  // namespace
}  // namespace catena::kubernetes
