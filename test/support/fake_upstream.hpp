// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace catena::test {

/// What a fake upstream does with one question.
enum class Act : std::uint8_t {
  answer,          ///< One A record 192.0.2.1, AA and RA set.
  drop,            ///< Nothing.
  wrong_id,        ///< The answer under another id.
  wrong_question,  ///< An answer to another name.
  wrong_peer,      ///< The answer with another address, from another port (UDP).
  not_a_reply,     ///< The question itself, QR clear.
  garbage,         ///< A few bytes.
  cut,             ///< The answer without its last bytes.
  truncated,       ///< TC and no records.
  large,           ///< An answer of about 1,500 bytes.
  bare,            ///< FORMERR in nothing but a header.
  nodata,          ///< NOERROR without records.
  echo,            ///< All of the question with QR set, whatever is behind it.
  servfail,
  refused,
  close,  ///< Closes the connection (TCP).
};

/// A DNS server on 127.0.0.1 that does what a script says, over UDP and TCP on one port: each
/// question takes the next row of acts, all of which are done; the last row is used for all that
/// follow. One thread, the one that turns `io`.
class FakeUpstream {
 public:
  using Script = std::deque<std::vector<Act>>;

  FakeUpstream(boost::asio::io_context& io, Script script);
  ~FakeUpstream();
  FakeUpstream(const FakeUpstream&) = delete;
  FakeUpstream& operator=(const FakeUpstream&) = delete;

  /// "127.0.0.1:40123"
  std::string address() const;

  void set_script(Script script) { script_ = std::move(script); }

  std::size_t udp_questions() const { return udp_questions_; }
  std::size_t tcp_questions() const { return tcp_questions_; }
  std::size_t connections() const { return connections_; }
  /// The ports and the ids that UDP questions came with.
  const std::set<std::uint16_t>& ports() const { return ports_; }
  const std::set<std::uint16_t>& ids() const { return ids_; }
  /// The last question as it came.
  const std::vector<std::uint8_t>& last() const { return last_; }

 private:
  struct Connection;
  using Bytes = std::vector<std::uint8_t>;

  void open();
  void receive();
  void accept();
  void read(std::shared_ptr<Connection> connection);
  void serve(const std::shared_ptr<Connection>& connection);
  std::vector<Act> next_acts();
  void act_on_udp(Act act);

  Script script_;
  boost::asio::ip::udp::socket udp_;
  boost::asio::ip::udp::socket stranger_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::ip::udp::endpoint peer_;
  Bytes buffer_;
  Bytes last_;
  std::size_t udp_questions_ = 0;
  std::size_t tcp_questions_ = 0;
  std::size_t connections_ = 0;
  std::set<std::uint16_t> ports_;
  std::set<std::uint16_t> ids_;
  std::vector<std::weak_ptr<Connection>> open_;
};

}  // namespace catena::test
