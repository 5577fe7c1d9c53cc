// SPDX-License-Identifier: Apache-2.0
#include "core/net/async_stream.hpp"

#include "core/net/memory_stream.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>

#include <functional>
#include <string>

namespace catena::net {
namespace {

namespace asio = boost::asio;
using ErrorCode = AsyncStream::ErrorCode;
using Direction = AsyncStream::Direction;

/// A stream with its far end; what operations have said, one after the other.
struct Bench {
  asio::io_context io;
  MemoryPeer peer{io.get_executor(), 8};
  std::optional<AsyncStream> stream{std::in_place, io.get_executor(), peer.stream()};
  std::array<char, 4> room{};
  std::string said;

  void send(std::string_view text) {
    peer.send({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  }
  std::string taken() {
    const auto bytes = peer.take();
    return {bytes.begin(), bytes.end()};
  }
  std::string turn() {
    io.restart();
    io.poll();
    return std::exchange(said, {});
  }
  static std::string text_of(const ErrorCode& error) {
    if (error == asio::error::eof) return "end";
    return error == asio::error::operation_aborted ? "aborted" : error.message();
  }
  void read() {
    stream->async_read_some(asio::buffer(room), [this](const ErrorCode& error, std::size_t size) {
      said += '<' + (error ? text_of(error) : std::string(room.data(), size)) + '>';
    });
  }
  void write(std::string_view text) {
    const std::array<asio::const_buffer, 2> buffers{asio::const_buffer(),
                                                    asio::buffer(text.data(), text.size())};
    stream->async_write_some(buffers, [this](const ErrorCode& error, std::size_t size) {
      said += '>' + (error ? text_of(error) : std::to_string(size));
    });
  }
  void wait(Direction direction) {
    stream->async_wait(
        direction, [this](const ErrorCode& error) { said += error ? text_of(error) : "ready"; });
  }
};

TEST_CASE("operations complete, and never inside of the call that begins them", "[net]") {
  Bench bench;
  SECTION("a read of what is there") {
    bench.send("12345");
    bench.read();
    CHECK(bench.said.empty());
    CHECK(bench.turn() == "<1234>");
  }
  SECTION("a read of what comes") {
    bench.read();
    CHECK(bench.turn().empty());
    bench.send("12");
    CHECK(bench.turn() == "<12>");
  }
  SECTION("the end") {
    bench.peer.finish();
    bench.read();
    CHECK(bench.turn() == "<end>");
  }
  SECTION("a failure, for both directions") {
    bench.write("12345678");
    CHECK(bench.turn() == ">8");
    bench.write("9");
    bench.read();
    CHECK(bench.turn().empty());
    bench.peer.reset();
    CHECK_THAT(bench.turn(), Catch::Contains("<Connection reset by peer>") &&
                                 Catch::Contains(">Connection reset by peer"));
  }
  SECTION("a write of what there is room for") {
    bench.write("1234567890");
    CHECK(bench.said.empty());
    CHECK(bench.turn() == ">8");
    bench.write("90");
    CHECK(bench.turn().empty());
    CHECK(bench.taken() == "12345678");
    CHECK(bench.turn() == ">2");
  }
  SECTION("waits move nothing") {
    bench.wait(Direction::writing);
    bench.wait(Direction::reading);
    CHECK(bench.turn() == "ready");
    bench.send("12");
    CHECK(bench.turn() == "ready");
    bench.read();
    CHECK(bench.turn() == "<12>");
  }
}

TEST_CASE("what waits is told that the stream has gone", "[net]") {
  Bench bench;
  const auto gone = GENERATE(values<std::function<void(Bench&)>>({
      [](Bench& b) { b.stream->close(); },
      [](Bench& b) { b.stream.reset(); },
      [](Bench& b) { b.stream->release(); },
  }));
  bench.read();
  bench.wait(Direction::writing);
  gone(bench);
  CHECK_THAT(bench.turn(), Catch::Contains("<aborted>") && Catch::Contains("aborted"));
  if (!bench.stream) return;
  CHECK(!bench.stream->is_open());
  bench.read();
  bench.write("1");
  bench.wait(Direction::reading);
  CHECK(bench.turn() == "<aborted>>abortedaborted");
}

asio::awaitable<void> echo(AsyncStream& stream, std::string& said) {
  ErrorCode error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  std::string text(20, ' ');
  co_await asio::async_read(stream, asio::buffer(text), token);
  co_await asio::async_write(stream, asio::buffer(text), token);
  said += text;
}

TEST_CASE("Asio's algorithms read and write all", "[net]") {
  Bench bench;
  asio::co_spawn(bench.io, echo(*bench.stream, bench.said), asio::detached);
  std::string back;
  for (const char* piece : {"12345", "6789012345", "67890"}) {
    bench.send(piece);
    CHECK(bench.turn().empty());
  }
  for (int i = 0; i < 3; ++i) {
    back += bench.taken();
    bench.turn();
  }
  CHECK(back == "12345678901234567890");
}

// The coroutine owns the stream, and nobody else the coroutine: the loop frees them both.
asio::awaitable<void> wait_for_ever(std::unique_ptr<ByteStream> bytes) {
  AsyncStream stream(co_await asio::this_coro::executor, std::move(bytes));
  char byte = 0;
  co_await stream.async_read_some(asio::buffer(&byte, 1), asio::use_awaitable);
}

TEST_CASE("what is awaited ends with the event loop", "[net]") {
  auto io = std::make_unique<asio::io_context>();
  MemoryPeer peer(io->get_executor());
  asio::co_spawn(*io, wait_for_ever(peer.stream()), asio::detached);
  io->poll();
  CHECK(!peer.closed());
  io.reset();
  CHECK(peer.closed());
}

}  // namespace
}  // namespace catena::net
