// SPDX-License-Identifier: Apache-2.0
#include "core/http/response_reader.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <string>

namespace catena::http {

namespace {

/// "STATUS BODY", then "+" where the connection may be used again; or the failure's text.
std::string outcome(std::string_view bytes, std::size_t piece_size) {
  ResponseReader reader;
  std::string body;
  while (!bytes.empty() && !reader.done()) {
    const auto step = reader.read(bytes.substr(0, piece_size));
    if (!step) return step.error().text;
    body += step->body;
    bytes.remove_prefix(step->used);
  }
  if (const auto end = reader.end_of_stream(); !end) return end.error().text;
  return fmt::format("{} {}{}", reader.head().status, body, reader.keep_alive() ? "+" : "");
}

}  // namespace

TEST_CASE("A response is read the same however it is cut") {
  struct Case {
    const char* name;
    const char* bytes;
    const char* outcome;
  };
  const Case cases[] = {
      {.name = "a length frames the body",
       .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
       .outcome = "200 hello+"},
      {.name = "field names have no letter case",
       .bytes = "HTTP/1.1 200 OK\r\ncONTENT-lENGTH:5 \r\n\r\nhello",
       .outcome = "200 hello+"},
      {.name = "no body at all",
       .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
       .outcome = "200 +"},
      {.name = "chunks, with an extension and a trailer",
       .bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n"
                "5;x=1\r\nhello\r\n00a\r\n, worldly!\r\n0\r\nX: y\r\n\r\n",
       .outcome = "200 hello, worldly!+"},
      {.name = "the end of the connection ends the body",
       .bytes = "HTTP/1.1 200 OK\r\n\r\nall",
       .outcome = "200 all"},
      {.name = "an interim response is passed over",
       .bytes = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
       .outcome = "200 hi+"},
      {.name = "Connection: close",
       .bytes = "HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 2\r\n\r\nhi",
       .outcome = "200 hi"},
      {.name = "HTTP/1.0 closes",
       .bytes = "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi",
       .outcome = "200 hi"},
      {.name = "204 has no body", .bytes = "HTTP/1.1 204 No Content\r\n\r\n", .outcome = "204 +"},
      {.name = "no reason", .bytes = "HTTP/1.1 204\r\n\r\n", .outcome = "204 +"},
      {.name = "lines that end with a line feed alone",
       .bytes = "HTTP/1.1 429 No\nContent-Length: 2\n\nno",
       .outcome = "429 no+"},
      {.name = "another protocol",
       .bytes = "SSH-2.0-OpenSSH_9.2\r\n\r\n",
       .outcome = "the response does not start like HTTP/1"},
      {.name = "HTTP/2",
       .bytes = "HTTP/2.0 200 OK\r\n\r\n",
       .outcome = "the response does not start like HTTP/1"},
      {.name = "length and coding at once",
       .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
       .outcome = "the response has a length and a transfer coding"},
      {.name = "two lengths",
       .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
       .outcome = "the response has two lengths"},
      {.name = "a negative length",
       .bytes = "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
       .outcome = "the response has a broken Content-Length"},
      {.name = "a coding that nobody asked for",
       .bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
       .outcome = "the response has an unknown transfer coding"},
      {.name = "a chunk size that is none",
       .bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
       .outcome = "a chunk has a broken size"},
      {.name = "a chunk size beyond all bounds",
       .bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
       .outcome = "a chunk has a broken size"},
      {.name = "a chunk longer than its size",
       .bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n",
       .outcome = "a chunk is longer than it says"},
      {.name = "a field without a colon",
       .bytes = "HTTP/1.1 200 OK\r\nbroken\r\n\r\n",
       .outcome = "the response has a broken header field"},
      {.name = "a folded field",
       .bytes = "HTTP/1.1 200 OK\r\nA: b\r\n c: d\r\n\r\n",
       .outcome = "the response has a broken header field"},
      {.name = "a body cut short",
       .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello",
       .outcome = "the connection ended in the middle of the answer"},
      {.name = "chunks without the last one",
       .bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
       .outcome = "the connection ended in the middle of the answer"},
      {.name = "a head cut short",
       .bytes = "HTTP/1.1 200 OK\r\nConte",
       .outcome = "the server closed the connection before it answered"},
      {.name = "a switch of protocols",
       .bytes = "HTTP/1.1 101 Switching Protocols\r\n\r\n",
       .outcome = "the server switched protocols unasked"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      for (const std::size_t size : {1UL, 2UL, 3UL, 7UL, 1000UL}) {
        CHECK(outcome(c.bytes, size) == c.outcome);
      }
    }
  }
}

TEST_CASE("A header has a limit") {
  ResponseReader reader;
  REQUIRE(reader.read("HTTP/1.1 200 OK\r\nA: ").has_value());
  const std::string filler(ResponseReader::kHeadLimit, 'a');
  const auto step = reader.read(filler);
  REQUIRE(!step.has_value());
  CHECK(step.error().kind == FailureKind::malformed);
}

TEST_CASE("Many fields and endless interim responses are refused") {
  std::string many = "HTTP/1.1 200 OK\r\n";
  for (std::size_t i = 0; i <= ResponseReader::kFieldLimit; ++i) many += "A: b\r\n";
  CHECK(outcome(many + "\r\n", 1000) == "the response has too many fields");
  std::string interim;
  for (int i = 0; i <= ResponseReader::kInterimLimit; ++i) interim += "HTTP/1.1 100 Wait\r\n\r\n";
  CHECK(outcome(interim, 1000) == "too many interim responses");
}

TEST_CASE("A chunk line has a limit") {
  const std::string line(ResponseReader::kLineLimit + 1, '0');
  CHECK(outcome("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + line, 1000) ==
        "a line of a chunk is too long");
}

TEST_CASE("Retry-After in seconds") {
  ResponseHead head;
  CHECK(!head.retry_after());
  head.fields = {{"retry-after", "17"}};
  CHECK(head.retry_after() == 17U);
  head.fields = {{"Retry-After", "Sun, 22 Nov 2026 14:25:14 GMT"}};
  CHECK(!head.retry_after());
}

}  // namespace catena::http
