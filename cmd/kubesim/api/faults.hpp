// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cmd/kubesim/model/status.hpp"

#include <chrono>
#include <optional>
#include <set>

namespace catena::kubesim {

/// What goes wrong on request, for tests of clients. Set by `POST /kubesim/faults`, taken back by
/// `DELETE /kubesim/faults`. One thread owns it.
class Faults {
 public:
  /// Sets what the members of the request name and leaves the others as they are; returns what is
  /// wrong with it, if anything is.
  std::optional<Status> configure(const Json& request);
  [[nodiscard]] Json json() const;

  /// The status that this request is refused with, if any; counts down.
  std::optional<int> status_for(std::string_view path, std::string_view verb);
  /// Whether this body is to be broken or cut short; counts down.
  bool take_garbage();
  bool take_cut();

  [[nodiscard]] bool gone() const { return gone_; }
  [[nodiscard]] bool gone_lists() const { return gone_lists_; }
  [[nodiscard]] bool hang_watches() const { return hang_watches_; }
  [[nodiscard]] bool streaming_list() const { return streaming_list_; }
  /// False: everything is JSON, as from a server that knows nothing else.
  [[nodiscard]] bool protobuf() const { return protobuf_; }
  [[nodiscard]] bool refuse() const { return refuse_; }
  [[nodiscard]] std::chrono::milliseconds delay() const { return delay_; }
  [[nodiscard]] const std::set<std::string, std::less<>>& absent_groups() const {
    return absent_groups_;
  }
  [[nodiscard]] bool forbids(std::string_view plural) const { return forbidden_.contains(plural); }

 private:
  struct Refusal {
    int code;
    std::int64_t count;
    std::string path;
    std::string verb;
  };

  bool set(const JsonMember& member);

  std::vector<Refusal> refusals_;
  std::int64_t garbage_ = 0;
  std::int64_t cut_ = 0;
  bool gone_ = false;
  bool gone_lists_ = false;
  bool hang_watches_ = false;
  bool streaming_list_ = true;
  bool protobuf_ = true;
  bool refuse_ = false;
  std::chrono::milliseconds delay_{0};
  std::set<std::string, std::less<>> absent_groups_;
  std::set<std::string, std::less<>> forbidden_;
};

}  // namespace catena::kubesim
