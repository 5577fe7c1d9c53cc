#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every kind of record, every denial, every option that changes them."""

import os

import make
from make import endpoint
from model import Settings
from questions import ALL_KINDS, names_of_the_zones
from scene import Plane, apply, main, names_in, new_namespace, pair
from servers import harness

TWO_PORTS = ({"name": "http", "port": 80}, {"name": "metrics", "port": 9100})
BOTH_PROTOCOLS = ({"name": "dns", "port": 53, "protocol": "UDP"},
                  {"name": "dns-tcp", "port": 53, "protocol": "TCP"},
                  {"name": "assoc", "port": 99, "protocol": "SCTP"})
DUAL = {"ipFamilyPolicy": "RequireDualStack", "ipFamilies": ["IPv4", "IPv6"]}
UNNAMED = ({"port": 8080},)
SPACE = "matrix"
# Differences from CoreDNS that the objects and options below must show.
SHOWN = {"text_at_names_above_others", "soa_at_absent_names", "node_above_the_name_server",
         "other_types_at_version_and_reverse_names", "name_server_with_bind",
         "name_server_in_any_case", "aliases_for_every_type", "ends_of_aliases"}


def services():
    yield make.service("web", TWO_PORTS)
    yield make.service("six", TWO_PORTS, ipFamilies=["IPv6"], ipFamilyPolicy="SingleStack")
    yield make.service("dual", **DUAL)
    yield make.service("both", BOTH_PROTOCOLS)
    yield make.service("plain", UNNAMED)
    yield make.service("outer", UNNAMED, type="NodePort")
    yield make.service("balanced", type="LoadBalancer", externalIPs=["203.0.113.9"])
    yield make.service("endless", selector={"app": "nobody"})
    for name, target in (("out", "www.example.com"), ("four", "four.example.com."),
                         ("nowhere", "nowhere.example.com"),
                         ("inner", f"web.{SPACE}.svc.cluster.local"),
                         ("chain", f"inner.{SPACE}.svc.cluster.local"),
                         ("loop", f"loop.{SPACE}.svc.cluster.local"),
                         ("below", f"a.below.{SPACE}.svc.cluster.local"),
                         ("ping", f"pong.{SPACE}.svc.cluster.local"),
                         ("pong", f"ping.{SPACE}.svc.cluster.local"),
                         ("dead", f"absent.{SPACE}.svc.cluster.local"),
                         ("onlysix", f"six.{SPACE}.svc.cluster.local"),
                         ("tohead", f"db.{SPACE}.svc.cluster.local"),
                         ("toend", f"one.db.{SPACE}.svc.cluster.local"),
                         ("topod", f"10-9-8-7.{SPACE}.pod.cluster.local"),
                         ("topport", f"http.tcp.web.{SPACE}.svc.cluster.local"),
                         ("literal", "192.0.2.1"), ("toapex", "cluster.local")):
        yield make.external(name, target)


def headless():
    yield make.headless("db", ports=TWO_PORTS)
    yield make.slice_of("db-1", "db", [
        endpoint("198.51.100.1", hostname="one", zone="zone-a"), endpoint("198.51.100.2", zone="zone-b"),
        endpoint("198.51.100.3", ready=False, hostname="three", zone="zone-a"),
        endpoint("198.51.100.4", hostname="one", zone="Zone-C")], TWO_PORTS)
    yield make.slice_of("db-2", "db", [
        endpoint("2001:db8::5", hostname="five", zone="zone-a"), endpoint("2001:db8::6"),
        endpoint("2001:db8:0:0:1::")], TWO_PORTS, family="IPv6")
    yield make.headless("portless", ports=())
    yield make.slice_of("portless-1", "portless", [endpoint("198.51.100.11", hostname="x")], ())
    yield make.headless("unready")
    yield make.slice_of("unready-1", "unready", [endpoint("198.51.100.12", ready=False)])
    yield make.headless("empty")
    yield make.headless("shared")
    yield make.slice_of("shared-1", "shared", [endpoint("198.51.100.1"), endpoint("198.51.100.2")])
    yield make.slice_of("shared-2", "shared", [endpoint("198.51.100.2"), endpoint("198.51.100.13")])
    yield make.headless("unnamed", ports=UNNAMED)
    yield make.slice_of("unnamed-1", "unnamed", [endpoint("198.51.100.14", hostname="u")], UNNAMED)
    # Endpoints behind an ordinary Service have names too.
    yield make.slice_of("web-1", "web", [endpoint("198.51.100.21", hostname="first"),
                                         endpoint("198.51.100.22")], TWO_PORTS)
    yield make.slice_of("mapped-1", "mapped", [endpoint("198.51.100.23", targetRef={
        "kind": "Pod", "name": "a-pod"}), endpoint("198.51.100.24", targetRef={
            "kind": "Pod", "name": "x" * 80})])
    yield make.headless("mapped")


def build_once():
    plane = Plane.now
    if plane.api.exists("namespaces", SPACE):
        return
    new_namespace(SPACE)
    plane.kubectl("label", "namespace", SPACE, "team=a")
    apply(SPACE, *services(), *headless(), make.headless("sets", "sets", **DUAL),
          make.stateful_set("sets", "sets", 2))


def has_all(objects):
    return len(objects.ready_addresses(SPACE, "sets")) == 4 and (SPACE, "toapex") in objects.services


def names(objects):
    return [*names_of_the_zones(), *names_in(SPACE)(objects)]


def test_the_record_matrix(folder):
    """All types at all names: rows of Services, endpoints, pods, reverse names, nodes between them."""
    build_once()
    with pair(folder) as both:
        both.settle(has_all, kinds=ALL_KINDS, names=names, most=6000)
        assert set(both.explained) == SHOWN, both.explained


def with_options(folder, options, **settings):
    build_once()
    zones = " ".join(settings.pop("zone_words", ("cluster.local", "in-addr.arpa", "ip6.arpa")))
    with pair(folder, options=options, zones=zones, settings=Settings(**settings)) as both:
        both.settle(has_all, names=names, most=2500)
        return both.explained


def test_pods_disabled(folder):
    with_options(folder, "pods disabled\nttl 30", pods="disabled", ttl=30)


def test_pods_verified(folder):
    explained = with_options(folder, "pods verified\nttl 0", pods="verified", ttl=0)
    assert "pods_in_any_spelling" in explained, explained


def test_a_long_time_to_live(folder):
    with_options(folder, "pods insecure\nttl 3600", ttl=3600)


def test_no_endpoints(folder):
    with_options(folder, "noendpoints\nignore empty_service", noendpoints=True, pods="disabled",
                 ignore_empty_service=True)


def test_empty_services_are_ignored(folder):
    with_options(folder, "ignore empty_service\npods insecure", ignore_empty_service=True)


def test_endpoints_have_their_pods_names(folder):
    with_options(folder, "endpoint_pod_names\npods insecure", endpoint_pod_names=True)


def test_listed_namespaces(folder):
    with_options(folder, "namespaces default matrix\npods insecure", namespaces=("default", SPACE))
    with_options(folder, "namespaces kube-system", namespaces=("kube-system",), pods="disabled")


def test_labelled_namespaces(folder):
    with_options(folder, "namespace_labels team=a", namespace_labels=(("team", "a"),), pods="disabled")
    explained = with_options(folder, "namespace_labels team=b\npods insecure",
                             namespace_labels=(("team", "b"),))
    assert "ways_back_to_hidden_namespaces" in explained, explained


def zonal_names(objects):
    for zone in "zone-a", "ZONE-B", "zone-c", "zone-z", "two.labels":
        for way in "pin", "prefer", "other":
            for service in "db", "web", "out", "unready", "empty", "absent", "shared":
                yield f"{zone}.{way}._zone.{service}.{SPACE}.svc.cluster.local."


def test_zonal_names(folder):
    build_once()
    with pair(folder, options="zonal\npods insecure", settings=Settings(zonal=True)) as both:
        both.settle(has_all, kinds=("A", "AAAA", "SRV", "TXT", "SOA"), names=zonal_names, most=5000)
        both.settle(has_all, names=names, most=800)
    with pair(folder) as both:
        both.settle(has_all, names=zonal_names, most=300)


def test_zones_of_networks(folder):
    with_options(folder, "pods insecure",
                 zone_words=("cluster.local", "10.247.0.0/16", "198.51.100.0/24"),
                 zones=("cluster.local.", "247.10.in-addr.arpa.", "100.51.198.in-addr.arpa."))


def test_the_account_of_a_pod(folder):
    """Token, authority and address where every pod has them, in a mount namespace of its own."""
    if os.geteuid() != 0:
        raise harness.Skip("a mount namespace needs root")
    build_once()
    plane = Plane.now
    mounted = "/var/run/secrets/kubernetes.io/serviceaccount"
    with open(f"{folder}/token", "w") as out:
        out.write(plane.request_token())
    script = (f"mount -t tmpfs none /var/run && mkdir -p {mounted} && "
              f"cp {folder}/token {mounted}/token && "
              f"cp {plane.authority.certificate} {mounted}/ca.crt && "
              f"echo kube-system >{mounted}/namespace && exec \"$@\"")
    environment = {"KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": str(plane.port)}
    with pair(folder, kubeconfig=lambda who: None, environment=environment,
              wrapper=("unshare", "-m", "sh", "-c", script, "sh")) as both:
        both.settle(has_all, names=names, most=1200)


if __name__ == "__main__":
    main(globals())
