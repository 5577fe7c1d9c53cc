// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/objects/protobuf_objects.hpp"

#include "core/base/protobuf_fields.hpp"

#include "plugins/kubernetes/objects/fields.hpp"

#include <limits>

namespace catena::kubernetes::api {

namespace {

constexpr std::size_t kEndpointsKept = 2000;
constexpr std::size_t kEndpointSize = 128;  // About what one takes in protobuf.
const Endpoint kEmpty;                      // Assigned, it leaves the memory where it is.

/// An entry of a map, as the rows of its keys see it.
class ProtobufEntry {
 public:
  /// False where the entry is broken.
  bool read(std::string_view message) {
    return each_field(message, [this](const ProtobufField& field) {
      if (field.number == 1) key = field.bytes;
      if (field.number == 2) value = field.bytes;
      return true;
    });
  }

  void text(const Row& row, std::string& target) const {
    if (key == row.json) target = value;
  }

  std::string_view key;
  std::string_view value;
};

/// Endpoints one after the other in the places of those of an earlier slice, as far as there are
/// some: most of the memory of a slice is in them.
struct EndpointPlaces {
  std::size_t used = 0;
};

/// The rows of a message as one of its fields sees them.
class ProtobufFields {
 public:
  ProtobufFields(const ProtobufField& field, EndpointPlaces& places)
      : field_(&field), places_(&places) {}

  /// Goes through a message; `fields_of(rows)` is called for each of its fields.
  template <class Fields>
  static bool read(std::string_view message, EndpointPlaces& places, Fields&& fields_of) {
    return each_field(message, [&](const ProtobufField& field) {
      ProtobufFields in(field, places);
      fields_of(in);
      return in.good_;
    });
  }

  void kind(std::string_view) const {}

  void text(const Row& row, std::string& target) const {
    if (is(row) && !field_->bytes.empty()) target = field_->bytes;
  }

  void text_or(const Row& row, std::string& target) const {
    if (is(row) && target.empty()) target = field_->bytes;
  }

  template <class Number>
  void number(const Row& row, std::optional<Number>& target) {
    if (is(row)) number(row, target.emplace());
  }

  template <class Number>
  void number(const Row& row, Number& target) {
    if (!is(row)) return;
    target = static_cast<Number>(field_->value);
    good_ = field_->value <= static_cast<std::uint64_t>(std::numeric_limits<Number>::max());
  }

  void flag(const Row& row, bool& target) const {
    if (is(row)) target = field_->value != 0;
  }

  void texts(const Row& row, std::vector<std::string>& list) const {
    if (is(row)) list.emplace_back(field_->bytes);
  }

  template <class Fields>
  void within(const Row& row, Fields&& fields_of) {
    if (is(row)) good_ = read(field_->bytes, *places_, fields_of);
  }

  template <class Item, class Fields>
  void each(const Row& row, std::vector<Item>& items, Fields&& fields_of) {
    if (is(row)) read_item(items.emplace_back(), fields_of);
  }

  template <class Fields>
  void each(const Row& row, std::vector<Endpoint>& rows, Fields&& fields_of) {
    if (!is(row)) return;
    std::size_t& used = places_->used;
    Endpoint& endpoint = used == rows.size() ? rows.emplace_back() : rows[used] = kEmpty;
    read_item(endpoint, fields_of);
    if (endpoint.ready) ++used;
  }

  template <class Fields>
  void keyed(const Row& row, Fields&& fields_of) {
    if (!is(row)) return;
    ProtobufEntry entry;
    good_ = entry.read(field_->bytes);
    fields_of(entry);
  }

  template <class Pairs>
  void pairs(const Row& row, Column, Pairs& list) {
    if (!is(row)) return;
    ProtobufEntry entry;
    good_ = entry.read(field_->bytes);
    list.emplace_back(entry.key, entry.value);
  }

 private:
  bool is(const Row& row) const { return field_->number == row.number; }

  template <class Item, class Fields>
  void read_item(Item& item, Fields& fields_of) {
    good_ = read(field_->bytes, *places_, [&](auto& in) { fields_of(in, item); });
  }

  const ProtobufField* field_;
  EndpointPlaces* places_;
  bool good_ = true;
};

template <class Object>
void empty(std::string_view, Object& object) {
  object = {};
}

/// Leaves the endpoints where they are, to be filled again.
void empty(std::string_view message, SliceObject& object) {
  std::vector<Endpoint> endpoints = std::move(object.endpoints);
  object = {};
  if (endpoints.capacity() <= kEndpointsKept) object.endpoints = std::move(endpoints);
  object.endpoints.reserve(message.size() / kEndpointSize);
}

template <class Object>
void cut(Object&, const EndpointPlaces&) {}

void cut(SliceObject& object, const EndpointPlaces& places) {
  object.endpoints.resize(places.used);
}

}  // namespace

template <class Object>
Result<void> read_protobuf(std::string_view message, Object& object) {
  empty(message, object);
  EndpointPlaces places;
  const bool good =
      ProtobufFields::read(message, places, [&](ProtobufFields& in) { fields(in, object); });
  cut(object, places);
  if (!good) return Error{"broken protobuf"};
  if (!finish(object)) return Error{"an object without a name"};
  return {};
}

template Result<void> read_protobuf(std::string_view message, ServiceObject& object);
template Result<void> read_protobuf(std::string_view message, SliceObject& object);
template Result<void> read_protobuf(std::string_view message, ImportObject& object);
template Result<void> read_protobuf(std::string_view message, PodObject& object);
template Result<void> read_protobuf(std::string_view message, NamespaceObject& object);
template Result<void> read_protobuf(std::string_view message, StatusObject& object);
template Result<void> read_protobuf(std::string_view message, BookmarkObject& object);
template Result<void> read_protobuf(std::string_view message, ListMetadata& object);

}  // namespace catena::kubernetes::api
