// SPDX-License-Identifier: Apache-2.0
// For tests of this plugin only: a question asked of a store.
#pragma once

#include "core/dns/text.hpp"

#include "plugins/kubernetes/answer/answerer.hpp"
#include "test/support/test_engine.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <memory>
#include <sstream>
#include <string>

namespace catena::kubernetes::testing {

inline dns::Name name_of(std::string_view text) { return *dns::Name::parse(text); }

/// Asks the answerer and keeps what it says.
class Asker {
 public:
  explicit Asker(const Store& store) : store_(store) {
    settings.zones =
        Zones({name_of("cluster.local."), name_of("in-addr.arpa."), name_of("ip6.arpa.")});
    settings.primary_zone = name_of("cluster.local.");
    settings.pods = PodMode::insecure;
  }

  /// "KIND" and then the records, one a line, sections marked by "+" for additional. A kind
  /// about the end of an alias has its name behind it.
  std::string ask(const std::string& question) {
    std::istringstream words(question);
    std::string name, type;
    words >> name >> type;
    query_ = std::make_unique<Query>(engine_);
    asked_ = name_of(name);
    const Query nobody(engine_);
    query_->begin_like(nobody, {asked_, *dns::parse_type(type), dns::Class::IN});
    const dns::Name* zone = settings.zones.match(query_->name());
    REQUIRE(zone != nullptr);
    const Finding finding = Answerer(settings, store_).answer(*query_, *zone);
    return kind_text(finding) + records();
  }

  AnswerSettings settings;

 private:
  static std::string kind_text(const Finding& finding) {
    const bool leads = !finding.target.is_root();
    const std::string end = leads ? " " + finding.target.to_text() + "\n" : "";
    switch (finding.kind) {
      case AnswerKind::answered:
        return "";
      case AnswerKind::no_data:
        return "ND" + end;
      case AnswerKind::name_error:
        return "NX" + end;
      case AnswerKind::elsewhere:
        return "->" + end;
      case AnswerKind::nowhere:
        return "loop at" + end;
    }
    return "?";
  }

  std::string records() {
    std::string text;
    for (const dns::Record& record : query_->response().answer()) text += line(record, "");
    for (const dns::Record& record : query_->response().additional()) text += line(record, "+ ");
    return text;
  }

  static std::string line(const dns::Record& record, const std::string& mark) {
    std::string text = dns::to_text(record);
    std::replace(text.begin(), text.end(), '\t', ' ');
    return mark + text + "\n";
  }

  const Store& store_;
  test::TestEngine engine_;
  dns::Name asked_;
  std::unique_ptr<Query> query_;
};

}  // namespace catena::kubernetes::testing
