// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string_view>
#include <vector>

namespace catena::kubesim {

/// The messages of Kubernetes' API (the .proto files of k8s.io/api), as far as they are read or
/// written here.
enum class FieldType { Text, Number, Flag, Map, BytesMap, IntOrText, Time, RawJson, Message };

enum class FieldRule {
  Set,     ///< A pointer in Kubernetes: written where it is set, also when empty or zero.
  Always,  ///< No pointer: written also where nothing was set, and read as nothing then.
  Repeated,
};

struct MessageField {
  unsigned number;
  std::string_view name;
  FieldType type;
  FieldRule rule = FieldRule::Always;
  /// The message that a field of type Message holds.
  std::string_view message = {};
};

using MessageFields = std::vector<MessageField>;

/// By the name of the message, fields in the order of their numbers. The references have no cycles.
const std::map<std::string_view, MessageFields>& protobuf_schema();

}  // namespace catena::kubesim
