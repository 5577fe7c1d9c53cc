// SPDX-License-Identifier: Apache-2.0
// What a reflector does when the API server says no: to a list, to a watch, and to what it asked
// for.
#include "core/base/one_line.hpp"

#include "plugins/kubernetes/api/reflector.hpp"
#include "plugins/kubernetes/api/status_code.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace catena::kubernetes::api {

namespace {

constexpr int kProbeAttempts = 3;

bool too_large(const StatusObject& status) {
  const auto is_cause = [](const std::string& reason) {
    return reason == "ResourceVersionTooLarge";
  };
  return std::ranges::any_of(status.causes, is_cause) ||
         status.message.find("Too large resource version") != std::string::npos;
}

/// The server does not have the version that we asked for.
bool version_refused(const StatusObject& status) {
  return status.code == kGone || too_large(status);
}

/// As the rules of a ClusterRole name it: with its group, if it is in one.
std::string rbac_name(const Resource& resource) {
  constexpr std::string_view kGroups = "/apis/";
  const std::size_t at = resource.path.find(kGroups);
  const std::string_view path = resource.path;
  const std::string_view name = path.substr(path.rfind('/') + 1);
  if (at == std::string::npos) return std::string(name);
  const std::string_view group = path.substr(at + kGroups.size());
  return fmt::format("{}.{}", name, group.substr(0, group.find('/')));
}

}  // namespace

StatusObject Reflector::read_refusal() const {
  StatusObject status;
  if (auto decoded = decode_refusal(encoding_, refusal_)) {
    status = std::move(*decoded);
  } else {
    // It may be a page of HTML.
    status.message = refusal_.substr(0, refusal_.find_first_of("\r\n"));
  }
  status.code = head_.status;
  return status;
}

void Reflector::refused() {
  const StatusObject status = read_refusal();
  if (status.code == kNotAcceptable && wanted_ == Encoding::protobuf) {
    log_.debug("{}: no protobuf (HTTP 406), asking for JSON", resource_.name);
    wanted_ = Encoding::json;
    return;
  }
  if (status.code == kUnauthorized) {
    say_refusal(status);
    // The driver has fetched new credentials meanwhile; only if they do not help, wait.
    if (++unauthorized_ > 1) back_off();
    return;
  }
  switch (phase_) {
    case Phase::stream:
      return refused_stream(status);
    case Phase::list:
      return refused_list(status);
    case Phase::watch:
      return refused_watch(status);
    case Phase::probe:
      return refused_probe(status);
  }
}

void Reflector::refused_stream(const StatusObject& status) {
  if (version_refused(status)) return relist_from_nothing();
  if (status.code == kTooManyRequests) {
    say_refusal(status);
    return back_off();
  }
  // A server in trouble would hardly list with less effort: it is asked the same again first.
  if (status.code >= kInternalError && status.code != kNotImplemented) {
    say_refusal(status);
    stream_failed();
    return back_off();
  }
  // Servers and proxies that do not know streaming lists, or a right that is missing: lists may
  // work.
  if (status.code == kForbidden) say_refusal(status);
  log_.debug("{}: no streaming list (HTTP {}), listing", resource_.name, status.code);
  fall_back_to_pages();
}

void Reflector::refused_list(const StatusObject& status) {
  if (version_refused(status) && later_page_) {
    continue_.clear();
    one_page_ = true;
    return;
  }
  if (version_refused(status)) return relist_from_nothing();
  say_refusal(status);
  start_over();
  back_off();
}

/// The API server's own cache may not reach back to the proven version although nothing happened
/// since, where it was started meanwhile. A server that ended the watch in order on a connection
/// that stayed is asked for the last version then, so that a resource where nothing happens is not
/// listed again with each watch.
void Reflector::refused_watch(const StatusObject& status) {
  if (status.code == kGone && link_ == Link::kept && resume_from_ != last_version_) {
    return resume(last_version_);
  }
  if (status.code == kTooManyRequests) {
    say_refusal(status);
    return back_off();
  }
  if (status.code == kGone) {
    log_.info("{}: the last version seen has expired, listing again", resource_.name);
  } else {
    say_refusal(status);
  }
  start_over();
  back_off();
}

void Reflector::refused_probe(const StatusObject& status) {
  if (too_large(status)) {
    log_.warning("{}: the API server is older than what it told before (restored?), listing again",
                 resource_.name);
    return relist_from_nothing();
  }
  if (status.code == kGone) {
    log_.info("{}: the last version seen has expired, listing again", resource_.name);
    return relist_from_nothing();
  }
  say_refusal(status);
  if (status.code == kTooManyRequests || status.code >= kInternalError) return back_off();
  // For its first moments a server knows nobody's rights. Whoever may not list for good may still
  // watch.
  if (++probes_refused_ < kProbeAttempts) return back_off();
  probes_refused_ = 0;
  resume(last_version_);
}

void Reflector::say_refusal(const StatusObject& status) {
  const bool lists = phase_ == Phase::list || phase_ == Phase::probe;
  const std::string message = one_line(status.message.empty() ? head_.reason : status.message);
  std::string why = fmt::format("{}HTTP {}: ", lists ? "failed to list: " : "", status.code);
  if (status.code == kForbidden) {
    if (std::exchange(lists ? list_forbidden_ : watch_forbidden_, true)) return;
    why += fmt::format("{}; the rights needed are list and watch on {}", message,
                       rbac_name(resource_));
  } else if (status.code == kNotFound) {
    // A custom resource may be installed later, so this is asked again like all else.
    why += fmt::format("the API server does not serve {}; is it installed?", resource_.path);
  } else {
    why += message;
  }
  say_failed(status.code == kTooManyRequests ? LogLevel::warning : LogLevel::error, why);
}

/// In the words of CoreDNS's client: alerts look for them.
void Reflector::say_failed(LogLevel level, std::string_view why) {
  say(fmt::format("{}: Failed to watch: {}", resource_.name, why), level);
}

}  // namespace catena::kubernetes::api
