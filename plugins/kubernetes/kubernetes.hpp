// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/log.hpp"
#include "core/plugin/abilities.hpp"
#include "core/plugin/alias.hpp"
#include "core/plugin/engine.hpp"
#include "core/plugin/plugin.hpp"

#include "plugins/kubernetes/answer/answerer.hpp"
#include "plugins/kubernetes/answer/knows_cluster.hpp"
#include "plugins/kubernetes/answer/metadata.hpp"
#include "plugins/kubernetes/answer/search_path.hpp"
#include "plugins/kubernetes/cluster.hpp"
#include "plugins/kubernetes/other_domain.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace catena::kubernetes {

/// Answers for a cluster's zones from what the API server says is there.
class Kubernetes final : public Plugin,
                         public Startable,
                         public Prepares,
                         public TakesOver,
                         public Ready,
                         public MetadataSource,
                         public SearchPathSource,
                         public TransferSource,
                         public KnowsCluster,
                         public Authority {
 public:
  struct Config {
    AnswerSettings answers;
    Fallthrough fallthrough;
    Duration startup_timeout = std::chrono::seconds(5);
    Cluster::Identities identities = Cluster::Identities::unwanted;
    std::vector<dns::Name> host_search;  ///< The domains of this server's resolv.conf.
  };

  Kubernetes(Config config, std::shared_ptr<Cluster> cluster, api::ApiClient::Settings settings);

  Reply serve(Query& query, Next next) const override;
  Territory territory() const override {
    return {config_.answers.zones.names(), config_.fallthrough.names()};
  }

  void start() override;
  void stop() override;
  /// The cluster is known, or a snapshot of it, or startup_timeout has passed.
  bool prepared(Duration waited) override;
  void take_over() noexcept override;
  bool ready() const override { return usable(); }

  std::string_view metadata(Query& query, std::string_view label) const override {
    return metadata_.value(query, label);
  }
  std::span<const dns::NameView> search_path(Query& query) const override {
    return search_path_.of(query);
  }

  /// The forward zones. Reverse zones cannot be transferred.
  bool holds(dns::NameView zone) const override;
  std::unique_ptr<ZoneCursor> open(dns::NameView zone) const override;

  bool usable() const override { return cluster_->usable(); }
  const Answerer& answerer() const override { return answerer_; }

 private:
  Reply deny(Query& query, Next next) const;
  Reply deny_target(Query& query, dns::NameView target) const;

  Config config_;
  std::shared_ptr<Cluster> cluster_;
  std::optional<api::ApiClient::Settings> settings_;  // Until it takes over.
  Duration said_{};                                   // When it last said that it waits.
  Answerer answerer_;
  Metadata metadata_;
  SearchPath search_path_;
  OtherDomain other_domain_;
  AliasFollower aliases_;
};

}  // namespace catena::kubernetes
