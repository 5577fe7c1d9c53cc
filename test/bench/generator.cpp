// SPDX-License-Identifier: Apache-2.0
// A closed-loop load generator: keeps WINDOW questions open over some sockets and asks the next one
// for each answer. Checks id, rcode and question of every answer.
//
//   bench_generator PORT NAMES-FILE SECONDS WINDOW SOCKETS [--unique] [--wait]
//
// Prints: answers wrong lost seconds p50-µs p99-µs. With --unique each question has a label of its
// own in front, so that no cache knows it; with --wait it sleeps until there is an answer instead
// of looking all the time.
#include <fmt/format.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <chrono>
#include <cstring>
#include <fstream>
#include <memory>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kBatch = 32;
constexpr auto kPatience = std::chrono::milliseconds(500);

struct Settings {
  int port = 0;
  std::vector<std::string> names;  // Wire form.
  double seconds = 1;
  std::size_t window = 200;
  std::size_t sockets = 8;
  bool unique = false;
  bool wait = false;
};

struct Totals {
  std::uint64_t answers = 0, wrong = 0, lost = 0;
  std::vector<float> microseconds;
};

std::string to_wire(const std::string& text) {
  std::string wire;
  std::size_t start = 0;
  while (start < text.size()) {
    const std::size_t dot = std::min(text.find('.', start), text.size());
    wire += static_cast<char>(dot - start);
    wire.append(text, start, dot - start);
    start = dot + 1;
  }
  return wire + '\0';
}

/// One socket and the questions that are open on it, found by their id.
class Lane {
 public:
  Lane(const Settings& settings, std::size_t number)
      : settings_(settings), number_(number), slots_(settings.window / settings.sockets) {
    descriptor_ = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    const int room = 4 << 20;
    setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(settings.port));
    if (connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0)
      std::perror("connect");
  }
  ~Lane() { close(descriptor_); }

  int descriptor() const { return descriptor_; }

  void start() {
    for (std::size_t i = 0; i < slots_.size(); ++i) ask(i);
    flush();
  }

  /// Takes what has come and asks again for each.
  std::size_t receive(Totals& totals) {
    std::array<std::array<unsigned char, 2048>, kBatch> bytes;
    std::array<iovec, kBatch> parts;
    std::array<mmsghdr, kBatch> messages{};
    for (std::size_t i = 0; i < kBatch; ++i) {
      parts[i] = {bytes[i].data(), bytes[i].size()};
      messages[i].msg_hdr.msg_iov = &parts[i];
      messages[i].msg_hdr.msg_iovlen = 1;
    }
    const int count = recvmmsg(descriptor_, messages.data(), kBatch, MSG_DONTWAIT, nullptr);
    for (int i = 0; i < count; ++i) take(bytes[i].data(), messages[i].msg_len, totals);
    flush();
    return count > 0 ? static_cast<std::size_t>(count) : 0;
  }

  /// Questions that nobody answered are given up and asked anew.
  void give_up(Clock::time_point now, Totals& totals) {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      if (now - slots_[i].asked < kPatience) continue;
      ++totals.lost;
      ask(i);
    }
    flush();
  }

 private:
  struct Slot {
    std::uint16_t id = 0;
    Clock::time_point asked;
    std::string question;
  };

  void ask(std::size_t index) {
    Slot& slot = slots_[index];
    slot.id =
        static_cast<std::uint16_t>((++turn_ % (65536 / slots_.size())) * slots_.size() + index);
    slot.question =
        settings_.unique ? to_wire(fmt::format("u{}-{}", number_, turn_)) : std::string();
    if (settings_.unique) slot.question.pop_back();
    slot.question += settings_.names[(turn_ * 7919 + number_ * 104729) % settings_.names.size()];
    slot.question.append("\0\1\0\1", 4);
    const unsigned char header[12] = {
        static_cast<unsigned char>(slot.id >> 8), static_cast<unsigned char>(slot.id), 1, 0, 0, 1};
    std::string message(reinterpret_cast<const char*>(header), sizeof(header));
    outgoing_.push_back(message + slot.question);
    slot.asked = Clock::now();
  }

  void take(const unsigned char* message, std::size_t size, Totals& totals) {
    if (size < 12) return;
    const std::size_t id = static_cast<std::size_t>(message[0] << 8 | message[1]);
    const std::size_t index = id % slots_.size();
    Slot& slot = slots_[index];
    if (slot.id != id) return;
    const bool same = size >= 12 + slot.question.size() &&
                      std::memcmp(message + 12, slot.question.data(), slot.question.size()) == 0;
    const bool right = same && (message[3] & 15) == 0 && message[7] != 0;
    right ? ++totals.answers : ++totals.wrong;
    const std::chrono::duration<float, std::micro> took = Clock::now() - slot.asked;
    if (totals.answers % 8 == 0) totals.microseconds.push_back(took.count());
    ask(index);
  }

  void flush() {
    std::vector<iovec> parts(outgoing_.size());
    std::vector<mmsghdr> messages(outgoing_.size());
    for (std::size_t i = 0; i < outgoing_.size(); ++i) {
      parts[i] = {outgoing_[i].data(), outgoing_[i].size()};
      messages[i].msg_hdr.msg_iov = &parts[i];
      messages[i].msg_hdr.msg_iovlen = 1;
    }
    for (std::size_t sent = 0; sent < messages.size();) {
      const int n = sendmmsg(descriptor_, messages.data() + sent,
                             static_cast<unsigned>(messages.size() - sent), 0);
      if (n <= 0) break;
      sent += static_cast<std::size_t>(n);
    }
    outgoing_.clear();
  }

  const Settings& settings_;
  std::size_t number_;
  std::vector<Slot> slots_;
  std::vector<std::string> outgoing_;
  std::uint64_t turn_ = 0;
  int descriptor_ = -1;
};

void wait_for_answers(const std::vector<std::unique_ptr<Lane>>& lanes) {
  std::vector<pollfd> sockets;
  for (const auto& lane : lanes) sockets.push_back({lane->descriptor(), POLLIN, 0});
  poll(sockets.data(), sockets.size(), static_cast<int>(kPatience.count()));
}

Totals run(const Settings& settings) {
  Totals totals;
  std::vector<std::unique_ptr<Lane>> lanes;
  for (std::size_t i = 0; i < settings.sockets; ++i)
    lanes.push_back(std::make_unique<Lane>(settings, i));
  for (const auto& lane : lanes) lane->start();
  const auto end = Clock::now() + std::chrono::duration<double>(settings.seconds);
  auto checked = Clock::now();
  for (auto now = checked; now < end; now = Clock::now()) {
    if (settings.wait) wait_for_answers(lanes);
    for (const auto& lane : lanes) lane->receive(totals);
    if (now - checked < kPatience) continue;
    for (const auto& lane : lanes) lane->give_up(now, totals);
    checked = now;
  }
  return totals;
}

float percentile(std::vector<float>& values, double part) {
  if (values.empty()) return 0;
  const auto at =
      values.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) {
    fmt::print(
        stderr,
        "usage: bench_generator PORT NAMES-FILE SECONDS WINDOW SOCKETS [--unique] [--wait]\n");
    return 2;
  }
  Settings settings;
  settings.port = std::atoi(argv[1]);
  std::ifstream file(argv[2]);
  for (std::string name; std::getline(file, name);) settings.names.push_back(to_wire(name));
  settings.seconds = std::atof(argv[3]);
  settings.window = static_cast<std::size_t>(std::atol(argv[4]));
  settings.sockets = static_cast<std::size_t>(std::atol(argv[5]));
  for (int i = 6; i < argc; ++i) {
    const std::string_view flag = argv[i];
    (flag == "--wait" ? settings.wait : settings.unique) = true;
  }
  if (settings.names.empty()) return fmt::print(stderr, "no names in {}\n", argv[2]), 2;
  Totals totals = run(settings);
  fmt::print("{} {} {} {} {:.0f} {:.0f}\n", totals.answers, totals.wrong, totals.lost,
             settings.seconds, percentile(totals.microseconds, 0.5),
             percentile(totals.microseconds, 0.99));
}
