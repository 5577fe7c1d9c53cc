// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/api/list_options.hpp"

#include "core/base/encodings.hpp"

#include <fmt/format.h>

#include <charconv>

namespace catena::kubesim {
namespace {

template <class Number>
std::optional<Number> number(std::string_view text) {
  Number value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
  return whole ? std::optional(value) : std::nullopt;
}

/// Where a list goes on. The version is negative when the rest may be inconsistent.
struct Continuation {
  std::int64_t version = 0;
  std::string start;

  [[nodiscard]] std::string write() const {
    return to_base64_url(
        object({{"v", "meta.k8s.io/v1"}, {"rv", version}, {"start", start}}).write());
  }
};

Outcome<Continuation> read_continuation(std::string_view token) {
  const auto text = from_base64_url(token);
  const auto json = text ? parse_json(*text) : JsonError{"illegal base64 data"};
  if (!json || (*json)["v"].text() != "meta.k8s.io/v1" || (*json)["start"].text().empty()) {
    return bad_request("invalid continue token: continue key is not valid");
  }
  return Continuation{(*json)["rv"].integer(), std::string((*json)["start"].text())};
}

Outcome<std::optional<std::uint64_t>> read_version(std::string_view text) {
  if (text.empty()) return std::optional<std::uint64_t>();
  const auto version = number<std::uint64_t>(text);
  if (!version) {
    return bad_request(
        fmt::format("invalid resource version: resourceVersion: Invalid value: "
                    "\"{}\": strconv.ParseUint: parsing \"{}\": invalid syntax",
                    text, text));
  }
  return version;
}

Status list_options_invalid(std::string field, std::string message) {
  static const Resource options{"meta.k8s.io",
                                "v1",
                                "ListOptions",
                                "",
                                "ListOptions",
                                Scope::Cluster,
                                Generation::Absent,
                                {},
                                {},
                                {}};
  const FieldError error{"FieldValueForbidden", std::move(field),
                         fmt::format("Forbidden: {}", message)};
  Status status = invalid(options, "", {error});
  status.details.erase("name");
  return status;
}

/// The continue token has gone: a 410 with one for an inconsistent rest.
Status continue_expired(const Continuation& continuation) {
  Status status = expired(
      "The provided continue parameter is too old to display a consistent list result. You can "
      "start a new list without the continue parameter, or use the continue token in this response "
      "to retrieve the remainder of the results. Continuing with the provided token results in an "
      "inconsistent list - objects that were created, modified, or deleted between the time the "
      "first chunk was returned and now may show up in the list.");
  status.continue_token = Continuation{-1, continuation.start}.write();
  return status;
}

struct Snapshot {
  Objects objects;
  std::uint64_t version;
  std::string start;
};

Outcome<Snapshot> snapshot_of(const Store& store,
                              const Resource& resource,
                              const ListOptions& options) {
  const Objects& now = store.objects(resource);
  const std::uint64_t version = options.version.value_or(0);
  if (!options.continue_token.empty()) {
    const auto continuation = read_continuation(options.continue_token);
    if (!continuation) return continuation.error();
    if (continuation->version < 0) return Snapshot{now, store.version(), continuation->start};
    const auto at = static_cast<std::uint64_t>(continuation->version);
    auto then = at > store.version() ? std::nullopt : store.objects_at(resource, at);
    if (!then) return continue_expired(*continuation);
    return Snapshot{std::move(*then), at, continuation->start};
  }
  if (version > store.version()) return resource_version_too_large(version, store.version());
  if (options.version_match != "Exact") return Snapshot{now, store.version(), ""};
  auto then = store.objects_at(resource, version);
  if (!then) return expired("The resourceVersion for the provided list is too old.");
  return Snapshot{std::move(*then), version, ""};
}

std::size_t limit_of(const Cluster& cluster, const ListOptions& options) {
  // A list of resourceVersion 0 comes from the watch cache, which knows no pages.
  if (options.version == std::uint64_t{0} && options.version_match != "Exact") return 0;
  return options.limit > 0 ? options.limit : cluster.page_limit;
}

}  // namespace

Outcome<Filter> filter_of(const ApiRequest& request, const Target& target) {
  auto labels = LabelSelector::parse(request.parameter("labelSelector"));
  if (!labels) return labels.error();
  std::string terms(request.parameter("fieldSelector"));
  if (!target.name.empty()) {
    terms += fmt::format("{}metadata.name={}", terms.empty() ? "" : ",", target.name);
  }
  auto fields = FieldSelector::parse(terms);
  if (!fields) return fields.error();
  return Filter{target.space, std::move(*labels), std::move(*fields)};
}

Outcome<ListOptions> ListOptions::parse(const ApiRequest& request, const Target& target) {
  ListOptions options;
  auto filter = filter_of(request, target);
  if (!filter) return filter.error();
  options.filter = std::move(*filter);
  const auto version = read_version(request.parameter("resourceVersion"));
  if (!version) return version.error();
  options.version = *version;
  options.version_match = request.parameter("resourceVersionMatch");
  options.limit = number<std::size_t>(request.parameter("limit")).value_or(0);
  options.continue_token = request.parameter("continue");
  options.bookmarks = request.flag("allowWatchBookmarks");
  if (request.query.contains("sendInitialEvents")) {
    options.initial_events =
        request.flag("sendInitialEvents") ? InitialEvents::Wanted : InitialEvents::Unwanted;
  }
  if (!options.continue_token.empty() && options.version.value_or(0) > 0) {
    return bad_request("specifying resource version is not allowed when using continue");
  }
  return options;
}

Json Page::metadata() const {
  Json result = object({{"resourceVersion", std::to_string(version)}});
  if (!continue_token.empty()) result.set("continue", continue_token);
  if (remaining) result.set("remainingItemCount", static_cast<std::uint64_t>(*remaining));
  return result;
}

std::vector<ObjectPtr> matching(const Objects& objects, const Filter& filter) {
  std::vector<ObjectPtr> result;
  for (const auto& [key, each] : objects) {
    if (filter.matches(*each)) result.push_back(each);
  }
  return result;
}

Outcome<Page> page_of(const Cluster& cluster,
                      const Resource& resource,
                      const ListOptions& options) {
  auto snapshot = snapshot_of(cluster.store, resource, options);
  if (!snapshot) return snapshot.error();
  Objects& all = snapshot->objects;
  // The start is the key after which the page begins, ended by a zero byte.
  all.erase(all.begin(), all.lower_bound(snapshot->start));
  Page page{matching(all, options.filter), snapshot->version, {}, {}};
  const std::size_t limit = limit_of(cluster, options);
  if (limit == 0 || page.items.size() <= limit) return page;
  const std::size_t remaining = page.items.size() - limit;
  page.items.resize(limit);
  const Object& last = *page.items.back();
  page.continue_token = Continuation{static_cast<std::int64_t>(page.version),
                                     key_of(last.space(), last.name()) + '\0'}
                            .write();
  if (options.filter.labels.empty() && options.filter.fields.empty()) page.remaining = remaining;
  return page;
}

std::optional<Status> check_watch(const Cluster& cluster,
                                  const Resource&,
                                  const ListOptions& options) {
  if (options.initial_events == InitialEvents::Unset) return std::nullopt;
  if (!cluster.faults.streaming_list()) {
    return list_options_invalid(
        "sendInitialEvents",
        "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled");
  }
  if (options.version_match != "NotOlderThan") {
    return list_options_invalid(
        "resourceVersionMatch",
        "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
  }
  const std::uint64_t version = options.version.value_or(0);
  if (version > cluster.store.version()) {
    return resource_version_too_large(version, cluster.store.version());
  }
  return std::nullopt;
}

Watch::Settings watch_settings(const ApiRequest& request,
                               const Target& target,
                               const ListOptions& options) {
  Watch::Settings settings;
  settings.resource = target.resource;
  settings.filter = options.filter;
  settings.include_object = request.parameter("includeObject");
  settings.bookmarks = options.bookmarks;
  const auto timeout = number<int>(request.parameter("timeoutSeconds"));
  if (timeout && *timeout > 0) settings.timeout = std::chrono::seconds(*timeout);
  return settings;
}

void resume(const Cluster& cluster, Watch& watch, std::uint64_t version) {
  using Event = Watch::Event;
  const Store& store = cluster.store;
  const Resource& resource = *watch.settings().resource;
  const auto changes = store.changes_since(resource, version);
  if (!changes || cluster.faults.gone()) {
    const auto message =
        fmt::format("too old resource version: {} ({})", version, store.oldest(resource));
    watch.push({Event::Type::Error, nullptr, 0, expired(message).json()});
    watch.end(Watch::End::Clean);
    return;
  }
  for (const Change& change : *changes) watch.offer(change);
}

}  // namespace catena::kubesim
