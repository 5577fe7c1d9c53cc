// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace catena::kubernetes::api {

/// Status codes of the API server that mean something of their own (RFC 9110 section 15).
inline constexpr int kUnauthorized = 401;
inline constexpr int kForbidden = 403;
inline constexpr int kNotFound = 404;
inline constexpr int kNotAcceptable = 406;
inline constexpr int kGone = 410;
inline constexpr int kTooManyRequests = 429;
inline constexpr int kInternalError = 500;
inline constexpr int kNotImplemented = 501;

}  // namespace catena::kubernetes::api
