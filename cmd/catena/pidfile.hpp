// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/log.hpp"

#include <string>

namespace catena {

/// A file with this process's number, as long as it lives. Nothing where the path is empty; a
/// failure is only logged, as in CoreDNS.
class PidFile {
 public:
  PidFile(std::string path, const Log& log);
  ~PidFile() { remove(); }
  PidFile(const PidFile&) = delete;
  PidFile& operator=(const PidFile&) = delete;

  /// Before the end, for whoever watches the file.
  void remove() const;

 private:
  std::string path_;
};

}  // namespace catena
