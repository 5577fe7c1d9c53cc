#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""forward to upstreams over TLS, with certificates that are good and that are not."""

import ssl
import time

import dns.rcode

import pages
from authority import make_identity
from harness import Catena, eventually, main, stop_cleanly
from tls_upstream import TlsUpstream
from upstream import Upstream, reply_to

VERSIONS = {"TLSv1.2": ssl.TLSVersion.TLSv1_2, "TLSv1.3": ssl.TLSVersion.TLSv1_3}
ADDRESS = "192.0.2.1"


def ordinary(query, _session):
    if query.question[0].name.to_text() == ".":
        return reply_to(query)
    return reply_to(query, f"{query.question[0].name} 300 A {ADDRESS}")


def serve(folder, upstreams, options="", extra="", name="catena"):
    lines = "\n        ".join(options.splitlines())
    return Catena(folder, f"""
.:0 {{
    bind 127.0.0.1
    errors
    {extra}
    forward . {' '.join(upstreams)} {{
        {lines}
    }}
}}
""", name=name)


def test_both_versions_and_sessions_that_go_on(folder):
    identity = make_identity(folder, "good", "IP:127.0.0.1")
    for name, version in VERSIONS.items():
        upstream = TlsUpstream(identity, ordinary, version)
        with pages.ports(1) as (port,):
            catena = serve(folder, [f"tls://127.0.0.1:{upstream.port}"], f"tls {identity[0]}",
                           f"prometheus 127.0.0.1:{port}", name=name)
        assert catena.data("a.test.") == [ADDRESS]
        assert catena.data("b.test.", tcp=True) == [ADDRESS]
        upstream.hang_up()

        def resumed():
            assert catena.data("c.test.") == [ADDRESS]
            upstream.hang_up()
            return any(session[1] for session in upstream.sessions)
        eventually(resumed)
        assert {session[0] for session in upstream.sessions} == {name}
        assert {session[2] for session in upstream.sessions} == {None}
        page = pages.metrics(port)
        assert page.value("coredns_proxy_conn_cache_misses_total", proto="tcp-tls",
                          proxy_name="forward", to=f"127.0.0.1:{upstream.port}") >= 1
        stop_cleanly(catena)
        upstream.stop()


def test_the_name_is_told_and_expected(folder):
    identity = make_identity(folder, "named", "DNS:dns.test")
    upstream = TlsUpstream(identity, ordinary)
    for number, (target, option) in enumerate([
            (f"tls://127.0.0.1%dns.test:{upstream.port}", ""),
            (f"tls://127.0.0.1:{upstream.port}", "tls_servername dns.test")]):
        upstream.sessions.clear()
        catena = serve(folder, [target], f"tls {identity[0]}\n{option}", name=f"named{number}")
        assert catena.data("a.test.") == [ADDRESS]
        assert upstream.sessions[0][2] == "dns.test"
        stop_cleanly(catena)
    upstream.stop()


def test_a_certificate_of_our_own(folder):
    identity = make_identity(folder, "server", "IP:127.0.0.1")
    own = make_identity(folder, "own", "DNS:client")
    upstream = TlsUpstream(identity, ordinary, clients=own[0])
    target = [f"tls://127.0.0.1:{upstream.port}"]
    catena = serve(folder, target, f"tls {own[0]} {own[1]} {identity[0]}")
    assert catena.data("a.test.") == [ADDRESS]
    stop_cleanly(catena)
    # With TLS 1.3 a client is through before the server has looked, and may hear a reset only.
    old = TlsUpstream(identity, ordinary, VERSIONS["TLSv1.2"], clients=own[0])
    catena = serve(folder, [f"tls://127.0.0.1:{old.port}"], f"tls {identity[0]}", name="stranger")
    assert catena.rcode("a.test.") == "SERVFAIL"
    catena.wait_for(r"a\.test\. A: remote error: tls: handshake failure")
    catena.stop()
    old.stop()
    upstream.stop()


def plain_bytes(connection):
    connection.recv(1000)
    connection.sendall(b"\0\x1d" + bytes(64))


def leave(connection):
    connection.recv(1000)
    connection.close()


def stall(connection):
    connection.recv(1000)
    time.sleep(10)


# What an upstream does instead of TLS, and what is said about it.
INSTEAD = [(plain_bytes, r"tls: first record does not look like a TLS handshake"),
           (leave, r"EOF|connection reset by peer"),
           (stall, r"dial tcp 127\.0\.0\.1:\d+: i/o timeout")]


def test_what_goes_wrong_is_said_and_the_next_is_asked(folder):
    good = make_identity(folder, "good", "IP:127.0.0.1")
    bad = [(make_identity(folder, "stranger", "IP:127.0.0.1"),
            r"x509: certificate signed by unknown authority"),
           (make_identity(folder, "other", "DNS:other.test"),
            r"x509: certificate is not valid for 127\.0\.0\.1")]
    both = folder + "/both.pem"
    with open(both, "w", encoding="ascii") as file:
        file.write(good[0].read_text() + bad[1][0][0].read_text())
    cases = [(TlsUpstream(identity, ordinary), words) for identity, words in bad]
    for instead, words in INSTEAD:
        cases.append((TlsUpstream(good, ordinary), words))
        cases[-1][0].instead = instead
    second = TlsUpstream(good, ordinary)
    for number, (first, words) in enumerate(cases):
        options = f"tls {both}\npolicy sequential\nmax_fails 0\n"
        target = f"tls://127.0.0.1:{first.port}"
        alone = serve(folder, [target], options + "max_connect_attempts 2", name=f"alone{number}")
        assert alone.rcode("a.test.", timeout=20) == "SERVFAIL"
        alone.wait_for(rf"a\.test\. A: .*({words})")
        alone.stop()
        catena = serve(folder, [target, f"tls://127.0.0.1:{second.port}"], options,
                       name=f"two{number}")
        assert catena.data("a.test.", timeout=20) == [ADDRESS], words
        stop_cleanly(catena)
        first.stop()
    second.stop()


def test_answers_that_break_off(folder):
    identity = make_identity(folder, "good", "IP:127.0.0.1")

    def cut_at_first(query, session):
        if session == 1:
            upstream.hang_up()
            raise EOFError
        return ordinary(query, session)
    upstream = TlsUpstream(identity, cut_at_first)

    def half_at_first(query, session):
        if session > 1:
            return ordinary(query, session)
        wire = ordinary(query, session).to_wire()
        return len(wire).to_bytes(2, "big") + wire[:20]
    half = TlsUpstream(identity, half_at_first)
    for server in upstream, half:
        catena = serve(folder, [f"tls://127.0.0.1:{server.port}"],
                       f"tls {identity[0]}\nread_timeout 500ms", name=f"cut{server.port}")
        assert catena.data("a.test.") == [ADDRESS]
        assert len(server.sessions) >= 2
        stop_cleanly(catena)
        server.stop()


def test_probes_go_over_tls(folder):
    identity = make_identity(folder, "good", "IP:127.0.0.1")
    upstream = TlsUpstream(identity, ordinary)
    port = upstream.port
    catena = serve(folder, [f"tls://127.0.0.1:{port}"],
                   f"tls {identity[0]}\nhealth_check 20ms\nmax_fails 1\n"
                   "failfast_all_unhealthy_upstreams")
    assert catena.data("a.test.") == [ADDRESS]
    upstream.stop()

    def down():
        assert catena.rcode("a.test.") == "SERVFAIL"
        return "no healthy proxies" in catena.log()
    eventually(down)
    again = TlsUpstream(identity, ordinary, port=port)
    eventually(lambda: catena.data("a.test.") == [ADDRESS])
    assert any(query.question[0].name.to_text() == "." for query in again.queries)
    catena.stop()
    again.stop()


def test_plain_and_tls_of_one_address_are_two_upstreams(folder):
    identity = make_identity(folder, "good", "IP:127.0.0.1")
    plain = Upstream(lambda query, _: reply_to(query, rcode=dns.rcode.SERVFAIL))
    upstream = TlsUpstream(identity, ordinary)
    catena = serve(folder, [plain.address, f"dns://{plain.address}",
                            f"tls://127.0.0.1:{upstream.port}"],
                   f"tls {identity[0]}\npolicy sequential\nfailover SERVFAIL")
    assert catena.data("a.test.") == [ADDRESS]
    assert plain.count("a.test.") == 1 and len(upstream.queries) == 1
    stop_cleanly(catena)
    plain.stop()
    upstream.stop()


if __name__ == "__main__":
    main(globals())
