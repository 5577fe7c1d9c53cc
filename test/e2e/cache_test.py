#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The cache in front of upstreams that count, and of a cluster that changes."""

import os
import signal
import struct
import threading
import time

import dns.message
import dns.rcode

from harness import Catena, Kubesim, eventually, main, stop_cleanly, write_corefile
from upstream import Upstream, reply_to
from wire import Udp, header, question

WORKERS = len(os.sched_getaffinity(0))
SERVICES = "/api/v1/namespaces/default/services"


def corefile(upstream, options="", more=""):
    return f"""
.:0 {{
    bind 127.0.0.1
    errors
    cache {{
        servfail 0
        {more}
    }}
    forward . {upstream.address} {{
        {options}
    }}
}}
"""


def spelling(number):
    """A spelling of www.example for each number."""
    letters = "wwwexample"
    mixed = [letter.upper() if number >> place & 1 else letter
             for place, letter in enumerate(letters)]
    return "".join(mixed[:3]) + "." + "".join(mixed[3:])


class Crowd:
    """Clients that ask the same question at once, ten on a socket, each with an id and a spelling
    of its own."""

    def __init__(self, port, count, patience=20):
        self.sockets = [Udp(port, timeout=patience) for _ in range(count // 10)]
        for number, socket in enumerate(self.sockets):
            for each in range(10 * number, 10 * number + 10):
                socket.send(header(each) + question(spelling(each)))

    def answers(self):
        """By id, the question's bytes and the rcode."""
        found = {}
        for socket in self.sockets:
            for _ in range(10):
                message = socket.receive()
                identity, flags = struct.unpack("!2H", message[:4])
                found[identity] = (message[12:], flags & 15)
            socket.close()
        return found


def slow(seconds):
    def script(query, _):
        time.sleep(seconds)
        return reply_to(query, f"{query.question[0].name} 300 A 192.0.2.1")
    return script


def test_of_500_clients_at_once_one_asks(folder):
    upstream = Upstream(slow(1))
    catena = Catena(folder, corefile(upstream))
    answers = Crowd(catena.port_of("."), 500).answers()
    assert len(answers) == 500
    for identity, (rest, rcode) in answers.items():
        asked = question(spelling(identity))
        assert rcode == 0 and rest.startswith(asked), (identity, rest)
        assert b"\xc0\x00\x02\x01" in rest[len(asked):]
    assert upstream.count() <= WORKERS, upstream.count()
    stop_cleanly(catena)


def test_a_failure_is_everybodys(folder):
    upstream = Upstream(lambda *_: None)
    catena = Catena(folder, corefile(upstream, "max_fails 0\nread_timeout 500ms\n"
                                               "max_connect_attempts 1"))
    answers = Crowd(catena.port_of("."), 500).answers()
    assert len(answers) == 500
    assert {rcode for _, rcode in answers.values()} == {dns.rcode.SERVFAIL}
    assert upstream.count() <= WORKERS, upstream.count()
    stop_cleanly(catena)


def test_those_who_wait_are_answered_through_a_reload(folder):
    upstream = Upstream(slow(2))
    catena = Catena(folder, corefile(upstream, "read_timeout 20s"))
    port = catena.port_of(".")
    before = Crowd(port, 100)
    eventually(lambda: upstream.count() >= 1)
    write_corefile(folder, corefile(upstream, "read_timeout 20s", "success 2000"))
    catena.process.send_signal(signal.SIGUSR1)
    catena.wait_for("Reloading complete")
    after = Crowd(port, 100)
    for crowd in before, after:
        assert {rcode for _, rcode in crowd.answers().values()} == {0}
    assert upstream.count() <= 2 * WORKERS, upstream.count()
    stop_cleanly(catena)


def test_a_wrong_reply_while_verifying_costs_the_client_nothing(folder):
    honest = threading.Event()
    honest.set()

    def script(query, _):
        if honest.is_set():
            return reply_to(query, f"{query.question[0].name} 1 A 192.0.2.1")
        other = dns.message.make_query("other.example.", "A")
        other.id = query.id
        return reply_to(other, "other.example. 1 A 192.0.2.2")
    upstream = Upstream(script)
    catena = Catena(folder, corefile(upstream, "max_fails 0",
                                     "success 1000 1 1\nserve_stale 1h verify 0s 7s"))
    assert catena.data("www.example.") == ["192.0.2.1"]
    honest.clear()

    def stale():
        answer = catena.ask("www.example.")
        return {rrset.ttl for rrset in answer.answer} == {7}
    eventually(stale)
    stop_cleanly(catena)


def cluster_corefile(kubesim):
    return f"""
.:0 {{
    bind 127.0.0.1
    errors
    cache 30
    kubernetes cluster.local in-addr.arpa {{
        kubeconfig {kubesim.kubeconfig}
        ttl 30
        fallthrough in-addr.arpa
    }}
}}
"""


def service(address):
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "early"},
            "spec": {"clusterIP": address, "clusterIPs": [address],
                     "ports": [{"name": "http", "port": 80, "protocol": "TCP"}]}}


def test_a_cached_answer_is_never_older_than_the_cluster(folder):
    kubesim = Kubesim(folder)
    catena = Catena(folder, cluster_corefile(kubesim))
    name = "early.default.svc.cluster.local."
    assert catena.rcode(name) == "NXDOMAIN"
    assert catena.rcode(name) == "NXDOMAIN"
    kubesim.request("POST", SERVICES, service("10.247.9.9"))
    eventually(lambda: catena.data(name) == ["10.247.9.9"], patience=10)
    assert catena.data(name) == ["10.247.9.9"]
    assert catena.data("9.9.247.10.in-addr.arpa.", "PTR") == [name]
    kubesim.request("DELETE", f"{SERVICES}/early")
    eventually(lambda: catena.rcode(name) == "NXDOMAIN", patience=10)
    stop_cleanly(catena, kubesim)


if __name__ == "__main__":
    main(globals())
