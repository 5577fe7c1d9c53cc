// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace catena::config {

/// Looks up an environment variable: nothing when it is unset.
using Variables = std::function<std::optional<std::string>(const std::string& name)>;

/// The variables of this process.
Variables process_environment();

/// Replaces every `{%NAME%}`, then every `{$NAME}`, in one word, as CoreDNS does: a value that
/// holds a reference is replaced in turn, an unset variable is empty, and an empty name or a
/// missing end leaves the rest as it is. Nothing when variables refer to themselves or the word
/// outgrows 64 KiB.
std::optional<std::string> substitute(std::string_view word, const Variables& environment);

}  // namespace catena::config
