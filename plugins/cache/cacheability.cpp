// SPDX-License-Identifier: Apache-2.0
#include "plugins/cache/cacheability.hpp"

#include "core/dns/rdata.hpp"

#include <algorithm>
#include <optional>

namespace catena::cache {
namespace {

bool has_soa(const dns::Response& response) {
  const auto authority = response.authority();
  return std::any_of(authority.begin(), authority.end(),
                     [](const dns::Record& record) { return record.type == dns::Type::SOA; });
}

/// A scope longer than zero in the answer's client subnet option (RFC 7871 section 7.2.1).
bool is_for_one_subnet(const dns::Response& response) {
  if (!response.edns) return false;
  const auto option = response.edns->option(dns::OptionCode::ClientSubnet);
  return option && option->size() >= 4 && (*option)[3] != 0;
}

/// What the answer section has for one name.
struct AtName {
  bool has_type = false;
  bool ambiguous = false;
  std::optional<dns::NameView> target;
};

AtName look_at(dns::NameView name,
               std::span<const dns::Record> answer,
               const dns::Question& question) {
  AtName found;
  for (const dns::Record& record : answer) {
    if (record.rclass != question.qclass || !(record.owner == name)) continue;
    if (record.type == question.type || question.type == dns::Type::ANY) found.has_type = true;
    if (record.type != dns::Type::CNAME) continue;
    const auto target = dns::target_of(record.type, record.rdata);
    if (!target || (found.target && !(*found.target == *target))) found.ambiguous = true;
    found.target = target;
  }
  return found;
}

Fate fate_of(const dns::Response& response, dns::Kind kind, bool answers) {
  switch (kind) {
    case dns::Kind::NoError:
      if (answers || response.answer().empty()) return Fate::success;
      return has_soa(response) ? Fate::denial : Fate::not_kept;
    case dns::Kind::Delegation:
      return Fate::success;
    case dns::Kind::NoData:
    case dns::Kind::ServerError:
      return Fate::denial;
    case dns::Kind::NXDomain:
      return has_soa(response) ? Fate::denial : Fate::not_kept;
    default:
      return Fate::not_kept;
  }
}

/// NXDOMAIN is one with an alias in front too, which is not kept (RFC 6604 section 3).
bool is_statement(const dns::Response& response, dns::Kind kind, Fate fate, Path path) {
  if (kind == dns::Kind::ServerError || kind == dns::Kind::Meta) return false;
  if (fate != Fate::not_kept || kind == dns::Kind::NXDomain) return true;
  const bool alias = path == Path::on;
  return alias && (kind == dns::Kind::NoError || response.rcode == dns::Rcode::NXDomain);
}

std::uint32_t limited_ttl(const dns::Response& response, dns::Kind kind, const ClassSettings& to) {
  const std::uint32_t ttl = dns::minimal_ttl(response, kind, to.ttl);
  return std::min(std::max(ttl, to.min_ttl), to.ttl);
}

std::uint32_t ttl_of(const dns::Response& response,
                     dns::Kind kind,
                     Fate fate,
                     const Settings& settings) {
  if (kind == dns::Kind::ServerError) {
    const auto ttl = std::chrono::duration_cast<std::chrono::seconds>(settings.servfail).count();
    return static_cast<std::uint32_t>(ttl);
  }
  const bool denial =
      fate == Fate::denial || kind == dns::Kind::NXDomain || kind == dns::Kind::NoData;
  return limited_ttl(response, kind, denial ? settings.denial : settings.success);
}

}  // namespace

Path path_of(const dns::Response& response, const dns::Question& question) {
  constexpr int kMostLinks = 32;
  dns::NameView name = question.name;
  for (int link = 0; link <= kMostLinks; ++link) {
    const AtName found = look_at(name, response.answer(), question);
    if (found.ambiguous) return Path::nowhere;
    if (found.has_type) return Path::answer;
    if (!found.target) return link == 0 ? Path::nowhere : Path::on;
    name = *found.target;
  }
  return Path::nowhere;
}

bool has_answer(const Query& query, Outcome outcome) {
  return outcome == Outcome::respond && !query.failed() && !query.response().spoiled();
}

Cacheability cacheability_of(const dns::Response& response,
                             const dns::Question& question,
                             const Settings& settings,
                             std::uint32_t now) {
  const dns::Asked asked{.opcode = dns::Opcode::Query, .question = question};
  const dns::Kind kind = dns::kind_of(response, asked, false, now);
  Cacheability cacheability;
  cacheability.transfer = kind == dns::Kind::Meta;
  const Path path = path_of(response, question);
  cacheability.answers = kind == dns::Kind::NoError && path == Path::answer;
  cacheability.cut = response.flags.has(dns::Flags::kTC);
  cacheability.fate =
      cacheability.cut ? Fate::not_kept : fate_of(response, kind, cacheability.answers);
  cacheability.statement =
      !cacheability.cut && is_statement(response, kind, cacheability.fate, path);
  cacheability.ttl = ttl_of(response, kind, cacheability.fate, settings);
  cacheability.for_one_subnet = is_for_one_subnet(response);
  return cacheability;
}

}  // namespace catena::cache
