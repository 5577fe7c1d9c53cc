// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/log.hpp"
#include "core/plugin/abilities.hpp"
#include "core/plugin/engine.hpp"
#include "core/plugin/plugin.hpp"

#include "plugins/kubernetes/answer/answerer.hpp"
#include "plugins/kubernetes/answer/metadata.hpp"
#include "plugins/kubernetes/answer/search_path.hpp"
#include "plugins/kubernetes/cluster.hpp"

#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace catena::kubernetes {

/// Answers for a cluster's zones from what the API server says is there.
class Kubernetes final : public Plugin,
                         public Startable,
                         public Ready,
                         public MetadataSource,
                         public SearchPathSource {
 public:
  struct Config {
    AnswerSettings answers;
    Fallthrough fallthrough;
    Duration startup_timeout = std::chrono::seconds(5);
    std::vector<dns::Name> host_search;  ///< The domains of this server's resolv.conf.
  };

  Kubernetes(Config config, std::shared_ptr<Cluster> cluster);

  Reply serve(Query& query, Next next) const override;

  /// Waits until the cluster is known, but no longer than startup_timeout.
  void start() override;
  void stop() override;
  bool ready() const override { return cluster_->store().synced(); }

  std::string_view metadata(Query& query, std::string_view label) const override {
    return metadata_.value(query, label);
  }
  std::span<const dns::NameView> search_path(Query& query) const override {
    return search_path_.of(query);
  }

 private:
  Reply deny(Query& query, Next next, dns::NameView zone) const;
  asio::awaitable<Outcome> follow(Query& query, dns::NameView zone, dns::NameView target) const;

  Config config_;
  std::shared_ptr<Cluster> cluster_;
  Answerer answerer_;
  Metadata metadata_;
  SearchPath search_path_;
};

}  // namespace catena::kubernetes
