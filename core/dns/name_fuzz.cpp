// SPDX-License-Identifier: Apache-2.0
// Any bytes as a name at every offset, and what is read as text and back.
#include "core/dns/name.hpp"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace catena::dns {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check_read(NameView name) {
  const Result<Name> again = Name::parse(name.to_text());
  require(again.has_value() && again->view().same_case(name));
  require(name.is_in(name.parent()) && name.last(name.label_count()).same_case(name));
  require(!name.canonical_less(name));
  std::array<std::uint8_t, NameView::kMaxSize> folded;
  fold_to(name, folded.data());
  require(NameView(folded.data(), name.size()) == name);
  if (const std::optional<ReverseAddress> address = parse_reverse(name)) {
    require(reverse_name({address->bytes.data(), address->size}) == name);
  }
}

void check_wire(std::span<const std::uint8_t> message) {
  std::array<std::uint8_t, NameView::kMaxSize> out;
  for (std::size_t offset = 0; offset < message.size(); ++offset) {
    const Result<ReadName> read = read_name(message, offset, out);
    const Result<std::size_t> skipped = skip_name(message, offset);
    require(read.has_value() == skipped.has_value());
    if (!read) continue;
    require(*skipped == read->size_in_message && offset + *skipped <= message.size());
    check_read(read->name);
  }
}

void check_text(std::string_view text) {
  const Result<Name> parsed = Name::parse(text);
  if (parsed) check_read(*parsed);
}

}  // namespace
}  // namespace catena::dns

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // The work is the square of the size: messages of names need not be long.
  if (size > 2048) return 0;
  catena::dns::check_wire({data, size});
  catena::dns::check_text({reinterpret_cast<const char*>(data), size});
  return 0;
}
