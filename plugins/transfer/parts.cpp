// SPDX-License-Identifier: Apache-2.0
#include "plugins/transfer/parts.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace catena::transfer {
namespace {

// CoreDNS's measure: well below 65535 before compression, so that OPT and TSIG fit as well.
constexpr std::size_t kFull = 63000;
// Records of the smallest size would not need more bytes, but more rows than a query may hold.
constexpr std::size_t kMostRecords = 4096;

}  // namespace

Parts::Parts(Query& query) : query_(&query), arena_(2 * kFull) { begin(); }

void Parts::begin() {
  arena_.reset();
  size_ = dns::kHeaderSize + query_->asked().question.name.size() + 4;
  owner_ = {};
  query_->respond();
}

bool Parts::add(const dns::Record& record) {
  dns::Response& response = query_->response();
  const std::size_t count = response.answer().size();
  const std::size_t size = dns::uncompressed_size(record);
  if (count != 0 && (size_ + size > kFull || count == kMostRecords)) return false;
  if (!record.owner.same_case(owner_)) owner_ = dns::NameView(arena_.copy(record.owner.bytes()));
  dns::Record kept = record;
  kept.owner = owner_;
  kept.rdata = arena_.copy(record.rdata);
  response.add(dns::Section::answer, kept);
  size_ += size;
  ++records_;
  return true;
}

// A worker that never waited would keep its other queries waiting for as long as the zone is large.
asio::awaitable<bool> Parts::send() {
  const bool sent = co_await query_->engine().send_part(*query_);
  if (!sent) co_return false;
  co_await asio::post(query_->engine().executor(), asio::use_awaitable);
  begin();
  co_return true;
}

Outcome Parts::leave() {
  if (query_->response().own()) return Outcome::respond;
  return query_->fail(dns::Rcode::ServFail, "no room for an answer");
}

}  // namespace catena::transfer
