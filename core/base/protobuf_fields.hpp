// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <protozero/pbf_reader.hpp>
#include <string_view>

namespace catena {

/// One field of a protobuf message: bytes (texts and messages) or a number. The other of the two is
/// empty or 0, so that a field of the wrong type counts as absent.
struct ProtobufField {
  std::uint32_t number = 0;
  std::string_view bytes;  ///< Points into the message.
  std::uint64_t value = 0;
};

/// Calls `visit(field)`, which returns whether to go on, for each field of `message` from front to
/// back; fields of fixed size, which Kubernetes does not use, are passed over. False when the
/// message is broken or `visit` said no. Of protozero nothing leaves this function, exceptions
/// included. Link catena_protobuf.
template <class Visit>
bool each_field(std::string_view message, Visit&& visit) {
  try {
    protozero::pbf_reader reader(message.data(), message.size());
    while (reader.next()) {
      ProtobufField field{.number = reader.tag()};
      if (reader.wire_type() == protozero::pbf_wire_type::length_delimited) {
        const protozero::data_view view = reader.get_view();
        field.bytes = {view.data(), view.size()};
      } else if (reader.wire_type() == protozero::pbf_wire_type::varint) {
        field.value = reader.get_uint64();
      } else {
        reader.skip();
        continue;
      }
      if (!visit(field)) return false;
    }
    return true;
  } catch (const protozero::exception&) {
    return false;
  }
}

}  // namespace catena
