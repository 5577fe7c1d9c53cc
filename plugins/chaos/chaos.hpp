// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/abilities.hpp"
#include "core/plugin/plugin.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace catena::chaos {

/// What is told of the server. Of a text longer than a string of a TXT record, 255 bytes, the
/// beginning is told.
struct Facts {
  std::string version;
  std::string host;
  std::vector<std::string> authors;
};

/// Answers TXT questions of class CH about the server itself; all others go on.
class Chaos final : public Plugin, public ClassAdmission {
 public:
  explicit Chaos(const Facts& facts);

  Reply serve(Query& query, Next next) const override;

 private:
  /// The data of TXT records.
  using Row = std::vector<std::vector<std::uint8_t>>;

  const Row* find(dns::NameView name) const;

  struct Fact {
    dns::Name name;
    const Row* row;
  };
  const Row version_;
  const Row host_;
  const Row authors_;
  const std::vector<Fact> facts_;
};

}  // namespace catena::chaos
