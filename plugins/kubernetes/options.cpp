// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/options.hpp"

#include "plugins/kubernetes/k8s_external/external.hpp"
#include "plugins/kubernetes/own_addresses.hpp"
#include "plugins/kubernetes/selector.hpp"

#include <fmt/ranges.h>

#include <algorithm>

namespace catena::kubernetes {
namespace {

using config::Directive;
using config::Property;

// Without zones nothing is multicluster.
void read_multicluster(Setup& setup, Directive& directive, AnswerSettings& answers) {
  const std::vector<dns::Name>& own = answers.zones.names();
  for (Property& line : directive.each("multicluster")) {
    answers.multicluster = line.empty() ? Zones() : setup.zones(line);
    for (const dns::Name& zone : answers.multicluster.names()) {
      if (std::find(own.begin(), own.end(), zone) != own.end()) continue;
      std::vector<std::string> names;
      for (const dns::Name& name : own) names.push_back(name.to_text());
      line.error(fmt::format(
          "is not authoritative for the multicluster zone {} (authoritative zones: [{}])",
          zone.to_text(), fmt::join(names, " ")));
    }
  }
}

// BEYOND CoreDNS, which takes the first zone that is not a reverse one: in a multicluster zone the
// names of this cluster's services, which PTR answers give, do not exist.
void choose_primary_zone(Directive& directive, AnswerSettings& answers) {
  const dns::Name* primary = nullptr;
  for (const dns::Name& zone : answers.zones.names()) {
    if (is_reverse_zone(zone)) continue;
    const bool better = primary != nullptr && answers.multicluster.contains(*primary) &&
                        !answers.multicluster.contains(zone);
    if (primary == nullptr || better) primary = &zone;
  }
  if (primary == nullptr) return directive.error("non-reverse zone name must be used");
  answers.primary_zone = *primary;
}

void read_zones(Setup& setup, Directive& directive, Options& options) {
  AnswerSettings& answers = options.plugin.answers;
  // With k8s_external the zones say which cluster it is, whatever block they are in.
  const bool shown_outside = setup.has_in_front<k8s_external::External>();
  answers.zones = setup.zones(directive, shown_outside ? Outside::meant : Outside::warned);
  read_multicluster(setup, directive, answers);
  choose_primary_zone(directive, answers);
  options.watch.imports = !answers.multicluster.empty();
}

// The arguments are joined by one space, as selectors of sets have spaces in them.
void read_selector(Directive& directive,
                   const char* property,
                   const char* noun,
                   std::string& target) {
  for (Property& line : directive.each(property)) {
    if (!line.expect_count(1, config::kAny)) continue;
    const std::string text = line.joined();
    const auto selector = check_selector(text);
    if (!selector) {
      line.error(fmt::format("unable to parse {} selector value: '{}': {}", noun, text,
                             selector.error().text));
      continue;
    }
    target = *selector;
  }
}

void read_namespaces(Directive& directive, Options& options) {
  auto& namespaces = options.plugin.answers.namespaces;
  for (Property& line : directive.each("namespaces")) {
    if (!line.expect_count(1, config::kAny)) continue;
    while (const config::Word* word = line.take()) {
      const auto key = wire_key({word->text});
      if (key)
        namespaces.push_back(*key);
      else
        line.error(fmt::format("'{}' is no namespace's name", word->text));
    }
  }
  read_selector(directive, "namespace_labels", "namespace_label", options.watch.namespace_labels);
  if (!namespaces.empty() && !options.watch.namespace_labels.empty()) {
    directive.error("namespaces and namespace_labels cannot both be set");
  }
}

void read_pods(Directive& directive, Options& options) {
  for (Property& line : directive.each("pods")) {
    if (!line.expect_count(1)) continue;
    const std::string mode = line.take()->text;
    if (mode == "disabled")
      options.plugin.answers.pods = PodMode::disabled;
    else if (mode == "insecure")
      options.plugin.answers.pods = PodMode::insecure;
    else if (mode == "verified")
      options.plugin.answers.pods = PodMode::verified;
    else
      line.error(fmt::format(
          "wrong value for pods: {},  must be one of: disabled, verified, insecure", mode));
  }
  options.watch.pods = options.plugin.answers.pods == PodMode::verified;
}

void read_access(Directive& directive, AccessOptions& access) {
  for (Property& line : directive.each("endpoint")) {
    if (!line.expect_count(1, config::kAny)) continue;
    access.endpoint = line.take()->text;
    if (!line.empty())
      line.warn("multiple endpoints have been deprecated, only the first specified is used");
    line.joined();
  }
  for (Property& line : directive.each("tls")) {
    if (!line.expect_count(3)) continue;
    line.required(access.certificate);
    line.required(access.key);
    line.required(access.authority);
    for (const std::string* file : {&access.certificate, &access.key, &access.authority}) {
      line.need(*file);
    }
  }
  for (Property& line : directive.each("kubeconfig")) {
    if (!line.expect_count(1, 2)) continue;
    access.kubeconfig = line.take()->text;
    line.need(*access.kubeconfig);
    line.optional(access.context);
  }
}

// Extra arguments of `ttl` are ignored, as CoreDNS does.
void read_ttl(Directive& directive, AnswerSettings& answers) {
  constexpr std::uint32_t kLongest = 3600;
  for (Property& line : directive.each("ttl")) {
    if (!line.expect_count(1, config::kAny)) continue;
    line.required(answers.ttl, config::between(0U, kLongest),
                  config::out_of_range_says("ttl must be in range [0, 3600]: {}"),
                  config::unreadable_says("strconv.Atoi: parsing \"{}\": invalid syntax"));
    line.joined();
  }
}

void read_ignore(Directive& directive, AnswerSettings& answers) {
  for (Property& line : directive.each("ignore")) {
    const config::Word* word = line.take();
    if (word == nullptr) continue;
    if (word->text == "empty_service")
      answers.ignore_empty_service = true;
    else
      line.error(
          fmt::format("unable to parse ignore value: '{}'; expected empty_service", word->text));
    line.joined();
  }
}

void read_limits(Directive& directive, WatchOptions& watch) {
  directive.property("apiserver_qps", watch.queries_per_second, config::at_least(0.0),
                     config::out_of_range_says("apiserver_qps must be >= 0"),
                     config::unreadable_says("invalid apiserver_qps \"{}\""));
  directive.property("apiserver_burst", watch.burst, config::at_least(0U),
                     config::unreadable_says("invalid apiserver_burst \"{}\", must be >= 0"));
  directive.property(
      "apiserver_max_inflight", watch.max_inflight, config::at_least(0U),
      config::unreadable_says("invalid apiserver_max_inflight \"{}\", must be >= 0"));
}

void read_flags(Directive& directive, Options& options) {
  bool pod_names = false;
  bool no_endpoints = false;
  directive.flag("endpoint_pod_names", pod_names);
  directive.flag("noendpoints", no_endpoints);
  directive.flag("zonal", options.plugin.answers.zonal);
  options.watch.endpoints = !no_endpoints;
  if (pod_names) options.watch.endpoint_names = EndpointNames::by_pod;
  if (no_endpoints && options.plugin.answers.zonal) {
    directive.error("zonal requires the endpoint cache; remove noendpoints");
  }
}

// BEYOND CoreDNS, which panics at start with zero or less.
void read_startup_timeout(Directive& directive, Duration& timeout) {
  directive.property("startup_timeout", timeout, config::at_least(Duration(1)),
                     config::out_of_range_says("startup_timeout must be greater than 0: {}"),
                     config::unreadable_says("failed to parse startup_timeout: {}"));
}

// BEYOND CoreDNS. A folder that is missing is no mistake here: it may be mounted later.
void read_snapshot(Directive& directive, std::string& path) {
  for (Property& line : directive.each("snapshot")) {
    if (!line.expect_count(1)) continue;
    path = line.take()->text;
    if (path.empty() || path.back() == '/') {
      line.error(fmt::format("snapshot must be a file: '{}'", path));
    }
  }
}

void refuse_former(Directive& directive) {
  directive.former("upstream", "targets of aliases are looked up by the server itself");
  directive.former("resyncperiod", "the API server is followed all the time");
  directive.former("federation", "the plugin of this name is gone too; see 'multicluster'");
  directive.former("cidrs", "networks stand among the zones: kubernetes cluster.local 10.0.0.0/8");
  directive.former("transfer", "use the plugin 'transfer': transfer ZONE { to ADDRESS }");
  directive.former("autopath", "use the plugin 'autopath': autopath @kubernetes");
}

// The addresses that name this server in NS answers: those of `bind`, or all but loopback.
std::vector<Address> local_addresses(const ListenerSettings& listener) {
  const Binding* binding = listener.find<Binding>();
  if (binding == nullptr) return own_addresses(interface_addresses());
  std::vector<Address> addresses;
  for (const std::string& bound : binding->addresses) {
    if (const auto address = parse_address(bound)) addresses.push_back(*address);
  }
  return addresses;
}

}  // namespace

Options read_options(Setup& setup, Directive& directive) {
  Options options;
  read_zones(setup, directive, options);
  read_access(directive, options.access);
  read_namespaces(directive, options);
  read_selector(directive, "labels", "label", options.watch.labels);
  read_pods(directive, options);
  options.watch.identities = options.watch.pods && setup.has_in_front<MetadataScope>();
  read_ttl(directive, options.plugin.answers);
  read_ignore(directive, options.plugin.answers);
  read_flags(directive, options);
  read_limits(directive, options.watch);
  read_startup_timeout(directive, options.plugin.startup_timeout);
  read_snapshot(directive, options.watch.snapshot);
  for (Property& line : directive.each("fallthrough"))
    options.plugin.fallthrough = setup.fallthrough(line);
  refuse_former(directive);
  directive.done();
  options.plugin.answers.local_addresses = local_addresses(setup.listener());
  return options;
}

}  // namespace catena::kubernetes
