// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/http/response_reader.hpp"

#include "plugins/kubernetes/api/backoff.hpp"
#include "plugins/kubernetes/api/body_cutter.hpp"
#include "plugins/kubernetes/api/complaints.hpp"
#include "plugins/kubernetes/api/continuity.hpp"
#include "plugins/kubernetes/api/encoded_sink.hpp"
#include "plugins/kubernetes/api/resource.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace catena::kubernetes::api {

/// What a request is for, as RBAC and the metrics name it.
enum class Verb { list, watch };

/// What the reflector wants next: a request sent, or nothing before `wait` has passed.
struct NextStep {
  Duration wait{};
  Verb verb = Verb::list;
  std::string target;       ///< Empty while there is something to wait for.
  std::string_view accept;  ///< The value of Accept.
};

/// Objects that were passed over since the start.
struct Skipped {
  std::uint64_t too_large = 0;
  std::uint64_t unreadable = 0;
};

/// Follows one resource: the state machine of list and watch, without sockets. Its driver asks
/// next(), sends the request and reports what came: connected() for each new connection, head(),
/// body() as often as there is some, then end(), or failed() at any point. Streaming list first,
/// pages where the server has none; never gives up, with back-off; says each trouble once.
///
/// However a watch ended, the next one only goes on where that one was if the server's past is
/// known to be the one that was followed (Continuity); otherwise, and where there are few objects,
/// it begins with the whole state. A server behind a proxy may be another one although the
/// connection stayed. One thread; synced() from any.
class Reflector {
 public:
  Reflector(Resource resource, EncodedSink& sink, Log log, const Clock& clock, Fraction fraction);

  NextStep next();

  /// A new connection: what came over an older one may be from another past of the cluster. Ask
  /// next() again before sending.
  void connected();

  void head(const http::ResponseHead& head);

  /// Hands every object to the sink once more, from a new list: the next() after the answer that is
  /// under way, which may be given up without end() or failed().
  void relist();

  /// False when the rest of this answer is of no use: close the connection, do not call end().
  bool body(std::string_view chunk);

  /// How long the driver may wait for the next bytes of the body.
  Duration patience() const;

  void end();
  void failed(const http::Failure& failure);

  /// The first full state has been handed to the sink.
  bool synced() const { return synced_.load(std::memory_order_acquire); }

  const Skipped& skipped() const { return skipped_; }

  /// When the server last told something about the resource: an event, a bookmark, a list. The
  /// start before that. Any thread.
  TimePoint last_event() const {
    return TimePoint(Duration(last_event_.load(std::memory_order_relaxed)));
  }

  const Resource& resource() const { return resource_; }

 private:
  enum class Phase {
    stream,  ///< A watch that starts with the whole state.
    list,    ///< Pages.
    watch,
    probe,  ///< Has the server the past that we know? A question for a fact.
  };

  /// Whether the last watch ended in order on a connection that is still there.
  enum class Link { kept, lost };

  // The request of each phase.
  std::string stream_target();
  std::string list_target() const;
  std::string watch_target();
  std::string probe_target() const;
  std::string random_timeout();

  // A body of status 200.
  void begin_body();
  bool take_piece(PieceKind kind, std::string_view bytes);
  bool take_element(std::string_view bytes);
  bool take_fact(std::string_view bytes);
  bool take_list_metadata(std::string_view bytes);
  bool take_event(std::string_view bytes);
  bool take_bookmark(std::string_view bytes);
  bool take_error_event(std::string_view bytes);
  bool unreadable(std::string_view what);
  bool pass_over(std::string_view why, std::string_view bytes);
  bool nothing_readable();
  void end_of_list();
  void end_of_probe();
  void end_of_watch();
  void count_skipped();

  // Anything else.
  void refused();
  StatusObject read_refusal() const;
  void refused_stream(const StatusObject& status);
  void refused_list(const StatusObject& status);
  void refused_watch(const StatusObject& status);
  void refused_probe(const StatusObject& status);
  void say_refusal(const StatusObject& status);

  // Where to go from here.
  void begin_replace();
  void start_over();
  void relist_from_nothing();
  void watch_ended(Link link);
  void resume(std::string version);
  void fall_back_to_pages();
  void back_off();
  void state_is_whole(std::string resource_version);
  void stream_failed();
  void say(std::string_view text, LogLevel level = LogLevel::warning);
  void say_failed(LogLevel level, std::string_view why);
  void well();
  void heard();

  Resource resource_;
  EncodedSink& sink_;
  Log log_;
  const Clock& clock_;
  Fraction fraction_;
  Backoff backoff_;

  Phase phase_ = Phase::stream;
  Duration wait_{};
  std::string last_version_;
  bool version_unavailable_ = false;  ///< The server does not have it: ask for the newest state.
  bool ever_listed_ = false;
  bool pages_seen_ = false;
  bool one_page_ = false;  ///< Pages expired under way: all at once.

  Continuity continuity_;
  std::uint64_t state_size_ = 0;  ///< Objects of the last whole state.
  std::size_t fact_ = 0;          ///< The one that is asked for.
  bool proven_ = false;           ///< The next watch may begin, at resume_from_.
  std::string resume_from_;       ///< No newer than last_version_.
  Link link_ = Link::lost;
  int probes_refused_ = 0;
  int stream_failures_ = 0;
  int unauthorized_ = 0;
  Encoding wanted_ = Encoding::protobuf;  ///< JSON for good once the server refused to choose.

  // The answer under way.
  std::unique_ptr<BodyCutter> cutter_;  ///< None when the body is a refusal.
  Encoding encoding_ = Encoding::json;
  http::ResponseHead head_;
  std::string refusal_;  ///< The body of an answer other than 200.
  std::string list_version_;
  std::string continue_;
  Continuity::Standing standing_{};  ///< On the fact that a probe is about.
  TimePoint answer_started_{};
  TimePoint give_up_{};  ///< For watches: when the server should long have ended it.
  Duration asked_timeout_{};
  std::uint64_t events_ = 0;
  int short_watches_ = 0;  ///< In a row.
  bool unreachable_ = false;
  bool handled_ = false;  ///< A piece has already led to a new phase.

  bool later_page_ = false;

  std::string said_;
  bool list_forbidden_ = false;  ///< Said already, until it works.
  bool watch_forbidden_ = false;
  Complaints complaints_;
  Skipped skipped_;
  std::uint64_t cut_before_ = 0;   ///< Too large ones of this answer.
  std::uint64_t taken_ = 0;        ///< Objects of this state that could be read.
  std::uint64_t passed_over_ = 0;  ///< And that could not, or were too large.
  std::atomic<Duration::rep> last_event_;
  std::atomic<bool> synced_{false};
};

}  // namespace catena::kubernetes::api
