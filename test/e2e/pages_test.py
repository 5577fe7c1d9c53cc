#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""health, ready, prometheus and pprof, asked over HTTP."""

import contextlib
import gzip
import signal
import socket
import threading
import time

from harness import Catena, Kubesim, PATIENCE, eventually, in_both_encodings, main, run
from harness import stop_cleanly, write_corefile
from pages import Client, Metrics, get, metrics, ports, text


def block(*lines, key=".:0"):
    return f"{key} {{\n    bind 127.0.0.1\n" + "".join(f"    {line}\n" for line in lines) + "}\n"


def test_health_is_ok_to_any_method(folder):
    with ports(2) as (health, other):
        catena = Catena(folder, block(f"health 127.0.0.1:{health}", f"health ::1:{other}", "whoami",
                                      f"prometheus 127.0.0.1:{health}"))
        catena_ask = [get(other, "/health", method, address="::1") for method in ("GET", "POST")]
        assert [(status, body) for status, _, body in catena_ask] == [(200, b"OK")] * 2
        status, headers, body = get(other, "/health", "HEAD", address="::1")
        assert status == 200 and body == b"" and headers["Content-Length"] == "2"
        assert get(other, "/", address="::1")[0] == 404
        # Once a second it asks itself.
        eventually(lambda: metrics(health).value("coredns_health_request_duration_seconds_count"))
        assert metrics(health).value("coredns_health_request_failures_total") == 0
        stop_cleanly(catena)
        assert "request to" not in catena.log()


def test_health_and_pprof_must_have_their_address(folder):
    for plugin in "health", "pprof":
        path = write_corefile(folder, block(f"{plugin} 192.0.2.1:8080", "whoami"))
        code, out, err = run("-conf", path, folder=folder)
        assert code == 1 and "listen tcp 192.0.2.1:8080: bind: cannot assign requested address" \
            in out + err, (code, out, err)


def test_ready_and_prometheus_start_without_their_address(folder):
    catena = Catena(folder, block("ready 192.0.2.1:8181", "prometheus 192.0.2.1:9153", "whoami"))
    catena.wait_for(r"\[ERROR\] plugin/ready: .*192\.0\.2\.1:8181: bind: ")
    catena.wait_for(r"\[ERROR\] Failed to start metrics handler: listen tcp 192\.0\.2\.1:9153: ")
    assert catena.rcode("example.org") == "NOERROR"
    stop_cleanly(catena)


def cluster_block(kubeconfig, port, zone="cluster.local", key=".:0"):
    return block(f"ready 127.0.0.1:{port}",
                 f"kubernetes {zone} {{\n        kubeconfig {kubeconfig}\n"
                 "        startup_timeout 100ms\n    }", key=key)


@in_both_encodings
def test_ready_once_the_cluster_is_known(folder):
    kubesim = Kubesim(folder)
    kubesim.faults(status=503, path="/services")
    with ports(1) as (port,):
        catena = Catena(folder, cluster_block(kubesim.kubeconfig, port))
        assert text(port, "/ready") == "503 kubernetes"
        catena.wait_for(r'\[INFO\] plugin/ready: Plugins not ready: "kubernetes"')
        kept = Client(port)
        assert kept.get("/ready")[0] == 503
        kubesim.no_faults()
        eventually(lambda: text(port, "/ready") == "200 OK", 15 + PATIENCE)
        assert kept.get("/ready")[2] == b"OK"
        stop_cleanly(catena, kubesim)


def test_the_same_plugin_in_two_blocks_must_be_ready_in_both(folder):
    kubesim = Kubesim(folder)
    dead = f"{folder}/dead.kubeconfig"
    with open(dead, "w") as file:
        file.write("apiVersion: v1\nkind: Config\ncurrent-context: a\n"
                   'clusters: [{name: a, cluster: {server: "http://127.0.0.1:1"}}]\n'
                   "contexts: [{name: a, context: {cluster: a, user: a}}]\n"
                   "users: [{name: a, user: {}}]\n")
    for order in (kubesim.kubeconfig, dead), (dead, kubesim.kubeconfig):
        with ports(1) as (port,):
            first = cluster_block(order[0], port, "one.local", "one.local:0")
            catena = Catena(folder, first + cluster_block(order[1], port, "two.local", "two.local:0"))
            good = "one" if order[0] == kubesim.kubeconfig else "two"
            eventually(lambda: catena.rcode(f"kubernetes.default.svc.{good}.local",
                                            port=catena.port_of(f"{good}.local.")) == "NOERROR")
            assert text(port, "/ready") == "503 kubernetes"
            stop_cleanly(catena)
    stop_cleanly(kubesim)


HELP = {
    "coredns_dns_requests_total": "Counter of DNS requests made per zone, protocol and family.",
    "coredns_dns_responses_total": "Counter of response status codes.",
    "coredns_dns_do_requests_total": "Counter of DNS requests with DO bit set per zone.",
    "coredns_dns_request_duration_seconds":
        "Histogram of the time (in seconds) each request took per zone.",
    "coredns_dns_response_size_bytes": "Size of the returned response in bytes.",
}
TIMES = [0.00025 * 2 ** i for i in range(16)] + [float("inf")]


def ask_all(catena):
    for _ in range(3):
        catena.ask("a.example.org")
    for _ in range(2):
        catena.ask("a.example.org", "AAAA", tcp=True)
    catena.ask("a.example.org", "TXT", want_dnssec=True)
    catena.ask("a.example.org", "CAA")
    for _ in range(4):
        catena.ask("silent.test")
    catena.ask("a.elsewhere.test")


def test_what_was_asked_is_what_is_counted(folder):
    with ports(1) as (port,):
        catena = Catena(folder, block("prometheus 127.0.0.1:%d" % port, "errors", "whoami",
                                      key="example.org:0 example.net:0") +
                        block("prometheus 127.0.0.1:%d" % port, "errors", key="silent.test:0"))
        ask_all(catena)
        seen = metrics(port)
        place = {"server": "dns://127.0.0.1:0", "zone": "example.org.", "view": ""}
        for proto, kind, count in (("udp", "A", 3), ("tcp", "AAAA", 2), ("udp", "TXT", 1),
                                   ("udp", "other", 1), ("udp", "AAAA", 0)):
            assert seen.value("coredns_dns_requests_total", proto=proto, type=kind, family="1",
                              **place) == count, (proto, kind)
        assert seen.value("coredns_dns_responses_total", rcode="NOERROR", plugin="errors",
                          **place) == 7
        assert seen.value("coredns_dns_responses_total", rcode="SERVFAIL", plugin="",
                          zone="silent.test.") == 4
        assert seen.value("coredns_dns_responses_total", rcode="REFUSED", plugin="",
                          zone="dropped") == 1
        assert seen.value("coredns_dns_requests_total") == 12
        assert seen.value("coredns_dns_do_requests_total", **place) == 1
        assert seen.value("coredns_dns_request_duration_seconds_count", **place) == 7
        assert seen.value("coredns_dns_response_size_bytes_count", proto="tcp", **place) == 2
        assert seen.value("coredns_dns_response_size_bytes_sum", zone="silent.test.") == 0
        bounds = {float(labels["le"])
                  for labels in seen.labels("coredns_dns_request_duration_seconds_bucket")}
        assert sorted(bounds) == TIMES, sorted(bounds)
        for name, text_ in HELP.items():
            assert seen.helps[name] == text_, name
        stop_cleanly(catena)


def test_metrics_of_the_process_and_its_plugins(folder):
    with ports(1) as (port,):
        catena = Catena(folder, block(f"prometheus 127.0.0.1:{port}", "errors", "whoami"))
        seen = metrics(port)
        assert seen.value("process_resident_memory_bytes") > 1e6
        assert abs(seen.value("process_start_time_seconds") - time.time()) < 3600
        assert seen.value("coredns_build_info") == 1
        assert sorted(labels["name"] for labels in seen.labels("coredns_plugin_enabled")) == \
            ["errors", "prometheus", "whoami"]
        assert seen.labels("coredns_plugin_enabled")[0]["server"] == "dns://127.0.0.1:0"
        stop_cleanly(catena)


def test_gzip_for_who_takes_it(folder):
    with ports(1) as (port,):
        catena = Catena(folder, block(f"prometheus 127.0.0.1:{port}", "whoami"))
        catena.ask("example.org")
        status, headers, body = get(port, "/metrics", Accept_Encoding="gzip")
        assert status == 200 and headers["Content-Encoding"] == "gzip"
        assert Metrics(gzip.decompress(body).decode()).value("coredns_dns_requests_total") == 1
        assert get(port, "/metrics", Accept_Encoding="identity")[1]["Content-Encoding"] is None
        stop_cleanly(catena)


def test_blocks_and_plugins_share_an_address(folder):
    with ports(1) as (port,):
        lines = [f"{plugin} 127.0.0.1:{port}" for plugin in ("health", "ready", "prometheus")]
        catena = Catena(folder, block(*lines, "whoami", key="one.test:0") +
                        block(*lines, "whoami", key="two.test:0"))
        catena.ask("a.one.test")
        catena.ask("a.two.test")
        assert text(port, "/health") == "200 OK" and text(port, "/ready") == "200 OK"
        seen = metrics(port)
        for zone in "one.test.", "two.test.":
            assert seen.value("coredns_dns_requests_total", zone=zone) == 1
        stop_cleanly(catena)


def refused(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
    except ConnectionRefusedError:
        return True
    return False


def test_the_end_is_announced_before_it_comes(folder):
    with ports(2) as (health, ready):
        # The order of the blocks does not matter: nobody waits before everybody is told.
        catena = Catena(folder, block(f"health 127.0.0.1:{health} {{\n        lameduck 3s\n    }}",
                                      "whoami", key="one.test:0") +
                        block(f"ready 127.0.0.1:{ready}",
                              f"health 127.0.0.1:{health} {{\n        lameduck 2s\n    }}",
                              "whoami", key="two.test:0"))
        kept = Client(ready)
        assert kept.get("/ready")[2] == b"OK"
        started = time.monotonic()
        catena.process.send_signal(signal.SIGTERM)
        catena.wait_for("Going into lameduck mode for 3s")
        catena.wait_for("Going into lameduck mode for 2s")
        eventually(lambda: refused(ready))
        status, _, body = kept.get("/ready")
        assert (status, body) == (503, b"Shutting down")
        assert text(health, "/health") == "200 OK"
        assert catena.rcode("a.one.test") == "NOERROR"
        assert catena.process.wait(PATIENCE) == 0
        assert time.monotonic() - started >= 3
        assert refused(health)


@contextlib.contextmanager
def always_open(*pages):
    """While this runs, each page can be had at any moment, over a new connection."""
    wrong, asked, over = [], [], threading.Event()

    def ask():
        while not over.is_set():
            for port, path in pages:
                try:
                    asked.append(get(port, path)[0])
                except OSError as error:
                    wrong.append((path, error))
    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    assert not wrong and set(asked) == {200}, (wrong[:3], set(asked))


def reload(catena, folder, corefile, says="Reloading complete"):
    write_corefile(folder, corefile)
    before = catena.log().count(says)
    catena.process.send_signal(signal.SIGUSR1)
    eventually(lambda: catena.log().count(says) > before)


def test_a_reload_keeps_sockets_and_counts(folder):
    with ports(3) as (health, ready, port):
        lines = [f"ready 127.0.0.1:{ready}", f"prometheus 127.0.0.1:{port}", "whoami"]
        here, elsewhere = f"health 127.0.0.1:{health}", "health 192.0.2.1:8080"
        catena = Catena(folder, block(here, "errors", *lines))
        kept = Client(health)
        with always_open((health, "/health"), (ready, "/ready"), (port, "/metrics")):
            for other in "log", "errors", "log":
                catena.ask("example.org")
                reload(catena, folder, block(here, other, *lines))
                assert sorted(labels["name"] for labels in metrics(port).labels(
                    "coredns_plugin_enabled")) == sorted([other, "prometheus", "whoami"])
                assert kept.get("/health")[2] == b"OK"
            reload(catena, folder, block(elsewhere, *lines), "[ERROR] Restart failed: listen tcp ")
        assert metrics(port).value("coredns_dns_requests_total") == 3
        # Nobody wants it any more.
        reload(catena, folder, block("log", *lines))
        eventually(lambda: refused(health))
        assert text(ready, "/ready") == "200 OK"
        stop_cleanly(catena)


def test_pprof(folder):
    with ports(1) as (port,):
        catena = Catena(folder, block(f"pprof 127.0.0.1:{port}", "whoami"))
        status, headers, _ = get(port, "/debug/pprof")
        assert status == 302 and headers["Location"] == "/debug/pprof/"
        status, headers, body = get(port, "/debug/pprof/")
        assert status == 200 and b"profile" in body and headers["Content-Type"].startswith("text/html")
        assert get(port, "/debug/pprof/cmdline")[2].split(b"\0")[1] == b"-conf"
        for page in "/debug/pprof/heap", "/debug/pprof/profile?seconds=1":
            status, _, body = get(port, page)
            assert status == 200 and body or status == 501 and b"CATENA_PPROF" in body, (page, status)
        assert get(port, "/debug/pprof/trace")[0] == 501
        assert get(port, "/debug/pprof/nothing")[0] == 404
        stop_cleanly(catena)


if __name__ == "__main__":
    main(globals())
