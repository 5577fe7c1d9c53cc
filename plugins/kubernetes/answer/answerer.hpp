// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/query.hpp"

#include "plugins/kubernetes/answer/builder.hpp"
#include "plugins/kubernetes/answer/finding.hpp"
#include "plugins/kubernetes/answer/grammar.hpp"
#include "plugins/kubernetes/answer/settings.hpp"
#include "plugins/kubernetes/store/store.hpp"

namespace catena::kubernetes {

/// Answers questions from the store: a function of settings, store and question. Records point into
/// the store until the worker's next quiescent point. Any thread.
class Answerer {
 public:
  Answerer(const AnswerSettings& settings, const Store& store)
      : settings_(&settings), store_(&store) {}

  /// The query's name is in `zone`, one of the settings' zones.
  Finding answer(Query& query, dns::NameView zone) const;

  /// The SOA record of a negative answer about `name`, which is in one of the settings' zones.
  void deny(Query& query, dns::NameView name) const;

  const AnswerSettings& settings() const { return *settings_; }
  const Store& store() const { return *store_; }

  /// Whether a namespace is there and may be seen. The key is in wire form, lower case.
  bool exposed(Key namespace_key) const;

  /// The state of a service of this cluster; null for others, and while only slices are there.
  const ServiceState* find(Key service_key) const;
  /// The same of an import.
  const ServiceState* find_import(Key service_key) const;

  /// True for a service that `ignore empty_service` denies.
  bool ignores(const ServiceState& state) const;

  /// The zone's NS records, and in the additional section the addresses of their targets.
  AnswerKind name_servers(const RecordBuilder& builder) const;

  /// Adds the addresses of the zone's name servers to the answer, as those of `owner`.
  void name_server_addresses(const RecordBuilder& builder, dns::NameView owner) const;

  /// The serial of a zone, the same in every answer about it.
  const std::atomic<std::uint32_t>& serial(dns::NameView zone) const;

 private:
  Finding at(const Builder& builder, dns::NameView owner, dns::NameView zone) const;
  AnswerKind special(const Builder& builder, const ParsedName& name, dns::NameView owner) const;
  AnswerKind apex(const Builder& builder) const;
  AnswerKind name_server(const Builder& builder, dns::NameView owner) const;
  AnswerKind reverse(const Builder& builder, dns::NameView owner) const;
  bool reverse_cluster_ip(const Builder& builder,
                          dns::NameView owner,
                          std::span<const std::uint8_t> address) const;
  bool reverse_endpoint(const Builder& builder,
                        dns::NameView owner,
                        std::span<const std::uint8_t> address) const;
  AnswerKind pod(const Builder& builder, const ParsedName& name, dns::NameView owner) const;
  bool pod_exists(const ParsedName& name, const Address& address) const;

  Finding service(const Builder& builder, const ParsedName& name, dns::NameView owner) const;
  Finding given(const Builder& builder, dns::NameView owner, const Finding& found) const;
  Finding alias(const Builder& builder, dns::NameView owner, dns::NameView target) const;
  Finding chase(Query& query, dns::NameView target) const;

  const ServiceState* find(const ParsedName& name) const;
  const AnswerSettings* settings_;
  const Store* store_;
};

}  // namespace catena::kubernetes
