// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/kubernetes/api/access.hpp"

#include <string>
#include <string_view>

namespace catena::kubernetes::api {

/// Reads a kubeconfig file: the context of that name, or the current one when it is empty. Relative
/// paths start at the file's folder. What is not supported (proxy-url, impersonation,
/// auth-provider) is an error by name. A file without any settings is Error with kEmptyKubeconfig.
Result<ApiServer> from_kubeconfig(const std::string& file, std::string_view context);

/// The text of that error: the caller may fall back to the in-cluster settings.
inline constexpr std::string_view kEmptyKubeconfig =
    "invalid configuration: no configuration has been provided";

}  // namespace catena::kubernetes::api
