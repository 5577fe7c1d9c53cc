# SPDX-License-Identifier: Apache-2.0
"""Asks for pages as probes and scrapers do, and reads Prometheus's text format 0.0.4 strictly."""

import contextlib
import http.client
import re
import socket

from harness import PATIENCE


@contextlib.contextmanager
def ports(count):
    """Ports that nobody else gets: bound here without listening, in a way that catena may bind them
    too (SO_REUSEPORT)."""
    with contextlib.ExitStack() as stack:
        yield [reserve(stack) for _ in range(count)]


def reserve(stack):
    held = stack.enter_context(socket.socket())
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    held.bind(("127.0.0.1", 0))
    return held.getsockname()[1]


class Client:
    """One kept connection."""

    def __init__(self, port, address="127.0.0.1"):
        self.connection = http.client.HTTPConnection(address, port, timeout=PATIENCE)
        self.connection.connect()

    def get(self, path, method="GET", **fields):
        """Status, fields and body."""
        headers = {name.replace("_", "-"): value for name, value in fields.items()}
        self.connection.request(method, path, headers=headers)
        reply = self.connection.getresponse()
        return reply.status, reply.headers, reply.read()


def get(port, path, method="GET", address="127.0.0.1", **fields):
    client = Client(port, address)
    try:
        return client.get(path, method, **fields)
    finally:
        client.connection.close()


def text(port, path, **options):
    """Status and body as one text: "200 OK"."""
    status, _, body = get(port, path, **options)
    return f"{status} {body.decode()}"


NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)')
SAMPLE = re.compile(rf"({NAME})(?:\{{(.*)\}})? (\S+)")
NUMBER = re.compile(r"[+-]?(\d+(\.\d+)?(e[+-]\d+)?|Inf)|NaN")


class Metrics:
    """All samples of a page. A page that breaks a rule of the format does not get through."""

    def __init__(self, page):
        assert page.endswith("\n"), "no line break at the end"
        self.samples, self.types, self.helps = {}, {}, {}
        family = None
        for line in page.splitlines():
            if line.startswith("# HELP "):
                family, self_help = line[7:].split(" ", 1)
                assert re.fullmatch(NAME, family) and family not in self.helps, line
                self.helps[family] = self_help
            elif line.startswith("# TYPE "):
                name, kind = line[7:].split(" ")
                assert name == family and name not in self.types, line
                assert kind in ("counter", "gauge", "histogram"), line
                self.types[name] = kind
            else:
                self.add(line, family)
        assert sorted(self.helps) == list(self.helps), "families are not sorted"
        assert set(self.helps) == set(self.types)
        for family in self.types:
            self.check(family)

    def add(self, line, family):
        found = SAMPLE.fullmatch(line)
        assert found, line
        name, labels, value = found.groups()
        base = re.sub("_(bucket|sum|count)$", "", name)
        assert family == (base if self.types[family] == "histogram" else name), line
        assert NUMBER.fullmatch(value), line
        key = name, frozenset(labels_of(labels or "", line))
        assert key not in self.samples, f"twice: {line}"
        self.samples[key] = float(value)

    def check(self, family):
        if self.types[family] != "histogram":
            assert any(name == family for name, _ in self.samples), family
            return
        for name, labels in list(self.samples):
            if name != f"{family}_count":
                continue
            buckets = sorted((float(dict(found)["le"]), value)
                             for (other, found), value in self.samples.items()
                             if other == f"{family}_bucket" and
                             frozenset(l for l in found if l[0] != "le") == labels)
            counts = [value for _, value in buckets]
            assert counts == sorted(counts), (family, buckets)
            assert buckets[-1] == (float("inf"), self.samples[name, labels]), (family, buckets)
            assert (f"{family}_sum", labels) in self.samples

    def value(self, name, **labels):
        """The sum of all series that have these labels."""
        return sum(value for (other, found), value in self.samples.items()
                   if other == name and labels.items() <= dict(found).items())

    def labels(self, name):
        return [dict(found) for other, found in self.samples if other == name]


def labels_of(text_, line):
    place, names = 0, []
    while place < len(text_):
        found = LABEL.match(text_, place)
        assert found, line
        place = found.end()
        names.append(found.group(1))
        yield found.group(1), found.group(2)
    plain = [name for name in names if name != "le"]
    assert plain == sorted(set(plain)) and names[len(plain):] in ([], ["le"]), line


def metrics(port, **options):
    status, headers, body = get(port, "/metrics", **options)
    assert status == 200
    assert headers["Content-Type"] == \
        "text/plain; version=0.0.4; charset=utf-8; escaping=underscores", headers
    return Metrics(body.decode())
