// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/chain.hpp"

#include "core/plugin/plugin.hpp"
#include "core/plugin/query.hpp"

#include <algorithm>

namespace catena {

Chain::Chain() = default;
Chain::~Chain() = default;
Chain::Chain(Chain&&) noexcept = default;
Chain& Chain::operator=(Chain&&) noexcept = default;

void Chain::add(std::string name, std::unique_ptr<Plugin> plugin) {
  links_.push_back({std::move(name), std::move(plugin)});
}

void Chain::add(std::string name, std::unique_ptr<Companion> companion) {
  companions_.push_back({std::move(name), std::move(companion)});
}

std::size_t Chain::position_of(const Plugin& plugin) const {
  const auto is = [&plugin](const Named<Plugin>& link) { return link.what.get() == &plugin; };
  return static_cast<std::size_t>(std::ranges::find_if(links_, is) - links_.begin());
}

bool Next::exists() const { return position_ < chain_->links_.size(); }

Reply Next::operator()(Query& query) const {
  if (exists()) return chain_->links_[position_].what->serve(query, Next(*chain_, position_ + 1));
  // CoreDNS's text; the name is that of the plugin that asked.
  if (position_ == 0) return query.fail(dns::Rcode::Refused);
  return query.fail(dns::Rcode::ServFail, "plugin/", chain_->links_[position_ - 1].name,
                    ": no next plugin found");
}

}  // namespace catena
