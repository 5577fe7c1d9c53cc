// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace catena::load {

using Bytes = std::span<const std::uint8_t>;

/// A and AAAA, as clients ask for them together.
constexpr std::array<std::uint16_t, 2> kTypes{1, 28};

/// A name, and what a right server says of it.
struct Name {
  std::string wire;  ///< As in a question, without type and class.
  int rcode = 0;
  std::array<std::vector<std::string>, 2> data;  ///< For A and AAAA, sorted; raw addresses.
};

/// Reads lines `NAME RCODE A,A,... AAAA,AAAA,...`, with `-` for no addresses. Nothing if one is
/// bad.
std::optional<std::vector<Name>> read_names(const std::string& path);

/// The question, RD set, no EDNS: as the C libraries ask.
std::string question(const Name& name, std::size_t type, std::uint16_t id);

/// The id of a message that is at least a header.
std::optional<std::uint16_t> id_of(Bytes message);

/// What an answer is worth. A failure is SERVFAIL to the question that was asked, with no records:
/// the server says that it does not know. Anything else that is not right is wrong.
enum class Worth : std::uint8_t { right, failed, wrong };

/// Right are question, code and addresses, each once, not cut.
Worth judge(const Name& name, std::size_t type, Bytes message);

}  // namespace catena::load
