// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/setup.hpp"

#include "core/base/host_name.hpp"
#include "core/base/version.hpp"

#include "plugins/chaos/chaos.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace catena::chaos {
namespace {

// Each once, in the order of the alphabet, as CoreDNS lists them.
void sort_once(std::vector<std::string>& texts) {
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
}

}  // namespace

// chaos [VERSION [AUTHORS...]]. Of several lines the first counts, as in CoreDNS.
void setup(Setup& setup) {
  config::Directive& directive = setup.directives().front();
  Facts facts{fmt::format("Catena-{}", kVersion), host_name(), {"the Catena authors"}};
  directive.optional(facts.version);
  std::vector<std::string> authors;
  directive.rest(authors);
  if (!authors.empty()) facts.authors = std::move(authors);
  sort_once(facts.authors);
  directive.done();
  setup.add(std::make_unique<Chaos>(facts));
}

}  // namespace catena::chaos
