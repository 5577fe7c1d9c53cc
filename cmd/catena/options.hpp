// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/log.hpp"
#include "core/config/diagnostics.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace catena {

/// What the command line asks for.
enum class Action : std::uint8_t { serve, check, version, plugins, help };

struct Options {
  Action action = Action::serve;
  std::optional<std::string> conf;  ///< Nothing: ./Corefile if it exists.
  std::uint16_t dns_port = 53;
  std::string pidfile;
  bool quiet = false;
  LogFormat log_format = LogFormat::text;
  config::Place place = config::Place::here;  ///< Of the Corefile, for `check`.
};

/// Options, or a text for standard error with the status to exit with.
struct CommandLine {
  Options options;
  std::string error;
  int status = 0;  ///< 0: the options are good.
};

/// Reads Go's flag syntax (-x v, -x=v, --x) and `check [FLAGS] FILE`,
/// whose own flag is --here. `arguments` are without the
/// program's name.
CommandLine parse_command_line(const std::vector<std::string>& arguments);

/// All flags with their meaning.
std::string usage();

}  // namespace catena
