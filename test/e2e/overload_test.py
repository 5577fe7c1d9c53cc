#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Runs by night: each attack on a server with 10,000 Services takes up to a minute.
"""Clients that want more memory or descriptors than there are, and honest ones beside them."""

import json
import pathlib
import signal
import socket
import sys
import threading
import time
import urllib.request

import dns.exception
import dns.message
import dns.query
import dns.rcode

from harness import BUILD, SLOW_BUILD, Catena, Kubesim, Program, Running, eventually, free_ports, main
from memory_group import MemoryGroup
from upstream import Upstream, reply_to

HERE = pathlib.Path(__file__).resolve().parent
LIMIT = 64 * 1024 * 1024
SERVICES = 10000
GREEDY, HONEST = "127.0.0.3", "127.0.0.2"
# The server takes five seconds at most for what is under way.
END = 60 if SLOW_BUILD else 12


def services(folder):
    """Kubernetes objects as one JSON list."""
    items = [{"apiVersion": "v1", "kind": "Service",
              "metadata": {"name": f"s{n}", "namespace": "default"},
              "spec": {"clusterIP": f"10.247.{n // 250}.{n % 250 + 1}",
                       "ports": [{"port": 80, "protocol": "TCP"}]}} for n in range(1, SERVICES + 1)]
    path = pathlib.Path(folder) / "services.json"
    path.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
    return path


def black_hole():
    """The port of a server that takes everything and says nothing."""
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", 0))
    tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    tcp.bind(udp.getsockname())
    tcp.listen(4096)
    return udp, tcp


class Bed:
    """A cluster, an upstream that answers, one that does not, and catena in a control group."""

    def __init__(self, folder, wrapper=()):
        self.hole = black_hole()
        self.upstream = Upstream(lambda query, _: reply_to(
            query, f"{query.question[0].name} 60 A 192.0.2.1"))
        self.kubeconfig = pathlib.Path(folder) / "kubesim.kubeconfig"
        self.kubesim = Program([BUILD / "kubesim", "--manifest", services(folder), "--kubeconfig",
                                self.kubeconfig], folder, "kubesim")
        api = self.kubesim.wait_for(r"listening on http://\S+:(\d+)", 90)
        self.api = int(api.group(1))
        self.metrics, = free_ports(1)
        hole = f"127.0.0.1:{self.hole[0].getsockname()[1]}"
        self.catena = Catena(folder, f"""
slow.example:0 {{
    bind 127.0.0.1
    forward . {hole}
}}
.:0 {{
    bind 127.0.0.1
    prometheus 127.0.0.1:{self.metrics}
    kubernetes cluster.local {{
        kubeconfig {self.kubeconfig}
        startup_timeout 60s
    }}
    forward . {self.upstream.address}
}}
""", wrapper=wrapper)


def answered(port, names, timeout=3.0):
    """Asks from the honest client's address; how long each took, None where nothing came."""
    times = []
    for name in names:
        query = dns.message.make_query(name, "A")
        began = time.monotonic()
        try:
            reply = dns.query.udp(query, "127.0.0.1", port=port, source=HONEST, timeout=timeout)
            good = reply.rcode() == dns.rcode.NOERROR and reply.answer
            times.append(time.monotonic() - began if good else None)
        except dns.exception.Timeout:
            times.append(None)
    return times


class Attack(Program):
    """A greedy client. `at it` is said when it has tried everything once."""

    def __init__(self, folder, kind, port):
        super().__init__([sys.executable, HERE / "attackers.py", kind, GREEDY, port], folder, kind)

    def in_full_swing(self):
        self.wait_for("at it", 60)


class Watch:
    """The largest use of a control group while it is looked at."""

    def __init__(self, group):
        self.group, self.most, self.over = group, 0, threading.Event()
        self.thread = threading.Thread(target=self.look, daemon=True)
        self.thread.start()

    def look(self):
        while not self.over.wait(0.02):
            self.most = max(self.most, self.group.used())

    def stop(self):
        self.over.set()
        self.thread.join()


def refusals(bed):
    """What the server says that it has refused, by reason."""
    with urllib.request.urlopen(f"http://127.0.0.1:{bed.metrics}/metrics", timeout=5) as page:
        lines = page.read().decode().splitlines()
    return {line.split('"')[1]: int(float(line.split()[-1])) for line in lines
            if line.startswith("catena_refused_total{") and not line.endswith(" 0")}


def p99(times):
    return sorted(times)[int(len(times) * 0.99)]


def milliseconds(times):
    return f"{p99(times) * 1000:.0f} ms"


def survives(folder, kind, reasons):
    """An attack in a group of 64 MiB: nobody honest notices, and the end comes in time."""
    group, watch = MemoryGroup(LIMIT), None
    try:
        bed = Bed(folder, group.wrapper())
        cluster = [f"s{n}.default.svc.cluster.local" for n in range(1, 200)]
        forwarded = [f"n{n}.example" for n in range(100)]
        before = answered(bed.catena.port, cluster)
        assert None not in before, "lost before anything happened"
        watch = Watch(group)
        attack = Attack(folder, kind, bed.catena.port)
        attack.in_full_swing()
        during = answered(bed.catena.port, cluster)
        passed_on = answered(bed.catena.port, forwarded)
        said = refusals(bed)
        began = time.monotonic()
        code = bed.catena.stop(signal.SIGTERM, END)
        took = time.monotonic() - began
        print(f"    {kind}: at most {watch.most / 2 ** 20:.1f} MiB, p99 {milliseconds(before)} before,"
              f" {milliseconds([t or 3 for t in during])} during, refused {said}, ended in {took:.1f} s")
        assert code == 0, code
        assert group.kills() == 0, "the kernel ended it"
        assert watch.most < LIMIT, watch.most
        assert None not in during, f"{during.count(None)} of the cluster's names lost"
        assert SLOW_BUILD or p99(during) < p99(before) + 0.05, (p99(before), p99(during))
        assert passed_on.count(None) <= len(passed_on) // 10, f"{passed_on.count(None)} forwarded lost"
        assert set(reasons) & set(said), said
    finally:
        if watch:
            watch.stop()
        # Nothing may run inside of a group that goes.
        for program in Running.programs:
            program.stop(signal.SIGKILL)
        group.remove()


def test_messages_that_are_never_finished(folder):
    survives(folder, "unfinished", ["unfinished_message", "new_connection"])


def test_queries_that_wait_on_many_connections(folder):
    survives(folder, "waiting", ["new_query", "waiting_query"])


def test_queries_over_udp_that_wait(folder):
    survives(folder, "datagrams", ["new_query", "waiting_query"])


def test_answers_that_nobody_reads(folder):
    survives(folder, "unread", ["unread_answers", "new_connection"])


def test_idle_connections_leave_descriptors_to_others(folder):
    """With few descriptors, idle clients cannot take the last one: what is forwarded, pages and
    the API server go on."""
    bed = Bed(folder, wrapper=["prlimit", "--nofile=128:128", "--"])
    idle = []
    for _ in range(400):
        client = socket.socket()
        client.bind((GREEDY, 0))
        client.connect(("127.0.0.1", bed.catena.port))
        idle.append(client)
    forwarded = answered(bed.catena.port, [f"n{n}.example" for n in range(20)])
    assert None not in forwarded, forwarded
    assert refusals(bed).get("idle_connection", 0) > 0
    # Over TCP too: an idle connection makes room.
    query = dns.message.make_query("s1.default.svc.cluster.local", "A")
    reply = dns.query.tcp(query, "127.0.0.1", port=bed.catena.port, source=HONEST, timeout=5)
    assert reply.answer
    # The API server is followed, also when it has to be connected to anew.
    assert bed.kubesim.stop() == 0
    bed.kubesim = Kubesim(folder, manifests=["cmd/kubesim/sample.yaml"], name="later", arguments=(
        "--listen", f"127.0.0.1:{bed.api}"))
    def follows():
        return answered(bed.catena.port, ["kubernetes.default.svc.cluster.local"])[0] is not None
    eventually(follows)
    assert bed.catena.stop() == 0


if __name__ == "__main__":
    main(globals())
