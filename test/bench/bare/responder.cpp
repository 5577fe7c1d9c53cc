// SPDX-License-Identifier: Apache-2.0
// The bare responders: what answering costs when a server does nothing but receive and send. Each
// puts one A record behind every question. Everything else is measured in their multiples.
//
//   bench_responder blocking|epoll|segments|asio|tcp PORT
#include "test/bench/bare/responders.hpp"

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

int main(int argc, char** argv) {
  using namespace catena::bench;
  const std::map<std::string, void (*)(int)> ways{{"blocking", respond_blocking},
                                                  {"epoll", respond_epoll},
                                                  {"segments", respond_segments},
                                                  {"asio", respond_asio},
                                                  {"tcp", respond_tcp}};
  const auto way = argc == 3 ? ways.find(argv[1]) : ways.end();
  if (way == ways.end()) {
    std::fprintf(stderr, "usage: bench_responder blocking|epoll|segments|asio|tcp PORT\n");
    return 2;
  }
  way->second(std::atoi(argv[2]));
}
