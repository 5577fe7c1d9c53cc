// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/setup.hpp"

#include "plugins/kubernetes/kubernetes.hpp"

#include <optional>
#include <string>
#include <vector>

namespace catena::kubernetes {

/// How to reach the API server, as the Corefile says it.
struct AccessOptions {
  std::optional<std::string> endpoint;
  std::string certificate, key, authority;  ///< `tls`
  std::optional<std::string> kubeconfig;
  std::string context;
};

/// All that one `kubernetes` line says.
struct Options {
  Kubernetes::Config plugin;
  AccessOptions access;
  WatchOptions watch;
};

/// Reads and checks the line; mistakes are reported through it.
Options read_options(Setup& setup, config::Directive& directive);

}  // namespace catena::kubernetes
