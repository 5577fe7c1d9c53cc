// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/model/service_addresses.hpp"

#include <fmt/format.h>

namespace catena::kubesim {
namespace {

std::string_view family_of(std::string_view address) {
  return address.find(':') == address.npos ? "IPv4" : "IPv6";
}

bool is_headless(const Json& spec) { return spec["clusterIP"].text() == "None"; }

/// clusterIP and clusterIPs say the same; either may be given.
std::vector<std::string> given_addresses(const Json& spec) {
  std::vector<std::string> result;
  for (const Json& address : spec["clusterIPs"].items()) result.emplace_back(address.text());
  const std::string first(spec["clusterIP"].text());
  if (result.empty() && !first.empty()) result.push_back(first);
  return result;
}

Json texts(const std::vector<std::string>& values) {
  Json result = array();
  for (const std::string& value : values) result.push(value);
  return result;
}

void clear(Json& spec) {
  for (const char* name : {"clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"}) {
    spec.erase(name);
  }
}

FieldError refused(std::size_t index, std::string_view address, std::string_view why) {
  return {
      "FieldValueInvalid", fmt::format("spec.clusterIPs[{}]", index),
      fmt::format("Invalid value: \"{}\": failed to allocate IP {}: {}", address, address, why)};
}

}  // namespace

ServiceAddresses::ServiceAddresses(AddressPool v4, std::optional<AddressPool> v6, Checks checks)
    : v4_(std::move(v4)), v6_(std::move(v6)), checks_(checks) {}

AddressPool* ServiceAddresses::pool_of(std::string_view family) {
  if (family == "IPv6") return v6_ ? &*v6_ : nullptr;
  return &v4_;
}

std::vector<std::string> ServiceAddresses::families_of(const Json& spec) const {
  std::vector<std::string> families;
  for (const Json& family : spec["ipFamilies"].items()) families.emplace_back(family.text());
  if (families.empty()) {
    for (const std::string& address : given_addresses(spec)) {
      if (address != "None") families.emplace_back(family_of(address));
    }
  }
  if (families.empty()) families.emplace_back("IPv4");
  const std::string_view policy = spec["ipFamilyPolicy"].text();
  const bool dual = policy == "PreferDualStack" || policy == "RequireDualStack";
  if (dual && v6_ && families.size() == 1) {
    families.emplace_back(families.front() == "IPv4" ? "IPv6" : "IPv4");
  }
  return families;
}

std::vector<FieldError> ServiceAddresses::assign(Json& service) {
  Json& spec = service.member("spec");
  if (spec["type"].text() == "ExternalName") {
    clear(spec);
    return {};
  }
  const std::vector<std::string> families = families_of(spec);
  std::vector<FieldError> errors;
  if (is_headless(spec)) {
    spec.set("clusterIPs", array({"None"}));
  } else {
    errors = fill(spec, families);
  }
  spec.set("ipFamilies", texts(families));
  if (!spec.has("ipFamilyPolicy")) {
    spec.set("ipFamilyPolicy", families.size() > 1 ? "RequireDualStack" : "SingleStack");
  }
  return errors;
}

std::vector<FieldError> ServiceAddresses::fill(Json& spec,
                                               const std::vector<std::string>& families) {
  std::vector<std::string> addresses = given_addresses(spec);
  std::vector<FieldError> errors;
  for (std::size_t i = 0; i < families.size(); ++i) {
    AddressPool* pool = pool_of(families[i]);
    if (i < addresses.size()) {
      const bool taken = pool != nullptr && pool->claim(addresses[i]);
      if (taken || checks_ == Checks::Off) continue;
      const bool inside = pool != nullptr && pool->contains(addresses[i]);
      errors.push_back(refused(i, addresses[i],
                               inside ? "provided IP is already allocated"
                                      : "the provided network does not match the current range"));
    } else if (const auto free = pool ? pool->allocate() : std::nullopt) {
      addresses.push_back(*free);
    } else {
      errors.push_back(refused(i, "", "range is full or there is none of that family"));
    }
  }
  if (!errors.empty()) return errors;
  spec.set("clusterIP", addresses.front());
  spec.set("clusterIPs", texts(addresses));
  return {};
}

std::vector<FieldError> ServiceAddresses::reassign(const Json& before, Json& service) {
  const Json& old = before["spec"];
  Json& spec = service.member("spec");
  const bool keeps = !old["clusterIP"].text().empty() && spec["type"].text() != "ExternalName";
  if (keeps && spec["clusterIP"].text().empty()) {
    spec.set("clusterIP", old["clusterIP"]).set("clusterIPs", old["clusterIPs"]);
  }
  if (keeps && spec["clusterIP"] != old["clusterIP"] && checks_ == Checks::On) {
    return {
        {"FieldValueInvalid", "spec.clusterIPs[0]",
         fmt::format("Invalid value: {}: may not change once set", spec["clusterIPs"].write())}};
  }
  if (keeps && spec["clusterIPs"].items().empty()) spec.set("clusterIPs", old["clusterIPs"]);
  if (keeps && !spec.has("ipFamilies")) spec.set("ipFamilies", old["ipFamilies"]);
  release(before);
  std::vector<FieldError> errors = assign(service);
  if (!errors.empty()) {
    Json again = before;
    assign(again);
  }
  return errors;
}

void ServiceAddresses::release(const Json& service) {
  for (const std::string& address : given_addresses(service["spec"])) {
    if (AddressPool* pool = pool_of(family_of(address))) pool->release(address);
  }
}

}  // namespace catena::kubesim
