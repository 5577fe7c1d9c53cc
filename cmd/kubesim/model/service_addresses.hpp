// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cmd/kubesim/model/addresses.hpp"
#include "cmd/kubesim/model/status.hpp"

namespace catena::kubesim {

enum class Checks { On, Off };

/// Gives Services their cluster addresses: the given one, one of the range for each family, or
/// none for headless ones and ExternalNames. With checks off any given address is taken as it is.
class ServiceAddresses {
 public:
  ServiceAddresses(AddressPool v4, std::optional<AddressPool> v6, Checks checks);

  /// Fills in clusterIP, clusterIPs, ipFamilies and ipFamilyPolicy of a new Service.
  std::vector<FieldError> assign(Json& service);
  /// The same for a Service that replaces another: what it has it keeps.
  std::vector<FieldError> reassign(const Json& before, Json& service);
  void release(const Json& service);

 private:
  AddressPool* pool_of(std::string_view family);
  std::vector<std::string> families_of(const Json& spec) const;
  std::vector<FieldError> fill(Json& spec, const std::vector<std::string>& families);

  AddressPool v4_;
  std::optional<AddressPool> v6_;
  Checks checks_;
};

}  // namespace catena::kubesim
