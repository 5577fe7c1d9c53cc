// SPDX-License-Identifier: Apache-2.0
// Plugins for tests of the server: one for each thing that the interface has to carry and that no
// plugin of the tree uses yet.
#pragma once

#include "core/plugin/engine.hpp"
#include "core/plugin/registry.hpp"

#include <string>
#include <string_view>

namespace catena::server::test {

/// The registry of the server's tests, in the order of the chain:
///   bind ADDRESS...   listens there
///   timeouts READ IDLE WRITE [QUERIES]
///   debug
///   metadata          answers Query::metadata("test/zone") and ("test/view")
///   view TYPE         the block takes questions of this type only
///   update            admits opcode UPDATE
///   sign              appends its mark to every message (a wire hook)
///   header            clears AA and sets RA after the others
///   rewrite FROM TO   asks the others for another name, answers under the asked one
///   autopath NAME     runs the rest for the name first, and again for the asked one
///   throw             throws for "now." at once, for "later." after a wait, and for names with a
///                     label "leaving" when the message leaves (a wire hook)
///   spoil             takes more memory than a query may for names below "spoil."
///   refresh           runs the rest once more in the background, counts the answers
///   transfer          answers AXFR with ten messages of fifty records
///   ask NAME          answers with what the server says about another name
///   here NAME         answers names below "here." with whether the client would come to this block
///                     with another name too
///   life NAME [FAULT] notes all that befalls it, prepares until Seen::prepare(); FAULT: "start",
///                     "prepare", "listen", "stop" throws there
///   wait              makes names below "wait." wait for a question below "release."
///   worker            is told of each worker, and of start and stop
///   answer ADDRESS    answers everything, AA set
///   needs NAME        an error where the block has no plugin of this name
///   unfinished        known, without a setup
PluginList registry();

/// What the plugins saw, for all servers of the test program.
struct Seen {
  /// Whether those that prepare are through.
  static void prepare(bool through);
  static std::string started_and_stopped();
  static void note(const std::string& what);
  static void clear();
};

}  // namespace catena::server::test
