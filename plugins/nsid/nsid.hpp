// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/plugin.hpp"

#include <string>

namespace catena::nsid {

/// Tells clients that ask for it which of several servers answers (RFC 5001).
class Nsid final : public Plugin {
 public:
  explicit Nsid(std::string data) : data_(std::move(data)) {}
  Reply serve(Query& query, Next next) const override;

 private:
  void tell(Query& query) const;

  std::string data_;
};

}  // namespace catena::nsid
