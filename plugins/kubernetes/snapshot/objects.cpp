// SPDX-License-Identifier: Apache-2.0
// Each kind's fields stand here once, for both directions. The bindings name every member of a
// struct, so that a new one is not forgotten: it belongs into the image if answers depend on it,
// and then kVersion (format.hpp) goes up.
#include "plugins/kubernetes/snapshot/objects.hpp"

#include "plugins/kubernetes/snapshot/image.hpp"

#include <concepts>

namespace catena::kubernetes::snapshot {
namespace {

/// T is Object, to be read or to be filled.
template <class T, class Object>
concept As = std::same_as<std::remove_const_t<T>, Object>;

template <class Archive>
void fields(Archive& archive, As<api::Metadata> auto& metadata) {
  auto& [name, name_space, version] = metadata;
  static_cast<void>(version);
  archive.text(Column::name, name);
  archive.text(Column::name_space, name_space);
}

template <class Archive>
void texts(Archive& archive, Column column, As<std::vector<std::string>> auto& list) {
  archive.list(list, [&](auto& text) { archive.text(column, text); });
}

template <class Archive>
void ports(Archive& archive, As<std::vector<api::Port>> auto& list) {
  archive.list(list, [&](auto& port) {
    auto& [name, protocol, number] = port;
    archive.text(Column::port_name, name);
    archive.text(Column::protocol, protocol);
    archive.number(number);
  });
}

template <class Archive>
void fields(Archive& archive, As<api::ServiceObject> auto& object) {
  auto& [metadata, type, cluster_ips, external_name, port_list, external_ips] = object;
  fields(archive, metadata);
  archive.text(Column::type, type);
  texts(archive, Column::address, cluster_ips);
  archive.text(Column::hostname, external_name);
  ports(archive, port_list);
  texts(archive, Column::address, external_ips);
}

template <class Archive>
void fields(Archive& archive, As<api::Endpoint> auto& endpoint) {
  auto& [addresses, hostname, node, target, zone] = endpoint;
  texts(archive, Column::address, addresses);
  archive.text(Column::hostname, hostname);
  archive.text(Column::node, node);
  archive.text(Column::target, target);
  archive.text(Column::zone, zone);
}

template <class Archive>
void fields(Archive& archive, As<api::SliceObject> auto& object) {
  auto& [metadata, service, address_type, port_list, endpoints, trigger_time, import, cluster] =
      object;
  static_cast<void>(trigger_time);
  fields(archive, metadata);
  archive.text(Column::service, service);
  archive.text(Column::type, address_type);
  ports(archive, port_list);
  archive.list(endpoints, [&](auto& endpoint) { fields(archive, endpoint); });
  archive.text(Column::service, import);
  archive.text(Column::cluster, cluster);
}

template <class Archive>
void fields(Archive& archive, As<api::ImportObject> auto& object) {
  auto& [metadata, type, ips, port_list] = object;
  fields(archive, metadata);
  archive.text(Column::type, type);
  texts(archive, Column::address, ips);
  ports(archive, port_list);
}

template <class Archive>
void fields(Archive& archive, As<api::PodObject> auto& object) {
  auto& [metadata, pod_ips, labels] = object;
  fields(archive, metadata);
  texts(archive, Column::address, pod_ips);
  archive.list(labels, [&](auto& label) {
    archive.text(Column::label, label.first);
    archive.text(Column::label_value, label.second);
  });
}

template <class Archive>
void fields(Archive& archive, As<api::NamespaceObject> auto& object) {
  auto& [metadata] = object;
  fields(archive, metadata);
}

template <class Object>
std::string encode_any(const Object& object) {
  ImageWriter writer;
  fields(writer, object);
  return std::move(writer).take();
}

template <class Object>
Result<Object> decode_any(std::string_view image) {
  Object object;
  ImageReader reader(image);
  fields(reader, object);
  if (!reader.whole()) return Error{"an object of it cannot be read"};
  return object;
}

}  // namespace

std::string encode(const api::ServiceObject& object) { return encode_any(object); }
std::string encode(const api::SliceObject& object) { return encode_any(object); }
std::string encode(const api::ImportObject& object) { return encode_any(object); }
std::string encode(const api::PodObject& object) { return encode_any(object); }
std::string encode(const api::NamespaceObject& object) { return encode_any(object); }

template <>
Result<api::ServiceObject> decode<api::ServiceObject>(std::string_view image) {
  return decode_any<api::ServiceObject>(image);
}

template <>
Result<api::SliceObject> decode<api::SliceObject>(std::string_view image) {
  return decode_any<api::SliceObject>(image);
}

template <>
Result<api::ImportObject> decode<api::ImportObject>(std::string_view image) {
  return decode_any<api::ImportObject>(image);
}

template <>
Result<api::PodObject> decode<api::PodObject>(std::string_view image) {
  return decode_any<api::PodObject>(image);
}

template <>
Result<api::NamespaceObject> decode<api::NamespaceObject>(std::string_view image) {
  return decode_any<api::NamespaceObject>(image);
}

}  // namespace catena::kubernetes::snapshot
