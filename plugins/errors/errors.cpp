// SPDX-License-Identifier: Apache-2.0
#include "plugins/errors/errors.hpp"

#include "core/plugin/engine.hpp"

namespace catena::errors {

Reply Errors::serve(Query& query, Next next) const {
  return next(query).then([this, &query](Outcome outcome) {
    if (!query.failure().empty()) report(query);
    return outcome;
  });
}

void Errors::report(const Query& query) const {
  for (const auto& consolidator : consolidators_) {
    if (!consolidator->matches(query.failure())) continue;
    if (consolidator->count(query.engine().executor())) write(consolidator->level(), query);
    return;
  }
  write(LogLevel::error, query);
}

void Errors::write(LogLevel level, const Query& query) const {
  lines_->write(level, query.engine(), [&query] {
    const auto rcode = static_cast<unsigned>(query.response().rcode);
    return fmt::format("{} {} {}: {}", rcode, query.name().to_lower_text(), to_string(query.type()),
                       query.failure());
  });
}

void Errors::stop() {
  for (const auto& consolidator : consolidators_) consolidator->flush();
  lines_->tell();
}

}  // namespace catena::errors
