// SPDX-License-Identifier: Apache-2.0
#include "plugins/cache/flight.hpp"

#include "plugins/cache/authentic_data.hpp"

#include <algorithm>

namespace catena::cache {
namespace {

constexpr std::string_view kNoRoom = "no room for an answer";

/// The client subnet that a query asks for; empty without one.
std::span<const std::uint8_t> subnet_of(const Query& query) {
  if (!query.edns()) return {};
  return query.edns()
      ->option(dns::OptionCode::ClientSubnet)
      .value_or(std::span<const std::uint8_t>());
}

/// What was made for one network is for nobody else (RFC 7871 section 7.3), and what was cut to a
/// size not for those who can take more.
bool good_for(const Query& leader, const Cacheability& cacheability, const Query& query) {
  if (cacheability.cut && query.upstream_limit() > leader.upstream_limit()) return false;
  return !cacheability.for_one_subnet || std::ranges::equal(subnet_of(leader), subnet_of(query));
}

/// False when there is no room for all of it.
bool copy_records(const Query& leader, std::uint32_t ttl, Query& query) {
  dns::Response& response = query.response();
  for (const dns::Section section :
       {dns::Section::answer, dns::Section::authority, dns::Section::additional}) {
    for (dns::Record record : leader.response().records(section)) {
      if (record.owner == leader.name()) record.owner = query.name();
      record.ttl = ttl;
      if (!response.add(section, record)) return false;
    }
  }
  return response.own();
}

void copy_answer(const Query& leader, const Cacheability& cacheability, Query& query) {
  query.basis().add(leader.basis());
  if (leader.response().spoiled()) return void(query.fail(dns::Rcode::ServFail, kNoRoom));
  if (leader.failed()) return void(query.fail(leader.response().rcode, leader.failure()));
  dns::Response& response = query.respond();
  response.flags = leader.response().flags;
  if (!wants_authentic_data(query)) response.flags.clear(dns::Flags::kAD);
  response.rcode = leader.response().rcode;
  if (!copy_records(leader, cacheability.ttl, query)) {
    query.fail(dns::Rcode::ServFail, kNoRoom);
  }
}

}  // namespace

Follower::Follower(Query& query, Otherwise otherwise, TimePoint until)
    : query_(query), otherwise_(otherwise), until_(until), timer_(query.engine().deadlines()) {}

Follower::~Follower() { part(); }

void Follower::join(Flights& flights) {
  part();
  end_ = End::pending;
  flights_ = &flights;
  ++flights.following_;
}

void Follower::part() {
  unlink();
  if (flights_ != nullptr) --flights_->following_;
  flights_ = nullptr;
}

void Follower::end(End how) {
  part();
  end_ = how;
  timer_.give_up();
}

asio::awaitable<Follower::End> Follower::wait() {
  {
    const Waiting waiting(query_, *this);
    if (end_ == End::pending) co_await timer_.until(until_);
  }
  if (end_ == End::pending) end(End::late);
  co_return end_;
}

Flight::Flight(Flights& flights, const Key& key, std::uint64_t hash, TimePoint began)
    : flights_(flights),
      hash_(hash),
      key_(key.bytes().begin(), key.bytes().end()),
      began_(began),
      number_(flights.begun_++) {}

Flight::~Flight() {
  leave_table();
  while (!followers_.empty()) followers_.front().end(Follower::End::again);
}

void Flight::leave_table() {
  const auto place = flights_.table_.find(hash_);
  if (place != flights_.table_.end() && place->second == this) flights_.table_.erase(place);
}

bool Flight::take(Follower& follower) {
  if (flights_.following_ >= flights_.most_) return false;
  follower.join(flights_);
  followers_.push_back(follower);
  return true;
}

void Flight::landed(const Query& leader, const Cacheability& cacheability) {
  if (leader.given_up()) return;
  leave_table();
  if (!cacheability.statement) setback();
  while (!followers_.empty()) {
    Follower& follower = followers_.front();
    const bool good = good_for(leader, cacheability, follower.query_);
    if (good) copy_answer(leader, cacheability, follower.query_);
    follower.end(good ? Follower::End::answered : Follower::End::again);
  }
}

void Flight::setback() {
  for (auto at = followers_.begin(); at != followers_.end();) {
    Follower& follower = *at++;
    const bool has_old = follower.otherwise_ == Follower::Otherwise::old_answer;
    if (has_old) follower.end(Follower::End::no_news);
  }
}

void Flight::close() {
  setback();
  while (!followers_.empty()) followers_.front().end(Follower::End::late);
}

Flight* Flights::find(const Key& key, std::uint64_t hash, TimePoint now) const {
  const auto place = table_.find(hash);
  if (place == table_.end()) return nullptr;
  Flight* flight = place->second;
  const bool same = std::ranges::equal(flight->key_, key.bytes());
  return same && now - flight->began_ < kPatience ? flight : nullptr;
}

std::shared_ptr<Flight> Flights::begin(const Key& key, std::uint64_t hash, TimePoint now) {
  auto flight = std::make_shared<Flight>(*this, key, hash, now);
  table_[hash] = flight.get();
  return flight;
}

// The order of the table hangs on the secret of its hashes. Whoever is told may take flights out.
void Flights::close() {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> order;  // Number and hash.
  for (const auto& [hash, flight] : table_) order.emplace_back(flight->number_, hash);
  std::ranges::sort(order);
  for (const auto& [number, hash] : order) {
    const auto place = table_.find(hash);
    if (place != table_.end() && place->second->number_ == number) place->second->close();
  }
}

}  // namespace catena::cache
