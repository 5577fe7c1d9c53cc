// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/net/tls_context.hpp"

#include "plugins/kubernetes/api/access.hpp"
#include "plugins/kubernetes/api/exec.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>
#include <string>

namespace catena::kubernetes::api {

/// What the next request needs. `tls` is the same object as long as nothing in it has changed.
struct Pass {
  std::string authorization;                   ///< Value of the Authorization field; empty: none.
  std::shared_ptr<const net::TlsContext> tls;  ///< Null with plain HTTP.
};

/// Keeps credentials fresh: a token file is read again after a minute, certificates after five, a
/// credential plugin is run when its credential expires; all of them at once after refused(). What
/// cannot be read again stays in use as it was. API thread only, apart from make().
class Credentials {
 public:
  /// Reads all files once: an error here is an error of the set-up.
  static Result<std::unique_ptr<Credentials>> make(ApiServer server,
                                                   Log log,
                                                   const Clock& clock,
                                                   boost::asio::any_io_executor executor);

  /// Plain HTTP gets no credentials at all.
  boost::asio::awaitable<Result<Pass>> pass();

  /// The server answered 401.
  void refused();

  /// From now on these, read anew and made for the same executor. A credential plugin that runs is
  /// ended. `tls` of pass() changes only where the certificates have.
  void become(Credentials&& fresh);

  /// Ends a credential plugin that runs.
  void stop();

  const ApiServer& server() const { return server_; }

 private:
  Credentials(ApiServer server, Log log, const Clock& clock, boost::asio::any_io_executor executor);

  Result<void> read_token();
  Result<void> read_tls();
  Result<net::TlsMaterial> read_material() const;
  void refresh_files();
  bool exec_due() const;
  boost::asio::awaitable<Result<void>> refresh_exec();
  boost::asio::awaitable<Result<void>> run_exec();
  std::string authorization() const;

  ApiServer server_;
  Log log_;
  const Clock& clock_;
  Command command_;
  boost::asio::steady_timer exec_done_;  ///< Others wait here while the plugin runs.

  std::string token_;
  TimePoint token_read_{};
  std::shared_ptr<const net::TlsContext> tls_;
  std::string tls_text_;  ///< All PEM texts that made the context.
  TimePoint tls_read_{};
  std::optional<ExecCredential> exec_;
  std::string exec_error_;
  bool exec_refused_ = false;
  bool exec_running_ = false;
  std::uint64_t generation_ = 0;  ///< Counts become().
};

}  // namespace catena::kubernetes::api
