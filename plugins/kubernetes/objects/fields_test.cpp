// SPDX-License-Identifier: Apache-2.0
// Each row of the table, whatever rows there are: the same object comes out of JSON and protobuf,
// and out of an image. The functions all() name every member, so that one without a row is found.
#include "plugins/kubernetes/objects/fields.hpp"

#include "plugins/kubernetes/api/testing.hpp"
#include "plugins/kubernetes/objects/image.hpp"
#include "plugins/kubernetes/objects/json_objects.hpp"
#include "plugins/kubernetes/objects/protobuf_objects.hpp"

namespace catena::kubernetes::api {

namespace {

/// Fills an object, each field with a value of its own, and writes the same in both encodings.
class Sample {
 public:
  explicit Sample(int& values) : values_(values) {}

  void kind(std::string_view name) { member("kind", fmt::format("\"{}\"", name)); }

  void text(const Row& row, std::string& target) {
    target = value();
    member(row.json, fmt::format("\"{}\"", target));
    message.bytes(row.number, target);
    note(row);
  }
  void text_or(const Row&, std::string&) {}

  void number(const Row& row, std::optional<std::uint16_t>& target) {
    target = static_cast<std::uint16_t>(++values_);
    put_number(row, *target);
  }
  void number(const Row& row, int& target) { put_number(row, target = ++values_); }

  void flag(const Row& row, bool&) {
    member(row.json, "true");
    message.number(row.number, 1);
    note(row);
  }

  void texts(const Row& row, std::vector<std::string>& list) {
    list = {value(), value()};
    member(row.json, fmt::format("[\"{}\"]", fmt::join(list, "\",\"")));
    for (const std::string& text : list) message.bytes(row.number, text);
    note(row);
  }

  template <class Fields>
  void within(const Row& row, Fields&& fields_of) {
    Sample inner(values_);
    fields_of(inner);
    add(row, inner, inner.object());
  }

  template <class Items, class Fields>
  void each(const Row& row, Items& items, Fields&& fields_of) {
    std::vector<std::string> elements;
    items.resize(2);
    for (auto& item : items) {
      Sample inner(values_);
      fields_of(inner, item);
      elements.push_back(inner.object());
      message.message(row.number, inner.message);
      take_notes(inner);
    }
    member(row.json, fmt::format("[{}]", fmt::join(elements, ",")));
  }

  template <class Fields>
  void keyed(const Row& row, Fields&& fields_of) {
    Sample inner(values_);
    inner.map_ = true;
    fields_of(inner);
    for (const Message& entry : inner.entries_) message.message(row.number, entry);
    member(row.json, inner.object());
    take_notes(inner);
  }

  template <class Pairs>
  void pairs(const Row& row, Column, Pairs& list) {
    list = {{value(), value()}, {value(), value()}};
    std::vector<std::string> members;
    for (const auto& [key, text] : list) {
      members.push_back(fmt::format("\"{}\":\"{}\"", key, text));
      message.message(row.number, Message().bytes(1, key).bytes(2, text));
    }
    member(row.json, fmt::format("{{{}}}", fmt::join(members, ",")));
    note(row);
  }

  std::string object() const { return fmt::format("{{{}}}", fmt::join(members_, ",")); }

  testing::Message message;
  std::vector<std::string> unnumbered;  // Rows that are not in protobuf.
  std::vector<std::string> unkept;      // Texts that are not in images.

 private:
  using Message = testing::Message;

  std::string value() { return fmt::format("value-{}", ++values_); }

  void member(std::string_view name, const std::string& json) {
    members_.push_back(fmt::format("\"{}\":{}", name, json));
  }
  void put_number(const Row& row, int number) {
    member(row.json, std::to_string(number));
    message.number(row.number, static_cast<std::uint64_t>(number));
    if (row.number == 0) unnumbered.emplace_back(row.json);
  }
  void add(const Row& row, const Sample& inner, const std::string& json) {
    member(row.json, json);
    message.message(row.number, inner.message);
    if (row.number == 0) unnumbered.emplace_back(row.json);
    take_notes(inner);
  }
  void take_notes(const Sample& inner) {
    unnumbered.insert(unnumbered.end(), inner.unnumbered.begin(), inner.unnumbered.end());
    for (const std::string& name : inner.unkept) {
      if (std::find(unkept.begin(), unkept.end(), name) == unkept.end()) unkept.push_back(name);
    }
  }
  void note(const Row& row) {
    if (map_) {
      entries_.push_back(Message().bytes(1, row.json).bytes(2, fmt::format("value-{}", values_)));
    } else if (row.number == 0) {
      unnumbered.emplace_back(row.json);
    }
    if (row.column == Column::none) unkept.emplace_back(row.json);
  }

  int& values_;
  bool map_ = false;
  std::vector<Message> entries_;
  std::vector<std::string> members_;
};

std::string all(const Metadata& o) {
  const auto& [name, name_space, version] = o;
  return fmt::format("{} {} {}\n", name, name_space, version);
}

std::string all(const std::vector<Port>& ports) {
  std::string text;
  for (const auto& [name, protocol, number] : ports) {
    text += fmt::format("{} {} {}\n", name, protocol, number.value_or(0));
  }
  return text;
}

std::string all(const ServiceObject& o) {
  const auto& [metadata, type, cluster_ips, external, ports, external_ips, balancers, ip] = o;
  return fmt::format("{}{} {} {}\n{}{} {} {}", all(metadata), type, cluster_ips, external,
                     all(ports), external_ips, balancers, ip);
}

std::string all(const SliceObject& o) {
  const auto& [metadata, service, type, ports, endpoints, triggered, import, cluster] = o;
  std::string text = fmt::format("{}{} {}\n{}{} {} {}\n", all(metadata), service, type, all(ports),
                                 triggered, import, cluster);
  for (const auto& [addresses, hostname, node, target, zone, ready] : endpoints) {
    text += fmt::format("{} {} {} {} {} {}\n", addresses, hostname, node, target, zone, ready);
  }
  return text;
}

std::string all(const ImportObject& o) {
  const auto& [metadata, type, ips, ports] = o;
  return fmt::format("{}{} {}\n{}", all(metadata), type, ips, all(ports));
}

std::string all(const PodObject& o) {
  const auto& [metadata, ips, labels] = o;
  return fmt::format("{}{} {}", all(metadata), ips, labels);
}

std::string all(const NamespaceObject& o) {
  const auto& [metadata] = o;
  return all(metadata);
}

std::string all(const StatusObject& o) {
  const auto& [code, message, causes] = o;
  return fmt::format("{} {} {}", code, message, causes);
}

std::string all(const ListMetadata& o) {
  const auto& [version, token] = o;
  return fmt::format("{} {}", version, token);
}

std::string all(const BookmarkObject& o) {
  return all(static_cast<const Metadata&>(o)) + o.initial_events_end;
}

/// An object with a value in each field.
template <class Object>
struct Filled {
  Filled() { fields(sample, object); }
  int values = 0;
  Object object;
  Sample sample{values};
};

/// Nothing is missing: no member is without a row.
bool has_holes(const std::string& text) {
  for (const char* hole : {"  ", " \n", "[]", "\n\n", "\"\"", " 0"}) {
    if (text.find(hole) != std::string::npos) return true;
  }
  return text.starts_with(' ') || text.ends_with(' ');
}

template <class Object>
void check_encodings() {
  const Filled<Object> filled;
  INFO(filled.sample.object());
  CHECK_FALSE(has_holes(all(filled.object)));
  const auto json = decode<Object>(filled.sample.object());
  REQUIRE(json.has_value());
  CHECK(all(*json) == all(filled.object));
  CHECK(filled.sample.unnumbered.empty());
  const auto protobuf = decode_protobuf<Object>(filled.sample.message.text());
  REQUIRE(protobuf.has_value());
  CHECK(all(*protobuf) == all(filled.object));
}

/// Empties the texts that images do not have.
struct Forgetful {
  void kind(std::string_view) {}
  void text(const Row& row, std::string& target) {
    if (row.column == Column::none) target.clear();
  }
  void text_or(const Row&, std::string&) {}
  template <class Number>
  void number(const Row&, Number&) {}
  void flag(const Row&, bool&) {}
  void texts(const Row&, std::vector<std::string>&) {}
  template <class Fields>
  void within(const Row&, Fields&& fields_of) {
    fields_of(*this);
  }
  template <class Fields>
  void keyed(const Row&, Fields&& fields_of) {
    fields_of(*this);
  }
  template <class Items, class Fields>
  void each(const Row&, Items& items, Fields&& fields_of) {
    for (auto& item : items) fields_of(*this, item);
  }
  template <class Pairs>
  void pairs(const Row&, Column, Pairs&) {}
};

/// `unkept` are the rows that nothing served depends on.
template <class Object>
void check_image(const std::vector<std::string>& unkept) {
  Filled<Object> filled;
  CHECK(filled.sample.unkept == unkept);
  const auto image = from_image<Object>(to_image(filled.object));
  REQUIRE(image.has_value());
  Forgetful forgetful;
  fields(forgetful, filled.object);
  CHECK(all(*image) == all(filled.object));
}

}  // namespace

TEST_CASE("Each field is read the same from JSON and from protobuf") {
  check_encodings<ServiceObject>();
  check_encodings<SliceObject>();
  check_encodings<PodObject>();
  check_encodings<NamespaceObject>();
  check_encodings<StatusObject>();
  check_encodings<ListMetadata>();
  check_encodings<BookmarkObject>();
}

TEST_CASE("Each field of what comes as JSON only is read") {
  const Filled<ImportObject> filled;
  CHECK_FALSE(has_holes(all(filled.object)));
  const auto json = decode<ImportObject>(filled.sample.object());
  REQUIRE(json.has_value());
  CHECK(all(*json) == all(filled.object));
}

TEST_CASE("Each field that is served is in a snapshot") {
  check_image<ServiceObject>({"resourceVersion", "clusterIP"});
  check_image<SliceObject>(
      {"resourceVersion", "endpoints.kubernetes.io/last-change-trigger-time", "ready"});
  check_image<ImportObject>({"resourceVersion"});
  check_image<PodObject>({"resourceVersion"});
  check_image<NamespaceObject>({"resourceVersion"});
}

}  // namespace catena::kubernetes::api
