#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""forward, cache, errors and log in front of upstreams that behave and that do not."""

import re
import socket
import struct
import threading
import time

import dns.edns
import dns.flags
import dns.message
import dns.opcode
import dns.query
import dns.rcode
import dns.rdatatype
import dns.rrset
import dns.tsigkeyring

import wire
from harness import Catena, Kubesim, data_of, eventually, main, stop_cleanly
from upstream import Upstream, reply_to
from wire import Udp, header, question

SOA = "example. 300 SOA ns.example. host.example. 1 60 60 60 60"


def serve(folder, upstreams, cache="", options="", extra="", name="catena"):
    lines = "\n        ".join(options.splitlines())
    addresses = " ".join(one.address for one in upstreams)
    return Catena(folder, f"""
.:0 {{
    bind 127.0.0.1
    errors
    log
    {cache}
    forward . {addresses} {{
        {lines}
    }}
    {extra}
}}
""", name=name)


def ordinary(query, _):
    """NAME.example has an address, missing.example is not there, empty.example has none."""
    asked = query.question[0]
    owner = asked.name.to_text()
    lower = owner.lower()
    if lower.startswith("missing."):
        return reply_to(query, rcode=dns.rcode.NXDOMAIN, authority=[SOA])
    if lower.startswith("empty.") or asked.rdtype != dns.rdatatype.A:
        return reply_to(query, authority=[SOA])
    if lower.startswith("broken."):
        return reply_to(query, rcode=dns.rcode.SERVFAIL)
    return reply_to(query, f"{owner} 300 A 192.0.2.1")


def ttl_of(answer):
    return {rrset.ttl for rrset in answer.answer + answer.authority}


def test_an_answer_goes_through_as_it_is(folder):
    def script(query, _):
        return reply_to(query, f"{query.question[0].name} 77 A 192.0.2.9",
                        flags=dns.flags.RA | dns.flags.AA,
                        authority=["example. 5 NS ns.example."])
    upstream = Upstream(script)
    catena = serve(folder, [upstream])
    answer = catena.ask("WwW.example.")
    assert answer.question[0].name.to_text() == "WwW.example."
    assert [rrset.to_text() for rrset in answer.answer] == ["WwW.example. 77 IN A 192.0.2.9"]
    assert answer.authority[0].to_text() == "example. 5 IN NS ns.example."
    assert answer.flags & (dns.flags.AA | dns.flags.RA) == dns.flags.AA | dns.flags.RA
    assert upstream.queries[0].flags & dns.flags.RD
    upstream.stop()
    stop_cleanly(catena)


def test_cache_hits_count_down(folder):
    upstream = Upstream(ordinary)
    catena = serve(folder, [upstream], cache="cache 30")
    assert ttl_of(catena.ask("a.example.")) == {30}
    eventually(lambda: ttl_of(catena.ask("A.eXample.")) == {29})
    answer = catena.ask("A.eXample.")
    assert answer.question[0].name.to_text() == "A.eXample."
    assert data_of(answer, "A") == ["192.0.2.1"]
    assert catena.data("a.example.", tcp=True) == ["192.0.2.1"]
    assert upstream.count("a.example.") == 1
    stop_cleanly(catena)


def test_cached_answers_of_every_kind(folder):
    upstream = Upstream(ordinary)
    catena = serve(folder, [upstream], cache="cache")
    for name, rcode, asked in (("missing.example.", dns.rcode.NXDOMAIN, 1),
                               ("empty.example.", dns.rcode.NOERROR, 1),
                               ("broken.example.", dns.rcode.SERVFAIL, 1)):
        for _ in range(3):
            answer = catena.ask(name)
            assert answer.rcode() == rcode and not answer.answer, (name, answer)
        assert upstream.count(name) == asked, (name, upstream.seen)
        if rcode != dns.rcode.SERVFAIL:
            assert answer.authority[0].rdtype == dns.rdatatype.SOA, answer
    stop_cleanly(catena)


def test_variants_are_kept_apart(folder):
    upstream = Upstream(ordinary)
    catena = serve(folder, [upstream], cache="cache")
    for _ in range(2):
        catena.ask("a.example.")
        catena.ask("a.example.", want_dnssec=True)
        catena.ask("a.example.", flags=dns.flags.RD | dns.flags.CD)
        catena.ask("a.example.", "AAAA")
    assert upstream.count("a.example.") == 4, upstream.seen
    stop_cleanly(catena)


def test_what_is_disabled_is_not_kept(folder):
    upstream = Upstream(ordinary)
    catena = serve(folder, [upstream], cache="cache {\n disable success a.example\n"
                                             " disable denial\n }")
    for name, asked in (("a.example.", 3), ("b.example.", 1), ("missing.example.", 3)):
        for _ in range(3):
            catena.ask(name)
        assert upstream.count(name) == asked, upstream.seen
    stop_cleanly(catena)


def test_stale_answers_while_the_upstream_is_away(folder):
    silent = threading.Event()

    def script(query, transport):
        if silent.is_set():
            return reply_to(query, rcode=dns.rcode.SERVFAIL)
        return reply_to(query, f"{query.question[0].name} 1 A 192.0.2.1")
    upstream = Upstream(script)
    catena = serve(folder, [upstream], cache="cache {\n success 1000 1 1\n serve_stale 1h\n }")
    assert catena.data("a.example.") == ["192.0.2.1"]
    silent.set()
    eventually(lambda: ttl_of(catena.ask("a.example.")) == {0})
    assert catena.data("a.example.") == ["192.0.2.1"]
    # The refresh in the background asks, and a failure does not replace the answer.
    eventually(lambda: upstream.count("a.example.") >= 2)
    assert catena.data("a.example.") == ["192.0.2.1"]
    silent.clear()
    eventually(lambda: ttl_of(catena.ask("a.example.")) == {1})
    stop_cleanly(catena)


def test_prefetch_asks_before_the_answer_is_old(folder):
    def script(query, _):
        return reply_to(query, f"{query.question[0].name} 5 A 192.0.2.1")
    upstream = Upstream(script)
    catena = serve(folder, [upstream], cache="cache {\n prefetch 2 1m 90%\n }")
    # Nine tenths of five seconds are left after half a second.
    eventually(lambda: catena.data("a.example.") and upstream.count("a.example.") >= 2)
    stop_cleanly(catena)


def truncating(query, transport):
    asked = query.question[0].name.to_text()
    if transport == "udp":
        return reply_to(query, flags=dns.flags.RA | dns.flags.TC)
    return reply_to(query, *(f"{asked} 60 A 192.0.2.{n}" for n in range(1, 31)))


def test_truncation_is_tried_again_over_tcp(folder):
    upstream = Upstream(truncating)
    catena = serve(folder, [upstream], options="prefer_udp")
    answer = catena.ask("many.example.", use_edns=0, payload=4096)
    assert len(data_of(answer, "A")) == 30 and not answer.flags & dns.flags.TC
    assert [seen[2] for seen in upstream.seen] == ["udp", "tcp"], upstream.seen
    assert len(catena.data("many.example.", tcp=True)) == 30
    assert [seen[2] for seen in upstream.seen[2:]] == ["udp", "tcp"], upstream.seen
    stop_cleanly(catena)


def test_which_protocol_the_upstream_is_asked_with(folder):
    for number, (options, wanted) in enumerate((("", ["udp", "tcp"]), ("force_tcp", ["tcp", "tcp"]),
                                                ("prefer_udp", ["udp", "udp"]))):
        upstream = Upstream(ordinary)
        catena = serve(folder, [upstream], options=options, name=f"catena{number}")
        catena.ask("a.example.")
        catena.ask("b.example.", tcp=True)
        assert [seen[2] for seen in upstream.seen] == wanted, (options, upstream.seen)
        upstream.stop()
        stop_cleanly(catena)


def forger(query, transport):
    """Sends forged answers in front of the real one; each has an address of its own."""
    owner = query.question[0].name.to_text()
    good = reply_to(query, f"{owner} 60 A 192.0.2.1")
    forged = []
    for bits in 1, 0x8000:
        other = reply_to(query, f"{owner} 60 A 203.0.113.1")
        other.id = query.id ^ bits
        forged.append(other)
    no_reply = reply_to(query, f"{owner} 60 A 203.0.113.2")
    no_reply.flags &= ~dns.flags.QR
    return forged + [b"short", bytes(12), no_reply, good]


def test_forged_answers_are_ignored(folder):
    upstream = Upstream(forger)
    catena = serve(folder, [upstream])
    for number in range(5):
        assert catena.data(f"n{number}.example.") == ["192.0.2.1"]
    stop_cleanly(catena)


def test_an_answer_from_another_port_is_ignored(folder):
    def script(query, transport):
        return None
    upstream = Upstream(script)
    seen = []

    def receive(data, client):
        query = dns.message.from_wire(data)
        forged = reply_to(query, f"{query.question[0].name} 60 A 203.0.113.1")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.bind(("127.0.0.1", 0))
            stranger.sendto(forged.to_wire(), client)
        seen.append(client)
        time.sleep(0.05)
        upstream.udp.sendto(reply_to(query, f"{query.question[0].name} 60 A 192.0.2.1").to_wire(),
                            client)
    upstream.answer_udp = receive
    catena = serve(folder, [upstream])
    assert catena.data("a.example.") == ["192.0.2.1"] and seen
    stop_cleanly(catena)


def test_an_answer_to_another_question_is_no_answer(folder):
    def script(query, _):
        other = dns.message.make_query("other.example.", "A")
        other.id = query.id
        return reply_to(other, "other.example. 60 A 203.0.113.1")
    liar = Upstream(script)
    catena = serve(folder, [liar], cache="cache")
    for _ in range(2):
        answer = catena.ask("a.example.")
        assert answer.rcode() == dns.rcode.SERVFAIL and not answer.answer, answer
    stop_cleanly(catena)
    catena = serve(folder, [liar, Upstream(ordinary)], options="policy sequential", name="both")
    assert catena.data("a.example.") == ["192.0.2.1"]
    stop_cleanly(catena)


class Signer(Upstream):
    """Verifies a question's TSIG, as the reply's is made with it."""

    keyring = dns.tsigkeyring.from_text({"key.": "c2VjcmV0"})

    def answers(self, data, transport):
        query = dns.message.from_wire(data, keyring=self.keyring)
        assert query.had_tsig
        return [self.script(query, transport).to_wire()]


def test_a_signature_is_verified_on_both_sides(folder):
    upstream = Signer(ordinary)
    catena = serve(folder, [upstream], cache="cache")
    for send in dns.query.udp, dns.query.tcp, dns.query.udp:
        query = dns.message.make_query("a.example.", "A", use_edns=0)
        query.use_tsig(Signer.keyring)
        answer = send(query, "127.0.0.1", port=catena.port, timeout=10)
        assert answer.had_tsig and data_of(answer, "A") == ["192.0.2.1"], answer
    stop_cleanly(catena)


def test_an_opt_that_nobody_asked_for_goes_no_further(folder):
    def script(query, _):
        reply = ordinary(query, _)
        reply.use_edns(0, payload=4096)
        return reply
    catena = serve(folder, [Upstream(script)])
    assert catena.ask("a.example.").edns == -1
    assert catena.ask("a.example.", use_edns=0).edns == 0
    stop_cleanly(catena)


def test_a_notify_keeps_its_soa(folder):
    def script(query, _):
        assert query.answer[0].to_text() == SOA.replace("300", "300 IN")
        return reply_to(query)
    catena = serve(folder, [Upstream(script)])
    notify = dns.message.make_query("example.", "SOA")
    notify.set_opcode(dns.opcode.NOTIFY)
    notify.flags |= dns.flags.AA
    notify.answer.append(dns.rrset.from_text("example.", 300, "IN", "SOA", SOA.split(" ", 3)[3]))
    answer = dns.query.udp(notify, "127.0.0.1", port=catena.port, timeout=10)
    assert answer.rcode() == dns.rcode.NOERROR and answer.opcode() == dns.opcode.NOTIFY, answer
    assert answer.flags & dns.flags.RD, answer  # As the upstream has it.
    stop_cleanly(catena)


def malformed(query, _):
    """A reply with the right id and question, and an answer whose name points to itself."""
    head = struct.pack("!6H", query.id, 0x8180, 1, 1, 0, 0)
    asked = query.question[0].name.to_wire() + struct.pack("!2H", 1, 1)
    loop = struct.pack("!H", 0xc000 | 12 + len(asked))
    return head + asked + wire.record(loop, wire.A, wire.IN, 60, bytes(4))


def test_a_malformed_answer_costs_nothing_but_the_query(folder):
    upstream = Upstream(lambda query, transport:
                        malformed(query, transport) if b"bad" in query.question[0].name.labels[0]
                        else ordinary(query, transport))
    catena = serve(folder, [upstream], options="read_timeout 300ms\nmax_connect_attempts 1")
    answer = catena.ask("bad.example.", timeout=20)
    assert answer.rcode() == dns.rcode.SERVFAIL or answer.flags & dns.flags.TC, answer
    assert not answer.answer
    assert catena.data("good.example.") == ["192.0.2.1"]
    stop_cleanly(catena)


def closed_port():
    """A port where nobody answers; the kernel says so."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as place:
        place.bind(("127.0.0.1", 0))
        return place.getsockname()[1]


class Nobody:
    def __init__(self):
        self.address = f"127.0.0.1:{closed_port()}"


def test_an_upstream_that_is_not_there(folder):
    nobody = Nobody()
    catena = serve(folder, [nobody], options="max_connect_attempts 2")
    for tcp, texts in ((False, rf"read udp 127\.0\.0\.1:\d+->{nobody.address}: read: connection"
                               r" refused"),
                       (True, rf"dial tcp {nobody.address}: connect: connection refused")):
        answer = catena.ask("a.example.", tcp=tcp)
        assert answer.rcode() == dns.rcode.SERVFAIL, answer
        assert not answer.flags & (dns.flags.AA | dns.flags.RA), answer
        catena.wait_for(rf"^\[ERROR\] plugin/errors: 2 a\.example\. A: {texts}$")
    stop_cleanly(catena)


def test_an_upstream_that_is_silent(folder):
    upstream = Upstream(lambda query, transport: None)
    catena = serve(folder, [upstream], options="read_timeout 200ms\nmax_connect_attempts 2")
    assert catena.rcode("a.example.", timeout=20) == "SERVFAIL"
    assert upstream.count("a.example.") == 2
    catena.wait_for(rf"^\[ERROR\] plugin/errors: 2 a\.example\. A: read udp 127\.0\.0\.1:\d+->"
                    rf"{upstream.address}: i/o timeout$")
    stop_cleanly(catena)


def test_the_next_upstream_is_asked_where_one_is_dead(folder):
    upstream = Upstream(ordinary)
    catena = serve(folder, [Nobody(), upstream], options="policy sequential")
    for number in range(20):
        assert catena.data(f"n{number}.example.") == ["192.0.2.1"]
    stop_cleanly(catena)


def test_policies(folder):
    for policy, counts in (("sequential", (12, 0, 0)), ("round_robin", (4, 4, 4))):
        upstreams = [Upstream(ordinary) for _ in range(3)]
        catena = serve(folder, upstreams, options=f"policy {policy}", name=policy)
        udp = Udp(catena.port)
        for number in range(12):
            udp.send(header(number) + question(f"n{number}.example"))
            udp.receive()
        assert tuple(one.count() for one in upstreams) == counts, policy
        for one in upstreams:
            one.stop()
        stop_cleanly(catena)


def test_failover_and_next(folder):
    refusing = Upstream(lambda query, _: reply_to(query, rcode=dns.rcode.REFUSED))
    denying = Upstream(lambda query, _: reply_to(query, rcode=dns.rcode.NXDOMAIN, authority=[SOA]))
    good = Upstream(ordinary)
    catena = serve(folder, [refusing, good], options="policy sequential\nfailover REFUSED SERVFAIL")
    assert catena.data("a.example.") == ["192.0.2.1"]
    assert refusing.count() == 1 and good.count() == 1
    stop_cleanly(catena)
    catena = serve(folder, [denying], options="next NXDOMAIN", name="next",
                   extra=f"forward . {good.address}")
    assert catena.data("b.example.") == ["192.0.2.1"]
    assert denying.count() == 1 and good.count() == 2
    stop_cleanly(catena)


def test_names_that_are_not_forwarded(folder):
    upstream = Upstream(ordinary)
    catena = serve(folder, [upstream], options="except internal.example", extra="whoami")
    assert catena.data("a.example.") == ["192.0.2.1"]
    assert not catena.data("a.internal.example.")
    assert upstream.count() == 1
    stop_cleanly(catena)


def test_more_queries_than_allowed_at_once(folder):
    release = threading.Event()

    def script(query, _):
        release.wait(30)
        return ordinary(query, _)
    upstream = Upstream(script)
    catena = serve(folder, [upstream], options="max_concurrent 2\nread_timeout 30s")
    clients = [Udp(catena.port) for _ in range(2)]
    for number, client in enumerate(clients):
        client.send(header(number) + question(f"n{number}.example"))
    eventually(lambda: upstream.count() == 2)
    assert catena.rcode("third.example.") == "REFUSED"
    catena.wait_for(r"^\[ERROR\] plugin/errors: 5 third\.example\. A: "
                    "concurrent queries exceeded maximum 2$")
    release.set()
    for client in clients:
        assert client.receive()[3] & 15 == 0
    assert catena.rcode("fourth.example.") == "NOERROR"
    stop_cleanly(catena)


def test_other_classes_pass_where_forward_is(folder):
    upstream = Upstream(lambda query, _: reply_to(query))
    catena = serve(folder, [upstream])
    udp = Udp(catena.port)
    udp.send(header(1) + question("version.bind", 16, wire.CH))
    assert udp.receive()[3] & 15 == 0 and upstream.count("version.bind.") == 1
    stop_cleanly(catena)


def test_the_query_log(folder):
    upstream = Upstream(ordinary)
    catena = serve(folder, [upstream])
    catena.ask("A.example.")
    catena.ask("missing.example.", "AAAA", tcp=True, use_edns=0, payload=1232, want_dnssec=True)
    sock = r"127\.0\.0\.1:\d+ - \d+"
    catena.wait_for(rf'^\[INFO\] {sock} "A IN a\.example\. udp 27 false 512" NOERROR qr,rd,ra 52 '
                    r"\d+\.\d+s$")
    catena.wait_for(rf'^\[INFO\] {sock} "AAAA IN missing\.example\. tcp 44 true 65535" NXDOMAIN '
                    r"qr,rd,ra \d+ \d+\.\d+s$")
    stop_cleanly(catena)


def test_formats_and_classes_of_the_query_log(folder):
    upstream = Upstream(ordinary)
    catena = Catena(folder, f"""
.:0 {{
    bind 127.0.0.1
    log quiet.example {{
        class error
    }}
    log . "{{type}} {{name}} {{rcode}} {{>rflags}} {{proto}} {{>opcode}} {{unknown}}" {{
        class denial error
    }}
    forward . {upstream.address}
}}
""")
    for name in "quiet.example.", "missing.quiet.example.", "a.example.", "missing.example.", \
            "broken.example.":
        catena.ask(name)
    catena.wait_for(r"^\[INFO\] A broken\.example\. SERVFAIL qr,rd,ra udp 0 \{unknown\}$")
    lines = [line for line in catena.log().splitlines() if line.startswith("[INFO] A ")]
    assert lines[0] == "[INFO] A missing.example. NXDOMAIN qr,rd,ra udp 0 {unknown}", lines
    assert len(lines) == 2 and "quiet" not in catena.log(), lines
    stop_cleanly(catena)


def test_errors_in_one_line_for_a_while(folder):
    catena = Catena(folder, f"""
.:0 {{
    bind 127.0.0.1
    errors {{
        consolidate 1s "refused$" warning show_first
    }}
    forward . {Nobody().address}
}}
""")
    for number in range(7):
        assert catena.rcode(f"n{number}.example.") == "SERVFAIL"
    catena.wait_for(r"^\[WARNING\] plugin/errors: 2 n0\.example\. A: ")
    catena.wait_for(r"^\[WARNING\] plugin/errors: \d errors like 'refused\$' occurred in last 1s$")
    stop_cleanly(catena)


def test_the_target_of_an_external_name(folder):
    upstream = Upstream(ordinary)
    kubesim = Kubesim(folder)
    catena = Catena(folder, f"""
.:0 {{
    bind 127.0.0.1
    errors
    kubernetes cluster.local {{
        kubeconfig {kubesim.kubeconfig}
    }}
    cache 30
    forward . {upstream.address}
}}
""")
    owner = "outside.default.svc.cluster.local."
    for kind in "A", "CNAME":
        answer = catena.ask(owner, kind)
        texts = [item.to_text() for rrset in answer.answer for item in rrset]
        wanted = ["www.example.com."] + (["192.0.2.1"] if kind == "A" else [])
        assert texts == wanted, answer
        assert answer.answer[0].name.to_text() == owner
    assert upstream.count("www.example.com.") == 1
    stop_cleanly(catena, kubesim)


if __name__ == "__main__":
    main(globals())
