#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A pod's view: its resolv.conf, and the cluster's DNS on port 53 of 10.247.3.10.

All of it happens in network, mount and user namespaces of its own; nothing outside of them changes.
"""

import os
import pathlib
import re
import shutil
import socket
import subprocess

import dns.message
import dns.query
import dns.rcode

from harness import Catena, Kubesim, PATIENCE, Skip, eventually, main, stop_cleanly
from pod import Host, SERVER, become_a_pod, enter, ip, said
from upstream import Upstream, reply_to

COREFILE = """
.:53 {{
    bind {server}
    errors
    kubernetes cluster.local in-addr.arpa ip6.arpa {{
        kubeconfig {kubeconfig}
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
    }}
    cache 30 {{
        disable success cluster.local in-addr.arpa
        disable denial cluster.local in-addr.arpa
    }}
}}
"""


def lines_of(text):
    """Without tabs, repeated spaces, empty lines and remarks (an authoritative server offers no
    recursion, which nslookup remarks)."""
    return [" ".join(line.split()) for line in text.splitlines()
            if line.strip() and not line.startswith(";;")]


def test_nslookup_as_on_the_page(folder):
    become_a_pod(folder)
    kubesim = Kubesim(folder)
    catena = Catena(folder, COREFILE.format(server=SERVER, kubeconfig=kubesim.kubeconfig))
    domain = "default.svc.cluster.local"
    pods = {}

    def three():
        for number in range(3):
            pods[f"nginx-{number}"] = catena.data(f"nginx-{number}.nginx.{domain}", address=SERVER)
        assert all(len(addresses) == 1 for addresses in pods.values()), pods
        return True
    eventually(three)
    found_at = {name: addresses[0] for name, addresses in pods.items()}

    found = lines_of(said("nslookup", "nginx-0.nginx"))
    assert found == [f"Server: {SERVER}", f"Address: {SERVER}#53",
                     f"Name: nginx-0.nginx.{domain}", f"Address: {found_at['nginx-0']}"], found
    found = lines_of(said("nslookup", "nginx-headless"))
    assert found[:2] == [f"Server: {SERVER}", f"Address: {SERVER}#53"], found
    assert sorted(line for line in found[2:] if line.startswith("Address")) == sorted(
        f"Address: {one}" for one in found_at.values()), found
    assert f"name = nginx-0.nginx.{domain}." in " ".join(
        lines_of(said("nslookup", found_at["nginx-0"])))
    # The Service of this server itself, from another namespace's search path.
    assert SERVER in said("nslookup", "kube-dns.kube-system")
    missing = subprocess.run(["nslookup", f"nobody.nginx.{domain}."], capture_output=True,
                             text=True)
    assert missing.returncode == 1 and ": NXDOMAIN" in missing.stdout, missing

    check_resolver(found_at, domain)
    check_busybox(found_at, domain)
    stop_cleanly(catena, kubesim)


def wire(*ends):
    """A wire within this host: (name, address) of each end."""
    ip("link", "set", "lo", "up")
    ip("link", "add", ends[0][0], "type", "veth", "peer", "name", ends[1][0])
    for end, address in ends:
        ip("link", "set", end, "up")
        ip("address", "add", address, "dev", end, *(["nodad"] if ":" in address else []))


NOBODY_ELSE = """
udp:1053 {
    bind 127.0.0.1
    errors
    forward . 127.0.0.1:40001
}
tcp:1053 {
    bind 127.0.0.1
    errors
    forward . 127.0.0.1:40000 {
        force_tcp
    }
}
cluster.local:1053 {
    bind 127.0.0.1
    errors
    kubernetes {
        endpoint http://127.0.0.1:40000
    }
}
"""


class Neighbour(Upstream):
    """At the other end of a wire, where only link-local addresses are."""

    @staticmethod
    def bind():
        wire(("near", "fe80::1/64"), ("far", "fe80::2/64"))
        where = ("fe80::2", 53, 0, socket.if_nametoindex("far"))
        udp = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        udp.bind(where)
        tcp = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
        tcp.bind(where)
        tcp.listen()
        return udp, tcp


def test_a_forwarder_on_the_link(folder):
    """Its address says nothing without the interface."""
    Neighbour(lambda query, _: reply_to(query, f"{query.question[0].name} 60 A 192.0.2.1"))
    resolv_conf = pathlib.Path(folder) / "link.conf"
    resolv_conf.write_text("nameserver fe80::2%near\n")
    for number, to in enumerate(("fe80::2%near", "[fe80::2%near]:53", resolv_conf)):
        catena = Catena(folder, f".:0 {{\n bind 127.0.0.1\n forward . {to}\n}}\n",
                        name=f"catena{number}")
        for tcp in False, True:
            assert catena.data("a.example.", tcp=tcp) == ["192.0.2.1"], to
        stop_cleanly(catena)


def test_nobody_is_asked_from_his_own_port(folder):
    """The kernel may draw the port of a server of this host that is away for the question to it:
    what is sent comes back, as an answer to another question, and the port is taken when the
    server returns. Here it draws that port first."""
    ip("link", "set", "lo", "up")
    drawn_from = pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range")
    usual = drawn_from.read_text()
    drawn_from.write_text("40000 40001")
    try:
        ask_nobody(folder)
    finally:
        drawn_from.write_text(usual)


def ask_nobody(folder):
    catena = Catena(folder, NOBODY_ELSE)
    for number in range(20):
        for zone in "udp", "tcp":
            answer = dns.query.udp(dns.message.make_query(f"a{number}.{zone}.", "A"), "127.0.0.1",
                                   port=catena.port, source_port=5300 + number, timeout=10)
            assert answer.rcode() == dns.rcode.SERVFAIL, answer
    for port in "40000", "40001":
        catena.wait_for(rf"127\.0\.0\.1:{port}: .*connection refused$")
    catena.wait_for(r"dial tcp 127\.0\.0\.1:40000: [Cc]onnection refused\b.*$")
    for line in re.findall(r"^.*plugin/(?:errors|kubernetes: \w+): .*$", catena.log(), re.M):
        assert "connection refused" in line.lower(), line
    stop_cleanly(catena)


def test_an_interface_without_room(folder):
    """Its queue takes nothing (ENOBUFS), while the socket is writable all the time."""
    if not shutil.which("tc"):
        raise Skip("there is no tc here")
    wire(("full", "10.99.90.1/24"), ("other", "10.99.91.1/24"))
    ip("neigh", "add", "10.99.90.2", "lladdr", "02:00:00:00:00:02", "dev", "full")
    subprocess.run(["tc", "qdisc", "add", "dev", "full", "root", "bfifo", "limit", "1"], check=True)
    catena = Catena(folder, """
.:0 {
    bind 127.0.0.1
    errors
    forward . 10.99.90.2 {
        max_fails 0
        read_timeout 4s
        max_connect_attempts 2
    }
}
""")
    pid = catena.process.pid
    ticks = lambda: sum(int(n) for n in open(f"/proc/{pid}/stat").read().split()[13:15])
    before = ticks()
    assert catena.rcode("a.example.") == "SERVFAIL"
    catena.wait_for(r"write udp .*: no buffer space available")
    # Eight seconds of a CPU, when it went round and round.
    assert ticks() - before < os.sysconf("SC_CLK_TCK"), ticks() - before
    stop_cleanly(catena)


def test_an_api_server_that_vanishes_without_a_word(folder):
    """No end of the connection and no reset ever comes: noticed within 45 s all the same."""
    ip("link", "set", "lo", "up")
    host = Host(folder)
    listen = ("--listen", f"{host.there}:6443")
    kubesim = Kubesim(folder, arguments=listen, wrapper=host.enter)
    catena = Catena(folder, COREFILE.format(server="127.0.0.1", kubeconfig=kubesim.kubeconfig))
    headless = "nginx-headless.default.svc.cluster.local"
    eventually(lambda: len(catena.data(headless)) == 3)
    host.vanish(kubesim)
    assert len(catena.data(headless)) == 3
    # Another cluster, so that its state shows when it is seen.
    host = Host(folder)
    again = Kubesim(folder, arguments=listen, manifests=(), name="again", wrapper=host.enter)
    eventually(lambda: catena.rcode(headless) == "NXDOMAIN", 45 + PATIENCE)
    stop_cleanly(catena)
    host.vanish(again)


def check_resolver(found_at, domain):
    """The C library's resolver, which most programs use."""
    for short in "nginx-1.nginx", f"nginx-1.nginx.{domain}", "nginx-1.nginx.default.svc":
        found = said("getent", "hosts", short).split()
        assert found[0] == found_at["nginx-1"] and found[1].startswith("nginx-1.nginx."), found
    found = said("getent", "ahostsv4", "nginx-headless").split()
    assert {word for word in found if word.startswith("172.")} == set(found_at.values()), found
    assert said("getent", "hosts", found_at["nginx-2"]).split()[1].startswith("nginx-2.nginx.")


def check_busybox(found_at, domain):
    if not shutil.which("busybox") or "nslookup" not in said("busybox", "--list").split():
        print("         (no busybox with nslookup here)")
        return
    found = lines_of(said("busybox", "nslookup", f"nginx-0.nginx.{domain}"))
    assert found[0] == f"Server: {SERVER}", found
    assert any(line.startswith("Address") and line.endswith(found_at["nginx-0"])
               for line in found[2:]), found


if __name__ == "__main__":
    main(globals(), enter)
