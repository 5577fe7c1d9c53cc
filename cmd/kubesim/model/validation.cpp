// SPDX-License-Identifier: Apache-2.0
#include "core/base/ascii.hpp"

#include "cmd/kubesim/model/defaults.hpp"
#include "cmd/kubesim/model/selectors.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace catena::kubesim {
namespace {

using Errors = std::vector<FieldError>;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
/// RFC 1123 label: lower case letters, digits and dashes, no dash at an end, at most 63.
bool is_label(std::string_view text) {
  const auto inside = [](char c) { return is_lower(c) || is_digit(c) || c == '-'; };
  return !text.empty() && text.size() <= 63 && std::ranges::all_of(text, inside) &&
         text.front() != '-' && text.back() != '-';
}

bool is_subdomain(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  while (true) {
    const std::size_t dot = text.find('.');
    if (!is_label(text.substr(0, std::min(dot, text.size())))) return false;
    if (dot == text.npos) return true;
    text.remove_prefix(dot + 1);
  }
}

/// IANA_SVC_NAME: at most 15 letters, digits and dashes, one letter at least.
bool is_port_name(std::string_view text, std::size_t limit) {
  return is_label(text) && text.size() <= limit &&
         (limit > 15 || std::ranges::any_of(text, is_lower));
}

void report(Errors& errors, std::string_view reason, std::string field, std::string message) {
  errors.push_back({std::string(reason), std::move(field), std::move(message)});
}

void report_value(Errors& errors,
                  std::string field,
                  std::string_view value,
                  std::string_view explanation) {
  report(errors, "FieldValueInvalid", std::move(field),
         fmt::format("Invalid value: \"{}\": {}", value, explanation));
}

void require(Errors& errors, std::string field, std::string_view explanation = "") {
  report(errors, "FieldValueRequired", std::move(field),
         explanation.empty() ? "Required value" : fmt::format("Required value: {}", explanation));
}

void check_port_number(Errors& errors, std::string field, const Json& port) {
  if (port.integer(0) >= 1 && port.integer(0) <= 65535) return;
  report_value(errors, std::move(field), port.scalar(), "must be between 1 and 65535, inclusive");
}

void check_protocol(Errors& errors, std::string field, std::string_view protocol) {
  if (protocol == "TCP" || protocol == "UDP" || protocol == "SCTP") return;
  report(errors, "FieldValueNotSupported", std::move(field),
         fmt::format("Unsupported value: \"{}\": supported values: \"SCTP\", \"TCP\", \"UDP\"",
                     protocol));
}

void check_service_ports(Errors& errors, const Json& ports) {
  std::set<std::string, std::less<>> names;
  std::set<std::string, std::less<>> numbers;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const Json& port = ports.items()[i];
    const std::string path = fmt::format("spec.ports[{}]", i);
    const std::string_view name = port["name"].text();
    if (name.empty() && ports.size() > 1) require(errors, path + ".name");
    if (!name.empty() && !is_port_name(name, 63)) {
      report_value(errors, path + ".name", name, "a lowercase RFC 1123 label is needed");
    }
    if (!name.empty() && !names.insert(std::string(name)).second) {
      report(errors, "FieldValueDuplicate", path + ".name",
             fmt::format("Duplicate value: \"{}\"", name));
    }
    check_port_number(errors, path + ".port", port["port"]);
    check_protocol(errors, path + ".protocol", port["protocol"].text());
    const std::string number = port["port"].scalar() + "/" + port["protocol"].scalar();
    if (!numbers.insert(number).second) {
      report(errors, "FieldValueDuplicate", path, fmt::format("Duplicate value: {}", number));
    }
  }
}

void check_service(Errors& errors, const Json& service) {
  const Json& spec = service["spec"];
  const std::string_view type = spec["type"].text();
  const bool headless = spec["clusterIP"].text() == "None";
  if (type != "ClusterIP" && type != "NodePort" && type != "LoadBalancer" &&
      type != "ExternalName") {
    report(errors, "FieldValueNotSupported", "spec.type",
           fmt::format("Unsupported value: \"{}\": supported values: \"ClusterIP\", "
                       "\"ExternalName\", \"LoadBalancer\", \"NodePort\"",
                       type));
  }
  if (type == "ExternalName") {
    std::string_view target = spec["externalName"].text();
    if (target.ends_with('.')) target.remove_suffix(1);
    if (target.empty()) require(errors, "spec.externalName");
    if (!target.empty() && !is_subdomain(target)) {
      report_value(errors, "spec.externalName", target, "a lowercase RFC 1123 subdomain is needed");
    }
  } else if (spec["ports"].empty() && !headless) {
    require(errors, "spec.ports");
  }
  if (headless && (type == "NodePort" || type == "LoadBalancer")) {
    report_value(errors, "spec.clusterIPs[0]", "None",
                 fmt::format("may not be set to 'None' for {} services", type));
  }
  check_service_ports(errors, spec["ports"]);
}

void check_pod_spec(Errors& errors, const Json& spec, const std::string& path) {
  if (spec["containers"].empty()) require(errors, path + ".containers");
  for (std::size_t i = 0; i < spec["containers"].size(); ++i) {
    const Json& container = spec["containers"].items()[i];
    const std::string place = fmt::format("{}.containers[{}]", path, i);
    if (!is_label(container["name"].text())) require(errors, place + ".name");
    if (container["image"].text().empty()) require(errors, place + ".image");
    for (std::size_t j = 0; j < container["ports"].size(); ++j) {
      const Json& port = container["ports"].items()[j];
      const std::string where = fmt::format("{}.ports[{}]", place, j);
      check_port_number(errors, where + ".containerPort", port["containerPort"]);
      if (port.has("name") && !is_port_name(port["name"].text(), 15)) {
        report_value(errors, where + ".name", port["name"].text(), "an IANA_SVC_NAME is needed");
      }
    }
  }
}

void check_workload(Errors& errors, const Json& workload) {
  const Json& spec = workload["spec"];
  if (spec["replicas"].integer(0) < 0) {
    report_value(errors, "spec.replicas", spec["replicas"].scalar(),
                 "must be greater than or equal to 0");
  }
  const LabelSelector selector = LabelSelector::from_json(spec["selector"]);
  if (selector.empty()) {
    require(errors, "spec.selector");
  } else if (!selector.matches(spec.at("template.metadata.labels"))) {
    report(errors, "FieldValueInvalid", "spec.template.metadata.labels",
           fmt::format("Invalid value: {}: `selector` does not match template `labels`",
                       spec.at("template.metadata.labels").write()));
  }
  check_pod_spec(errors, spec.at("template.spec"), "spec.template.spec");
}

void check_address(Errors& errors, std::string field, std::string_view type, const Json& value) {
  if (type == "FQDN") {
    if (!is_subdomain(value.text())) report_value(errors, field, value.text(), "no domain name");
    return;
  }
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(std::string(value.text()), error);
  if (error || address.is_v6() != (type == "IPv6")) {
    report_value(errors, std::move(field), value.text(),
                 fmt::format("must be an {} address", type));
  }
}

void check_slice(Errors& errors, const Json& slice) {
  const std::string_view type = slice["addressType"].text();
  if (type != "IPv4" && type != "IPv6" && type != "FQDN") {
    require(errors, "addressType", "must be one of FQDN, IPv4, IPv6");
    return;
  }
  const auto& endpoints = slice["endpoints"].items();
  if (endpoints.size() > 1000) report(errors, "FieldValueTooMany", "endpoints", "Too many: 1000");
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    const std::string path = fmt::format("endpoints[{}].addresses", i);
    if (endpoints[i]["addresses"].empty()) require(errors, path);
    for (const Json& address : endpoints[i]["addresses"].items()) {
      check_address(errors, path, type, address);
    }
    const std::string_view hostname = endpoints[i]["hostname"].text();
    if (!hostname.empty() && !is_label(hostname)) {
      report_value(errors, fmt::format("endpoints[{}].hostname", i), hostname,
                   "a lowercase RFC 1123 label is needed");
    }
  }
}

void check_metadata(Errors& errors, const Resource& resource, const Json& object) {
  const std::string_view name = object.at("metadata.name").text();
  if (name.empty()) {
    require(errors, "metadata.name", "name or generateName is required");
  } else if (!valid_name(resource, name)) {
    report_value(errors, "metadata.name", name,
                 resource.kind == "Service"
                     ? "a DNS-1035 label must consist of lower case alphanumeric characters or "
                       "'-', start with an alphabetic character, and end with an alphanumeric "
                       "character"
                     : "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric "
                       "characters, '-' or '.', and must start and end with an alphanumeric "
                       "character");
  }
  for (const JsonMember& label : object.at("metadata.labels").members()) {
    if (label.value.is_string() && label.value.text().size() <= 63) continue;
    report_value(errors, "metadata.labels", label.value.scalar(), "must be no more than 63 bytes");
  }
}

}  // namespace

bool valid_name(const Resource& resource, std::string_view name) {
  if (resource.kind == "Service") return is_label(name) && is_lower(name.front());
  if (resource.kind == "Namespace") return is_label(name);
  return is_subdomain(name);
}

std::vector<FieldError> validate(const Resource& resource, const Json& object) {
  Errors errors;
  check_metadata(errors, resource, object);
  if (resource.kind == "Service") check_service(errors, object);
  if (resource.kind == "Pod") check_pod_spec(errors, object["spec"], "spec");
  if (resource.has_subresource("scale")) check_workload(errors, object);
  if (resource.kind == "EndpointSlice") check_slice(errors, object);
  return errors;
}

}  // namespace catena::kubesim
