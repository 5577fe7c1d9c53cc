// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/api/tables.hpp"

#include "cmd/kubesim/api/table_cells.hpp"

#include <fmt/format.h>

namespace catena::kubesim {
namespace {

Json definitions(const std::vector<Column>& columns) {
  Json result = array();
  for (const Column& column : columns) {
    result.push(object({{"name", column.name},
                        {"type", column.type},
                        {"format", column.name == "Name" ? "name" : ""},
                        {"description", column.name},
                        {"priority", column.shown == Shown::Wide ? 1 : 0}}));
  }
  return result;
}

Json row_of(const TableLayout& layout,
            const Object& object_,
            std::string_view include,
            std::chrono::system_clock::time_point now) {
  Json row = object({{"cells", Json(layout.cells(object_, now))}});
  if (include == "Object") {
    row.set("object", object_.json());
  } else if (include != "None") {
    row.set("object", partial_metadata(object_));
  }
  return row;
}

}  // namespace

Json table_of(const Resource& resource,
              const std::vector<ObjectPtr>& objects,
              std::string_view include,
              std::chrono::system_clock::time_point now) {
  const TableLayout& layout = layout_of(resource);
  Json rows = array();
  for (const ObjectPtr& each : objects) rows.push(row_of(layout, *each, include, now));
  return object({{"kind", "Table"},
                 {"apiVersion", "meta.k8s.io/v1"},
                 {"metadata", object()},
                 {"columnDefinitions", definitions(layout.columns)},
                 {"rows", std::move(rows)}});
}

Json partial_metadata(const Object& object_) {
  return object({{"kind", "PartialObjectMetadata"},
                 {"apiVersion", "meta.k8s.io/v1"},
                 {"metadata", object_.json()["metadata"]}});
}

std::string human_duration(std::chrono::seconds span) {
  const long seconds = std::max<long>(span.count(), 0);
  const long minutes = seconds / 60;
  const long hours = minutes / 60;
  const auto pair = [](long major, const char* unit, long minor, const char* small) {
    return minor == 0 ? fmt::format("{}{}", major, unit)
                      : fmt::format("{}{}{}{}", major, unit, minor, small);
  };
  if (seconds < 120) return fmt::format("{}s", seconds);
  if (minutes < 10) return pair(minutes, "m", seconds % 60, "s");
  if (hours < 3) return fmt::format("{}m", minutes);
  if (hours < 8) return pair(hours, "h", minutes % 60, "m");
  if (hours < 48) return fmt::format("{}h", hours);
  if (hours < 192) return pair(hours / 24, "d", hours % 24, "h");
  return fmt::format("{}d", hours / 24);
}

}  // namespace catena::kubesim
