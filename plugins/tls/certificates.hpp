// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/hash.hpp"
#include "core/base/log.hpp"
#include "core/base/metrics.hpp"
#include "core/base/ticker.hpp"
#include "core/net/tls_context.hpp"
#include "core/plugin/setup.hpp"

#include "plugins/tls/files.hpp"
#include "plugins/tls/key_log.hpp"

#include <memory>
#include <mutex>
#include <string>

namespace catena::tls {

/// What a block's files say, taken up anew when they change: connections that are there go on, and
/// with files that do not fit everything stays as it was. Outlives reloads. Any thread.
class Certificates {
 public:
  /// How often the files are looked at.
  static constexpr std::chrono::seconds kPeriod{10};

  /// The error says what is wrong with the files.
  static Result<std::shared_ptr<Certificates>> load(const Files& files, const Process& process);

  /// The context is made of `material`, which is what the files say.
  Certificates(Files files,
               const net::TlsMaterial& material,
               std::shared_ptr<net::TlsContext> context,
               std::shared_ptr<KeyLog> key_log,
               const Process& process);

  const std::shared_ptr<net::TlsContext>& context() const { return context_; }

  /// Begins to look at the files from time to time; again changes nothing.
  void watch();

  /// The first time shows what was loaded. From then on looks at the files, and takes them up where
  /// they have changed.
  void look();

 private:
  void look_at_files();
  void take_up(net::TlsMaterial& material);
  void show();
  void complain(const std::string& text);
  void look_at_expiry();

  const Files files_;
  const std::shared_ptr<net::TlsContext> context_;
  const std::shared_ptr<KeyLog> key_log_;  // Null mostly.
  const Log log_;
  const Clock& clock_;
  metrics::Gauge& expiry_;
  metrics::Counter& failures_;
  std::mutex mutex_;
  SeededHash hash_;
  std::uint64_t seen_;  // Of the contents that were looked at last, good or bad.
  bool shown_ = false;
  std::string told_;  // What is wrong with them.
  bool expiry_told_ = false;
  std::unique_ptr<Ticker> ticker_;
};

}  // namespace catena::tls
