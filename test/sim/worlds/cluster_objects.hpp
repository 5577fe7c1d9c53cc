// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "test/kubernetes/server.hpp"
#include "test/sim/world.hpp"
#include "test/sim/worlds/cluster_model.hpp"

#include <string>

namespace catena::sim {

/// Changes one object of a cluster, or takes it away: few names and addresses, so that they meet.
void change_object(following::Server& server, Dice& dice, Trace& trace);

/// A namespace without objects comes, stays or goes. Returns a question for it.
Asking change_hollow_namespace(following::Server& server, Dice& dice, Trace& trace);

/// What there is in a new cluster: some of all that change_object() makes.
void fill_cluster(following::Server& server, Dice& dice, Trace& trace);

/// More Services than are read anew each time; nobody asks for them.
void fill_many(following::Server& server);

/// A Service that is larger than anybody reads, in the place of one that may be there.
void make_too_large(following::Server& server, Dice& dice, Trace& trace);

/// A question about names and addresses that such a cluster may have.
Asking roll_question(Dice& dice);

}  // namespace catena::sim
