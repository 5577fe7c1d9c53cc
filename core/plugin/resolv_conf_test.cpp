// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/resolv_conf.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace catena {
namespace {

using Texts = std::vector<std::string>;

struct Case {
  const char* name;
  const char* text;
  Texts servers;
  Texts search;
};

const Case kCases[] = {
    {"nothing", "", {}, {}},
    {"a pod's",
     "nameserver 10.96.0.10\nsearch shop.svc.cluster.local svc.cluster.local\noptions ndots:5\n",
     {"10.96.0.10"},
     {"shop.svc.cluster.local.", "svc.cluster.local."}},
    {"in order, each once",
     "nameserver 192.0.2.2\nnameserver 192.0.2.1\nnameserver 192.0.2.2",
     {"192.0.2.2", "192.0.2.1"},
     {}},
    {"blanks and carriage returns",
     "\tnameserver \t 192.0.2.1 x\r\n search\tA.Example  b.example.\r\n",
     {"192.0.2.1"},
     {"a.example.", "b.example."}},
    {"a link-local address is behind an interface",
     "nameserver fe80::1%eth0\n",
     {"fe80::1%eth0"},
     {}},
    {"two interfaces are two servers",
     "nameserver fe80::1%eth0\nnameserver fe80::1%eth1\n",
     {"fe80::1%eth0", "fe80::1%eth1"},
     {}},
    {"of others an interface means nothing",
     "nameserver 2001:db8::1%eth0\nnameserver 192.0.2.1%eth0\n",
     {"2001:db8::1", "192.0.2.1"},
     {}},
    {"an interface without an address", "nameserver %eth0\n", {}, {}},
    {"comments and other words",
     "#nameserver 1.1.1.1\n;nameserver 1.1.1.1\nnameservers 1.1.1.1\n#search a\nsearches a\n",
     {},
     {}},
    {"no address", "nameserver\nnameserver dns.example\nnameserver 1.2.3\n", {}, {}},
    {"the last search counts", "search a b\nsearch c", {}, {"c."}},
    {"a domain is a search of one", "search a b\ndomain c d", {}, {"c."}},
    {"an empty one takes back", "search a\nsearch", {}, {}},
    {"what is no name is left out", "search a..b c", {}, {"c."}},
    {"the root", "search .", {}, {"."}},
};

TEST_CASE("resolv.conf", "[plugin]") {
  for (const Case& c : kCases) {
    DYNAMIC_SECTION(c.name) {
      const ResolvConf found = parse_resolv_conf(c.text);
      Texts servers;
      for (const ScopedAddress& server : found.servers) {
        const std::string behind = server.interface.empty() ? "" : "%" + server.interface;
        servers.push_back(server.address.to_string() + behind);
      }
      CHECK(servers == c.servers);
      Texts search;
      for (const dns::Name& name : found.search) search.push_back(name.to_text());
      CHECK(search == c.search);
    }
  }
}

}  // namespace
}  // namespace catena
