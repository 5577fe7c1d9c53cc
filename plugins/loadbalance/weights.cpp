// SPDX-License-Identifier: Apache-2.0
#include "plugins/loadbalance/weights.hpp"

#include "core/config/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace catena::loadbalance {
namespace {

constexpr std::string_view kBlanks = " \t\r\v\f";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> fields;
  while (!line.empty()) {
    const std::size_t end = std::min(line.find_first_of(kBlanks), line.size());
    fields.push_back(line.substr(0, end));
    line = trimmed(line.substr(end));
  }
  return fields;
}

std::string_view text_of(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

/// Reads line by line: a name, or an address and its weight for the name before.
class Weights::Reader {
 public:
  Reader(Weights& weights, std::string_view file) : weights_(weights), file_(file) {}

  std::optional<Error> read(std::string_view line) {
    const std::vector<std::string_view> fields = fields_of(line);
    if (fields.size() == 1) return read_domain(fields[0]);
    if (fields.size() == 2) return read_weight(fields[0], fields[1]);
    return wrong("could not parse weight line", line);
  }

 private:
  std::optional<Error> read_domain(std::string_view text) {
    const auto name = dns::Name::parse(text);
    if (parse_address(text) || !name) {
      return Error{
          fmt::format("wrong domain name:\"{}\" in weight file {}. (Maybe a missing weight value?)",
                      text, file_)};
    }
    entries_ = &weights_.domains_[std::string(text_of(dns::Name(*name).fold().view().bytes()))];
    return std::nullopt;
  }

  std::optional<Error> read_weight(std::string_view address, std::string_view weight) {
    Entry entry;
    if (!read_address(address, entry)) return wrong("wrong IP address", address);
    const auto value = config::parse_unsigned(weight);
    if (!value || *value < 1 || *value > 255) return wrong("wrong weight value", weight);
    if (entries_ == nullptr)
      return Error{fmt::format("missing domain name in weight file {}", file_)};
    entry.weight = static_cast<std::uint8_t>(*value);
    entries_->push_back(entry);
    return std::nullopt;
  }

  static bool read_address(std::string_view text, Entry& entry) {
    using boost::asio::ip::address_v6;
    const auto address = parse_address(text);
    if (!address || text.find('%') != std::string_view::npos) return false;
    const bool mapped = address->is_v6() && address->to_v6().is_v4_mapped();
    const address_v6 v6 = address->is_v6() ? address->to_v6() : address_v6();
    const auto bytes = v6.to_bytes();
    entry.size = address->is_v4() || mapped ? 4 : 16;
    if (address->is_v4()) {
      std::ranges::copy(address->to_v4().to_bytes(), entry.address.begin());
    } else {
      std::copy(bytes.end() - entry.size, bytes.end(), entry.address.begin());
    }
    return true;
  }

  Error wrong(std::string_view what, std::string_view text) const {
    return Error{fmt::format("{}:\"{}\" in weight file {}", what, text, file_)};
  }

  Weights& weights_;
  std::string_view file_;
  Entries* entries_ = nullptr;  // Those of the name that was read last.
};

Result<Weights> Weights::parse(std::string_view text, std::string_view file) {
  Weights weights;
  Reader reader(weights, file);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    if (const std::optional<Error> error = reader.read(line)) return *error;
  }
  return weights;
}

std::uint32_t Weights::of(const dns::Record& record) const {
  std::array<std::uint8_t, dns::NameView::kMaxSize> name;
  dns::fold_to(record.owner, name.data());
  const auto found = domains_.find(text_of({name.data(), record.owner.size()}));
  if (found == domains_.end()) return 1;
  const auto same = [&record](const Entry& entry) {
    return entry.size == record.rdata.size() &&
           std::equal(record.rdata.begin(), record.rdata.end(), entry.address.begin());
  };
  const auto entry = std::ranges::find_if(found->second, same);
  return entry == found->second.end() ? 1 : entry->weight;
}

}  // namespace catena::loadbalance
