// SPDX-License-Identifier: Apache-2.0
#include "test/bench/bare/answer.hpp"
#include "test/bench/bare/responders.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/write.hpp>

#include <cstdlib>
#include <memory>
#include <vector>

namespace catena::bench {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;
using boost::system::error_code;

class Responder {
 public:
  Responder(asio::io_context& io, int port)
      : socket_(io, udp::v4(), open_server_socket(port, SOCK_NONBLOCK)) {
    wait();
  }

 private:
  void wait() {
    socket_.async_wait(udp::socket::wait_read, [this](error_code) { respond(); });
  }

  void respond() {
    std::size_t count = Datagrams::kMost;
    while (count == Datagrams::kMost) {
      count = batch_.receive(socket_.native_handle(), MSG_DONTWAIT);
      answer_all(batch_, socket_.native_handle(), count);
    }
    wait();
  }

  udp::socket socket_;
  Datagrams batch_{Datagrams::Peers::each};
};

/// Lives as long as something of it waits.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  explicit Connection(tcp::socket socket) : socket_(std::move(socket)), in_(kRoom) {}

  void read() {
    socket_.async_read_some(asio::buffer(in_.data() + have_, in_.size() - have_),
                            [self = shared_from_this()](error_code error, std::size_t count) {
                              if (!error) self->respond(count);
                            });
  }

 private:
  static constexpr std::size_t kRoom = 65536 + 2;

  void respond(std::size_t count) {
    have_ += count;
    out_.clear();
    std::size_t at = 0;
    while (have_ - at >= 2) {
      const std::size_t size = static_cast<std::size_t>(in_[at] << 8 | in_[at + 1]);
      if (have_ - at - 2 < size) break;
      add(in_.data() + at + 2, size);
      at += 2 + size;
    }
    std::memmove(in_.data(), in_.data() + at, have_ - at);
    have_ -= at;
    out_.empty() ? read() : write();
  }

  void add(const unsigned char* message, std::size_t size) {
    const std::size_t start = out_.size();
    out_.resize(start + 2 + size + kAnswerRoom);
    std::memcpy(out_.data() + start + 2, message, size);
    const std::size_t answered = answer(out_.data() + start + 2, size);
    out_[start] = static_cast<unsigned char>(answered >> 8);
    out_[start + 1] = static_cast<unsigned char>(answered);
    out_.resize(start + (answered == 0 ? 0 : 2 + answered));
  }

  void write() {
    asio::async_write(socket_, asio::buffer(out_),
                      [self = shared_from_this()](error_code error, std::size_t) {
                        if (!error) self->read();
                      });
  }

  tcp::socket socket_;
  std::vector<unsigned char> in_, out_;
  std::size_t have_ = 0;  // Of in_.
};

void accept(tcp::acceptor& acceptor) {
  acceptor.async_accept([&acceptor](error_code error, tcp::socket socket) {
    if (!error) {
      socket.set_option(tcp::no_delay(true));
      std::make_shared<Connection>(std::move(socket))->read();
    }
    accept(acceptor);
  });
}

}  // namespace

void respond_asio(int port) {
  asio::io_context io(1);
  const auto responder = std::make_unique<Responder>(io, port);
  io.run();
  std::exit(1);
}

void respond_tcp(int port) {
  asio::io_context io(1);
  tcp::acceptor acceptor(
      io, {asio::ip::address_v4::loopback(), static_cast<asio::ip::port_type>(port)});
  accept(acceptor);
  io.run();
  std::exit(1);
}

}  // namespace catena::bench
