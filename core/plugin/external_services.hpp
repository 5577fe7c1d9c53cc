// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/abilities.hpp"
#include "core/plugin/query.hpp"

#include <cstdint>
#include <memory>

namespace catena {

/// Whether services that have no address outside of the cluster are shown by their endpoints.
enum class HeadlessServices : bool { hidden, shown };

/// A zone that holds a cluster's services as SERVICE.NAMESPACE.ZONE.
struct ExternalZone {
  dns::NameView name;  ///< All names that are made end in it, in its spelling.
  std::uint32_t address_ttl =
      5;  ///< Seconds, of A and AAAA records; others have the cluster's own.
  HeadlessServices headless = HeadlessServices::hidden;
};

/// What becomes of a question for such a zone.
enum class ExternalVerdict : std::uint8_t {
  answered,    ///< Records are in the response.
  no_data,     ///< The name exists, data of this type does not.
  name_error,  ///< There is no such name.
  elsewhere,   ///< As answered, and addresses of `target` belong to the answer too.
};

struct ExternalFinding {
  ExternalVerdict verdict = ExternalVerdict::name_error;
  dns::NameView target;  ///< With `elsewhere`: a load balancer's name, in the query's arena.
};

/// What a cluster shows to the world outside: kubernetes knows it, k8s_external gives it names.
/// Records are added to the query's response and point into the cluster's store until the worker's
/// next quiescent point: Response::own() before a wait. Any thread.
class ExternalServices {
 public:
  virtual ~ExternalServices() = default;

  /// False until the cluster is known: what is not found before may be there all the same.
  virtual bool synced() const = 0;

  /// Changes with everything that is told here; for Query::basis().
  virtual const DataVersion& version() const = 0;

  /// Seconds since 1970 of the last change that such a zone shows.
  virtual std::uint32_t serial(HeadlessServices headless) const = 0;

  /// The same for a transfer that begins now: what it may miss will show under another serial.
  virtual std::uint32_t hand_out_serial(HeadlessServices headless) const = 0;

  /// Answers a query for NAMESPACE, SERVICE.NAMESPACE, ENDPOINT.SERVICE.NAMESPACE or
  /// PORT.PROTOCOL.SERVICE.NAMESPACE below `zone`.
  virtual ExternalFinding answer(Query& query, const ExternalZone& zone) const = 0;

  /// Adds PTR records for the services that have the address of the query's name as an external
  /// one; their names are below `zone`.
  virtual ExternalVerdict reverse(Query& query, const ExternalZone& zone) const = 0;

  /// Adds, as A and AAAA records of `owner`, the external addresses of the services that have this
  /// server behind them, or its own where no service has.
  virtual void name_server(dns::Response& response,
                           dns::Section section,
                           dns::NameView owner,
                           const ExternalZone& zone) const = 0;

  /// All records of services below `zone`, for a transfer. The zone's name must outlive it.
  virtual std::unique_ptr<ZoneCursor> services(const ExternalZone& zone) const = 0;
};

}  // namespace catena
