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

/// What is read from the API server, and how fast.
struct WatchOptions {
  std::string labels;            ///< Label selector of services, slices, pods and imports.
  std::string namespace_labels;  ///< Label selector of namespaces.
  EndpointNames endpoint_names = EndpointNames::by_address;
  bool endpoints = true;          ///< False with `noendpoints`.
  bool pods = false;              ///< True with `pods verified`.
  bool identities = false;        ///< Names and labels of pods too: somebody may ask for metadata.
  bool imports = false;           ///< True with `multicluster`.
  double queries_per_second = 0;  ///< 0: no limit of our own.
  unsigned burst = 0;
  unsigned max_inflight = 0;
  std::string snapshot;  ///< The file that keeps the cluster over restarts; "" for none.
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
