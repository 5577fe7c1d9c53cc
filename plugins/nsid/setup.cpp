// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/setup.hpp"

#include "core/base/host_name.hpp"

#include "plugins/nsid/nsid.hpp"

#include <fmt/ranges.h>

namespace catena::nsid {
namespace {

// More would leave no room for an answer over UDP.
constexpr std::size_t kMost = 512;

}  // namespace

// nsid [DATA...]: its words with a blank between them, the name of the host by default.
void setup(Setup& setup) {
  config::Directive& directive = setup.once();
  std::vector<std::string> words;
  directive.rest(words);
  std::string data = words.empty() ? host_name() : fmt::format("{}", fmt::join(words, " "));
  if (data.size() > kMost) directive.error("at most 512 bytes are expected");
  directive.done();
  setup.add(std::make_unique<Nsid>(std::move(data)));
}

}  // namespace catena::nsid
