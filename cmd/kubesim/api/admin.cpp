// SPDX-License-Identifier: Apache-2.0
// `/kubesim/...`: what tests steer the simulator with. Not part of any Kubernetes API.
#include "cmd/kubesim/api/api.hpp"

namespace catena::kubesim {

Json Api::counters() const {
  return object({{"requests", cluster_.requests},
                 {"refusedConnections", cluster_.refused_connections},
                 {"resourceVersion", cluster_.store.version()},
                 {"watches", static_cast<std::uint64_t>(cluster_.watches.size())},
                 {"droppedWatches", cluster_.watches.dropped()},
                 {"tokens", static_cast<std::uint64_t>(cluster_.tokens.size())}});
}

std::optional<Status> Api::perform(const Json& request) {
  if (auto wrong = cluster_.faults.configure(request)) return wrong;
  if (request["expire_tokens"].boolean()) cluster_.tokens.expire_all();
  if (request["forget_history"].boolean()) cluster_.store.forget_history();
  if (request.has("reset_resource_version")) {
    const std::int64_t version = request["reset_resource_version"].integer(0);
    const bool older =
        version > 0 && static_cast<std::uint64_t>(version) < cluster_.store.version();
    if (!older) return bad_request("reset_resource_version must be an older version");
    cluster_.store.restore(static_cast<std::uint64_t>(version));
    cluster_.watches.end_all(Watch::End::Abrupt);
    if (cluster_.resync) cluster_.resync();
  }
  if (request["drop_watches"].boolean()) cluster_.watches.end_all(Watch::End::Abrupt);
  if (request["end_watches"].boolean()) cluster_.watches.end_all(Watch::End::Clean);
  cluster_.watches.wake_all();
  return std::nullopt;
}

Response Api::administer(const ApiRequest& request) {
  if (request.path == "/kubesim/counters") return respond(200, counters());
  if (request.path != "/kubesim/faults") return {404, "404 page not found\n", "text/plain"};
  if (request.method == "DELETE") {
    cluster_.faults = Faults();
    cluster_.watches.wake_all();
  } else if (request.method == "POST") {
    const auto json = parse_json(request.body);
    if (!json) return respond(bad_request(json.error().message));
    if (const auto wrong = perform(*json)) return respond(*wrong);
  }
  return respond(200, cluster_.faults.json());
}

}  // namespace catena::kubesim
