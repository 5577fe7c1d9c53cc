// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/client/fault.hpp"

#include <boost/asio/ip/address.hpp>

#include <future>
#include <span>
#include <string>
#include <vector>

namespace catena::forward {

/// The addresses of an upstream's absolute name ("dns.example.org."): the first of `resolvers` that
/// knows any is believed (A, then AAAA, 2 seconds each), the system's resolver where there are
/// none. Blocks. Throws std::runtime_error `failed to resolve "NAME": ...`.
std::vector<boost::asio::ip::address> resolve_host(const std::string& host,
                                                   std::span<const client::Endpoint> resolvers);

/// The addresses of each of `hosts`, looked up on a thread of its own; get() throws what
/// resolve_host() does. Who does not want to wait any longer lets go of it: the system's resolver
/// cannot be interrupted, so that the thread ends when it likes.
std::future<std::vector<std::vector<boost::asio::ip::address>>> resolve_hosts(
    std::vector<std::string> hosts, std::vector<client::Endpoint> resolvers);

}  // namespace catena::forward
