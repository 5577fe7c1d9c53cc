// SPDX-License-Identifier: Apache-2.0
#include "core/base/json_record.hpp"

#include <cstdlib>
#include <ctime>

namespace catena {
namespace {

std::string_view level_name(LogLevel level) {
  return level == LogLevel::warning ? "WARN" : to_string(level);
}

void append_offset(long seconds, std::string& out) {
  if (seconds == 0) {
    out += 'Z';
    return;
  }
  const long minutes = std::labs(seconds) / 60;
  fmt::format_to(std::back_inserter(out), "{}{:02}:{:02}", seconds < 0 ? '-' : '+', minutes / 60,
                 minutes % 60);
}

void append_time(WallTime time, std::string& out) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  const std::time_t seconds = whole.time_since_epoch().count();
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}",
                 parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min,
                 parts.tm_sec, (time - whole).count());
  append_offset(parts.tm_gmtoff, out);
}

}  // namespace

void append_members(const LogRecord& record, JsonBuffer& out) {
  JsonObject object(out);
  object.text("level", level_name(record.level));
  object.text("msg", record.text);
  if (!record.plugin.empty()) object.text("plugin", record.plugin);
  if (record.fields != nullptr) record.fields->put(object);
}

void append_object(WallTime time, std::string_view members, std::string& out) {
  out += "{\"time\":\"";
  append_time(time, out);
  out += "\",";
  out += members;
  out += '}';
}

std::string to_json(const LogRecord& record, WallTime time) {
  JsonBuffer members;
  append_members(record, members);
  std::string line;
  append_object(time, {members.data(), members.size()}, line);
  return line;
}

}  // namespace catena
