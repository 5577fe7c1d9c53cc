// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/log.hpp"

#include "plugins/log/format.hpp"

namespace catena::log {

/// What JSON says about a query whatever the FORMAT of its text. `logged` outlives it.
class QueryFields final : public LogFields {
 public:
  explicit QueryFields(const Logged& logged) : logged_(logged) {}
  void put(JsonObject& object) const override;

 private:
  void put_question(JsonObject& object) const;
  void put_reply(JsonObject& object) const;

  const Logged& logged_;
};

}  // namespace catena::log
