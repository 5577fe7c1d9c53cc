// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/query.hpp"

#include <cstdint>
#include <span>

namespace catena::server {

/// What leaves: the part of a buffer that is written; empty when not even the header fits. Or what
/// the client is to be told instead, since a wire hook could not do its part.
using Written = boost::system::result<std::span<const std::uint8_t>, dns::Rcode>;

/// Turns a finished query into the bytes that leave: EDNS as CoreDNS 1.15 echoes it, size limit,
/// the client's own question, then the query's wire hooks. A query that failed gets its rcode and
/// nothing else. Reads the response's views, so it runs before anything else may free what they
/// point to. Throws what a hook throws.
Written write_response(const Query& query, std::span<std::uint8_t> out);

/// The same without the wire hooks, for a query one of whose hooks did not work.
std::span<const std::uint8_t> write_without_hooks(const Query& query, std::span<std::uint8_t> out);

}  // namespace catena::server
