// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/attempt.hpp"

#include "core/plugin/engine.hpp"

namespace catena {

Attempt::Attempt(Query& query)
    : query_(&query), traces_(query.traces_), basis_(query.basis_), mark_(query.arena_.mark()) {
  if (query.shown_ != &query.asked_) changed_ = query.shown();
  query.basis_.clear();
}

// A reply that is not ready has not begun to wait.
Reply Attempt::ask(Next next, const dns::Question& question) {
  Reply reply = start(next, question);
  if (!reply.ready() && aside_ != nullptr) {
    if (!aside_->response.own()) aside_->response.spoil();
    mark_ = query_->arena_.mark();
  }
  return reply;
}

Reply Attempt::start(Next next, const dns::Question& question) {
  Query& query = *query_;
  if (query.engine().leads_here(query, question)) {
    query.set_question(question);
    return next(query);
  }
  return catena::ask(query, question, Asking::step,
                     [&query](Outcome outcome, const dns::Response& said) {
                       query.response().copy(said);
                       return outcome;
                     });
}

void Attempt::restore() {
  query_->shown_ = &query_->asked_;
  if (changed_) query_->change() = *changed_;
  query_->basis_.add(basis_);
}

void Attempt::undo() {
  clear();
  query_->arena_.release(mark_);
}

// The rows of the response lie in memory that is about to be free, or are kept.
void Attempt::clear() {
  restore();
  query_->traces_ = traces_;
  query_->response_ = dns::Response(query_->arena_);
}

void Attempt::put_aside(Outcome outcome) {
  aside_ = query_->arena_.make<Aside>(Aside{query_->response_, query_->traces_, outcome});
  clear();
  mark_ = query_->arena_.mark();
}

Outcome Attempt::take_back() {
  undo();
  if (aside_ == nullptr) return query_->fail(dns::Rcode::ServFail, "no room for an answer");
  query_->response_ = aside_->response;
  query_->traces_ = aside_->traces;
  return aside_->outcome;
}

}  // namespace catena
