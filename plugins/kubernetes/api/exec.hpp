// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"
#include "core/base/error.hpp"

#include "plugins/kubernetes/api/access.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace catena::kubernetes::api {

/// What a credential plugin printed: a token, a client certificate with its key, or both.
struct ExecCredential {
  std::string token;
  std::string certificate;  ///< PEM.
  std::string key;
  std::optional<WallTime> expires;
};

/// The plugin's standard output. Fails where it is of another version or holds no credentials.
Result<ExecCredential> parse_exec_credential(std::string_view json, std::string_view api_version);

/// What the plugin finds in KUBERNETES_EXEC_INFO. `authorities` is PEM, empty when there are none.
std::string exec_info(const ApiServer& server, std::string_view authorities);

/// All that a command printed.
struct CommandOutput {
  std::string text;
};

/// Runs commands and gives their output, without blocking the executor's thread. One at a time.
class Command {
 public:
  static constexpr std::size_t kOutputLimit = 1024 * 1024;

  Command(boost::asio::any_io_executor executor, Duration limit);
  ~Command();
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  /// Ends with all the output, or an error: not startable, exit status, too late (it is killed with
  /// its children), too much output. `environment` is added to this process's own.
  boost::asio::awaitable<Result<CommandOutput>> run(
      std::string command,
      std::vector<std::string> arguments,
      std::vector<std::pair<std::string, std::string>> environment);

  /// Kills what runs; run() then ends with an error.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace catena::kubernetes::api
