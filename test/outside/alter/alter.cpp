// SPDX-License-Identifier: Apache-2.0
// What is asked, changed for all that stand behind.
#include "core/base/encodings.hpp"
#include "core/plugin/attempt.hpp"
#include "core/plugin/engine.hpp"
#include "core/plugin/registry.hpp"
#include "core/plugin/setup.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace catena::alter {
namespace {

using dns::OptionCode;
using Bytes = std::vector<std::uint8_t>;
using Data = std::span<const std::uint8_t>;

/// One line of the block. False: the arena is full.
using Change = std::function<bool(Query&)>;

enum class Action : std::uint8_t { set, append, replace, unset };

using Options = std::optional<Data>;

Options changed(Arena& arena, const dns::Edns& opt, Action action, OptionCode code, Data data) {
  const bool is_there = opt.option(code).has_value();
  if (action == Action::unset) return dns::without_option(arena, opt.options, code);
  if (is_there && action != Action::append) {
    return dns::with_option_replaced(arena, opt.options, code, data);
  }
  if (action == Action::replace) return opt.options;
  return dns::with_option(arena, opt.options, code, data);
}

// An OPT record comes with any rule, as in CoreDNS.
bool change_option(Query& query, Action action, OptionCode code, Data data) {
  dns::Edns& opt = query.change_edns();
  const Options options = changed(query.arena(), opt, action, code, data);
  if (options) opt.options = *options;
  return options.has_value();
}

Data network_of(Query& query, unsigned v4, unsigned v6) {
  const asio::ip::address address = query.transport().client.address();
  if (address.is_v4()) return dns::client_subnet(query.arena(), address.to_v4().to_bytes(), v4);
  return dns::client_subnet(query.arena(), address.to_v6().to_bytes(), v6);
}

bool change_subnet(Query& query, Action action, unsigned v4, unsigned v6) {
  const dns::Edns& opt = query.change_edns();
  if (action == Action::append && opt.option(OptionCode::ClientSubnet)) return true;
  const Data data = network_of(query, v4, v6);
  return !data.empty() && change_option(query, action, OptionCode::ClientSubnet, data);
}

/// Changes what those behind see, and puts it back when they are done.
class Alter final : public Plugin {
 public:
  explicit Alter(std::vector<Change> changes) : changes_(std::move(changes)) {}

  Reply serve(Query& query, Next next) const override {
    if (query.is_signed()) return next(query);
    Attempt attempt(query);
    for (const Change& change : changes_) {
      if (change(query)) continue;
      attempt.restore();
      return query.fail(dns::Rcode::ServFail, "no room for what is to be asked");
    }
    return next(query).then([attempt](Outcome outcome) mutable {
      attempt.restore();
      return outcome;
    });
  }

 private:
  std::vector<Change> changes_;
};

Bytes data_of(const std::string& word) {
  Bytes data;
  if (word.starts_with("0x") && append_from_hex(data, word.substr(2))) return data;
  return {word.begin(), word.end()};
}

Change local(config::Property& line, Action action) {
  std::uint16_t code = 0;
  std::string word;
  line.required(code);
  if (action != Action::unset) line.required(word);
  return [action, code = OptionCode(code), data = data_of(word)](Query& query) {
    return change_option(query, action, code, data);
  };
}

Change nsid(Action action) {
  return [action](Query& query) { return change_option(query, action, OptionCode::NSID, {}); };
}

Change subnet(config::Property& line, Action action) {
  unsigned v4 = 0, v6 = 0;
  if (action != Action::unset) {
    line.required(v4, config::between(0, 32));
    line.required(v6, config::between(0, 128));
  }
  return [action, v4, v6](Query& query) { return change_subnet(query, action, v4, v6); };
}

Change edns0(config::Property& line) {
  std::string kind;
  line.required(kind);
  Action action = Action::set;
  line.required(config::one_of(action, {{"set", Action::set},
                                        {"append", Action::append},
                                        {"replace", Action::replace},
                                        {"unset", Action::unset}}));
  if (kind == "local") return local(line, action);
  if (kind == "nsid") return nsid(action);
  if (kind == "subnet") return subnet(line, action);
  line.error("expected 'local', 'nsid' or 'subnet'");
  return {};
}

/// FROM and TO, the values that texts of the Corefile stand for.
template <class Value, class Parse>
std::pair<Value, Value> from_to(config::Property& line, Parse parse) {
  std::string from, to;
  line.required(from);
  line.required(to);
  const auto first = parse(from), second = parse(to);
  if (first && second) return {*first, *second};
  line.error("expected FROM and TO");
  return {};
}

Change name(config::Property& line) {
  const auto [from, to] =
      from_to<dns::Name>(line, [](const std::string& text) { return dns::Name::parse(text); });
  return [from = from, to = to](Query& query) {
    if (query.name() == from.view()) query.change().question.name = to.view();
    return true;
  };
}

Change type(config::Property& line) {
  const auto [from, to] = from_to<dns::Type>(line, dns::parse_type);
  return [from = from, to = to](Query& query) {
    if (query.type() == from) query.change().question.type = to;
    return true;
  };
}

Change qclass(config::Property& line) {
  const auto [from, to] = from_to<dns::Class>(line, dns::parse_class);
  return [from = from, to = to](Query& query) {
    if (query.qclass() == from) query.change().question.qclass = to;
    return true;
  };
}

Change size(config::Property& line) {
  std::uint16_t bytes = 0;
  line.required(bytes);
  return [bytes](Query& query) {
    query.change_edns().udp_size = bytes;
    return true;
  };
}

Change dnssec_ok(config::Property&) {
  return [](Query& query) {
    query.change_edns().flags |= dns::Edns::kDO;
    return true;
  };
}

struct Rule {
  std::string_view name;
  Change (*read)(config::Property&);
};

constexpr Rule kRules[] = {
    {"name", name},   {"type", type},    {"class", qclass},
    {"edns0", edns0}, {"do", dnssec_ok}, {"size", size},
};

}  // namespace

// alter { RULE... }
void setup(Setup& setup) {
  config::Directive& directive = setup.once();
  std::vector<Change> changes;
  for (config::Property& line : directive.others()) {
    const auto* rule = std::ranges::find(kRules, line.name(), &Rule::name);
    if (rule == std::end(kRules)) {
      directive.unknown(line);
      continue;
    }
    changes.push_back(rule->read(line));
    line.no_more();
  }
  directive.done();
  setup.add(std::make_unique<Alter>(std::move(changes)));
}

PluginEntry entry() {
  return {"alter", setup, "Where rewrite stands: those behind see what it makes of a question.",
          before("autopath")};
}

}  // namespace catena::alter
