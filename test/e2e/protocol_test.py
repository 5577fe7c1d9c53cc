#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the server does with messages, connections, addresses and signals."""

import os
import random
import re
import signal
import socket
import subprocess
import threading
import time

import dns.edns
import dns.flags
import dns.message
import dns.rcode

import wire
from harness import Catena, Program, Skip, ZONE_LINE, BUILD, eventually, main, stop_cleanly
from harness import free_ports, write_corefile
from upstream import Upstream, reply_to
from wire import Tcp, Udp, header, opt, question, record

WHOAMI = """
example.org:0 {
    bind 127.0.0.1
    log
    errors
    whoami
}
"""
LOOP = b"\xc0\x0c"
ASKED = question()
LONG_LABEL = bytes([64]) + b"a" * 64 + b"\0" + ASKED[-4:]
LONG_NAME = (bytes([63]) + b"a" * 63) * 4 + b"\0" + ASKED[-4:]
ADDRESS = record(b"\xc0\x0c", wire.A, wire.IN, 60, bytes(4))


def bare(identity, rcode, kept=wire.RD, opcode=0):
    return header(identity, wire.QR | kept | opcode << 11 | rcode, 0)


def with_question(identity, rcode, kept=wire.RD, asked=ASKED):
    return header(identity, wire.QR | kept | rcode, 1) + asked


def bad_version(identity):
    return header(identity, wire.QR | wire.RD, 1, additional=1) + ASKED + opt(0, extended_rcode=1)


def options(data):
    return header(9, additional=1) + ASKED + opt(options=data)


# What is wrong with it, the message, and what the server says; None is nothing at all. Of the
# header's bits all but AA and Z come back.
BAD = [
    ("a response", header(1, wire.QR | wire.RD) + ASKED, None),
    ("a response without a question", header(1, wire.QR, 0), None),
    ("shorter than a header", header(1)[:11], None),
    ("a single byte", b"x", None),
    ("opcode IQUERY", header(1, wire.RD | 1 << 11) + ASKED, bare(1, wire.NOTIMP, opcode=1)),
    ("opcode STATUS", header(1, wire.RD | 2 << 11) + ASKED, bare(1, wire.NOTIMP, opcode=2)),
    ("opcode UPDATE", header(1, 5 << 11) + ASKED, bare(1, wire.NOTIMP, 0, opcode=5)),
    ("opcode 15", header(1, 15 << 11) + ASKED, bare(1, wire.NOTIMP, 0, opcode=15)),
    ("an unknown opcode and nothing else", header(1, 6 << 11, 0), bare(1, wire.NOTIMP, 0, 6)),
    ("no question", header(2, questions=0), bare(2, wire.FORMERR)),
    ("two questions", header(2, questions=2) + ASKED + ASKED, bare(2, wire.FORMERR)),
    ("a count of questions that lies", header(2, questions=65535) + ASKED, bare(2, wire.FORMERR)),
    ("two answers", header(3, answers=2) + ASKED + ADDRESS * 2, bare(3, wire.FORMERR)),
    ("two authorities", header(3, authorities=2) + ASKED + ADDRESS * 2, bare(3, wire.FORMERR)),
    ("three additionals", header(3, additional=3) + ASKED + ADDRESS * 3, bare(3, wire.FORMERR)),
    ("bits that are kept and bits that are not", header(4, 0x07f0, 0),
     bare(4, wire.FORMERR, 0x07f0 & ~wire.AA & ~0x40)),
    ("a header without its question", header(5), bare(5, wire.SERVFAIL)),
    ("a name that is cut", header(6) + ASKED[:5], bare(6, wire.FORMERR)),
    ("a name without its end", header(6) + ASKED[:-5], bare(6, wire.FORMERR)),
    ("a question without a type", header(6) + ASKED[:-4], bare(6, wire.FORMERR)),
    ("a question with half a class", header(6) + ASKED[:-1], bare(6, wire.FORMERR)),
    ("a name that points to itself", header(7) + LOOP + ASKED[-4:], bare(7, wire.FORMERR)),
    ("a label, then a pointer back to it", header(7) + b"\1a" + LOOP + ASKED[-4:],
     bare(7, wire.FORMERR)),
    ("a name that points forward", header(7) + b"\xc0\x12" + ASKED[-4:] + b"\0",
     bare(7, wire.FORMERR)),
    ("a name that points behind the end", header(7) + b"\xff\xff" + ASKED[-4:],
     bare(7, wire.FORMERR)),
    ("a label of an unknown kind", header(7) + b"\x80" + ASKED[-4:], bare(7, wire.FORMERR)),
    ("a label over 63 bytes", header(8) + LONG_LABEL, bare(8, wire.FORMERR)),
    ("a name over 255 bytes", header(8) + LONG_NAME, bare(8, wire.FORMERR)),
    ("OPT twice", header(9, additional=2) + ASKED + opt() * 2, with_question(9, wire.FORMERR)),
    ("an OPT that is cut", header(9, additional=1) + ASKED + opt()[:-3],
     with_question(9, wire.FORMERR)),
    ("an OPT that is longer than the message", header(9, additional=1) + ASKED + opt(length=40),
     with_question(9, wire.FORMERR)),
    ("an option that is longer than its OPT", options(b"\0\x0a\0\x40abcd"),
     with_question(9, wire.FORMERR)),
    ("an answer that is cut", header(9, answers=1) + ASKED + ADDRESS[:-2],
     with_question(9, wire.FORMERR)),
    ("EDNS version 1", header(10, additional=1) + ASKED + opt(version=1), bad_version(10)),
    ("EDNS version 255 with DO", header(10, additional=1) + ASKED + opt(version=255, flags=0x8000),
     bad_version(10)),
    ("class CH", header(11) + question(dns_class=wire.CH),
     with_question(11, wire.REFUSED, asked=question(dns_class=wire.CH))),
    ("class ANY", header(11) + question(dns_class=wire.ANY_CLASS),
     with_question(11, wire.REFUSED, asked=question(dns_class=wire.ANY_CLASS))),
    ("a name of no zone here", header(12) + question("example.com"),
     with_question(12, wire.REFUSED, asked=question("example.com"))),
]

# Unusual, but answered as any other query.
GOOD = [
    ("an ordinary question", header(20) + ASKED),
    ("bytes behind the message", header(21) + ASKED + b"trailing"),
    ("a record that is counted but not there", header(22, additional=1) + ASKED),
    ("capital letters, which come back", header(23) + question("eXaMpLe.oRg")),
    ("a type that nobody knows", header(24) + question(kind=65280)),
    ("bytes that are no letters", header(25) + b"\3\0.\xff" + ASKED),
    ("flags that only servers set", header(26, 0x07f0) + ASKED),
    ("one answer in the query", header(27, answers=1) + ASKED + ADDRESS),
]


def check_good(transport, what, message):
    transport.send(message)
    reply = transport.receive()
    asked = message[12:message.index(b"\0", 12 + 2 * (message[13] == 0)) + 5]
    assert reply[:2] == message[:2], (what, reply)
    flags = int.from_bytes(reply[2:4], "big")
    assert flags & wire.QR and flags & 15 == wire.NOERROR, (what, reply)
    assert reply[12:12 + len(asked)] == asked, (what, asked, reply)


def check_bad(transport, what, message, expected):
    """An ordinary query behind it shows that nothing more came, and that the server goes on."""
    transport.send(message)
    transport.send(header(999) + ASKED)
    replies = [transport.receive() for _ in range(1 if expected is None else 2)]
    assert replies[-1][:2] == header(999)[:2], (what, replies)
    if expected is not None:
        assert replies[0] == expected, f"{what}:\n{replies[0].hex()}\n{expected.hex()} expected"


def test_messages_that_are_malformed_over_udp_and_tcp(folder):
    catena = Catena(folder, WHOAMI.replace("    log\n", ""))
    for transport in Udp(catena.port), Tcp(catena.port):
        for case in BAD:
            check_bad(transport, *case)
        for case in GOOD:
            check_good(transport, *case)
    # Nothing of all this is worth a line.
    assert not re.search("ERROR|WARNING|INFO.*plugin", catena.log()), catena.log()
    stop_cleanly(catena)


def test_noise_never_ends_the_server(folder):
    catena = Catena(folder, WHOAMI.replace("    log\n", ""))
    noise = random.Random(20260824)
    udp = Udp(catena.port)
    seeds = [message for _, message, _ in BAD] + [message for _, message in GOOD]
    for _ in range(3000):
        message = bytearray(noise.choice(seeds))
        for _ in range(noise.randrange(1, 4)):
            message[noise.randrange(len(message))] = noise.randrange(256)
        udp.send(bytes(message[:noise.randrange(1, len(message) + 1)]))
    tcp = Tcp(catena.port)
    tcp.send_raw(bytes(noise.randrange(256) for _ in range(20000)))
    tcp.close()
    assert catena.rcode("example.org") == "NOERROR"
    stop_cleanly(catena)


def test_edns_of_answers(folder):
    catena = Catena(folder, WHOAMI)
    plain = catena.ask("example.org", use_edns=False)
    assert plain.edns == -1
    for size in 0, 512, 1232, 4096:
        for wanted in False, True:
            answer = catena.ask("example.org", use_edns=0, payload=size, want_dnssec=wanted)
            assert answer.edns == 0 and (answer.ednsflags == dns.flags.DO) == wanted, answer
            assert answer.payload == size, (size, answer.payload)
    # CoreDNS 1.15 sends none of a client's options back.
    given = [dns.edns.GenericOption(code, data) for code, data in
             ((3, b""), (10, b"12345678"), (11, b""), (12, bytes(20)), (65001, b"x"))]
    assert catena.ask("example.org", use_edns=0, options=given).options == ()
    # Errors of the server have an OPT too where the query had one.
    refused = catena.ask("example.com", use_edns=0, payload=1232)
    assert refused.rcode() == dns.rcode.REFUSED and refused.edns == 0, refused
    stop_cleanly(catena)


def many_addresses(query, _):
    asked = query.question[0].name.to_text()
    return reply_to(query, *(f"{asked} 60 A 192.0.2.{n}" for n in range(1, 101)))


def test_answers_that_are_too_large(folder):
    upstream = Upstream(many_addresses)
    catena = Catena(folder, f".:0 {{\n bind 127.0.0.1\n cache\n"
                            f" forward . {upstream.address} {{\n force_tcp\n }}\n}}\n")
    for _ in "a miss", "a hit":
        whole = catena.ask("many.example.", tcp=True)
        assert len(whole.answer[0]) == 100 and not whole.flags & dns.flags.TC
        for size, ends in ((None, 512), (100, 512), (512, 512), (1232, 1232), (1500, 1500)):
            edns = {} if size is None else {"use_edns": 0, "payload": size}
            answer = catena.ask("many.example.", **edns)
            assert answer.flags & dns.flags.TC, size
            length = len(answer.to_wire())
            # Record by record: one more of 16 bytes would not have fitted.
            assert ends - 16 < length <= ends, (size, length)
            assert (answer.edns == 0) == (size is not None)
        assert len(catena.ask("many.example.", use_edns=0, payload=4096).answer[0]) == 100
    upstream.stop()
    stop_cleanly(catena)


def test_tcp_takes_many_queries_at_once_and_in_pieces(folder):
    catena = Catena(folder, WHOAMI)
    tcp = Tcp(catena.port)
    count = 500
    tcp.send_raw(b"".join(wire.framed(header(n) + ASKED) for n in range(count)))
    replies = {int.from_bytes(tcp.receive()[:2], "big") for _ in range(count)}
    assert replies == set(range(count))
    for byte in wire.framed(header(7) + ASKED):
        tcp.send_raw(bytes([byte]))
    assert tcp.receive()[:2] == header(7)[:2]
    # An empty message is no reason to hang up.
    tcp.send(b"")
    tcp.send(header(8) + ASKED)
    assert tcp.receive()[:2] == header(8)[:2]
    # Whoever has said all still gets the answers.
    tcp.send(header(9) + ASKED)
    tcp.socket.shutdown(socket.SHUT_WR)
    assert tcp.receive()[:2] == header(9)[:2]
    assert tcp.ends()
    stop_cleanly(catena)


def test_tcp_answers_come_as_they_are_ready(folder):
    release = threading.Event()

    def script(query, _):
        asked = query.question[0].name.to_text()
        if asked.startswith("slow"):
            release.wait(30)
        return reply_to(query, f"{asked} 60 A 192.0.2.1")

    upstream = Upstream(script)
    catena = Catena(folder, f".:0 {{\n bind 127.0.0.1\n"
                            f" forward . {upstream.address} {{\n read_timeout 30s\n }}\n}}\n")
    tcp = Tcp(catena.port)
    tcp.send(header(1) + question("slow.example"))
    tcp.send(header(2) + question("fast.example"))
    assert tcp.receive()[:2] == header(2)[:2]
    release.set()
    assert tcp.receive()[:2] == header(1)[:2]
    upstream.stop()
    stop_cleanly(catena)


def test_a_connection_that_says_nothing_is_closed(folder):
    catena = Catena(folder, WHOAMI)
    silent, half, polite = Tcp(catena.port), Tcp(catena.port), Tcp(catena.port)
    half.send_raw(b"\0\x20half")
    polite.send(header(1) + ASKED)
    polite.receive()
    started = time.monotonic()
    assert silent.ends() and half.ends()
    # 3 s until the first message; 10 s after it.
    assert time.monotonic() - started < 9, "both should have been closed after 3 s"
    polite.send(header(2) + ASKED)
    assert polite.receive()[:2] == header(2)[:2]
    stop_cleanly(catena)


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


def test_answers_leave_from_the_address_that_was_asked(folder):
    catena = Catena(folder, ".:0 {\n whoami\n}\n")
    for address in ["127.0.0.1", "127.0.0.2", "127.1.2.3"] + (["::1"] if has_ipv6() else []):
        # Connected sockets: an answer from elsewhere would never arrive.
        for transport in Udp(catena.port, address), Tcp(catena.port, address):
            for number in range(20):
                transport.send(header(number) + ASKED)
                assert transport.receive()[:2] == header(number)[:2], address
            transport.close()
    stop_cleanly(catena)


def test_whoami_says_who_asked(folder):
    catena = Catena(folder, WHOAMI)
    answer = catena.ask("a.example.org")
    texts = [rrset.to_text() for rrset in answer.additional]
    assert texts[0] == "a.example.org. 0 IN A 127.0.0.1", texts
    assert re.fullmatch(r"_udp\.a\.example\.org\. 0 IN SRV 0 0 \d+ \.", texts[1]), texts
    assert answer.flags & dns.flags.AA and not answer.answer
    assert "_tcp." in catena.ask("a.example.org", tcp=True).additional[1].to_text()
    stop_cleanly(catena)


def test_several_blocks_share_a_port(folder):
    catena = Catena(folder, """
example.org:0 sub.example.com:0 {
    bind 127.0.0.1
    whoami
}
example.com:0 {
    bind 127.0.0.1
    errors
}
10.0.0.0/8:0 {
    bind 127.0.0.1
    whoami
}
""")
    ports = {catena.port_of(zone) for zone in
             ("example.org.", "sub.example.com.", "example.com.", "10.in-addr.arpa.")}
    assert ports == {catena.port}
    for name, rcode in (("example.org", "NOERROR"), ("a.b.EXAMPLE.org", "NOERROR"),
                        ("sub.example.com", "NOERROR"), ("x.sub.example.com", "NOERROR"),
                        ("example.com", "SERVFAIL"), ("ub.example.com", "SERVFAIL"),
                        ("1.2.3.10.in-addr.arpa", "NOERROR"), ("11.in-addr.arpa", "REFUSED"),
                        ("org", "REFUSED"), (".", "REFUSED"), ("badexample.org", "REFUSED")):
        assert catena.rcode(name) == rcode, name
    stop_cleanly(catena)


def test_several_addresses_and_ports(folder):
    catena = Catena(folder, """
a.example:0 {
    bind 127.0.0.1 127.0.0.2
    whoami
}
b.example:0 {
    bind lo {
        except ::1
    }
    whoami
}
c.example:0 {
    bind 127.0.0.2
    whoami
}
""")
    first = catena.port_of("a.example.", "127.0.0.1")
    second = catena.port_of("a.example.", "127.0.0.2")
    assert catena.port_of("b.example.", "127.0.0.1") == first
    assert catena.port_of("c.example.", "127.0.0.2") == second
    for address, port, name, rcode in (("127.0.0.1", first, "a.example", "NOERROR"),
                                       ("127.0.0.2", second, "a.example", "NOERROR"),
                                       ("127.0.0.1", first, "b.example", "NOERROR"),
                                       ("127.0.0.2", second, "b.example", "REFUSED"),
                                       ("127.0.0.1", first, "c.example", "REFUSED"),
                                       ("127.0.0.2", second, "c.example", "NOERROR")):
        for tcp in False, True:
            assert catena.rcode(name, address=address, port=port, tcp=tcp) == rcode, (address, name)
    stop_cleanly(catena)


def test_two_ports_and_the_default_port(folder):
    first, second = free_ports(2)
    catena = Catena(folder, f"""
a.example b.example:{second} {{
    bind 127.0.0.1
    whoami
}}
""", arguments=["-dns.port", first])
    assert catena.port_of("a.example.") == first and catena.port_of("b.example.") == second
    assert catena.rcode("a.example", port=first) == "NOERROR"
    assert catena.rcode("b.example", port=first) == "REFUSED"
    assert catena.rcode("b.example", port=second) == "NOERROR"
    stop_cleanly(catena)


def test_another_server_on_the_port_is_a_warning(folder):
    catena = Catena(folder, WHOAMI)
    other = Catena(folder, WHOAMI.replace(":0", f":{catena.port}"), name="other")
    other.wait_for(rf"\[WARNING\].*{catena.port}")
    assert "WARNING" not in catena.log(), catena.log()
    stop_cleanly(other, catena)


def test_a_privileged_port_without_the_privilege(folder):
    if int(open("/proc/sys/net/ipv4/ip_unprivileged_port_start").read()) < 1024:
        raise Skip("every port is unprivileged here")
    wrapper = []
    if os.getuid() == 0:
        wrapper = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        reached = subprocess.run([*wrapper, BUILD / "catena", "-version"], capture_output=True)
        if reached.returncode != 0:
            raise Skip("an ordinary user cannot run the program here")
    os.chmod(folder, 0o755)
    path = write_corefile(folder, ".:1 {\n bind 127.0.0.1\n whoami\n}\n")
    done = subprocess.run([*wrapper, BUILD / "catena", "-conf", path], capture_output=True,
                          text=True, timeout=60)
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    for words in "Listen: listen tcp 127.0.0.1:1: bind: permission denied", "CAP_NET_BIND_SERVICE":
        assert words in said, said


def waiting_server(folder, name="catena"):
    """A server with a query that waits for an upstream; and what lets it go on."""
    release = threading.Event()

    def script(query, _):
        release.wait(30)
        return reply_to(query, f"{query.question[0].name} 60 A 192.0.2.1")

    upstream = Upstream(script)
    catena = Catena(folder, f".:0 {{\n bind 127.0.0.1\n"
                            f" forward . {upstream.address} {{\n read_timeout 4s\n }}\n}}\n",
                    name=name)
    clients = [Udp(catena.port), Tcp(catena.port)]
    for client in clients:
        client.send(header(1) + question("slow.example"))
    eventually(lambda: upstream.count() == 2)
    return catena, upstream, clients, release


def test_sigterm_finishes_what_is_under_way(folder):
    catena, upstream, clients, release = waiting_server(folder)
    catena.process.send_signal(signal.SIGTERM)
    catena.wait_for(r"^\[INFO\] SIGTERM: Shutting down servers then terminating$")
    release.set()
    for client in clients:
        assert client.receive()[:2] == header(1)[:2]
    assert catena.process.wait(20) == 0
    upstream.stop()


def test_signals_and_exit_status(folder):
    for number, line in ((signal.SIGINT, r"\[INFO\] SIGINT: Shutting down"),
                         (signal.SIGQUIT, r"\[INFO\] SIGQUIT: Quitting process immediately")):
        catena = Catena(folder, WHOAMI)
        assert catena.stop(number) == 0, catena.log()
        assert re.search(line, catena.log()), catena.log()
    catena = Catena(folder, WHOAMI)
    catena.process.send_signal(signal.SIGHUP)
    assert catena.rcode("example.org") == "NOERROR"
    assert catena.process.poll() is None
    stop_cleanly(catena)


def test_sigint_does_not_wait_for_queries(folder):
    catena, upstream, _, release = waiting_server(folder)
    started = time.monotonic()
    assert catena.stop(signal.SIGINT) == 0, catena.log()
    assert time.monotonic() - started < 3, "it waited for the upstream"
    release.set()
    upstream.stop()


def test_the_pidfile_is_there_while_the_server_runs(folder):
    for how in signal.SIGTERM, signal.SIGINT, signal.SIGQUIT:
        catena = Catena(folder, WHOAMI, arguments=["-pidfile", f"{folder}/pid"])
        eventually(lambda: os.path.exists(f"{folder}/pid"))
        assert open(f"{folder}/pid").read() == f"{catena.process.pid}\n"
        assert os.stat(f"{folder}/pid").st_mode & 0o777 == 0o644
        assert catena.stop(how) == 0
        assert not os.path.exists(f"{folder}/pid"), how
    # A pidfile that cannot be written is said, and no reason not to serve.
    catena = Catena(folder, WHOAMI, arguments=["-pidfile", f"{folder}/none/pid"])
    catena.wait_for(r"^\[ERROR\] Could not write pidfile: ")
    assert catena.rcode("example.org") == "NOERROR"
    stop_cleanly(catena)


def test_a_configuration_without_listeners_ends_at_once(folder):
    path = write_corefile(folder, ".:0 {\n bind 127.0.0.1 {\n  except 127.0.0.1\n }\n whoami\n}\n")
    program = Program([BUILD / "catena", "-conf", path], folder, "catena")
    assert program.process.wait(20) == 0, program.log()
    assert not re.search(ZONE_LINE, program.log(), re.MULTILINE), program.log()


if __name__ == "__main__":
    main(globals())
