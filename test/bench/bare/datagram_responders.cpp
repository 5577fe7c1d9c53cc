// SPDX-License-Identifier: Apache-2.0
#include "test/bench/bare/answer.hpp"
#include "test/bench/bare/responders.hpp"
#include "test/bench/segments.hpp"

#include <memory>
#include <sys/epoll.h>
#include <vector>

namespace catena::bench {
namespace {

/// Answers of one size to one peer.
struct Group {
  sockaddr_in* peer = nullptr;
  std::size_t size = 0, count = 0;
  std::array<iovec, kMostSegments> parts;
  Segments segments;

  bool takes(const sockaddr_in& other, std::size_t bytes) const {
    return bytes == size && other.sin_port == peer->sin_port &&
           other.sin_addr.s_addr == peer->sin_addr.s_addr;
  }
};

/// The answers of a batch in groups, each of which is one message to send.
class Groups {
 public:
  void add(Datagrams& batch, std::size_t index) {
    Group& group = group_of(batch.peer(index), batch.size(index));
    group.parts[group.count++] = {batch.bytes(index), batch.size(index)};
  }

  void send(int socket) {
    for (std::size_t i = 0; i < used_; ++i) {
      messages_[i] = {};
      msghdr& message = messages_[i].msg_hdr;
      message.msg_name = groups_[i].peer;
      message.msg_namelen = sizeof(sockaddr_in);
      message.msg_iov = groups_[i].parts.data();
      message.msg_iovlen = groups_[i].count;
      if (groups_[i].count > 1) groups_[i].segments.cut(message, groups_[i].size);
    }
    for (std::size_t sent = 0; sent < used_;) {
      const int n =
          sendmmsg(socket, messages_.data() + sent, static_cast<unsigned>(used_ - sent), 0);
      if (n <= 0) break;
      sent += static_cast<std::size_t>(n);
    }
    used_ = 0;
  }

 private:
  Group& group_of(sockaddr_in& peer, std::size_t size) {
    for (std::size_t i = 0; i < used_; ++i)
      if (groups_[i].takes(peer, size)) return groups_[i];
    Group& group = groups_[used_++];
    group.peer = &peer;
    group.size = size;
    group.count = 0;
    return group;
  }

  std::array<Group, Datagrams::kMost> groups_;
  std::array<mmsghdr, Datagrams::kMost> messages_;
  std::size_t used_ = 0;
};

}  // namespace

void answer_all(Datagrams& batch, int socket, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) batch.set_size(i, answer(batch.bytes(i), batch.size(i)));
  batch.send(socket, count);
}

void respond_blocking(int port) {
  const int socket = open_server_socket(port, 0);
  const auto batch = std::make_unique<Datagrams>(Datagrams::Peers::each);
  for (;;) answer_all(*batch, socket, batch->receive(socket, MSG_WAITFORONE));
}

void respond_epoll(int port) {
  const int socket = open_server_socket(port, SOCK_NONBLOCK), poller = epoll_create1(0);
  epoll_event event{EPOLLIN, {}};
  epoll_ctl(poller, EPOLL_CTL_ADD, socket, &event);
  const auto batch = std::make_unique<Datagrams>(Datagrams::Peers::each);
  for (;;) {
    epoll_wait(poller, &event, 1, -1);
    std::size_t count = Datagrams::kMost;
    while (count == Datagrams::kMost) {
      count = batch->receive(socket, MSG_DONTWAIT);
      answer_all(*batch, socket, count);
    }
  }
}

void respond_segments(int port) {
  const int socket = open_server_socket(port, 0);
  const auto batch = std::make_unique<Datagrams>(Datagrams::Peers::each);
  const auto groups = std::make_unique<Groups>();
  for (;;) {
    const std::size_t count = batch->receive(socket, MSG_WAITFORONE);
    for (std::size_t i = 0; i < count; ++i) {
      batch->set_size(i, answer(batch->bytes(i), batch->size(i)));
      if (batch->size(i) != 0) groups->add(*batch, i);
    }
    groups->send(socket);
  }
}

}  // namespace catena::bench
