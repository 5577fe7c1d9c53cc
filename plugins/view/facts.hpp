// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/expression/environment.hpp"
#include "core/plugin/query.hpp"

#include "plugins/view/network.hpp"

#include <span>
#include <string_view>

namespace catena::view {

/// The functions that expressions have about a query, as in CoreDNS.
expression::Environment environment();

/// Answers them for one query. Texts lie in its arena. `networks` are the worker's.
class Facts final : public expression::Callee {
 public:
  Facts(Query& query, Networks& networks) : query_(query), networks_(networks) {}

  expression::Value call(std::size_t function,
                         std::span<const expression::Value> arguments) override;

 private:
  expression::Value in_network(const expression::Value& address, const expression::Value& network);
  expression::Value name();
  expression::Value text(std::string_view text);
  expression::Value number_as_text(std::uint16_t number);
  expression::Value address(const asio::ip::address& address);

  Query& query_;
  Networks& networks_;
  std::string_view name_;  // Once it was asked for.
};

}  // namespace catena::view
