// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace catena::epoch {

/// Hands bytes of shared state to a reader, whose they are until its thread's next quiescent point
/// (Reader). In debug builds they are a copy that cannot be read behind it: whoever keeps a pointer
/// to them across a wait is ended by the kernel where it uses it (SIGSEGV), also where nothing has
/// changed meanwhile. In release builds, and on threads without quiescent points, they are the
/// bytes themselves.
#ifdef NDEBUG
inline std::span<const std::uint8_t> lend(std::span<const std::uint8_t> bytes) { return bytes; }
inline void end_loans() {}
#else
std::span<const std::uint8_t> lend(std::span<const std::uint8_t> bytes);

/// The thread passes a quiescent point (Reader::quiescent()).
void end_loans();
#endif

}  // namespace catena::epoch
