// SPDX-License-Identifier: Apache-2.0
#include "plugins/loop/detector.hpp"

#include "core/client/fault.hpp"
#include "core/plugin/engine.hpp"

#include <charconv>
#include <optional>

namespace catena::loop {
namespace {

constexpr unsigned kLoop = 3;  // Sightings.
constexpr std::size_t kLabels = 2;

std::optional<std::uint64_t> number_of(std::string_view label) {
  std::uint64_t number = 0;
  const char* end = label.data() + label.size();
  const auto [rest, error] = std::from_chars(label.data(), end, number);
  if (error != std::errc() || rest != end) return std::nullopt;
  return number;
}

std::uint64_t draw(Random& random) { return random.next64() >> 2; }

}  // namespace

Detector::Detector(dns::Name zone, Consequence consequence, Log log, metrics::Registry& registry)
    : zone_(zone),
      zone_text_(zone.view().to_lower_text()),
      consequence_(consequence),
      log_(std::move(log)),
      loops_(registry.counter("catena_loop_detected_total",
                              "Loops that were found and survived.",
                              {{"zone", zone_text_}})),
      blocked_(registry.gauge("catena_loop_blocked",
                              "1 while a loop keeps queries from being handed on.",
                              {{"zone", zone_text_}})) {}

void Detector::renew(Random& random) {
  first_.store(draw(random), std::memory_order_relaxed);
  second_.store(draw(random), std::memory_order_relaxed);
  sightings_.store(0, std::memory_order_release);
  State expected = State::quiet;
  state_.compare_exchange_strong(expected, State::watching);
}

// A zone that leaves no room for two numbers is asked about as it is: nothing is then ever seen.
dns::Name Detector::probe_name() const {
  dns::Name name = zone_;
  name.prepend(std::to_string(second_.load(std::memory_order_relaxed)));
  name.prepend(std::to_string(first_.load(std::memory_order_relaxed)));
  return name;
}

bool Detector::is_probe(const Query& query) const {
  if (query.type() != dns::Type::HINFO) return false;
  const dns::NameView name = query.name();
  const dns::NameView second = name.parent();
  return name.label_count() == zone_.view().label_count() + kLabels && name.is_in(zone_) &&
         number_of(name.first_label()) == first_.load(std::memory_order_relaxed) &&
         number_of(second.first_label()) == second_.load(std::memory_order_relaxed);
}

// Where a loop is known the second sight says enough, and spares the network the third.
Detector::Passage Detector::see(const Query& query) {
  const State state = this->state();
  if (state == State::quiet) return Passage::pass;
  if (!is_probe(query)) return state == State::blocked ? Passage::refuse : Passage::pass;
  const unsigned times = sightings_.fetch_add(1, std::memory_order_acq_rel) + 1;
  if (times < (state == State::blocked ? kLoop - 1 : kLoop)) return Passage::pass;
  if (state == State::watching) found(query);
  return Passage::refuse;
}

void Detector::found(const Query& query) {
  State expected = State::watching;
  if (!state_.compare_exchange_strong(expected, State::blocked)) return;
  found_.store(true, std::memory_order_relaxed);
  const std::string text = fmt::format(
      "Loop ({} -> {}) detected for zone \"{}\", see "
      "https://coredns.io/plugins/loop#troubleshooting. Query: \"HINFO {}\"",
      client::to_text(query.transport().client), target_, zone_text_, query.name().to_lower_text());
  if (consequence_ == Consequence::end_process) return log_.write(LogLevel::fatal, text);
  loops_.add(query.engine().lane());
  blocked_.set(1);
  log_.write(LogLevel::error, text);
}

void Detector::answered() {
  if (sightings_.load(std::memory_order_acquire) > 1) return;
  State expected = State::blocked;
  if (!state_.compare_exchange_strong(expected, State::watching)) return;
  blocked_.set(0);
  log_.info("The loop for zone \"{}\" is gone: queries are handed on again", zone_text_);
}

void Detector::rest() { state_.store(State::quiet, std::memory_order_release); }

}  // namespace catena::loop
