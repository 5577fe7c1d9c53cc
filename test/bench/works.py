# SPDX-License-Identifier: Apache-2.0
"""What is measured: who does it, how it is asked for, and whose cost is 1."""

import dataclasses

CACHES = ("catena cache", "dnsdist cache", "unbound cache", "CoreDNS cache")
FEW = {"sockets": 8, "window": 200}


@dataclasses.dataclass
class Work:
    title: str
    floor: str  # The server whose cost is 1.
    others: tuple
    names: str = "plain"  # Those of the stage: plain, cluster, one.
    options: dict = dataclasses.field(default_factory=lambda: dict(FEW))

    def servers(self):
        return (self.floor, *self.others)


def at_a_rate(rate):
    return Work(f"cache hit, steady {rate:,} questions a second", "bare epoll",
                ("bare blocking", "bare asio", *CACHES), options={"sockets": 8, "rate": rate})


WORKS = {
    "cache": Work("cache hit, 10,000 names, saturated", "bare blocking",
                  ("bare epoll", "bare asio", "bare segments", *CACHES)),
    "cache-20000": at_a_rate(20000),
    "cache-5000": at_a_rate(5000),
    "forward": Work("forward, every name new, saturated", "bare forwarder",
                    ("bare blocking", "catena forward", "dnsdist forward", "unbound cache",
                     "CoreDNS forward"), "one", {**FEW, "unique": True, "wait": True}),
    "chain": Work("cache hit through nine plugins, wildcard socket, saturated", "bare blocking",
                  ("catena chain", "CoreDNS chain")),
    "cluster": Work("cluster A answer, 1,000 Services, saturated", "bare blocking",
                    ("catena cluster", "nsd cluster", "knot cluster", "CoreDNS cluster"), "cluster"),
    "tcp-64x1": Work("cache hit over TCP, 64 connections x 1 in flight", "bare tcp", CACHES,
                     options={"transport": "tcp", "sockets": 64, "window": 64}),
    "tcp-8x25": Work("cache hit over TCP, 8 connections x 25 in flight", "bare tcp", CACHES,
                     options={"transport": "tcp", **FEW}),
    "dot-8x25": Work("cache hit over TLS, 8 connections x 25 in flight", "bare tcp",
                     ("catena tls", "dnsdist tls", "CoreDNS tls"),
                     options={"transport": "tls", **FEW}),
}

# What is resident when everything has been asked: rows of the last table.
MEMORY = {
    "nothing but whoami": ("catena idle", "CoreDNS idle"),
    "1,000 Services": ("catena cluster", "CoreDNS cluster", "nsd cluster", "knot cluster"),
    "10,000 cached names": CACHES,
}
