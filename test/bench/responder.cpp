// SPDX-License-Identifier: Apache-2.0
// The bare responder: what answering costs when a server does nothing but receive and send. It
// reads batches of 64 datagrams with recvmmsg, puts one A record behind each question, and sends
// them with sendmmsg. Everything else is measured in its multiples.
#include <arpa/inet.h>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/socket.h>

namespace {

constexpr unsigned kBatch = 64;
constexpr std::size_t kRoom = 1500;
constexpr std::array<unsigned char, 16> kRecord{0xC0, 12, 0, 1, 0,   1, 0, 0,
                                                0,    60, 0, 4, 192, 0, 2, 1};

struct Batch {
  std::array<std::array<unsigned char, kRoom>, kBatch> bytes;
  std::array<sockaddr_in, kBatch> peers;
  std::array<iovec, kBatch> parts;
  std::array<mmsghdr, kBatch> messages;

  void ready() {
    for (unsigned i = 0; i < kBatch; ++i) {
      parts[i] = {bytes[i].data(), kRoom};
      messages[i] = {};
      messages[i].msg_hdr.msg_name = &peers[i];
      messages[i].msg_hdr.msg_namelen = sizeof(sockaddr_in);
      messages[i].msg_hdr.msg_iov = &parts[i];
      messages[i].msg_hdr.msg_iovlen = 1;
    }
  }
};

// Header, question, answer: whatever else the query had (an OPT record) is cut off.
std::size_t answer(unsigned char* message, std::size_t size) {
  std::size_t at = 12;
  while (at < size && message[at] != 0) at += message[at] + 1u;
  const std::size_t question_end = at + 5;
  if (size < 12 || question_end > size) return 0;
  message[2] = static_cast<unsigned char>(0x84 | (message[2] & 1));
  message[3] = 0;
  const unsigned char counts[] = {0, 1, 0, 1, 0, 0, 0, 0};
  std::memcpy(message + 4, counts, sizeof(counts));
  std::memcpy(message + question_end, kRecord.data(), kRecord.size());
  return question_end + kRecord.size();
}

int open_socket(int port) {
  const int descriptor = socket(AF_INET, SOCK_DGRAM, 0);
  const int room = 4 << 20;
  setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    std::perror("bind");
    std::exit(1);
  }
  return descriptor;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: bench_responder PORT\n"), 2;
  const int descriptor = open_socket(std::atoi(argv[1]));
  static Batch batch;
  for (;;) {
    batch.ready();
    const int received =
        recvmmsg(descriptor, batch.messages.data(), kBatch, MSG_WAITFORONE, nullptr);
    if (received <= 0) continue;
    for (int i = 0; i < received; ++i) {
      batch.parts[i].iov_len = answer(batch.bytes[i].data(), batch.messages[i].msg_len);
    }
    for (int sent = 0; sent < received;) {
      const int n = sendmmsg(descriptor, batch.messages.data() + sent,
                             static_cast<unsigned>(received - sent), 0);
      if (n <= 0) break;
      sent += n;
    }
  }
}
