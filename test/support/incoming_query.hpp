// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/query.hpp"

#include "test/support/messages.hpp"
#include "test/support/test_engine.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace catena::test {

/// A client's question as it comes to a chain, with an engine of its own.
class IncomingQuery {
 public:
  /// "www.example.org. A" or "version.bind. CH TXT".
  explicit IncomingQuery(std::string_view question,
                         const QueryOptions& options = {},
                         const Transport& transport = {})
      : message_(query_bytes(question, options)), query(engine_) {
    query.begin(dns::MessageView::parse(message_).value(), transport, engine_.clock().now());
  }
  IncomingQuery(const IncomingQuery&) = delete;
  IncomingQuery& operator=(const IncomingQuery&) = delete;

 private:
  TestEngine engine_;
  std::vector<std::uint8_t> message_;

 public:
  Query query;
};

}  // namespace catena::test
