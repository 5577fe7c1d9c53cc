// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cmd/kubesim/model/status.hpp"

namespace catena::kubesim {

/// What a label must be: the operators of a label selector and of matchExpressions.
struct LabelRequirement {
  enum class Operator { In, NotIn, Exists, DoesNotExist };
  std::string key;
  Operator relation = Operator::Exists;
  std::vector<std::string> values;
};

/// A conjunction of requirements on `metadata.labels`; the empty one matches everything.
class LabelSelector {
 public:
  /// The query parameter `labelSelector`: `a=b,c!=d,e in (f,g),h notin (i),j,!k`.
  static Outcome<LabelSelector> parse(std::string_view text);
  /// A workload's `spec.selector` with matchLabels and matchExpressions.
  static LabelSelector from_json(const Json& selector);
  /// A Service's `spec.selector`, a plain map.
  static LabelSelector from_map(const Json& labels);

  [[nodiscard]] bool matches(const Json& labels) const;
  [[nodiscard]] bool empty() const { return requirements_.empty(); }
  /// As the query parameter; what a Scale's `status.selector` holds.
  [[nodiscard]] std::string write() const;

 private:
  std::vector<LabelRequirement> requirements_;
};

/// A conjunction of `path=value` and `path!=value`; what is not there counts as empty.
class FieldSelector {
 public:
  static Outcome<FieldSelector> parse(std::string_view text);
  [[nodiscard]] bool matches(const Json& object) const;
  [[nodiscard]] bool empty() const { return terms_.empty(); }

 private:
  enum class Relation { Equal, NotEqual };
  struct Term {
    std::string path;
    Relation relation;
    std::string value;
  };
  std::vector<Term> terms_;
};

}  // namespace catena::kubesim
