// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace catena::dns {

/// The parameters of SVCB and HTTPS (RFC 9460 section 2.1) as ` alpn="h2,h3" port=443`, each with a
/// blank before it. `bytes` must be whole parameters. A value that does not fit its key is printed
/// as the value of keyNNNNN.
void append_service_params(std::string& out, std::span<const std::uint8_t> bytes);

/// One parameter's text, "alpn=h2" or `alpn="h2,h3"`, to wire form with key and length. False, and
/// nothing added, where the text is wrong.
bool append_service_param(std::vector<std::uint8_t>& out, std::string_view text);

/// Puts parameters that stand one behind the other into the order of their keys, as they travel.
/// False if a key is there twice.
bool sort_service_params(std::span<std::uint8_t> params);

}  // namespace catena::dns
