// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/answer/grammar.hpp"

namespace catena::kubernetes {
namespace {

std::string_view without_underscore(std::string_view label) {
  if (label.starts_with('_')) label.remove_prefix(1);
  return label;
}

}  // namespace

ParsedName::ParsedName(dns::NameView name, dns::NameView zone, Grammar zone_grammar)
    : grammar(zone_grammar) {
  parse(fold(name, zone));
}

ParsedName::ParsedName(dns::NameView name, dns::NameView zone, ExternalNames) {
  const std::size_t labels = fold(name, zone);
  kind = labels == 0 ? NameKind::apex : NameKind::service_namespace;
  if (labels == 0) return;
  namespace_key = wire(labels - 1, 1);
  // As if `svc` stood behind the namespace.
  if (labels > 1) parse_service(labels + 1);
  if (kind != NameKind::endpoint) return;
  prefix = endpoint = without_underscore(endpoint);
  if (prefix.empty()) kind = NameKind::service;
}

// The labels left of the zone.
std::size_t ParsedName::fold(dns::NameView name, dns::NameView zone) {
  dns::fold_to(name, folded_.data());
  name_ = dns::NameView(folded_.data(), name.size());
  return name.label_count() - zone.label_count();
}

std::string_view ParsedName::label(std::size_t from_left) const {
  return name_.without_first(from_left).first_label();
}

Key ParsedName::wire(std::size_t from_left, std::size_t labels) const {
  const dns::NameView from = name_.without_first(from_left);
  return {from.data(), from.size() - from.without_first(labels).size()};
}

void ParsedName::parse(std::size_t labels) {
  if (labels == 0) {
    kind = NameKind::apex;
    return;
  }
  const std::string_view last = label(labels - 1);
  if (last == "svc" || last == "pod") {
    const bool service = last == "svc";
    branch = last;
    if (labels == 1) {
      kind = NameKind::kind_node;
      return;
    }
    namespace_key = wire(labels - 2, 1);
    kind = service ? NameKind::service_namespace : NameKind::pod_namespace;
    if (labels > 2) service ? parse_service(labels) : parse_pod(labels);
    return;
  }
  if (labels == 1 && last == "dns-version") kind = NameKind::version;
  if (last == "dns" && labels == 1) kind = NameKind::dns_node;
  if (last == "dns" && labels == 2 && label(0) == "ns") kind = NameKind::name_server;
}

void ParsedName::parse_service(std::size_t labels) {
  const std::size_t extra = labels - 3;
  service_key = wire(extra, 2);
  kind = NameKind::service;
  if (extra == 0 || parse_zonal(extra)) return;
  kind = parse_extra(extra);
  // Labels are read before they are joined.
  prefix = join(extra);
  if (prefix.empty()) kind = NameKind::malformed;
}

// What stands in front of a service: in CoreDNS at most two labels, here also more.
NameKind ParsedName::parse_extra(std::size_t extra) {
  if (extra > 2) return NameKind::dotted;
  const bool underscores = extra == 2 && (label(0).starts_with('_') || label(1).starts_with('_'));
  if (extra == 1 || (grammar == Grammar::multicluster && !underscores)) {
    endpoint = label(0);
    if (extra == 2) cluster = label(1);
    return NameKind::endpoint;
  }
  port = without_underscore(label(0));
  protocol = without_underscore(label(1));
  return NameKind::port;
}

// The first labels are joined where they stand: a length byte becomes the dot. Empty where a label
// has a dot of its own, which no endpoint has.
std::string_view ParsedName::join(std::size_t labels) {
  std::size_t length = folded_[0];
  std::size_t end = 1 + length;
  std::size_t dots = 0;
  for (std::size_t i = 1; i < labels; ++i) {
    length = folded_[end];
    folded_[end] = '.';
    end += 1 + length;
  }
  const std::string_view text(reinterpret_cast<const char*>(folded_.data()) + 1, end - 1);
  for (const char c : text) dots += c == '.' ? 1 : 0;
  return dots + 1 == labels ? text : std::string_view();
}

bool ParsedName::parse_zonal(std::size_t extra) {
  if (grammar != Grammar::zonal || extra < 3 || label(extra - 1) != "_zone") return false;
  const std::string_view directive = label(extra - 2);
  if (directive != "pin" && directive != "prefer") return false;
  kind = directive == "pin" ? NameKind::zonal_pin : NameKind::zonal_prefer;
  topology_zone = join(extra - 2);
  return true;
}

// One or two labels left of the address are read and then ignored, as CoreDNS does.
void ParsedName::parse_pod(std::size_t labels) {
  const std::size_t extra = labels - 3;
  const bool good = extra == 0 || parse_extra(extra) != NameKind::dotted;
  kind = good ? NameKind::pod : NameKind::malformed;
  if (good) address = label(extra);
}

}  // namespace catena::kubernetes
