#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Takes long.
"""Trouble with the API server: what is said, what goes on answering, and what comes back."""

import contextlib
import http.client
import json
import pathlib
import re
import signal
import socket
import threading
import time

import dns.rcode

from harness import Catena, Kubesim, PATIENCE, cluster, eventually, in_both_encodings
from harness import kubernetes_corefile, main, stop_cleanly

DOMAIN = "default.svc.cluster.local"
PODS = f"nginx.{DOMAIN}"
# Back-off is at most a few seconds in these tests, which keep their trouble short.
SOON = 15 + PATIENCE


def scale(kubesim, count):
    """Whatever comes back: it may be the garbage that a test asked for."""
    with contextlib.suppress(ValueError, http.client.HTTPException):
        kubesim.request("PATCH", "/apis/apps/v1/namespaces/default/statefulsets/nginx/scale",
                        {"spec": {"replicas": count}})


def has_pods(catena, count, patience=SOON):
    eventually(lambda: len(catena.data(PODS, tcp=True)) == count, patience)


@contextlib.contextmanager
def always_answering(catena, name=PODS):
    """While this runs the name has addresses all the time: no moment with an empty store."""
    wrong, over = [], threading.Event()

    def ask():
        while not over.is_set():
            found = catena.data(name, tcp=True, timeout=PATIENCE)
            if not found:
                wrong.append(f"no address at {time.monotonic()}")
            time.sleep(0.002)
    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    assert not wrong, wrong[:3]


def plain(folder, port=0, name="kubesim", **options):
    """Without TLS, so that another process can take the place of this one."""
    arguments = ("--listen", f"127.0.0.1:{port}", *options.pop("arguments", ()))
    return Kubesim(folder, arguments=arguments, name=name, **options)


def lines_with(catena, pattern):
    return [line for line in catena.log().splitlines() if re.search(pattern, line)]


@in_both_encodings
def test_watches_that_break_or_end(folder):
    kubesim, catena = cluster(folder)
    has_pods(catena, 3)
    with always_answering(catena):
        for count, fault in ((4, "end_watches"), (5, "drop_watches")):
            kubesim.faults(**{fault: True})
            scale(kubesim, count)
            has_pods(catena, count)
    stop_cleanly(catena, kubesim)


def slices(folder, count):
    """A file of so many EndpointSlices of Services that are not there."""
    path = pathlib.Path(folder) / "slices.json"
    items = [{"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
              "metadata": {"name": f"slice-{number}", "namespace": "default"},
              "addressType": "IPv4", "endpoints": []} for number in range(count)]
    path.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
    return path


@in_both_encodings
def test_410_where_a_watch_would_resume(folder):
    # Fewer than a page of them would be read again with each watch, and none would resume.
    many = slices(folder, 600)
    kubesim = Kubesim(folder, manifests=("cmd/kubesim/sample.yaml", many))
    catena = Catena(folder, kubernetes_corefile(kubesim))
    has_pods(catena, 3)
    scale(kubesim, 4)
    has_pods(catena, 4)
    with always_answering(catena):
        kubesim.faults(gone=True, drop_watches=True)
        catena.wait_for(r"endpointslices: the last version seen has expired, listing again")
        kubesim.no_faults()
        scale(kubesim, 5)
        has_pods(catena, 5)
    stop_cleanly(catena, kubesim)


@in_both_encodings
def test_answers_that_are_garbage_or_cut_short(folder):
    kubesim, catena = cluster(folder)
    has_pods(catena, 3)
    with always_answering(catena):
        for count, fault, said in ((4, "garbage", "cannot be used"), (3, "cut", "ended in the")):
            kubesim.faults(**{fault: 1000, "drop_watches": True})
            scale(kubesim, count)
            catena.wait_for(rf"\[WARNING\] plugin/kubernetes: .*{said}")
            with contextlib.suppress(ValueError, http.client.HTTPException):
                kubesim.no_faults()
            has_pods(catena, count)
    stop_cleanly(catena, kubesim)


@in_both_encodings
def test_errors_of_the_server_are_said_and_outlived(folder):
    pairs = []
    for status in 500, 503, 429:
        kubesim = Kubesim(folder, name=f"kubesim{status}")
        catena = Catena(folder, kubernetes_corefile(kubesim), name=f"catena{status}")
        has_pods(catena, 3)
        kubesim.faults(status=status, count=1, path="endpointslices", drop_watches=True)
        scale(kubesim, 4)
        pairs.append((status, kubesim, catena))
    for status, kubesim, catena in pairs:
        with always_answering(catena):
            level = "WARNING" if status == 429 else "ERROR"
            said = f"endpointslices: Failed to watch: .*HTTP {status}"
            catena.wait_for(rf"\[{level}\] plugin/kubernetes: {said}")
            has_pods(catena, 4)
        stop_cleanly(catena, kubesim)


@in_both_encodings
def test_no_streaming_list(folder):
    kubesim = Kubesim(folder)
    kubesim.faults(streaming_list=False)
    catena = Catena(folder, kubernetes_corefile(kubesim))
    has_pods(catena, 3)
    scale(kubesim, 5)
    has_pods(catena, 5)
    assert not lines_with(catena, "WARNING|ERROR"), catena.log()
    stop_cleanly(catena, kubesim)


@in_both_encodings
def test_a_thousand_pods_in_pages(folder):
    kubesim = Kubesim(folder, arguments=("--tls", "--page-limit", "150"))
    kubesim.faults(streaming_list=False)
    scale(kubesim, 1000)
    eventually(lambda: number_of_pods(kubesim) > 1000, 60)
    catena = Catena(folder, kubernetes_corefile(kubesim, options="pods verified"))
    has_pods(catena, 1000)
    addresses = catena.data(PODS, tcp=True)
    assert len(set(addresses)) == 1000
    dashed = addresses[0].replace(".", "-")
    # On a busy machine it starts before it has all pods.
    eventually(lambda: catena.rcode("192-0-2-1.default.pod.cluster.local") == "NXDOMAIN", 60)
    assert catena.data(f"{dashed}.default.pod.cluster.local") == addresses[:1]
    stop_cleanly(catena, kubesim)


def number_of_pods(kubesim):
    page = kubesim.request("GET", "/api/v1/namespaces/default/pods?limit=1")
    return 1 + page["metadata"].get("remainingItemCount", 0)


@in_both_encodings
def test_403_is_said_once_and_the_rest_answers(folder):
    kubesim = Kubesim(folder)
    kubesim.faults(forbid=["endpointslices"])
    catena = Catena(folder, kubernetes_corefile(kubesim, options="startup_timeout 1s"))
    catena.wait_for(r"\[WARNING\] plugin/kubernetes: starting server with unsynced Kubernetes API")
    assert catena.data("kube-dns.kube-system.svc.cluster.local") == ["10.247.3.10"]
    catena.wait_for("endpointslices.*HTTP 403")
    said = lines_with(catena, "403|forbidden")
    assert len(said) == len({"failed to list" in line for line in said}), said
    assert any("endpointslices" in line and "list" in line for line in said), said
    kubesim.no_faults()
    has_pods(catena, 3)
    stop_cleanly(catena, kubesim)


def test_a_certificate_that_is_not_trusted(folder):
    kubesim = Kubesim(folder)
    stranger = Kubesim(folder, manifests=(), name="stranger")
    ca = re.search(r"certificate-authority-data: (\S+)", stranger.kubeconfig.read_text()).group(1)
    wrong = pathlib.Path(folder) / "wrong.kubeconfig"
    text = kubesim.kubeconfig.read_text()
    wrong.write_text(re.sub(r"(certificate-authority-data: )\S+", rf"\g<1>{ca}", text))
    catena = Catena(folder, kubernetes_corefile(kubesim, options="startup_timeout 1s",
                                                kubeconfig=wrong))
    said = lines_with(catena, r"\[ERROR\].*Failed to watch: .*certificate")
    # Once for each resource, with the reason.
    assert 1 <= len(said) <= 3 and all(
        "x509: certificate signed by unknown authority" in line for line in said), catena.log()
    is_unsynced(catena)
    stop_cleanly(catena, stranger, kubesim)


def is_unsynced(catena):
    answer = catena.ask(PODS)
    assert answer.rcode() == dns.rcode.SERVFAIL, answer
    assert answer.authority and answer.authority[0].to_text().startswith("cluster.local. "), answer
    assert " SOA " in answer.authority[0].to_text(), answer
    # What needs no data is answered.
    assert catena.rcode("cluster.local", "SOA") == "NOERROR"
    assert catena.rcode("svc.cluster.local") == "NOERROR"


@in_both_encodings
def test_a_token_that_expires_and_is_renewed(folder):
    token = pathlib.Path(folder) / "token"
    kubesim = Kubesim(folder, arguments=("--tls", "--token-file", token, "--token-ttl", "4"))
    catena = Catena(folder, kubernetes_corefile(kubesim))
    has_pods(catena, 3)
    first = token.read_text()
    eventually(lambda: token.read_text() != first)
    with always_answering(catena):
        kubesim.faults(expire_tokens=True, drop_watches=True)
        eventually(lambda: kubesim.kubectl("scale", "statefulset", "nginx", "--replicas=5"))
        has_pods(catena, 5)
    stop_cleanly(catena, kubesim)


def test_a_token_that_nobody_renews(folder):
    token = pathlib.Path(folder) / "token"
    kubesim = Kubesim(folder, arguments=("--tls", "--token-file", token, "--token-ttl", "600"))
    catena = Catena(folder, kubernetes_corefile(kubesim))
    has_pods(catena, 3)
    with always_answering(catena):
        kubesim.faults(expire_tokens=True, drop_watches=True)
        catena.wait_for(r"\[ERROR\].*Failed to watch: .*HTTP 401")
    stop_cleanly(catena, kubesim)


@in_both_encodings
def test_the_api_server_dies_and_comes_back(folder):
    kubesim = plain(folder)
    catena = Catena(folder, kubernetes_corefile(kubesim))
    has_pods(catena, 3)
    before = catena.data(PODS)
    port = kubesim.port
    with always_answering(catena):
        kubesim.stop(signal.SIGKILL)
        catena.wait_for(r"\[WARNING\].*plugin/kubernetes")
        assert catena.data(PODS) == before
        # The new one begins with a low resourceVersion, as one restored from a backup does.
        again = plain(folder, port, name="again")
        scale(again, 4)
        has_pods(catena, 4, SOON + 30)
        catena.wait_for("the API server answers again")
    stop_cleanly(catena, again)


@in_both_encodings
def test_a_server_that_was_restored_from_an_older_state(folder):
    kubesim, catena = cluster(folder)
    has_pods(catena, 3)
    old = kubesim.counters()["resourceVersion"]
    scale(kubesim, 6)
    has_pods(catena, 6)
    kubesim.faults(reset_resource_version=old)
    has_pods(catena, 3)
    stop_cleanly(catena, kubesim)


def test_the_api_server_comes_after_catena(folder):
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        port = place.getsockname()[1]
    kubeconfig = pathlib.Path(folder) / "later.kubeconfig"
    kubeconfig.write_text(f"""
apiVersion: v1
kind: Config
current-context: later
clusters: [{{name: later, cluster: {{server: "http://127.0.0.1:{port}"}}}}]
contexts: [{{name: later, context: {{cluster: later, user: later}}}}]
users: [{{name: later, user: {{}}}}]
""")
    catena = Catena(folder, kubernetes_corefile(None, options="startup_timeout 1s",
                                                kubeconfig=kubeconfig))
    said = r"^\[%s\] plugin/kubernetes: %s$"
    catena.wait_for(said % ("INFO", "waiting for Kubernetes API before starting server"))
    catena.wait_for(said % ("WARNING", "starting server with unsynced Kubernetes API"))
    is_unsynced(catena)
    kubesim = plain(folder, port)
    has_pods(catena, 3, SOON + 10)
    assert catena.rcode(f"nobody.{DOMAIN}") == "NXDOMAIN"
    stop_cleanly(catena, kubesim)


@in_both_encodings
def test_a_slow_server(folder):
    kubesim, catena = cluster(folder)
    has_pods(catena, 3)
    kubesim.faults(slow_ms=300, drop_watches=True)
    with always_answering(catena):
        scale(kubesim, 4)
        has_pods(catena, 4)
    stop_cleanly(catena, kubesim)


def test_the_end_does_not_wait_for_the_api_server(folder):
    kubesim, catena = cluster(folder)
    has_pods(catena, 3)
    kubesim.faults(hang_watches=True)
    kubesim.process.send_signal(signal.SIGSTOP)
    started = time.monotonic()
    stop_cleanly(catena)
    assert time.monotonic() - started < 5
    kubesim.process.send_signal(signal.SIGCONT)
    stop_cleanly(kubesim)


if __name__ == "__main__":
    main(globals())
