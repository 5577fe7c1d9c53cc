// SPDX-License-Identifier: Apache-2.0
#include "test/load/lookup.hpp"

#include <algorithm>
#include <cerrno>
#include <netinet/tcp.h>
#include <random>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace catena::load {
namespace {

std::uint16_t random_id() {
  static std::minstd_rand generator(std::random_device{}());
  return static_cast<std::uint16_t>(generator());
}

const char* reason_of(int error) {
  if (error == ECONNREFUSED) return "refused";
  if (error == ECONNRESET || error == EPIPE) return "reset";
  return "error";
}

}  // namespace

Kept::~Kept() {
  for (const int connection : idle_) ::close(connection);
}

int Kept::take() {
  while (!idle_.empty()) {
    const int connection = idle_.back();
    idle_.pop_back();
    char byte;
    const ssize_t size = ::recv(connection, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (size < 0 && errno == EAGAIN) return connection;
    ::close(connection);
  }
  return -1;
}

void Kept::give(int connection) {
  if (idle_.size() < kMost) return idle_.push_back(connection);
  ::close(connection);
}

Lookup::Lookup(const Settings& settings, Kept& kept, const Name& name, Way way, Tally& tally)
    : settings_(settings), kept_(kept), name_(name), way_(way), tally_(tally) {
  questions_[0].id = random_id();
  questions_[1].id = static_cast<std::uint16_t>(questions_[0].id + 1);
  tally_.asked += questions_.size();
}

Lookup::~Lookup() {
  if (socket_ >= 0) ::close(socket_);
}

void Lookup::start() {
  started_ = Clock::now();
  in_.clear();
  if (socket_ < 0 && !open()) return;
  if (ready_) send();
}

// Nothing more is to be done where it fails.
bool Lookup::open() {
  ready_ = true;
  if (way_ == Way::kept) socket_ = kept_.take();
  if (socket_ >= 0) {
    watch(EPOLLIN, EPOLL_CTL_ADD);
    return true;
  }
  const int type = is_stream() ? SOCK_STREAM : SOCK_DGRAM;
  socket_ = ::socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  watch(is_stream() ? EPOLLOUT : EPOLLIN, EPOLL_CTL_ADD);
  return connect();
}

bool Lookup::connect() {
  const int one = 1;
  if (is_stream()) ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  ready_ = !is_stream();
  const auto* address = reinterpret_cast<const sockaddr*>(&settings_.server);
  if (::connect(socket_, address, sizeof settings_.server) == 0) return true;
  if (errno == EINPROGRESS) return true;
  fail(reason_of(errno));
  return false;
}

void Lookup::watch(int events, int operation) {
  epoll_event event{};
  event.events = static_cast<std::uint32_t>(events);
  event.data.ptr = this;
  ::epoll_ctl(settings_.poller, operation, socket_, &event);
}

std::string Lookup::unanswered() const {
  std::string all;
  for (std::size_t type = 0; type < questions_.size(); ++type) {
    if (questions_[type].answered) continue;
    const std::string message = question(name_, type, questions_[type].id);
    all += static_cast<char>(message.size() >> 8);
    all += static_cast<char>(message.size());
    all += message;
  }
  return all;
}

void Lookup::send() {
  if (is_stream()) {
    const std::string both = unanswered();
    if (::send(socket_, both.data(), both.size(), MSG_NOSIGNAL) < 0) fail(reason_of(errno));
    return;
  }
  for (std::size_t type = 0; type < questions_.size(); ++type) {
    if (questions_[type].answered) continue;
    const std::string message = question(name_, type, questions_[type].id);
    // A refusal that is told here belongs to the message before; the timeout decides.
    if (::send(socket_, message.data(), message.size(), 0) < 0) ++tally_.reasons["refused"];
  }
}

void Lookup::on_event() {
  if (done_) return;
  if (!is_stream()) return receive_datagrams();
  if (ready_) return receive_stream();
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return fail(reason_of(error));
  ready_ = true;
  watch(EPOLLIN, EPOLL_CTL_MOD);
  send();
}

void Lookup::receive_datagrams() {
  std::array<std::uint8_t, 4096> bytes;
  while (!done_) {
    const ssize_t size = ::recv(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (size < 0 && errno == ECONNREFUSED) {
      ++tally_.reasons["refused"];
      continue;
    }
    if (size < 0) return;
    take({bytes.data(), static_cast<std::size_t>(size)});
  }
}

void Lookup::receive_stream() {
  std::array<char, 4096> bytes;
  while (!done_) {
    const ssize_t size = ::recv(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (size < 0 && errno == EAGAIN) return;
    if (size < 0) return fail(reason_of(errno));
    if (size == 0) return fail("ended");
    in_.append(bytes.data(), static_cast<std::size_t>(size));
    while (!done_ && take_messages()) continue;
  }
}

bool Lookup::take_messages() {
  const auto* begin = reinterpret_cast<const std::uint8_t*>(in_.data());
  if (in_.size() < 2) return false;
  const std::size_t size = begin[0] * 256u + begin[1];
  if (in_.size() < 2 + size) return false;
  const std::string message = in_.substr(2, size);
  in_.erase(0, 2 + size);
  take({reinterpret_cast<const std::uint8_t*>(message.data()), message.size()});
  return true;
}

void Lookup::take(Bytes message) {
  const auto id = id_of(message);
  const auto same = [id](const Question& one) { return one.id == id && !one.answered; };
  const auto found = std::find_if(questions_.begin(), questions_.end(), same);
  // A second answer to what was asked twice is none that anybody waits for.
  if (found == questions_.end()) return;
  found->answered = true;
  const auto type = static_cast<std::size_t>(found - questions_.begin());
  count(judge(name_, type, message));
  if (attempt_ == 0) tally_.longest = std::max(tally_.longest, Clock::now() - started_);
  if (questions_[0].answered && questions_[1].answered) finish();
}

void Lookup::count(Worth worth) {
  if (worth == Worth::right) ++tally_.right;
  if (worth == Worth::failed) ++tally_.failed;
  if (worth == Worth::wrong) ++tally_.wrong;
}

void Lookup::on_timeout() { fail("silence"); }

void Lookup::fail(const char* reason) {
  const auto left = static_cast<std::uint64_t>(
      std::count_if(questions_.begin(), questions_.end(),
                    [](const Question& question) { return !question.answered; }));
  (attempt_ == 0 ? tally_.lost_first : tally_.lost) += left;
  if (attempt_ == 0) tally_.reasons[reason] += left;
  if (is_stream()) {
    ::close(socket_);
    socket_ = -1;
  }
  if (attempt_++ > 0) {
    done_ = true;
    return;
  }
  start();
}

void Lookup::finish() {
  done_ = true;
  if (way_ != Way::kept) return;
  ::epoll_ctl(settings_.poller, EPOLL_CTL_DEL, socket_, nullptr);
  kept_.give(socket_);
  socket_ = -1;
}

}  // namespace catena::load
