// SPDX-License-Identifier: Apache-2.0
// Getting, listing and watching.
#include "cmd/kubesim/api/api.hpp"
#include "cmd/kubesim/api/list_options.hpp"
#include "cmd/kubesim/api/tables.hpp"
#include "cmd/kubesim/model/protobuf.hpp"

#include <fmt/format.h>

namespace catena::kubesim {
namespace {

using Event = Watch::Event;

std::string list_kind(const Resource& resource) { return fmt::format("{}List", resource.kind); }

/// A list as text: the items are pasted together, not built again.
std::string plain_list(const Resource& resource, const Page& page) {
  std::string text =
      fmt::format(R"({{"kind":"{}","apiVersion":"{}","metadata":{},"items":[)", list_kind(resource),
                  resource.api_version(), page.metadata().write());
  for (std::size_t i = 0; i < page.items.size(); ++i) {
    if (i > 0) text += ',';
    text += page.items[i]->item_text();
  }
  return text + "]}";
}

Response protobuf(std::string body) { return {200, std::move(body), std::string(kProtobufType)}; }

std::string protobuf_list(const Resource& resource, const Page& page) {
  std::vector<const Json*> items;
  for (const ObjectPtr& each : page.items) items.push_back(&each->json());
  return write_protobuf_list(resource.api_version(), resource.kind, page.metadata(), items);
}

Json metadata_list(const Page& page) {
  Json items = array();
  for (const ObjectPtr& each : page.items) items.push(partial_metadata(*each));
  return object({{"kind", "PartialObjectMetadataList"},
                 {"apiVersion", "meta.k8s.io/v1"},
                 {"metadata", page.metadata()},
                 {"items", std::move(items)}});
}

/// The object that a bookmark carries: empty but for its version.
Json bookmark_object(const Watch& watch, const Event& event) {
  const Resource& resource = *watch.settings().resource;
  const Form form = watch.settings().form;
  const bool partial = form == Form::Table || form == Form::Metadata;
  Json metadata = object({{"resourceVersion", std::to_string(event.version)}});
  if (event.type == Event::Type::InitialEnd) {
    metadata.set("annotations", object({{"k8s.io/initial-events-end", "true"}}));
  }
  return object({{"kind", partial ? "PartialObjectMetadata" : resource.kind},
                 {"apiVersion", partial ? "meta.k8s.io/v1" : resource.api_version()},
                 {"metadata", std::move(metadata)}});
}

std::string_view type_name(Event::Type type) {
  switch (type) {
    case Event::Type::Added:
      return "ADDED";
    case Event::Type::Modified:
      return "MODIFIED";
    case Event::Type::Deleted:
      return "DELETED";
    case Event::Type::Error:
      return "ERROR";
    default:
      return "BOOKMARK";
  }
}

std::vector<Event> initial_events(const std::vector<ObjectPtr>& objects) {
  std::vector<Event> events;
  for (const ObjectPtr& each : objects) {
    events.push_back({Event::Type::Added, each, each->version(), nullptr});
  }
  return events;
}

}  // namespace

Outcome<Response> Api::get(const ApiRequest& request, const Target& target) {
  const auto form = this->form(request, target.resource->kind);
  if (!form) return form.error();
  const Resource& resource = *target.resource;
  const ObjectPtr found = cluster_.store.get(resource, target.space, target.name);
  if (!found) return not_found(resource, target.name);
  if (*form == Form::Plain) return Response{200, found->text()};
  if (*form == Form::Protobuf) return protobuf(write_protobuf(found->json()));
  if (*form == Form::Metadata) return respond(200, partial_metadata(*found));
  Json table =
      table_of(resource, {found}, request.parameter("includeObject"), cluster_.store.now());
  table.member("metadata").set("resourceVersion", std::to_string(found->version()));
  return respond(200, table);
}

Outcome<Response> Api::list(const ApiRequest& request, const Target& target) {
  const auto form = this->form(request, target.resource->kind);
  if (!form) return form.error();
  const auto options = ListOptions::parse(request, target);
  if (!options) return options.error();
  const Resource& resource = *target.resource;
  const bool resumed = options->version.value_or(0) > 0 || !options->continue_token.empty();
  if (cluster_.faults.gone_lists() && resumed) {
    return expired("The resourceVersion for the provided list is too old.");
  }
  const auto page = page_of(cluster_, resource, *options);
  if (!page) return page.error();
  if (*form == Form::Plain) return Response{200, plain_list(resource, *page)};
  if (*form == Form::Protobuf) return protobuf(protobuf_list(resource, *page));
  if (*form == Form::Metadata) return respond(200, metadata_list(*page));
  Json table =
      table_of(resource, page->items, request.parameter("includeObject"), cluster_.store.now());
  table.set("metadata", page->metadata());
  return respond(200, table);
}

Outcome<std::shared_ptr<Watch>> Api::watch(const ApiRequest& request, const Target& target) {
  const auto form = this->form(request, target.resource->kind);
  if (!form) return form.error();
  const auto options = ListOptions::parse(request, target);
  if (!options) return options.error();
  if (const auto wrong = check_watch(cluster_, *target.resource, *options)) return *wrong;
  const std::uint64_t version = options->version.value_or(0);
  const std::uint64_t current = cluster_.store.version();
  const bool from_now = version == 0 || options->initial_events == InitialEvents::Wanted;
  auto settings = watch_settings(request, target, *options);
  settings.form = *form;
  settings.after = from_now ? current : version;
  auto made = std::make_shared<Watch>(std::move(settings), cluster_.watch_queue);
  if (from_now && options->initial_events != InitialEvents::Unwanted) {
    const auto objects = matching(cluster_.store.objects(*target.resource), options->filter);
    made->preload(initial_events(objects));
  }
  if (options->initial_events == InitialEvents::Wanted) {
    made->push({Event::Type::InitialEnd, nullptr, current, nullptr});
  }
  if (!from_now) resume(cluster_, *made, version);
  cluster_.watches.add(made);
  return made;
}

std::string Api::write_event(const Watch& watch, const Watch::Event& event) const {
  const Resource& resource = *watch.settings().resource;
  const Form form = watch.settings().form;
  const auto line = [&](const std::string& text) {
    return fmt::format("{{\"type\":\"{}\",\"object\":{}}}\n", type_name(event.type), text);
  };
  const auto written = [&](const Json& json) {
    return form == Form::Protobuf ? write_protobuf_event(type_name(event.type), json)
                                  : line(json.write());
  };
  if (event.type == Event::Type::Error) return written(event.error);
  if (event.object == nullptr) return written(bookmark_object(watch, event));
  if (form == Form::Plain) return line(event.object->text());
  if (form == Form::Protobuf) return written(event.object->json());
  if (form == Form::Metadata) return written(partial_metadata(*event.object));
  Json table =
      table_of(resource, {event.object}, watch.settings().include_object, cluster_.store.now());
  table.member("metadata").set("resourceVersion", std::to_string(event.version));
  return written(table);
}

}  // namespace catena::kubesim
