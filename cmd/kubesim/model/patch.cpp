// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/model/patch.hpp"

#include <algorithm>
#include <array>

namespace catena::kubesim {
namespace {

struct MergeKey {
  std::string_view list;
  std::string_view key;
};

constexpr std::array kMergeKeys = {
    MergeKey{"containers", "name"},
    MergeKey{"initContainers", "name"},
    MergeKey{"env", "name"},
    MergeKey{"volumes", "name"},
    MergeKey{"volumeMounts", "mountPath"},
    MergeKey{"volumeDevices", "devicePath"},
    MergeKey{"conditions", "type"},
    MergeKey{"imagePullSecrets", "name"},
    MergeKey{"secrets", "name"},
    MergeKey{"ownerReferences", "uid"},
    MergeKey{"hostAliases", "ip"},
    MergeKey{"podIPs", "ip"},
    MergeKey{"topologySpreadConstraints", "topologyKey"},
};

/// Node addresses merge by type, those of Endpoints are atomic, and ports merge by containerPort in
/// a container and by port in a Service: the elements tell which it is.
std::string_view merge_key(std::string_view list, const Json& elements) {
  const auto has = [&](std::string_view name) {
    const auto keyed = [&](const Json& element) { return element.has(name); };
    const auto fits = [&](const Json& element) { return keyed(element) || element.has("$patch"); };
    return std::ranges::any_of(elements.items(), keyed) &&
           std::ranges::all_of(elements.items(), fits);
  };
  if (list == "ports" && has("containerPort")) return "containerPort";
  if (list == "ports" && has("port")) return "port";
  if (list == "addresses" && has("type")) return "type";
  const auto* found = std::ranges::find(kMergeKeys, list, &MergeKey::list);
  return found == kMergeKeys.end() ? std::string_view() : found->key;
}

/// The element that a patch's element is about: the one with the same key, and of several (port 53
/// over UDP and TCP) the one with the same protocol.
Json* matching(Json::Array& elements, std::string_view key, const Json& wanted) {
  Json* found = nullptr;
  const std::string_view protocol = wanted["protocol"].text();
  for (Json& candidate : elements) {
    if (!(candidate[key] == wanted[key])) continue;
    const bool other =
        !protocol.empty() && candidate.has("protocol") && candidate["protocol"].text() != protocol;
    if (!other) return &candidate;
    if (wanted.has("$patch")) found = &candidate;
  }
  return found;
}

void merge_list(Json& target, const Json& patch, std::string_view key) {
  const bool replaced = std::ranges::any_of(patch.items(), [](const Json& element) {
    return element.size() == 1 && element["$patch"].text() == "replace";
  });
  Json::Array& elements = target.elements();
  if (replaced) elements.clear();
  for (const Json& element : patch.items()) {
    const std::string_view directive = element["$patch"].text();
    if (directive == "replace" && element.size() == 1) continue;
    Json* found = matching(elements, key, element);
    if (directive == "delete") {
      if (found != nullptr) elements.erase(elements.begin() + (found - elements.data()));
    } else if (found != nullptr) {
      strategic_patch(*found, element);
    } else {
      Json added = object();
      strategic_patch(added, element);
      elements.push_back(std::move(added));
    }
  }
}

/// Elements that the order names come first and in its order, the others keep theirs after them.
void order_list(Json& target, const Json& order, std::string_view list) {
  const std::string_view key = merge_key(list, order);
  const auto place = [&](const Json& element) {
    const auto& wanted = order.items();
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const Json& want = wanted[i];
      const bool same_protocol = !want.has("protocol") || want["protocol"] == element["protocol"];
      if (key.empty() ? want == element : want[key] == element[key] && same_protocol) return i;
    }
    return wanted.size();
  };
  std::ranges::stable_sort(target.elements(), {}, place);
}

void merge_primitives(Json& target, const Json& patch) {
  for (const Json& element : patch.items()) {
    if (std::ranges::find(target.items(), element) == target.items().end()) target.push(element);
  }
}

bool is_primitive_set(std::string_view list) { return list == "finalizers"; }

void set_member(Json& target, const JsonMember& member) {
  Json& place = target.member(member.name);
  const std::string_view key =
      member.value.is_array() ? merge_key(member.name, member.value) : std::string_view();
  if (member.value.is_object()) {
    strategic_patch(place, member.value);
  } else if (!key.empty()) {
    merge_list(place, member.value, key);
  } else if (member.value.is_array() && is_primitive_set(member.name)) {
    merge_primitives(place, member.value);
  } else {
    place = member.value;
  }
}

void delete_primitives(Json& target, std::string_view list, const Json& values) {
  if (!target.has(list)) return;
  std::erase_if(target.member(list).elements(), [&](const Json& element) {
    return std::ranges::find(values.items(), element) != values.items().end();
  });
}

void retain_keys(Json& target, const Json& keys) {
  if (!target.is_object()) return;
  std::erase_if(target.fields(), [&](const JsonMember& member) {
    return std::ranges::find(keys.items(), Json(member.name)) == keys.items().end();
  });
}

constexpr std::string_view kOrder = "$setElementOrder/";
constexpr std::string_view kDeletePrimitives = "$deleteFromPrimitiveList/";

void directives_before(Json& target, const Json& patch) {
  for (const JsonMember& member : patch.members()) {
    if (member.name.starts_with(kDeletePrimitives)) {
      delete_primitives(target, std::string_view(member.name).substr(kDeletePrimitives.size()),
                        member.value);
    } else if (member.name == "$retainKeys") {
      retain_keys(target, member.value);
    }
  }
}

void directives_after(Json& target, const Json& patch) {
  for (const JsonMember& member : patch.members()) {
    if (!member.name.starts_with(kOrder)) continue;
    const std::string_view list = std::string_view(member.name).substr(kOrder.size());
    if (target.has(list)) order_list(target.member(list), member.value, list);
  }
}

}  // namespace

void merge_patch(Json& target, const Json& patch) {
  if (!patch.is_object()) {
    target = patch;
    return;
  }
  target.fields();
  for (const JsonMember& member : patch.members()) {
    if (member.value.is_null()) {
      target.erase(member.name);
    } else {
      merge_patch(target.member(member.name), member.value);
    }
  }
}

void strategic_patch(Json& target, const Json& patch) {
  const std::string_view directive = patch["$patch"].text();
  if (directive == "delete") {
    target = object();
    return;
  }
  if (directive == "replace") target = object();
  target.fields();
  directives_before(target, patch);
  for (const JsonMember& member : patch.members()) {
    if (member.name.starts_with('$')) continue;
    if (member.value.is_null()) {
      target.erase(member.name);
    } else {
      set_member(target, member);
    }
  }
  directives_after(target, patch);
}

void apply_patch(Json& target, const Json& applied) { strategic_patch(target, applied); }

}  // namespace catena::kubesim
