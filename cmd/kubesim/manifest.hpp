// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cmd/kubesim/model/json.hpp"
#include "cmd/kubesim/model/status.hpp"

namespace catena::kubesim {

struct Cluster;

/// Reads a file of YAML documents or JSON; Lists are taken apart. Throws std::runtime_error with
/// the file's name if it cannot be read.
std::vector<Json> read_manifest(const std::string& file);

/// Creates an object of a manifest, in the namespace `default` if it names none; a Namespace that
/// is missing is made. What exists already is left as it is. Throws std::runtime_error if it is
/// refused.
void create_from_manifest(Cluster& cluster, Json object);

/// Writes a file so that readers see all of it or nothing; mode 0600. Throws std::runtime_error.
void write_file(const std::string& path, const std::string& text);

/// The text of a kubeconfig. Without a CA certificate the server is plain HTTP; with a token file
/// that is named instead of the token.
std::string kubeconfig_text(const std::string& server,
                            const std::string& ca_certificate,
                            const std::string& token,
                            const std::string& token_file);

}  // namespace catena::kubesim
