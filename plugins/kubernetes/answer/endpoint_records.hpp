// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/kubernetes/answer/builder.hpp"
#include "plugins/kubernetes/store/service.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

namespace catena::kubernetes {

/// Which names the endpoints of a service give records to.
enum class EndpointNaming : std::uint8_t {
  everything,  ///< The service's name, its ports' names, and each endpoint's own.
  own_names,   ///< Only each endpoint's own.
};

/// What questions about the endpoints of one service are answered with, told a few records at a
/// time: what answer_endpoints() says, name by name. Owns what the records point to, but for the
/// names, which are in the builder's arena. Moves only: its parts point to one another.
class EndpointRecords {
 public:
  /// Of no service: nothing to tell.
  EndpointRecords() = default;
  EndpointRecords(EndpointRecords&&) = default;
  EndpointRecords& operator=(EndpointRecords&&) = default;

  /// `taken` are names of two labels that are those of ports: an endpoint is not found by them.
  EndpointRecords(const ServiceState& state, EndpointNaming naming, std::vector<std::string> taken);

  /// Adds the next few records, perhaps none. False when there is nothing left.
  bool add_some(const RecordBuilder& builder, Key service_key);

 private:
  enum class Step : std::uint8_t { addresses, endpoints, done };

  struct Endpoint {
    std::string name;  ///< Below the service, with the cluster's id; "": none.
    const Slice* slice;
    Key address;             ///< Empty where there is an alias instead.
    const dns::Name* alias;  ///< Null where there is an address.
  };

  /// A port with a name, in all slices that have it.
  struct NamedPort {
    std::string name;
    std::string protocol;
    std::size_t entries = 0;  ///< How often an address has it.
    bool is(const SlicePort& port) const { return name == port.name && protocol == port.protocol; }
  };

  /// A port at the name of an endpoint.
  struct OwnPort {
    const NamedPort* named;  ///< Null where it has no name.
    std::uint16_t number;
    auto operator<=>(const OwnPort&) const = default;
  };

  static bool has(const Slice& slice, const NamedPort* port);
  void read(const Slice& slice);
  void read_ports(const Slice& slice);
  void sort();
  const NamedPort* named(const SlicePort& port) const;
  const NamedPort* port() const { return port_ == 0 ? nullptr : &ports_[port_ - 1]; }

  void add_addresses(const RecordBuilder& builder, Key service_key);
  void next_name();
  void begin_endpoint(const RecordBuilder& builder, Key service_key);
  void add_own_addresses(const RecordBuilder& builder, Key service_key);
  void add_services(const RecordBuilder& builder, Key service_key, dns::NameView target) const;
  std::vector<OwnPort> own_ports() const;
  std::size_t own_entries() const;
  bool is_taken(const std::string& name) const;

  EndpointNaming naming_ = EndpointNaming::everything;
  std::vector<std::string> taken_;
  std::vector<Slice> slices_;
  std::vector<NamedPort> ports_;
  std::vector<Endpoint> by_name_;            // Those of one name: addresses in order, then aliases.
  std::vector<const Endpoint*> by_address_;  // Addresses in order, then aliases.
  std::size_t entries_ = 0;                  // Pairs of address and port.
  Step step_ = Step::done;
  std::size_t port_ = 0;  // Step::addresses: 0 for the service's name, else a port, counted from 1.
  std::size_t at_ = 0;    // The next endpoint of the step's list.
  Key last_;              // Step::addresses: the last address at this name.
  std::size_t begin_ = 0;  // Step::endpoints: those of one name.
  std::size_t end_ = 0;
};

/// The names that ports have below a service, with and without underscores: `_NAME`, `_PROTOCOL` as
/// labels, or nothing where one is too long for that or empty.
bool has_name(const SlicePort& port);

/// `_NAME._PROTOCOL` in front of a service.
dns::NameView port_name(const RecordBuilder& builder,
                        Key service_key,
                        std::string_view name,
                        std::string_view protocol);

}  // namespace catena::kubernetes
