// SPDX-License-Identifier: Apache-2.0
#include "core/server/clients.hpp"

#include <algorithm>
#include <bit>
#include <span>
#include <utility>

namespace catena::server {
namespace {

namespace asio = boost::asio;

// Of those who hold most; looking at more would cost more than it brings.
constexpr int kLookedAt = 64;

}  // namespace

Held::~Held() {
  if (clients_ != nullptr) clients_->leave(*this);
}

std::size_t Clients::row_of(std::size_t bytes) {
  if (bytes < 1024) return 0;
  const auto doublings = static_cast<std::size_t>(std::bit_width(bytes)) - 11;
  const std::size_t quarter = (bytes >> (doublings + 8)) & 3;
  return std::min(4 * doublings + quarter + 1, kRows - 1);
}

// Two clients with one key would share what is one's: 64 bits that nobody can foresee are enough.
std::uint64_t Clients::key_of(const asio::ip::address& address) const {
  if (address.is_v4()) return hash_(address.to_v4().to_bytes());
  const auto bytes = address.to_v6().to_bytes();
  return hash_(std::span(bytes).first<8>());
}

Client& Clients::client_at(const asio::ip::address& address) {
  const std::uint64_t key = key_of(address);
  Client& client = clients_[key];
  client.key = key;
  return client;
}

void Clients::add(Client& client, std::size_t bytes) {
  client.bytes += bytes;
  client.unlink();
  rows_[row_of(client.bytes)].push_back(client);
}

void Clients::subtract(Client& client, std::size_t bytes) {
  share_.give(bytes);
  client.bytes -= bytes;
  client.unlink();
  rows_[row_of(client.bytes)].push_back(client);
}

void Clients::forget_if_unused(Client& client) {
  if (client.things == 0) clients_.erase(client.key);
}

bool Clients::enter(Held& held, const asio::ip::address& address, std::size_t bytes) {
  Client& client = client_at(address);
  ++client.things;
  held.clients_ = this;
  held.client_ = &client;
  held.state_ = Held::State::quiet;
  if (resize(held, bytes)) return true;
  leave(held);
  return false;
}

bool Clients::resize(Held& held, std::size_t bytes) {
  Client& client = *held.client_;
  if (bytes > held.bytes_) {
    const std::size_t more = bytes - held.bytes_;
    if (!make_room(client, more, held)) return false;
    add(client, more);
  } else if (bytes < held.bytes_) {
    subtract(client, held.bytes_ - bytes);
  }
  held.bytes_ = bytes;
  return true;
}

bool Clients::make_room(Client& asking, std::size_t more, const Held& self) {
  while (!share_.take(more)) {
    Held* const going = first_to_go(asking, more, self);
    if (going == nullptr) return false;
    tell_to_go(*going);
  }
  return true;
}

void Clients::tell_to_go(Held& held) {
  leave(held);
  held.give_way();
}

bool Clients::end_connection() {
  int looked_at = 0;
  for (std::size_t i = kRows; i-- > 0;) {
    for (Client& client : rows_[i]) {
      if (Held* const held = first_of(client, Held::State::idle, nullptr)) {
        return tell_to_go(*held), true;
      }
      if (++looked_at == kLookedAt) return false;
    }
  }
  return false;
}

Client* Clients::greediest() {
  for (std::size_t i = kRows; i-- > 0;) {
    if (!rows_[i].empty()) return &rows_[i].front();
  }
  return nullptr;
}

Held* Clients::first_to_go(Client& asking, std::size_t more, const Held& self) {
  Client* most = greediest();
  const bool other = most != nullptr && row_of(most->bytes) > row_of(asking.bytes + more);
  return first_of(other ? *most : asking, other ? Held::State::waiting : Held::State::idle, &self);
}

Held* Clients::first_of(Client& client, Held::State last, const Held* besides) {
  for (std::size_t state = 0; state <= static_cast<std::size_t>(last); ++state) {
    for (Held& held : client.rows[state]) {
      if (&held != besides) return &held;
    }
  }
  return nullptr;
}

void Clients::set_state(Held& held, Held::State state) {
  if (held.client_ == nullptr) return;
  held.state_ = state;
  held.InRow::unlink();
  if (state == Held::State::quiet) return;
  held.client_->rows[static_cast<std::size_t>(state)].push_back(held);
}

void Clients::leave(Held& held) {
  if (held.client_ == nullptr) return;
  Client& client = *held.client_;
  held.InRow::unlink();
  held.clients_ = nullptr;
  held.client_ = nullptr;
  held.state_ = Held::State::quiet;
  subtract(client, std::exchange(held.bytes_, 0));
  --client.things;
  forget_if_unused(client);
}

}  // namespace catena::server
