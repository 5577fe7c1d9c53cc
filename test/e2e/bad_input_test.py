#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Objects and API servers that break rules: each is said once, and everything else is answered."""

import http.server
import json
import pathlib
import queue
import re
import threading
import urllib.parse

from harness import Catena, Kubesim, PATIENCE, cluster, eventually, in_both_encodings
from harness import kubernetes_corefile, main, stop_cleanly

DOMAIN = "default.svc.cluster.local"
SERVICES = "/api/v1/services"
NAMESPACES = "/api/v1/namespaces"
SLICES = "/apis/discovery.k8s.io/v1/endpointslices"


class Script(http.server.ThreadingHTTPServer):
    """An API server that says what a test wants: first a whole state of each resource, then
    events."""

    daemon_threads = True

    def __init__(self, folder):
        super().__init__(("127.0.0.1", 0), Answer)
        self.states = {SERVICES: [], NAMESPACES: [meta("default", namespace=None)], SLICES: []}
        self.events = {path: queue.Queue() for path in self.states}
        self.kubeconfig = pathlib.Path(folder) / "script.kubeconfig"
        self.kubeconfig.write_text(f"""
apiVersion: v1
kind: Config
current-context: script
clusters: [{{name: script, cluster: {{server: "http://127.0.0.1:{self.server_port}"}}}}]
contexts: [{{name: script, context: {{cluster: script, user: script}}}}]
users: [{{name: script, user: {{}}}}]
""")
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def say(self, path, kind, thing):
        self.events[path].put(json.dumps({"type": kind, "object": thing}))


class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if "sendInitialEvents" in url.query:
            for thing in self.server.states[url.path]:
                self.chunk(json.dumps({"type": "ADDED", "object": thing}))
            self.chunk(json.dumps({"type": "BOOKMARK", "object": {"metadata": {
                "resourceVersion": "1000",
                "annotations": {"k8s.io/initial-events-end": "true"}}}}))
        while True:
            self.chunk(self.server.events[url.path].get())

    def chunk(self, text):
        data = text.encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()


def meta(name, namespace="default", version="10", **more):
    where = {"namespace": namespace} if namespace else {}
    return {"metadata": {"name": name, **where, "resourceVersion": version, **more}}


def service(name, ip, version="10", ports=({"name": "http", "port": 80},), **more):
    spec = {"clusterIPs": [ip], "ports": list(ports), "type": "ClusterIP"}
    return {**meta(name, version=version, **more), "spec": spec}


def slice_of(name, owner, *addresses, version="10", hostname=None):
    labels = {"kubernetes.io/service-name": owner} if owner else {}
    endpoints = [{"addresses": [a], **({"hostname": hostname} if hostname else {})}
                 for a in addresses]
    return {**meta(name, version=version, labels=labels), "addressType": "IPv4", "ports": [],
            "endpoints": endpoints}


def troubles(catena):
    return sorted(re.findall(r"^\[(?:WARNING|ERROR)\] plugin/kubernetes: (.*)$", catena.log(),
                             re.MULTILINE))


def has_said(catena, *expected):
    """These complaints and no others."""
    try:
        eventually(lambda: troubles(catena) == sorted(expected))
    except AssertionError:
        raise AssertionError(catena.log()) from None


def is_answered(catena, name, addresses):
    eventually(lambda: catena.data(f"{name}.{DOMAIN}") == addresses)


def test_objects_that_break_rules(folder):
    api = Script(folder)
    api.states[SERVICES] = [
        service("Capital", "10.96.0.1"), service("no-ports", "10.96.0.2", ports=()),
        service("no-address", "10.96.0.999"), service("x" * 64, "10.96.0.3"),
        service("bad-port", "10.96.0.4", ports=({"port": 70000},)),
        service("huge", "10.96.0.5", annotations={"a": "x" * 10_000_000}),
        service("twin-b", "10.96.0.6"), service("twin-a", "10.96.0.6"),
        service("headless", "None"), service("web", "10.96.0.7"),
        {**meta("map"), "kind": "ConfigMap"}, {"metadata": {}}]
    api.states[SLICES] = [
        slice_of("s1", "headless", "10.0.0.1", "not an address", hostname="Db-0"),
        slice_of("s2", None, "10.0.0.2"), slice_of("s3", "y" * 64, "10.0.0.3"),
        slice_of("s4", "nobody", "10.0.0.4")]
    catena = Catena(folder, kubernetes_corefile(api, options="startup_timeout 60s"))
    for name, ip in (("capital", "10.96.0.1"), ("no-ports", "10.96.0.2"), ("web", "10.96.0.7"),
                     ("twin-a", "10.96.0.6"), ("twin-b", "10.96.0.6"), ("headless", "10.0.0.1"),
                     ("db-0.headless", "10.0.0.1")):
        assert catena.data(f"{name}.{DOMAIN}") == [ip], name
    assert catena.data("6.0.96.10.in-addr.arpa", "PTR") == [f"twin-a.{DOMAIN}."]
    assert catena.data(f"no-address.{DOMAIN}") == []
    for name in ("huge", "bad-port", "nobody", "map"):
        assert catena.rcode(f"{name}.{DOMAIN}") == "NXDOMAIN", name
    expected = [
        "services: default/no-address: its cluster IP '10.96.0.999' is no address",
        f"services: default/{'x' * 64}: it is not served: its name is no DNS label",
        "services: default/bad-port is passed over: number out of range 70000",
        "services: default/huge is passed over: it is larger than 4 MiB",
        "services: default/twin-a and default/twin-b have the same cluster IP 10.96.0.6; its name "
        "is that of the first",
        "services: default/map is passed over: an object of another kind: ConfigMap",
        "services: an object is passed over: an object without a name",
        "endpointslices: default/s1: 'not an address' is no address",
        "endpointslices: default/s3: it is not served: its service's name is no DNS label"]
    has_said(catena, *expected)
    # The same again, in newer versions: nothing is said twice.
    for thing in api.states[SERVICES][1:]:
        thing["metadata"]["resourceVersion"] = "2000"
        api.say(SERVICES, "MODIFIED", thing)
    api.say(SERVICES, "ADDED", service("last", "10.96.0.8", "2001"))
    is_answered(catena, "last", ["10.96.0.8"])
    has_said(catena, *expected)
    stop_cleanly(catena)


def test_events_that_nobody_expects(folder):
    api = Script(folder)
    api.states[SERVICES] = [service("web", "10.96.0.1"), service("web", "10.96.0.2", "11")]
    catena = Catena(folder, kubernetes_corefile(api))
    assert catena.data(f"web.{DOMAIN}") == ["10.96.0.2"]
    say = api.say
    say(SERVICES, "ADDED", service("web", "10.96.0.3", "1001"))
    say(SERVICES, "ADDED", service("web", "10.96.0.3", "1001"))
    say(SERVICES, "MODIFIED", service("late", "10.96.0.4", "999"))
    say(SERVICES, "DELETED", service("unknown", "10.96.0.5", "1002"))
    say(SERVICES, "RENAMED", service("web", "10.96.0.6", "1003"))
    say(SERVICES, "DELETED", service("web", "10.96.0.3", "1004"))
    say(SERVICES, "DELETED", service("web", "10.96.0.3", "1004"))
    say(SERVICES, "ADDED", service("after", "10.96.0.7", "1005"))
    is_answered(catena, "after", ["10.96.0.7"])
    assert catena.data(f"late.{DOMAIN}") == ["10.96.0.4"]
    assert catena.rcode(f"web.{DOMAIN}") == "NXDOMAIN"
    assert catena.rcode("3.0.96.10.in-addr.arpa", "PTR") != "NOERROR"
    has_said(catena, "services: unknown watch event RENAMED")
    stop_cleanly(catena)


def test_objects_that_a_server_without_checks_takes(folder):
    kubesim = Kubesim(folder, arguments=("--tls", "--no-validation"))
    catena = Catena(folder, kubernetes_corefile(kubesim))
    here = "/api/v1/namespaces/default/services"
    for thing in (service("site", "10.247.9.9"), service("UPPER", "None"),
                  {**meta("bare"), "spec": {}},
                  {**meta("far"), "spec": {"type": "ExternalName", "externalName": "..."}}):
        del thing["metadata"]["resourceVersion"]
        kubesim.request("POST", here, thing)
    slices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices"
    for thing in (slice_of("own", "UPPER", "10.1.1.1", "ten", hostname="POD-0"),
                  slice_of("stray", None, "10.1.1.2")):
        del thing["metadata"]["resourceVersion"]
        kubesim.request("POST", slices, thing)
    is_answered(catena, "pod-0.upper", ["10.1.1.1"])
    is_answered(catena, "site", ["10.247.9.9"])
    assert catena.rcode(f"far.{DOMAIN}") in ("NOERROR", "NXDOMAIN")
    has_said(catena, "endpointslices: default/own: 'ten' is no address")
    stop_cleanly(catena, kubesim)


def test_a_domain_that_is_another_one(folder):
    kubesim, catena = cluster(folder, extra="whoami")
    eventually(lambda: catena.data("kube-dns.kube-system.svc.cluster.local"))
    for name in ("www.example.org", "a.b.svc.example.org", "default.svc.k8s.local"):
        catena.ask(name)
    assert not troubles(catena), catena.log()
    for _ in range(3):
        catena.ask("kube-dns.KUBE-system.svc.k8s.Local")
    catena.wait_for("come under the domain", PATIENCE)
    has_said(
        catena,
        "queries for services of this cluster come under the domain k8s.local. "
        "(kube-dns.kube-system.svc.k8s.local.), which is none of the zones here (cluster.local.,"
        "in-addr.arpa.,ip6.arpa.): does the kubelet's clusterDomain say otherwise?")
    stop_cleanly(catena, kubesim)


@in_both_encodings
def test_a_right_that_is_missing_is_named(folder):
    kubesim = Kubesim(folder)
    kubesim.faults(forbid=["endpointslices"])
    catena = Catena(folder, kubernetes_corefile(kubesim, options="startup_timeout 1s"))
    catena.wait_for("not known yet: endpointslices")
    catena.wait_for("the rights needed are list and watch on endpointslices.discovery.k8s.io")
    assert catena.data("kube-dns.kube-system.svc.cluster.local") == ["10.247.3.10"]
    stop_cleanly(catena, kubesim)


if __name__ == "__main__":
    main(globals())
