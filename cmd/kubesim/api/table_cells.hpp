// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cmd/kubesim/model/store.hpp"

namespace catena::kubesim {

enum class Shown { Always, Wide };

struct Column {
  std::string_view name;
  std::string_view type;
  Shown shown = Shown::Always;
};

/// The columns of one kind and what stands in them for an object.
struct TableLayout {
  std::vector<Column> columns;
  std::function<Json::Array(const Object&, std::chrono::system_clock::time_point)> cells;
};

/// The layout of a resource; name and age for one that has none of its own.
const TableLayout& layout_of(const Resource& resource);

}  // namespace catena::kubesim
