// SPDX-License-Identifier: Apache-2.0
#include "plugins/autopath/walk.hpp"

#include <algorithm>

namespace catena::autopath {

Walk::Walk(Query& query, Next next, std::span<const dns::NameView> path)
    : query_(&query),
      next_(next),
      path_(path),
      base_(query.name().data(), query.name().size() - path.front().size()),
      current_(query.name()),
      attempt_(query) {}

// The root where base and domain are too long for a name.
dns::NameView Walk::name(std::size_t step) const {
  const std::span<const std::uint8_t> domain = path_[step].bytes();
  const std::size_t size = base_.size() + domain.size();
  if (size > dns::NameView::kMaxSize) return {};
  const std::span<std::uint8_t> wire = query_->arena().array<std::uint8_t>(size);
  if (wire.empty()) return {};
  std::copy(domain.begin(), domain.end(), std::copy(base_.begin(), base_.end(), wire.begin()));
  return dns::NameView(wire);
}

Reply Walk::ask(std::size_t step) {
  if (step == 0) return next_(*query_);
  current_ = name(step);
  // There is no such name.
  if (current_.is_root()) {
    query_->response().rcode = dns::Rcode::NXDomain;
    return Outcome::respond;
  }
  return attempt_.ask(next_, {current_, query_->type(), query_->qclass()});
}

StepResult Walk::result(Outcome outcome) const {
  const dns::Response& response = query_->response();
  if (response.spoiled()) return StepResult::error;
  if (query_->failed() && !query_->failure().empty()) return StepResult::error;
  const bool answered = outcome == Outcome::respond && !query_->failed();
  // An alias is there, also where the name that it leads to is not (RFC 6604 section 3).
  const bool exists = response.rcode != dns::Rcode::NXDomain || !response.answer().empty();
  return answered && exists ? StepResult::found : StepResult::next;
}

void Walk::pass(std::size_t step, Outcome outcome) {
  if (step == 0) {
    attempt_.put_aside(outcome);
  } else {
    attempt_.undo();
  }
}

// BEYOND CoreDNS, which points to the owner of the first record that is not the client's name,
// wherever in the answer that is.
void Walk::answer_from(std::size_t step) {
  dns::Response& response = query_->response();
  const dns::Question& asked = query_->question();
  if (step == 0 || response.answer().empty() || current_ == asked.name) return;
  const auto answer = response.answer();
  const auto own = std::find_if(answer.begin(), answer.end(), [this](const dns::Record& record) {
    return record.owner == current_;
  });
  const std::uint32_t ttl = own != answer.end() ? own->ttl : answer.front().ttl;
  if (!response.add(dns::Section::answer,
                    {asked.name, dns::Type::CNAME, asked.qclass, ttl, current_.bytes()})) {
    return;
  }
  const auto records = response.answer();
  std::rotate(records.begin(), records.end() - 1, records.end());
}

}  // namespace catena::autopath
