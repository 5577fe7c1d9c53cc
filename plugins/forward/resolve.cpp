// SPDX-License-Identifier: Apache-2.0
#include "plugins/forward/resolve.hpp"

#include "core/client/channel.hpp"
#include "core/net/alarm.hpp"
#include "core/net/kernel_network.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <thread>
#include <utility>

namespace catena::forward {
namespace {

namespace asio = boost::asio;
using Addresses = std::vector<asio::ip::address>;

[[noreturn]] void give_up(std::string_view host, std::string_view reason) {
  throw std::runtime_error(fmt::format("plugin/forward: failed to resolve \"{}\": lookup {}: {}",
                                       host.substr(0, host.size() - 1), host, reason));
}

class Done final : public client::Waiter {
 public:
  void finished(client::Call&) override { done = true; }
  bool done = false;
};

void add_address(Addresses& addresses, const dns::Record& record) {
  asio::ip::address address;
  if (record.type == dns::Type::A && record.rdata.size() == 4) {
    asio::ip::address_v4::bytes_type bytes;
    std::copy(record.rdata.begin(), record.rdata.end(), bytes.begin());
    address = asio::ip::address_v4(bytes);
  } else if (record.type == dns::Type::AAAA && record.rdata.size() == 16) {
    asio::ip::address_v6::bytes_type bytes;
    std::copy(record.rdata.begin(), record.rdata.end(), bytes.begin());
    address = asio::ip::address_v6(bytes);
  } else {
    return;
  }
  addresses.push_back(address);
}

/// Asks one resolver on an event loop of its own.
class Lookup {
 public:
  explicit Lookup(const client::Endpoint& resolver)
      : metrics_(1),
        loop_(io_.get_executor(), clock_, deadlines_, network_, random_, Lane::shared),
        name_(resolver),
        channel_(loop_,
                 std::make_shared<const client::Upstream>(
                     name_,
                     client::UpstreamOptions{},
                     std::make_shared<client::Health>(),
                     client::UpstreamCounters(metrics_, "forward", client::to_text(name_)))) {}

  void ask(const dns::Name& host, dns::Type type, Addresses& addresses) {
    const dns::Question question{host, type, dns::Class::IN};
    std::vector<std::uint8_t> room(client::Request::room_for(question, std::nullopt));
    auto request =
        client::Request::write(question, dns::Flags(dns::Flags::kRD), std::nullopt, room);
    if (!request) return;
    client::Call call(*request, {.truncated = client::Truncated::retry_over_tcp});
    Done waiter;
    call.set_waiter(waiter);
    channel_.begin(call);
    while (!waiter.done && io_.run_one() != 0) {
    }
    if (call.exchange.status() != client::ExchangeStatus::answered) return;
    Arena arena;
    const dns::MessageView& reply = call.exchange.answer();
    for (const dns::PackedRecord& packed : reply.records(dns::Section::answer)) {
      const auto record = reply.unpack(packed, arena);
      if (record && record->type == type) add_address(addresses, *record);
    }
  }

 private:
  asio::io_context io_;
  SystemClock clock_;
  net::Deadlines deadlines_;
  net::Alarm alarm_{io_.get_executor(), clock_, deadlines_};
  net::KernelNetwork network_{io_.get_executor()};
  Random random_;
  metrics::Registry metrics_;
  client::UpstreamLoop loop_;
  client::Endpoint name_;
  client::Channel channel_;
};

Addresses ask_resolvers(const std::string& host, std::span<const client::Endpoint> resolvers) {
  Addresses addresses;
  const dns::Name name = dns::Name::parse(host).value();
  for (const client::Endpoint& resolver : resolvers) {
    Lookup lookup(resolver);
    lookup.ask(name, dns::Type::A, addresses);
    lookup.ask(name, dns::Type::AAAA, addresses);
    if (!addresses.empty()) return addresses;
  }
  give_up(host, "no such host");
}

}  // namespace

std::vector<asio::ip::address> resolve_host(const std::string& host,
                                            std::span<const client::Endpoint> resolvers) {
  if (!resolvers.empty()) return ask_resolvers(host, resolvers);
  asio::io_context io;
  asio::ip::udp::resolver system(io);
  boost::system::error_code error;
  Addresses addresses;
  // Absolute, so that no search list leads it elsewhere.
  for (const auto& entry : system.resolve(host, "", error)) {
    addresses.push_back(entry.endpoint().address());
  }
  if (addresses.empty()) give_up(host, error ? error.message() : "no such host");
  return addresses;
}

std::future<std::vector<Addresses>> resolve_hosts(std::vector<std::string> hosts,
                                                  std::vector<client::Endpoint> resolvers) {
  std::promise<std::vector<Addresses>> promise;
  auto future = promise.get_future();
  const auto resolve = [](std::promise<std::vector<Addresses>> all, const auto& names,
                          const auto& servers) {
    try {
      std::vector<Addresses> found;
      for (const std::string& name : names) found.push_back(resolve_host(name, servers));
      all.set_value(std::move(found));
    } catch (...) {
      all.set_exception(std::current_exception());
    }
  };
  std::thread(resolve, std::move(promise), std::move(hosts), std::move(resolvers)).detach();
  return future;
}

}  // namespace catena::forward
