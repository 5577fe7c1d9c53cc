// SPDX-License-Identifier: Apache-2.0
// Kubernetes' protobuf form: `k8s`, a zero byte, and a runtime.Unknown that holds the type and the
// message.
#pragma once

#include "cmd/kubesim/model/json.hpp"

namespace catena::kubesim {

inline constexpr std::string_view kProtobufType = "application/vnd.kubernetes.protobuf";
inline constexpr std::string_view kProtobufMagic{"k8s\0", 4};

/// Reads an object: the kinds that `kubectl create` sends so, with the fields that it can set.
/// Other fields are left out, another kind is an error.
boost::system::result<Json, JsonError> parse_protobuf(std::string_view bytes);

/// The kinds that the functions below can write.
bool writes_protobuf(std::string_view kind);

/// The object as a whole document.
std::string write_protobuf(const Json& json);

/// A list of objects of one kind; `metadata` is the list's.
std::string write_protobuf_list(std::string_view api_version,
                                std::string_view kind,
                                const Json& metadata,
                                const std::vector<const Json*>& items);

/// A watch's event as it is sent: four bytes of length in front of a WatchEvent.
std::string write_protobuf_event(std::string_view type, const Json& json);

}  // namespace catena::kubesim
