// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/api/faults.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace catena::kubesim {
namespace {

/// Actions rather than states: the administration carries them out itself.
constexpr std::array kActions = {
    "drop_watches",  "end_watches", "forget_history", "reset_resource_version",
    "expire_tokens", "count",       "path",           "verb"};

std::set<std::string, std::less<>> texts(const Json& list) {
  std::set<std::string, std::less<>> result;
  for (const Json& item : list.items()) result.emplace(item.text());
  return result;
}

Json list(const std::set<std::string, std::less<>>& texts) {
  Json result = array();
  for (const std::string& text : texts) result.push(text);
  return result;
}

constexpr std::int64_t kForEver = -1;

}  // namespace

bool Faults::set(const JsonMember& member) {
  const Json& value = member.value;
  const std::string& name = member.name;
  if (name == "gone")
    gone_ = value.boolean();
  else if (name == "gone_lists")
    gone_lists_ = value.boolean();
  else if (name == "hang_watches")
    hang_watches_ = value.boolean();
  else if (name == "streaming_list")
    streaming_list_ = value.boolean(true);
  else if (name == "protobuf")
    protobuf_ = value.boolean(true);
  else if (name == "refuse")
    refuse_ = value.boolean();
  else if (name == "garbage")
    garbage_ = value.integer();
  else if (name == "cut")
    cut_ = value.integer();
  else if (name == "slow_ms")
    delay_ = std::chrono::milliseconds(std::max<std::int64_t>(0, value.integer()));
  else if (name == "forbid")
    forbidden_ = texts(value);
  else if (name == "absent_groups")
    absent_groups_ = texts(value);
  else
    return name == "status" || std::ranges::find(kActions, name) != kActions.end();
  return true;
}

std::optional<Status> Faults::configure(const Json& request) {
  if (!request.is_object()) return bad_request("an object is needed");
  for (const JsonMember& member : request.members()) {
    if (!set(member)) return bad_request(fmt::format("unknown fault {}", member.name));
  }
  const std::int64_t code = request["status"].integer();
  if (code != 0 && (code < 400 || code > 599)) return bad_request("status is 400 to 599");
  if (code == 0) return std::nullopt;
  refusals_.push_back({static_cast<int>(code), request["count"].integer(kForEver),
                       std::string(request["path"].text()), std::string(request["verb"].text())});
  return std::nullopt;
}

Json Faults::json() const {
  Json refusals = array();
  for (const Refusal& each : refusals_) {
    refusals.push(object(
        {{"status", each.code}, {"count", each.count}, {"path", each.path}, {"verb", each.verb}}));
  }
  return object({{"refusals", std::move(refusals)},
                 {"garbage", garbage_},
                 {"cut", cut_},
                 {"gone", gone_},
                 {"gone_lists", gone_lists_},
                 {"hang_watches", hang_watches_},
                 {"streaming_list", streaming_list_},
                 {"protobuf", protobuf_},
                 {"refuse", refuse_},
                 {"slow_ms", static_cast<std::int64_t>(delay_.count())},
                 {"absent_groups", list(absent_groups_)},
                 {"forbid", list(forbidden_)}});
}

std::optional<int> Faults::status_for(std::string_view path, std::string_view verb) {
  const auto found = std::ranges::find_if(refusals_, [&](const Refusal& each) {
    return path.find(each.path) != path.npos && (each.verb.empty() || each.verb == verb);
  });
  if (found == refusals_.end()) return std::nullopt;
  const int code = found->code;
  if (found->count != kForEver && --found->count <= 0) refusals_.erase(found);
  return code;
}

bool Faults::take_garbage() { return garbage_ > 0 && garbage_-- > 0; }
bool Faults::take_cut() { return cut_ > 0 && cut_-- > 0; }

}  // namespace catena::kubesim
