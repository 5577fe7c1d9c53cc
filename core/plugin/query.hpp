// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/arena.hpp"
#include "core/base/clock.hpp"
#include "core/dns/message.hpp"
#include "core/dns/response.hpp"
#include "core/plugin/basis.hpp"
#include "core/plugin/reply.hpp"
#include "core/plugin/wire_hook.hpp"

#include <boost/asio/ip/udp.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace catena {

class Attempt;
class Engine;
struct LeftInSlot;
class MetadataSources;

enum class Protocol : std::uint8_t { udp, tcp, tls, https, https3, quic, grpc };

/// "udp" or "tcp", as logs and metrics call it: only UDP, DoQ and DoH3 are "udp".
std::string_view to_string(Protocol protocol);

/// Whether an answer of any size (65,535 bytes), and one of several messages, gets through: all but
/// UDP. Not the same as what logs call it.
constexpr bool is_stream(Protocol protocol) { return protocol != Protocol::udp; }

/// What only some transports know. Lives as long as the queries that point to it.
class TransportFacts {
 public:
  virtual ~TransportFacts() = default;
  virtual std::string_view tls_server_name() const { return {}; }
  /// Method and target of a DoH request, "" elsewhere.
  virtual std::string_view http_target() const { return {}; }
};

/// Why an answer is as it is, for people (RFC 8914 section 4).
enum class ExtendedError : std::uint16_t { other = 0 };

/// What a query waits for. One thread.
class Awaited {
 public:
  /// The wait ends soon, without what was waited for. Nothing continues before this returns.
  virtual void give_up() = 0;

 protected:
  ~Awaited() = default;
};

/// Where a query came from and to. `client` is the real one behind a PROXY header.
struct Transport {
  Protocol protocol = Protocol::udp;
  asio::ip::udp::endpoint client;
  asio::ip::udp::endpoint local;
  std::uint16_t server = 0;  ///< Number of the listener in this configuration (Setup::servers()).
  std::string_view server_label;  ///< Its metrics label, e.g. "dns://:53".
  const TransportFacts* facts = nullptr;
};

/// What a message asks: its question, header bits and OPT record. Name and options lie elsewhere.
struct Inquiry {
  dns::Question question;
  dns::Flags flags;
  std::optional<dns::Edns> edns;

  bool dnssec_ok() const { return edns && edns->dnssec_ok(); }
};

/// Learns that an answer may take long though nobody has given it up: whoever has something else to
/// offer need not wait for it.
class SetbackObserver {
 public:
  /// May come at any time and more than once; the query must not be touched in it.
  virtual void setback() = 0;

 protected:
  ~SetbackObserver() = default;
};

/// One question with its client and its response under construction. Stays at its address from
/// arrival to the end; owns its bytes while it waits. One thread at a time: its worker.
class Query {
 public:
  Query(Engine& engine, std::size_t arena_block = 4096);
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  /// Begins: `message` has one question. Forgets all of the query before it.
  void begin(const dns::MessageView& message, const Transport& transport, TimePoint now);

  /// Begins without a message, for questions the server asks itself: same client and EDNS as
  /// `parent` (Engine::ask, Engine::background).
  void begin_like(const Query& parent, const dns::Question& question);

  /// What was asked, as it came: it never changes, and the reply is made from it.
  const Inquiry& asked() const { return asked_; }

  /// The same as plugins see it, and upstreams: what was asked until somebody changes it.
  const Inquiry& shown() const { return *shown_; }
  dns::NameView name() const { return shown_->question.name; }
  dns::Type type() const { return shown_->question.type; }
  dns::Class qclass() const { return shown_->question.qclass; }
  const dns::Question& question() const { return shown_->question; }
  dns::Flags flags() const { return shown_->flags; }
  dns::Opcode opcode() const { return shown_->flags.opcode(); }
  const std::optional<dns::Edns>& edns() const { return shown_->edns; }
  bool dnssec_ok() const { return shown_->dnssec_ok(); }
  bool checking_disabled() const { return shown_->flags.has(dns::Flags::kCD); }

  /// What is shown, to change: a copy, made when somebody first does. What it points to lives as
  /// long as the query (its arena does). Plugins in front must not see it: whoever changes it puts
  /// it back behind the others (Attempt::restore()). A message that is_signed() goes to upstreams
  /// as it came, whatever stands here.
  Inquiry& change();
  void set_question(const dns::Question& question) { change().question = question; }

  /// The OPT record that is shown, to change; options by dns::with_option() and the like. Where
  /// there was none it is one of 4,096 bytes without DO, as CoreDNS's rewrite adds it.
  dns::Edns& change_edns();

  std::uint16_t id() const { return id_; }

  /// What the client takes in one datagram, and is told back: the size in its OPT record, 512
  /// without one, or less.
  std::uint16_t udp_size() const { return udp_size_; }

  /// Nothing longer than `bytes` is to come in one datagram: to the client, and to this server from
  /// upstreams. Never raises anything.
  void lower_udp_size(std::uint16_t bytes);

  /// What may leave towards the client in one message: 65535 on streams, else udp_size(), at least
  /// 512.
  std::size_t response_limit() const { return limit_of(udp_size_); }

  /// The same of what upstreams are shown: how much they may say in one message.
  std::size_t upstream_limit() const { return limit_of(edns() ? edns()->udp_size : 0); }

  /// The request as it arrived; nothing for the server's own questions. TSIG and raw bytes are
  /// there.
  const std::optional<dns::MessageView>& message() const { return message_; }
  /// The client signed its message (TSIG, RFC 8945): it and its reply pass through byte by byte or
  /// not at all, so nobody changes or keeps the answer, or asks something else instead.
  bool is_signed() const { return message_ && message_->tsig(); }
  /// Who has judged the signature takes it away: for the plugins further down, and upstreams, the
  /// message came without.
  void remove_signature();
  /// Bytes of the request as it arrived.
  std::size_t size() const { return size_; }

  const Transport& transport() const { return transport_; }
  /// For questions the server asks itself for nobody (Engine::background).
  void set_transport(const Transport& transport) { transport_ = transport; }
  TimePoint arrived() const { return arrived_; }

  /// The answer under construction; respond() says as well that there is one, with AA as CoreDNS's
  /// authoritative plugins set it.
  dns::Response& response() { return response_; }
  const dns::Response& response() const { return response_; }
  dns::Response& respond();

  /// No answer but `rcode`; `reason` (parts are joined) goes to the plugin errors. An empty reason
  /// is not logged. Returns Outcome::respond, for `return query.fail(...)`.
  template <class... Parts>
  Outcome fail(dns::Rcode rcode, Parts... reason) {
    const std::string_view parts[] = {std::string_view(), std::string_view(reason)...};
    return fail_with(rcode, parts);
  }

  /// Set when a plugin failed instead of answering: the server makes the reply ("returned, not
  /// written" in CoreDNS's words).
  bool failed() const { return traces_.failed; }
  /// Why, or what is wrong with an answer that is given all the same (complain()); may be empty.
  std::string_view failure() const { return traces_.failure; }
  /// The answer stays as it is; what is wrong with it (parts are joined) goes to the plugin errors.
  template <class... Parts>
  void complain(Parts... what) {
    const std::string_view parts[] = {std::string_view(), std::string_view(what)...};
    traces_.failure = joined(parts);
  }
  /// Takes back an answer or a failure (an Attempt does so to run the rest of the chain again).
  void retract();

  /// The changing data that the answer is made of. Whoever answers from such data adds it before
  /// reading them, also where the answer is that there is nothing, or the others are asked then.
  Basis& basis() { return basis_; }
  const Basis& basis() const { return basis_; }

  /// Tells whoever wants to know that this will take longer than it should: a reply came that is
  /// not to be believed, an upstream kept silent until its time was over.
  void report_setback() const {
    if (setbacks_ != nullptr) setbacks_->setback();
  }
  /// Also for the questions that this one leads to (begin_like). The observer outlives them.
  void observe_setbacks(SetbackObserver* observer) { setbacks_ = observer; }

  /// Tells the client why, where it knows EDNS (RFC 8914). Goes with an answer that is retracted.
  /// `text` lives as long as the query.
  void explain(ExtendedError code, std::string_view text);
  struct Explanation {
    ExtendedError code;
    std::string_view text;
  };
  const std::optional<Explanation>& explanation() const { return traces_.explanation; }

  /// Whoever waits for others on behalf of this query says for what (Waiting does), so that the
  /// server can give the query up when it has no room for it.
  void set_awaited(Awaited* awaited) { root_->awaited_ = awaited; }

  /// Nobody is to be asked for it any more: whatever outcome follows, the client is refused.
  bool given_up() const { return root_->given_up_; }

  /// The server has no room for the query that waits: ends what is waited for.
  void give_up();

  /// For a question that the server asks itself on behalf of a query that waits for it.
  void set_parent(const Query& parent) { root_ = parent.root_; }

  /// Memory that ends with the query.
  Arena& arena() { return arena_; }
  Engine& engine() const { return *engine_; }

  /// The zone of the server block that was chosen, and its view's name ("" mostly).
  dns::NameView zone() const { return zone_; }
  std::string_view view() const { return view_; }
  void set_block(dns::NameView zone, std::string_view view, const MetadataSources* sources);

  /// A named value of a plugin of this block, computed now, which may be empty; a text without data
  /// (`data() == nullptr`) where nobody knows it or the block has no metadata for this name.
  std::string_view metadata(std::string_view label);

  /// What plugins have left in their slots, the newest first (QuerySlot). An Attempt puts back what
  /// was there before.
  const LeftInSlot* left_in_slots() const { return traces_.slots; }
  void set_left_in_slots(const LeftInSlot* left) { traces_.slots = left; }

  /// Questions that led to this one inside the server; guards against loops.
  unsigned depth() const { return depth_; }

  /// True for one of several tries at what a client asked: neither logged nor counted as a
  /// question. What it leads to is part of the step.
  bool is_step() const { return step_; }
  void set_step() { step_ = true; }

  /// Sees, and may lengthen, each message of this query as it leaves (wire_hook.hpp); lives as long
  /// as the query. False: no room for it.
  bool add_wire_hook(WireHook& hook);
  /// In the order in which they came.
  std::span<WireHook* const> wire_hooks() const {
    return {traces_.hooks.data(), traces_.hook_count};
  }

 private:
  friend class Attempt;
  void begin_anew();
  Outcome fail_with(dns::Rcode rcode, std::span<const std::string_view> reason);
  std::string_view joined(std::span<const std::string_view> parts);

  std::size_t limit_of(std::uint16_t udp_size) const;

  static constexpr std::size_t kMaxHooks = 4;

  /// What plugins leave in a query beside its response; first what begin() clears.
  struct Traces {
    bool failed = false;
    std::uint8_t hook_count = 0;
    std::string_view failure;
    const LeftInSlot* slots = nullptr;  // In the arena.
    std::optional<Explanation> explanation;
    std::array<WireHook*, kMaxHooks> hooks{};
  };

  /// Where members lie.
  struct Layout;

  // What begin() sets, side by side, from the end of the basis to the beginning of the traces. What
  // lies in front of it and behind is not touched for each query.
  Basis basis_;
  Engine* engine_;
  const Inquiry* shown_ = &asked_;
  Inquiry asked_;
  TimePoint arrived_;
  std::uint16_t id_ = 0;
  std::uint16_t udp_size_ = 0;
  bool given_up_ = false;
  bool step_ = false;
  unsigned depth_ = 0;
  std::size_t size_ = 0;
  Query* root_ = this;  // The client's own query.
  Awaited* awaited_ = nullptr;
  SetbackObserver* setbacks_ = nullptr;
  const MetadataSources* sources_ = nullptr;
  dns::NameView zone_;
  std::string_view view_;
  Transport transport_;
  Arena arena_;
  dns::Response response_;
  std::optional<dns::MessageView> message_;
  Traces traces_;
  Inquiry changed_;  // What is shown once somebody has changed it.
};

/// As long as it lives a query waits for something that can be given up: at once, where the query
/// was given up before.
class [[nodiscard]] Waiting {
 public:
  Waiting(Query& query, Awaited& awaited) : query_(query) {
    query.set_awaited(&awaited);
    if (query.given_up()) awaited.give_up();
  }
  ~Waiting() { query_.set_awaited(nullptr); }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  Query& query_;
};

}  // namespace catena
