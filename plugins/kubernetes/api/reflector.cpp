// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/api/reflector.hpp"

#include "core/base/one_line.hpp"

#include "plugins/kubernetes/api/json_cutter.hpp"
#include "plugins/kubernetes/api/protobuf_cutter.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace catena::kubernetes::api {

using std::chrono::seconds;

namespace {

constexpr std::string_view kPageSize = "500";
constexpr int kShortestWatchSeconds = 300;
constexpr Duration kMargin = seconds(30);
constexpr Duration kListSilence = seconds(30);
constexpr Duration kStreamSilence = seconds(10);
constexpr Duration kShortWatch = seconds(1);
constexpr int kStreamAttempts = 2;
constexpr std::size_t kSaidLimit = 1000;
// As many as a page has: a watch that begins with all of them costs little more than one that goes
// on, and leaves no doubt.
constexpr std::uint64_t kFewObjects = 500;
// The longest back-offs, before they are drawn up to twice as long: a server that is back must be
// noticed within seconds. A connection that is not taken costs nobody anything; a list that breaks
// off does.
constexpr Duration kRetryUnreachable = seconds(2);
constexpr Duration kRetryRefused = seconds(5);
constexpr std::size_t kRefusalLimit = 64 * 1024;

std::unique_ptr<BodyCutter> make_cutter(Encoding encoding, BodyShape shape, BodyCutter::Take take) {
  if (encoding == Encoding::json) return std::make_unique<JsonCutter>(shape, std::move(take));
  return std::make_unique<ProtobufCutter>(shape, std::move(take));
}

/// Connections break and are refused whenever an API server is replaced, and that passes.
bool for_somebody_to_mend(http::FailureKind kind) {
  return kind == http::FailureKind::tls || kind == http::FailureKind::malformed;
}

/// As people call it.
std::string object_name(std::string_view name_space, std::string_view name) {
  if (name.empty()) return "an object";
  return name_space.empty() ? std::string(name) : fmt::format("{}/{}", name_space, name);
}

/// The first text of this name in the beginning of an object's JSON; "" where there is none.
std::string_view text_field(std::string_view json, std::string_view name) {
  const std::size_t key = json.find(fmt::format("\"{}\":", name));
  if (key == std::string_view::npos) return {};
  const std::string_view text = json.substr(json.find(':', key) + 1);
  const std::size_t quote = text.find_first_not_of(' ');
  if (quote == std::string_view::npos || text[quote] != '"') return {};
  const std::string_view rest = text.substr(quote + 1);
  const std::size_t end = rest.find_first_of("\"\\");
  return end == std::string_view::npos ? std::string_view() : rest.substr(0, end);
}

}  // namespace

Reflector::Reflector(
    Resource resource, EncodedSink& sink, Log log, const Clock& clock, Fraction fraction)
    : resource_(std::move(resource)),
      sink_(sink),
      log_(std::move(log)),
      clock_(clock),
      fraction_(fraction),
      backoff_(std::move(fraction)),
      last_event_(clock.now().time_since_epoch().count()) {}

NextStep Reflector::next() {
  if (wait_ > Duration::zero()) return {std::exchange(wait_, Duration::zero()), {}, {}, {}};
  const std::string_view accept = accepted(wanted_);
  switch (phase_) {
    case Phase::stream:
      return {{}, Verb::watch, stream_target(), accept};
    case Phase::list:
      return {{}, Verb::list, list_target(), accept};
    case Phase::watch:
      return {{}, Verb::watch, watch_target(), accept};
    case Phase::probe:
      break;
  }
  return {{}, Verb::list, probe_target(), accept};
}

void Reflector::connected() {
  if (phase_ == Phase::watch && !proven_) return watch_ended(Link::lost);
  link_ = Link::lost;
}

std::string Reflector::random_timeout() {
  const int more = static_cast<int>(fraction_() * kShortestWatchSeconds);
  asked_timeout_ = seconds(kShortestWatchSeconds + more);
  return std::to_string(kShortestWatchSeconds + more);
}

std::string Reflector::stream_target() {
  Target target(resource_);
  target.add("watch", "true").add("allowWatchBookmarks", "true").add("sendInitialEvents", "true");
  target.add("resourceVersionMatch", "NotOlderThan");
  target.add("resourceVersion", version_unavailable_ ? "" : last_version_);
  return std::move(target.add("timeoutSeconds", random_timeout())).text();
}

std::string Reflector::list_target() const {
  Target target(resource_);
  if (!continue_.empty()) {
    return std::move(target.add("limit", kPageSize).add("continue", continue_)).text();
  }
  const bool first = !ever_listed_ && !version_unavailable_;
  const std::string version = version_unavailable_ ? "" : first ? "0" : last_version_;
  // The API server's cache answers a list of a version only when no limit is asked for.
  const bool from_cache = !version.empty() && version != "0" && !pages_seen_;
  if (!one_page_ && !from_cache) target.add("limit", kPageSize);
  return std::move(target.add("resourceVersion", version)).text();
}

std::string Reflector::watch_target() {
  Target target(resource_);
  target.add("watch", "true").add("allowWatchBookmarks", "true");
  target.add("resourceVersion", resume_from_);
  return std::move(target.add("timeoutSeconds", random_timeout())).text();
}

std::string Reflector::probe_target() const {
  Target target(narrowed(resource_, continuity_.fact(fact_)));
  target.add("limit", "1").add("resourceVersion", last_version_);
  return std::move(target.add("resourceVersionMatch", "NotOlderThan")).text();
}

void Reflector::head(const http::ResponseHead& head) {
  head_ = head;
  if (std::exchange(unreachable_, false)) backoff_.reset();
  later_page_ = phase_ == Phase::list && !continue_.empty();
  refusal_.clear();
  handled_ = false;
  events_ = 0;
  answer_started_ = clock_.now();
  give_up_ = answer_started_ + asked_timeout_ + kMargin;
  cutter_.reset();
  const auto encoding = encoding_of(head);
  encoding_ = encoding.value_or(Encoding::json);
  if (head.status == 200 && encoding) begin_body();
}

void Reflector::begin_body() {
  unauthorized_ = 0;
  cut_before_ = 0;
  const bool pages = phase_ == Phase::list || phase_ == Phase::probe;
  (pages ? list_forbidden_ : watch_forbidden_) = false;
  cutter_ = make_cutter(
      encoding_, pages ? BodyShape::list : BodyShape::stream,
      [this](PieceKind kind, std::string_view bytes) { return take_piece(kind, bytes); });
  list_version_ = continue_.empty() ? std::string() : list_version_;
  if (phase_ == Phase::stream || (phase_ == Phase::list && continue_.empty())) begin_replace();
  if (phase_ == Phase::probe) {
    standing_ = Continuity::standing(continuity_.fact(fact_), last_version_, encoding_, {});
  }
  if (phase_ == Phase::watch) {
    proven_ = false;
    well();
  }
}

bool Reflector::body(std::string_view chunk) {
  if (!cutter_) {
    refusal_.append(chunk.substr(0, kRefusalLimit - std::min(kRefusalLimit, refusal_.size())));
    return true;
  }
  const auto fed = cutter_->feed(chunk);
  count_skipped();
  if (fed) return true;
  return handled_ ? false : unreadable(fed.error().text);
}

Duration Reflector::patience() const {
  if (!cutter_ || phase_ == Phase::list || phase_ == Phase::probe) return kListSilence;
  if (phase_ == Phase::stream) return kStreamSilence;
  return std::max<Duration>(give_up_ - clock_.now(), std::chrono::milliseconds(1));
}

void Reflector::end() {
  if (!cutter_) return refused();
  const auto finished = cutter_->finish();
  if (!finished) {
    unreadable(finished.error().text);
  } else if (phase_ == Phase::list || phase_ == Phase::probe) {
    end_of_list();
  } else {
    end_of_watch();
  }
}

void Reflector::failed(const http::Failure& failure) {
  const bool silent = failure.kind == http::FailureKind::timeout;
  if (for_somebody_to_mend(failure.kind)) {
    say_failed(LogLevel::error, failure.text);
  } else {
    say(fmt::format("{}: {}", resource_.name, failure.text));
  }
  unreachable_ = failure.kind == http::FailureKind::unreachable;
  link_ = Link::lost;
  if (phase_ == Phase::stream) {
    if (silent) return fall_back_to_pages();
    if (!unreachable_) stream_failed();
  } else if (phase_ == Phase::list || failure.kind == http::FailureKind::malformed) {
    start_over();
  } else if (phase_ == Phase::watch) {
    watch_ended(Link::lost);
  }
  back_off();
}

bool Reflector::take_piece(PieceKind kind, std::string_view bytes) {
  if (kind == PieceKind::list_metadata) return take_list_metadata(bytes);
  if (phase_ == Phase::probe) return take_fact(bytes);
  return phase_ == Phase::list ? take_element(bytes) : take_event(bytes);
}

bool Reflector::take_fact(std::string_view bytes) {
  standing_ = Continuity::standing(continuity_.fact(fact_), last_version_, encoding_, bytes);
  return true;
}

bool Reflector::take_element(std::string_view bytes) {
  const auto taken = sink_.upsert(encoding_, bytes);
  if (!taken) return pass_over(taken.error().text, bytes);
  ++taken_;
  continuity_.seen(taken->name_space, taken->name, taken->resource_version, encoding_, bytes);
  return true;
}

bool Reflector::take_list_metadata(std::string_view bytes) {
  auto metadata = decode<ListMetadata>(encoding_, bytes);
  if (!metadata) return unreadable("a list whose metadata cannot be read");
  if (phase_ == Phase::probe) return true;
  continue_ = std::move(metadata->continue_token);
  if (list_version_.empty()) list_version_ = std::move(metadata->resource_version);
  return true;
}

bool Reflector::take_event(std::string_view bytes) {
  const auto event = split_event(encoding_, bytes);
  if (!event) return unreadable(event.error().text);
  ++events_;
  if (event->type == "ERROR") return take_error_event(event->object);
  heard();
  if (event->type == "BOOKMARK") return take_bookmark(event->object);
  const bool removed = event->type == "DELETED";
  if (!removed && event->type != "ADDED" && event->type != "MODIFIED") {
    say(fmt::format("{}: unknown watch event {:.20}", resource_.name, event->type));
    return true;
  }
  const auto taken =
      removed ? sink_.remove(encoding_, event->object) : sink_.upsert(encoding_, event->object);
  if (!taken) return pass_over(taken.error().text, event->object);
  ++taken_;
  const auto& [name, name_space, version] = *taken;
  if (removed) {
    continuity_.gone(name_space, name, version);
  } else {
    continuity_.seen(name_space, name, version, encoding_, event->object);
  }
  // The events of a state come in no order of versions: only the bookmark at its end counts.
  if (phase_ == Phase::watch && !version.empty()) last_version_ = version;
  return true;
}

bool Reflector::take_bookmark(std::string_view bytes) {
  auto bookmark = decode<BookmarkObject>(encoding_, bytes);
  if (!bookmark) return unreadable(bookmark.error().text);
  if (bookmark->resource_version.empty()) return true;
  if (phase_ == Phase::watch) last_version_ = std::move(bookmark->resource_version);
  if (phase_ == Phase::stream && bookmark->initial_events_end == "true") {
    if (nothing_readable()) return false;
    state_is_whole(std::move(bookmark->resource_version));
    proven_ = false;
  }
  return true;
}

bool Reflector::take_error_event(std::string_view bytes) {
  const auto status = decode<StatusObject>(encoding_, bytes);
  if (!status) return unreadable(status.error().text);
  handled_ = true;
  head_ = {};
  head_.status = status->code;
  if (phase_ == Phase::stream) {
    refused_stream(*status);
  } else {
    refused_watch(*status);
  }
  return false;
}

/// Corrupt data: what we have stays, and the whole state is read again.
bool Reflector::unreadable(std::string_view what) {
  handled_ = true;
  say(fmt::format("{}: the API server's answer cannot be used: {}", resource_.name, what));
  if (phase_ == Phase::stream) {
    stream_failed();
  } else if (phase_ != Phase::probe) {
    start_over();
  }
  back_off();
  return false;
}

/// One object that cannot be read is no reason to do without all others; what was known of it
/// stays.
bool Reflector::pass_over(std::string_view why, std::string_view bytes) {
  auto about = decode<BookmarkObject>(encoding_, bytes);
  if (!about) return unreadable(why);
  ++passed_over_;
  ++skipped_.unreadable;
  const std::string& version = about->resource_version;
  sink_.keep(about->name_space, about->name);
  continuity_.seen(about->name_space, about->name, version, encoding_, bytes);
  std::string text = one_line(fmt::format("{}: {} is passed over: {}", resource_.name,
                                          object_name(about->name_space, about->name), why));
  if (complaints_.first(text)) log_.warning("{}", text);
  if (phase_ == Phase::watch && !version.empty()) last_version_ = version;
  return true;
}

/// What is known must not go because of a state of which nothing was understood.
bool Reflector::nothing_readable() {
  if (taken_ != 0 || passed_over_ == 0) return false;
  unreadable("none of its objects can be read");
  return true;
}

void Reflector::end_of_list() {
  if (phase_ == Phase::probe) return end_of_probe();
  if (list_version_.empty()) {
    unreadable("a list without a resourceVersion");
    return;
  }
  if (!continue_.empty()) {
    pages_seen_ = true;
    return;
  }
  if (!nothing_readable()) state_is_whole(list_version_);
}

/// A resource where nothing happened since its state was read has no better proof than that the
/// newest of it is there and the server no older. That is enough where a watch ended in order on a
/// connection that stayed, as it does every few minutes.
void Reflector::end_of_probe() {
  probes_refused_ = 0;
  const Continuity::Fact& fact = continuity_.fact(fact_);
  const bool found = standing_ == Continuity::Standing::holds && fact.digest;
  if (found && continuity_.behind_state(fact)) return resume(fact.version);
  if (found && link_ == Link::kept) return resume(last_version_);
  const bool goes_on = !found && standing_ != Continuity::Standing::other;
  if (goes_on && ++fact_ < continuity_.size()) return;
  log_.info("{}: changes may have been missed, listing again", resource_.name);
  start_over();
}

/// A watch that ends soon is followed by the next one at once; from the second on there is a pause,
/// whatever they brought.
void Reflector::end_of_watch() {
  if (phase_ == Phase::stream) {
    say(fmt::format("{}: the stream ended before the state was whole", resource_.name));
    stream_failed();
    return back_off();
  }
  watch_ended(Link::kept);
  if (clock_.now() - answer_started_ >= kShortWatch) {
    short_watches_ = 0;
    return;
  }
  if (events_ == 0) {
    say(fmt::format("{}: very short watch: closed within a second, without an event",
                    resource_.name));
  }
  if (++short_watches_ > 1 || events_ == 0) back_off();
}

void Reflector::count_skipped() {
  const std::uint64_t more = cutter_->skipped() - cut_before_;
  if (more == 0) return;
  cut_before_ += more;
  skipped_.too_large += more;
  passed_over_ += more;
  const std::string_view start = cutter_->start_of_skipped();
  const std::string_view name_space = text_field(start, "namespace");
  const std::string_view name = text_field(start, "name");
  sink_.keep(name_space, name);
  std::string text = one_line(fmt::format("{}: {} is passed over: it is larger than {} MiB",
                                          resource_.name, object_name(name_space, name),
                                          BodyCutter::kElementLimit / (1024 * 1024)));
  if (complaints_.first(text)) log_.error("{}", text);
}

/// The state has been handed over: from here on only changes.
void Reflector::state_is_whole(std::string resource_version) {
  last_version_ = std::move(resource_version);
  continue_.clear();
  version_unavailable_ = false;
  ever_listed_ = true;
  one_page_ = false;
  resume_from_ = last_version_;
  proven_ = true;
  link_ = Link::lost;
  stream_failures_ = 0;
  state_size_ = taken_;
  continuity_.end_state(last_version_);
  phase_ = Phase::watch;
  heard();
  sink_.commit_replace();
  synced_.store(true, std::memory_order_release);
  well();
}

void Reflector::begin_replace() {
  taken_ = 0;
  passed_over_ = 0;
  continuity_.begin_state();
  sink_.begin_replace();
}

void Reflector::relist() { start_over(); }

void Reflector::start_over() {
  phase_ = Phase::stream;
  continue_.clear();
  one_page_ = false;
}

void Reflector::relist_from_nothing() {
  start_over();
  if (version_unavailable_ || last_version_.empty()) back_off();
  version_unavailable_ = true;
}

void Reflector::watch_ended(Link link) {
  link_ = link;
  phase_ = Phase::probe;
  proven_ = false;
  fact_ = 0;
  if (state_size_ <= kFewObjects || continuity_.size() == 0) start_over();
}

void Reflector::resume(std::string version) {
  resume_from_ = std::move(version);
  proven_ = true;
  phase_ = Phase::watch;
}

void Reflector::fall_back_to_pages() {
  start_over();
  phase_ = Phase::list;
  stream_failures_ = 0;
}

/// Lists get a chance where streams keep breaking off.
void Reflector::stream_failed() {
  if (++stream_failures_ >= kStreamAttempts) fall_back_to_pages();
}

void Reflector::back_off() {
  const Duration asked = seconds(std::min(head_.retry_after().value_or(0), 120U));
  const Duration largest = unreachable_ ? kRetryUnreachable : kRetryRefused;
  wait_ = std::max(backoff_.next(clock_.now(), largest), asked);
  head_ = {};
  // Much can happen while nobody looks.
  if (phase_ == Phase::watch) watch_ended(link_);
}

/// Each trouble once, until all is well again.
void Reflector::say(std::string_view text, LogLevel level) {
  std::string line = one_line(text, kSaidLimit);
  if (line == said_) return;
  said_ = std::move(line);
  log_.write(level, said_);
}

void Reflector::heard() {
  last_event_.store(clock_.now().time_since_epoch().count(), std::memory_order_relaxed);
}

void Reflector::well() {
  if (!said_.empty()) log_.info("{}: the API server answers again", resource_.name);
  said_.clear();
}

}  // namespace catena::kubernetes::api
