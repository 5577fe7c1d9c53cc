// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/chain.hpp"

#include "core/plugin/plugin.hpp"
#include "core/plugin/query.hpp"

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

bool Next::exists() const { return position_ < chain_->links_.size(); }

std::string_view Next::name() const {
  return exists() ? std::string_view(chain_->links_[position_].name) : std::string_view();
}

Reply Next::operator()(Query& query) const {
  if (exists()) return chain_->links_[position_].what->serve(query, Next(*chain_, position_ + 1));
  // CoreDNS's text; the name is that of the plugin that asked.
  if (position_ == 0) return query.fail(dns::Rcode::Refused);
  return query.fail(dns::Rcode::ServFail, "plugin/", chain_->links_[position_ - 1].name,
                    ": no next plugin found");
}

}  // namespace catena
