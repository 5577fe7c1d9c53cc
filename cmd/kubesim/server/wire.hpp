// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cmd/kubesim/api/api.hpp"

namespace catena::kubesim {

enum class Connection { KeepAlive, Close };

/// The bytes of a whole response: short bodies with a length, longer ones in chunks, as a real API
/// server sends them.
std::string write_response(const Response& response, Connection connection, bool head_only);
/// A response whose body stops half way.
std::string write_cut_response(const Response& response);
/// The head of a watch's answer.
std::string write_stream_head(Form form);
std::string write_chunk(std::string_view data);
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

/// The body, or the event of a watch, made into something that is neither JSON nor protobuf.
std::string broken(std::string body);

}  // namespace catena::kubesim
