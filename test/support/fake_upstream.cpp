// SPDX-License-Identifier: Apache-2.0
#include "test/support/fake_upstream.hpp"

#include "core/dns/message.hpp"
#include "core/dns/writer.hpp"

#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <array>

namespace catena::test {
namespace {

namespace asio = boost::asio;
using Bytes = std::vector<std::uint8_t>;
using boost::system::error_code;
using dns::Flags;

struct Content {
  std::size_t records = 0;
  std::uint16_t flags = 0;
  dns::Rcode rcode = dns::Rcode::NoError;
  std::uint8_t last_byte = 1;  // Of the first address.
};

Bytes reply_to(const Bytes& query, const dns::Question& question, const Content& content) {
  Bytes out(4096);
  dns::Writer writer(out);
  const auto header = dns::Header::read(query).value();
  constexpr std::uint16_t kEchoed = 0x7800 | Flags::kRD | Flags::kCD;  // And the opcode.
  const auto base = static_cast<std::uint16_t>(header.flags.bits() & kEchoed);
  writer.header(header.id, Flags(base | Flags::kQR | Flags::kRA | content.flags |
                                 static_cast<std::uint16_t>(content.rcode)));
  writer.question(question);
  for (std::size_t i = 0; i < content.records; ++i) {
    const std::array<std::uint8_t, 4> address{192, 0, 2,
                                              static_cast<std::uint8_t>(content.last_byte + i)};
    const dns::Record record{question.name, dns::Type::A, dns::Class::IN, 300, address};
    writer.record(dns::Section::answer, record);
  }
  out.resize(writer.finish().size());
  return out;
}

Bytes bare_formerr(const Bytes& query) {
  Bytes out(query.begin(), query.begin() + dns::kHeaderSize);
  std::fill(out.begin() + 4, out.end(), std::uint8_t{0});
  out[2] |= 0x80;
  out[3] = 1;
  return out;
}

Bytes other_question(const Bytes& query) {
  const dns::Name other = dns::Name::parse("other.example.net.").value();
  return reply_to(query, {other, dns::Type::A, dns::Class::IN}, {.records = 1});
}

Bytes bytes_of(Act act, const Bytes& query) {
  const dns::Question question = dns::parse_question(query).value();
  constexpr std::uint16_t aa = Flags::kAA;
  Bytes answer = reply_to(query, question, {.records = 1, .flags = aa});
  switch (act) {
    case Act::wrong_id:
      answer[0] ^= 0x55;
      return answer;
    case Act::wrong_question:
      return other_question(query);
    case Act::wrong_peer:
      return reply_to(query, question, {.records = 1, .last_byte = 66});
    case Act::not_a_reply:
      return query;
    case Act::echo:
      answer = query;
      answer[2] |= 0x80;
      return answer;
    case Act::garbage:
      return {1, 2, 3};
    case Act::cut:
      answer.resize(answer.size() - 3);
      return answer;
    case Act::truncated:
      return reply_to(query, question, {.flags = Flags::kTC});
    case Act::large:
      return reply_to(query, question, {.records = 90});
    case Act::bare:
      return bare_formerr(query);
    case Act::nodata:
      return reply_to(query, question, {});
    case Act::servfail:
      return reply_to(query, question, {.rcode = dns::Rcode::ServFail});
    case Act::refused:
      return reply_to(query, question, {.rcode = dns::Rcode::Refused});
    default:
      return answer;
  }
}

}  // namespace

struct FakeUpstream::Connection {
  explicit Connection(asio::ip::tcp::socket accepted) : socket(std::move(accepted)) {}
  asio::ip::tcp::socket socket;
  std::array<std::uint8_t, 2> length;
  Bytes message;
};

FakeUpstream::FakeUpstream(asio::io_context& io, Script script)
    : script_(std::move(script)), udp_(io), stranger_(io), acceptor_(io), buffer_(65536) {
  open();
  receive();
  accept();
}

FakeUpstream::~FakeUpstream() {
  error_code ignored;
  udp_.close(ignored);
  acceptor_.close(ignored);
  for (const auto& weak : open_) {
    if (const auto connection = weak.lock()) connection->socket.close(ignored);
  }
}

// The same number for both; another one where TCP has it in use.
void FakeUpstream::open() {
  const auto loopback = asio::ip::address_v4::loopback();
  stranger_.open(asio::ip::udp::v4());
  stranger_.bind({loopback, 0});
  error_code error;
  do {
    acceptor_.close(error);
    udp_.close(error);
    udp_.open(asio::ip::udp::v4());
    udp_.bind({loopback, 0});
    acceptor_.open(asio::ip::tcp::v4());
    acceptor_.bind({loopback, udp_.local_endpoint().port()}, error);
  } while (error);
  acceptor_.listen();
}

std::string FakeUpstream::address() const {
  return "127.0.0.1:" + std::to_string(udp_.local_endpoint().port());
}

std::vector<Act> FakeUpstream::next_acts() {
  std::vector<Act> acts = script_.front();
  if (script_.size() > 1) script_.pop_front();
  return acts;
}

void FakeUpstream::receive() {
  udp_.async_receive_from(
      asio::buffer(buffer_), peer_, [this](const error_code& error, std::size_t size) {
        if (error == asio::error::operation_aborted) return;
        if (error || size < dns::kHeaderSize) return receive();
        last_.assign(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(size));
        ++udp_questions_;
        ports_.insert(peer_.port());
        ids_.insert(dns::Header::read(last_)->id);
        for (const Act act : next_acts()) act_on_udp(act);
        receive();
      });
}

void FakeUpstream::act_on_udp(Act act) {
  if (act == Act::drop || act == Act::close) return;
  auto& socket = act == Act::wrong_peer ? stranger_ : udp_;
  error_code ignored;
  socket.send_to(asio::buffer(bytes_of(act, last_)), peer_, 0, ignored);
}

void FakeUpstream::accept() {
  acceptor_.async_accept([this](const error_code& error, asio::ip::tcp::socket socket) {
    if (error) return;
    ++connections_;
    auto connection = std::make_shared<Connection>(std::move(socket));
    open_.push_back(connection);
    read(std::move(connection));
    accept();
  });
}

void FakeUpstream::read(std::shared_ptr<Connection> connection) {
  Connection& one = *connection;
  asio::async_read(
      one.socket, asio::buffer(one.length),
      [this, connection](const error_code& error, std::size_t) {
        if (error) return;
        connection->message.resize(connection->length[0] * 256u + connection->length[1]);
        const auto served = [this, connection](const error_code& cut, std::size_t) {
          if (!cut) serve(connection);
        };
        asio::async_read(connection->socket, asio::buffer(connection->message), served);
      });
}

void FakeUpstream::serve(const std::shared_ptr<Connection>& connection) {
  last_ = connection->message;
  ++tcp_questions_;
  error_code ignored;
  for (const Act act : next_acts()) {
    if (act == Act::close) {
      connection->socket.close(ignored);
      return;
    }
    if (act == Act::drop) continue;
    Bytes reply = bytes_of(act, last_);
    const std::array<std::uint8_t, 2> length{static_cast<std::uint8_t>(reply.size() >> 8),
                                             static_cast<std::uint8_t>(reply.size())};
    reply.insert(reply.begin(), length.begin(), length.end());
    asio::write(connection->socket, asio::buffer(reply), ignored);
  }
  read(connection);
}

}  // namespace catena::test
