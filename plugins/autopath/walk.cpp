// SPDX-License-Identifier: Apache-2.0
#include "plugins/autopath/walk.hpp"

#include "core/plugin/engine.hpp"

#include <algorithm>

namespace catena::autopath {

Walk::Walk(Query& query, Next next, std::span<const dns::NameView> path)
    : query_(&query),
      next_(next),
      path_(path),
      asked_(query.question()),
      base_(asked_.name.data(), asked_.name.size() - path.front().size()),
      current_(asked_.name),
      first_(query.arena()) {}

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
  if (step != 0) current_ = name(step);
  // There is no such name.
  if (current_.is_root()) {
    query_->response().rcode = dns::Rcode::NXDomain;
    return Outcome::respond;
  }
  if (step != 0 && !query_->engine().leads_here(*query_, current_)) return ask_elsewhere();
  query_->set_question({current_, asked_.type, asked_.qclass});
  return next_(*query_);
}

asio::awaitable<Outcome> Walk::ask_elsewhere() {
  dns::Response found(query_->arena());
  const dns::Question question{current_, asked_.type, asked_.qclass};
  const Outcome outcome = co_await query_->engine().ask(*query_, question, Asking::step, found);
  query_->response() = found;
  co_return outcome;
}

void Walk::keep() {
  if (!first_.own()) first_failed_ = true;
}

Verdict Walk::judge(std::size_t step, Outcome outcome) {
  if (query_->failed() && !query_->failure().empty()) return Verdict::error;
  const bool answered = outcome == Outcome::respond && !query_->failed();
  const dns::Response& response = query_->response();
  // An alias is there, also where the name that it leads to is not (RFC 6604 section 3).
  const bool exists = response.rcode != dns::Rcode::NXDomain || !response.answer().empty();
  if (answered && exists) return Verdict::found;
  if (step == 0) put_away(outcome);
  query_->retract();
  return Verdict::next;
}

void Walk::put_away(Outcome outcome) {
  first_ = query_->response();
  first_outcome_ = outcome;
  first_failed_ = query_->failed();
  // The rows of the first answer are not to be written over.
  query_->response() = dns::Response(query_->arena());
}

// BEYOND CoreDNS, which points to the owner of the first record that is not the client's name,
// wherever in the answer that is.
void Walk::answer_from(std::size_t step) {
  dns::Response& response = query_->response();
  if (step == 0 || response.answer().empty() || current_ == asked_.name) return;
  const auto answer = response.answer();
  const auto own = std::find_if(answer.begin(), answer.end(), [this](const dns::Record& record) {
    return record.owner == current_;
  });
  const std::uint32_t ttl = own != answer.end() ? own->ttl : answer.front().ttl;
  if (!response.add(dns::Section::answer,
                    {asked_.name, dns::Type::CNAME, asked_.qclass, ttl, current_.bytes()})) {
    return;
  }
  const auto records = response.answer();
  std::rotate(records.begin(), records.end() - 1, records.end());
}

Outcome Walk::first_outcome() {
  if (first_failed_) return query_->fail(first_.rcode);
  query_->response() = first_;
  return first_outcome_;
}

}  // namespace catena::autopath
