#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Runs alone: what others take of the CPU would show as lost questions.
"""One DNS server takes over from another while 5,000 questions a second are asked: what is lost, and
what is wrong. CoreDNS, where it is here, is the yardstick.

    swap_test.py --measure [ROUNDS]     prints a table of several rounds instead

All of it happens in network namespaces of its own, whose counters tell datagrams that a busy machine
dropped from those that a server lost.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

from harness import BUILD, Program, Running, find_coredns, main, stop_cleanly, write_corefile
from pod import SERVER, Host, enter, ip
from steady import Load, check_nothing_lost, names_of, sample_cluster, ways

COREFILE = """
.:53 {{
    bind {server}
    errors
    kubernetes cluster.local in-addr.arpa ip6.arpa {{
        kubeconfig {kubeconfig}
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
        startup_timeout 60s
    }}
    cache 30
}}
"""
# How long the load runs before, between and after what happens: some thousand questions.
WHILE = 1.0
API = "10.99.0.1"


def start(kind, folder, name, kubesim, wrapper=()):
    """A server that has begun to answer."""
    path = write_corefile(folder, COREFILE.format(server=SERVER, kubeconfig=kubesim.kubeconfig), name)
    program = find_coredns() if kind == "CoreDNS" else BUILD / "catena"
    server = Program([*wrapper, program, "-conf", path], folder, name)
    server.wait_for("^(CoreDNS|Catena)-")
    return server


def one_address(folder, old, new):
    """Both servers listen on one address at once (SO_REUSEPORT): the new one starts, is ready, then
    the old one is told to end. Returns what the load counted."""
    ip("link", "set", "lo", "up")
    ip("address", "replace", f"{SERVER}/32", "dev", "lo")
    kubesim = sample_cluster(folder)
    names = names_of(kubesim, folder)
    before = start(old, folder, "old", kubesim)
    load = Load(folder, names, SERVER)
    time.sleep(WHILE)
    after = start(new, folder, "new", kubesim)
    time.sleep(WHILE)
    stop_cleanly(before)
    time.sleep(WHILE)
    result = load.end()
    stop_cleanly(after, kubesim)
    return result


def hand_over(folder, old, new):
    """The address goes from one host to another, as a route, and then the old server ends. New
    connections only: those that are open belong to the old host."""
    ip("link", "set", "lo", "up")
    # Where a test before had it.
    subprocess.run(["ip", "address", "delete", f"{SERVER}/32", "dev", "lo"], capture_output=True)
    ip("address", "replace", f"{API}/32", "dev", "lo")
    kubesim = sample_cluster(folder, arguments=("--listen", f"{API}:0"))
    names = names_of(kubesim, folder)
    hosts = [Host(folder, name, number) for number, name in enumerate(("one", "two"), 1)]
    for host in hosts:
        host.own(SERVER)
    before = start(old, folder, "old", kubesim, hosts[0].enter)
    route_to(hosts[0])
    load = Load(folder, names, SERVER, rates={"kept": 0})
    time.sleep(WHILE)
    after = start(new, folder, "new", kubesim, hosts[1].enter)
    route_to(hosts[1])
    time.sleep(WHILE)
    stop_cleanly(before)
    time.sleep(WHILE)
    result = load.end()
    stop_cleanly(after, kubesim)
    for host in hosts:
        host.end()
    return result


def route_to(host):
    ip("route", "replace", f"{SERVER}/32", "via", host.there)


def check(result, leaving):
    """Nothing is wrong and nothing is lost for good; where catena leaves, nothing is lost at all."""
    if leaving == "CoreDNS":
        # The second try may take another of its connections, which ends as well.
        kept = result.pop("kept")
        assert kept["wrong"] == 0 and kept["failed"] == 0, kept
    check_nothing_lost(result, None if leaving == "catena" else "may be lost")


def test_catena_after_catena_on_one_address(folder):
    check(one_address(folder, "catena", "catena"), leaving="catena")


def test_catena_after_coredns_on_one_address(folder):
    find_coredns()
    check(one_address(folder, "CoreDNS", "catena"), leaving="CoreDNS")


def test_coredns_after_catena_on_one_address(folder):
    find_coredns()
    check(one_address(folder, "catena", "CoreDNS"), leaving="catena")


def test_catena_after_catena_on_another_host(folder):
    check(hand_over(folder, "catena", "catena"), leaving="neither")


def test_catena_after_coredns_on_another_host(folder):
    find_coredns()
    check(hand_over(folder, "CoreDNS", "catena"), leaving="neither")


def test_coredns_after_catena_on_another_host(folder):
    find_coredns()
    check(hand_over(folder, "catena", "CoreDNS"), leaving="neither")


def measure(rounds, swaps):
    """A table for people: all directions, the yardstick too."""
    print("| swap | old, new | way | asked | wrong | lost at the first try | lost | dropped |")
    print("|---|---|---|---|---|---|---|---|")
    pairs = [(old, new) for old in ("CoreDNS", "catena") for new in ("CoreDNS", "catena")]
    for swap in swaps:
        for old, new in pairs:
            totals, reasons = {}, {}
            for _ in range(rounds):
                with tempfile.TemporaryDirectory() as folder:
                    result = swap(folder, old, new)
                    Running.stop_all()
                for way, count in ways(result):
                    total = totals.setdefault(way, {})
                    for what, number in count.items():
                        if what == "reasons":
                            for reason, times in number.items():
                                reasons[reason] = reasons.get(reason, 0) + times
                        else:
                            total[what] = total.get(what, 0) + number
            for way, total in totals.items():
                print(f"| {swap.__name__} | {old}, {new} | {way} | {total['asked']} | "
                      f"{total['wrong']} | {total['lost_first']} | {total['lost']} | "
                      f"{total.get('dropped', 0)} |", flush=True)
            print(reasons, file=sys.stderr)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        enter()
        measure(int(sys.argv[2]) if len(sys.argv) > 2 else 5, (one_address, hand_over))
    else:
        main(globals(), enter)
