#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""DNS over TLS: what clients of every kind see, and what those see who speak something else."""

import os
import pathlib
import signal
import socket
import ssl
import subprocess

import dns.exception
import dns.message
import dns.query
import dns.rcode

from authority import Authority
from harness import BUILD, Catena, PATIENCE, eventually, free_ports, main, stop_cleanly
from harness import write_corefile
from pages import metrics
from wire import framed, header, question

COREFILE = """
tls://.:0 {{
    bind 127.0.0.1
    tls {certificate} {key} {more}
    timeouts {{
        idle 1m
    }}
    errors
    whoami
    prometheus 127.0.0.1:{page}
}}
"""


class Server:
    """Catena with a certificate of its own authority."""

    def __init__(self, folder, more=""):
        self.authority = Authority(folder)
        self.certificate, self.key = self.authority.issue("server")
        self.page, = free_ports(1)
        self.catena = Catena(folder, COREFILE.format(
            certificate=self.certificate, key=self.key, page=self.page,
            more=more.format(ca=self.authority.certificate)))
        self.port = self.catena.port

    def context(self, **settings):
        context = ssl.create_default_context(cafile=self.authority.certificate)
        for name, value in settings.items():
            setattr(context, name, value)
        return context

    def connect(self, context=None, session=None):
        plain = socket.create_connection(("127.0.0.1", self.port), PATIENCE)
        return (context or self.context()).wrap_socket(plain, server_hostname="dns.test",
                                                       session=session)

    def count(self, name, **labels):
        return metrics(self.page).value(f"catena_tls_{name}", **labels)


def ask(stream, *numbers):
    """Questions in one piece; the ids of their answers."""
    stream.sendall(b"".join(framed(header(number) + question("a.example")) for number in numbers))
    ids = []
    for _ in numbers:
        message, _ = dns.query.receive_tcp(stream)
        assert message.rcode() == dns.rcode.NOERROR, message
        ids.append(message.id)
    return ids


def ends(stream):
    """The other side has no more to say, which may have been an alert."""
    try:
        return stream.recv(4096) == b""
    except ConnectionError:
        return True


def test_both_versions_and_sessions_that_go_on(folder):
    server = Server(folder)
    for version, name in ((ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")):
        context = server.context(minimum_version=version, maximum_version=version)
        with server.connect(context) as first:
            assert first.version() == name
            assert ask(first, 1) == [1]
            assert sorted(ask(first, *range(2, 200))) == list(range(2, 200))
            session = first.session
        for _ in range(5):
            # Whichever worker takes it.
            with server.connect(context, session) as again:
                assert again.session_reused
                assert ask(again, 7) == [7]
                session = again.session
        assert server.count("handshakes_total", version=name, resumed="true") == 5
        assert server.count("handshakes_total", version=name, resumed="false") == 1
    stop_cleanly(server.catena)


def test_usual_clients(folder):
    server = Server(folder)
    kdig = subprocess.run(["kdig", "@127.0.0.1", "-p", str(server.port), "+tls",
                           f"+tls-ca={server.authority.certificate}", "+tls-hostname=dns.test",
                           "a.example", "A"], capture_output=True, text=True, timeout=PATIENCE)
    assert "status: NOERROR" in kdig.stdout and "TLS session (TLS1.3)" in kdig.stdout, kdig
    dig = subprocess.run(["dig", "@127.0.0.1", "-p", str(server.port), f"+tls-ca="
                          f"{server.authority.certificate}", "+tls-hostname=dns.test", "a.example"],
                         capture_output=True, text=True, timeout=PATIENCE)
    assert "status: NOERROR" in dig.stdout, dig
    query = dns.message.make_query("a.example", "A")
    answer = dns.query.tls(query, "127.0.0.1", PATIENCE, server.port,
                           ssl_context=server.context(), server_hostname="dns.test")
    assert answer.rcode() == dns.rcode.NOERROR
    stop_cleanly(server.catena)


def test_those_who_speak_something_else(folder):
    server = Server(folder)
    strangers = [
        ("plain DNS", "not_tls", framed(header(1) + question("a.example"))),
        ("HTTP", "not_tls", b"GET /dns-query HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("a long greeting", "too_large", bytes.fromhex("160301400001ff00000303") + b"x" * 40),
    ]
    for name, reason, text in strangers:
        before = server.count("handshake_failures_total", reason=reason)
        with socket.create_connection(("127.0.0.1", server.port), PATIENCE) as stream:
            stream.sendall(text)
            while not ends(stream):
                continue
        eventually(lambda: server.count("handshake_failures_total", reason=reason) == before + 1)
        with server.connect() as other:
            assert ask(other, 1) == [1], name
    old = server.context(minimum_version=ssl.TLSVersion.TLSv1,
                         maximum_version=ssl.TLSVersion.TLSv1_1)
    old.set_ciphers("ALL:@SECLEVEL=0")
    try:
        server.connect(old)
        raise AssertionError("TLS 1.1 was taken")
    except (ssl.SSLError, ConnectionError):
        pass
    assert server.count("handshake_failures_total", reason="version") == 1
    stop_cleanly(server.catena)


def test_certificates_of_clients(folder):
    kinds = {"nocert": "all", "request": "all", "require": "shown",
             "verify_if_given": "not strange", "require_and_verify": "known"}
    for kind, allowed in kinds.items():
        inside = pathlib.Path(folder) / kind
        inside.mkdir()
        server = Server(inside, "{{ca}} {{{{\n client_auth {0}\n}}}}".format(kind))
        stranger = Authority(inside, "stranger")
        shown = {"none": None, "known": server.authority.issue("client"),
                 "strange": stranger.issue("other")}
        expected = {"all": {"none", "known", "strange"}, "shown": {"known", "strange"},
                    "not strange": {"none", "known"}, "known": {"known"}}[allowed]
        served = set()
        for name, files in shown.items():
            context = server.context()
            if files:
                context.load_cert_chain(*files)
            try:
                with server.connect(context) as stream:
                    ask(stream, 1)
                    served.add(name)
            except (ssl.SSLError, ConnectionError, EOFError):
                pass
        assert served == expected, (kind, served)
        stop_cleanly(server.catena)


def test_a_certificate_is_taken_up_anew(folder):
    server = Server(folder)
    with server.connect() as kept:
        first = kept.getpeercert()["serialNumber"]
        ask(kept, 1)
        replaced = server.authority.issue("next")
        os.replace(replaced[0], server.certificate)
        # Its key comes later.
        server.catena.wait_for(r"^\[ERROR\] plugin/tls: What clients are shown stays as it was: ")
        with server.connect() as other:
            assert other.getpeercert()["serialNumber"] == first
        os.replace(replaced[1], server.key)
        said = rf"^\[INFO\] plugin/tls: {server.certificate} is shown to clients"
        eventually(lambda: server.catena.log().count("is shown to clients") == 2)
        server.catena.wait_for(said)
        with server.connect() as other:
            assert other.getpeercert()["serialNumber"] != first
        assert ask(kept, 2) == [2]
    assert metrics(server.page).value("catena_tls_certificate_failures_total") == 1
    stop_cleanly(server.catena)


def test_a_reload_keeps_connections_and_sessions(folder):
    server = Server(folder)
    context = server.context()
    with server.connect(context) as kept:
        ask(kept, 1)
        session = kept.session
        path = pathlib.Path(server.catena.corefile)
        path.write_text(path.read_text().replace("errors", "errors\n    log"))
        server.catena.process.send_signal(signal.SIGUSR1)
        server.catena.wait_for(r"^\[INFO\] Reloading complete$")
        assert ask(kept, 2) == [2]
        with server.connect(context, session) as again:
            assert again.session_reused
            assert ask(again, 3) == [3]
        # A file that does not fit keeps the running configuration.
        server.key.write_text("no key")
        path.write_text(path.read_text().replace("    log\n", ""))
        server.catena.process.send_signal(signal.SIGUSR1)
        server.catena.wait_for(r"^\[ERROR\] .*could not load TLS cert: ")
        assert ask(kept, 4) == [4]
        with server.connect(context) as again:
            assert ask(again, 5) == [5]
    stop_cleanly(server.catena)


BOTH = """
{keys} {{
    bind 127.0.0.1
    tls {certificate} {key}
    whoami
}}
"""


def test_plain_and_tls_on_one_port(folder):
    authority = Authority(folder)
    certificate, key = authority.issue("server")
    context = ssl.create_default_context(cafile=authority.certificate)
    port, = free_ports(1)
    query = dns.message.make_query("a.example", "A")

    def answered():
        """What the port speaks, each of several clients one of which each worker gets."""
        found = set()
        secret = {"ssl_context": context, "server_hostname": "dns.test"}
        for _ in range(2):
            for name, way, timeout in (("udp", {}, 0.5), ("tcp", {}, 2), ("tls", secret, 2)):
                try:
                    getattr(dns.query, name)(query, "127.0.0.1", timeout, port, **way)
                    found.add(name)
                except (OSError, EOFError, dns.exception.DNSException):
                    assert name not in found, name
        return found
    keys = {"both": f"tls://.:{port} .:{port}", "plain": f".:{port}", "tls": f"tls://.:{port}"}
    spoken = {"both": {"udp", "tcp", "tls"}, "plain": {"udp", "tcp"}, "tls": {"tls"}}
    catena = Catena(folder, BOTH.format(keys=keys["both"], certificate=certificate, key=key))
    assert answered() == spoken["both"]
    assert "Another process" not in catena.log()
    for times, kind in enumerate(("plain", "both", "tls", "both", "tls", "plain"), 1):
        pathlib.Path(catena.corefile).write_text(
            BOTH.format(keys=keys[kind], certificate=certificate, key=key))
        catena.process.send_signal(signal.SIGUSR1)
        eventually(lambda: catena.log().count("[INFO] Reloading complete") == times)
        eventually(lambda: answered() == spoken[kind])
    assert "Another process" not in catena.log()
    stop_cleanly(catena)


def test_blocks_of_one_listener_agree(folder):
    authority = Authority(folder)
    one, other = authority.issue("one"), authority.issue("other")
    blocks = [("a certificate and none", f"tls {one[0]} {one[1]}", "",
               "TLS is configured for only one server block"),
              ("two certificates", f"tls {one[0]} {one[1]}", f"tls {other[0]} {other[1]}",
               "server certificates differ"),
              ("two policies", f"tls {one[0]} {one[1]}",
               f"tls {one[0]} {one[1]} {{\n client_auth require\n}}",
               "client authentication policies differ")]
    for name, first, second, reason in blocks:
        text = "".join(f"tls://{zone}:8853 {{\n bind 127.0.0.1\n {more}\n whoami\n}}\n"
                       for zone, more in (("a.test", first), ("b.test", second)))
        path = write_corefile(folder, text, "disagree")
        done = subprocess.run([BUILD / "catena", "-conf", path], capture_output=True, text=True,
                              timeout=PATIENCE)
        expected = ("conflicting TLS configuration for shared listener tls://127.0.0.1:8853 between"
                    f' zones "a.test." and "b.test.": {reason}')
        assert done.returncode == 1 and expected in done.stdout + done.stderr, (name, done)


if __name__ == "__main__":
    main(globals())
