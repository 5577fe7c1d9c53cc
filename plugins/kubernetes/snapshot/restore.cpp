// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/snapshot/restore.hpp"

#include "core/base/one_line.hpp"

#include "plugins/kubernetes/objects/image.hpp"
#include "plugins/kubernetes/snapshot/format.hpp"

#include <fmt/format.h>

namespace catena::kubernetes::snapshot {
namespace {

using Images = std::vector<std::string_view>;

/// Reads each image; the objects go to `sink` unless it is null.
template <class Object>
Result<void> read_images(const Images& images, api::Sink<Object>* sink) {
  for (const std::string_view image : images) {
    auto object = api::from_image<Object>(image);
    if (!object) return object.error();
    if (sink != nullptr) sink->upsert(std::move(*object));
  }
  return {};
}

Result<void> read_section(const View::Section& section, const api::Sinks& sinks) {
  switch (section.kind) {
    case Kind::services:
      return read_images<api::ServiceObject>(section.images, sinks.services);
    case Kind::slices:
      return read_images<api::SliceObject>(section.images, sinks.slices);
    case Kind::pods:
      return read_images<api::PodObject>(section.images, sinks.pods);
    case Kind::imports:
      return read_images<api::ImportObject>(section.images, sinks.imports);
    case Kind::import_slices:
      return read_images<api::SliceObject>(section.images, sinks.import_slices);
    case Kind::namespaces:
      break;
  }
  return read_images<api::NamespaceObject>(section.images, sinks.namespaces);
}

Result<void> read_sections(const View& view, const api::Sinks& sinks) {
  for (const View::Section& section : view.sections) {
    if (const auto read = read_section(section, sinks); !read) return read.error();
  }
  return {};
}

}  // namespace

Result<Restored> restore(std::string_view bytes, std::string_view key, const api::Sinks& sinks) {
  const auto view = parse(bytes);
  if (!view) return view.error();
  if (view->key != key) {
    return Error{fmt::format("is of another configuration: it is of {}, this one is {}",
                             one_line(view->key), one_line(key))};
  }
  // First into nothing, so that a file that is half right changes nothing.
  if (const auto read = read_sections(*view, {}); !read) return read.error();
  static_cast<void>(read_sections(*view, sinks));
  Restored restored{view->time, 0};
  for (const View::Section& section : view->sections) {
    if (section.kind == Kind::services) restored.services += section.images.size();
  }
  return restored;
}

}  // namespace catena::kubernetes::snapshot
