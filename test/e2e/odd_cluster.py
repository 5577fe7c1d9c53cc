# SPDX-License-Identifier: Apache-2.0
"""A cluster whose EndpointSlices, Services and imports are odd in every way that the API allows, or once
allowed, and the questions that show it."""

from answers import Question

CLUSTER, SET = "default.svc.cluster.local.", "default.svc.clusterset.local."
OUTSIDE = "default.ext.test."
HTTP = [{"name": "http", "port": 80, "protocol": "TCP"}]
DNS = [{"name": "dns", "port": 53, "protocol": "UDP"},
       {"name": "dns-tcp", "port": 53, "protocol": "TCP"}]
# Any port, as Go's LookupSRV("", "tcp", name) asks for it, and names that only look like it.
PORTS = ("_._tcp", "_http._", "_._", "_._udp", "_.tcp", "_dns._", "_dns._udp", "_dns._tcp", "_nope._",
         "_._sctp", "_*._tcp", "*._tcp", "_http._*", "_._TCP", "_HTTP._", "_", "_http._tcp")


def named(kind, name, version="v1", labels=None, **parts):
    return {"apiVersion": version, "kind": kind,
            "metadata": {"name": name, "namespace": "default", "labels": labels or {}}, **parts}


def service(name, ports=HTTP, ip="None", status=None, **spec):
    spec = {"type": "ClusterIP", "clusterIP": ip, "clusterIPs": [ip], "ports": ports, **spec}
    return named("Service", name, spec=spec, status=status or {})


def end(address, hostname=None, pod=None):
    return {"addresses": [address], "conditions": {"ready": True},
            **({"hostname": hostname} if hostname else {}),
            **({"targetRef": {"kind": "Pod", "name": pod, "namespace": "default"}} if pod else {})}


def behind(owner, *ends, family="IPv4", ports=HTTP, cluster=None):
    """A slice of a Service, or of an import from another cluster."""
    labels = {"kubernetes.io/service-name": owner} if cluster is None else {
        "multicluster.kubernetes.io/service-name": owner,
        "multicluster.kubernetes.io/source-cluster": cluster}
    return named("EndpointSlice", f"{owner}-{family.lower()}-{cluster or 'own'}", "discovery.k8s.io/v1",
                 labels, addressType=family, endpoints=list(ends), ports=ports)


def imported(name, ips=()):
    spec = {"type": "ClusterSetIP" if ips else "Headless", "ports": HTTP, "ips": list(ips)}
    return named("ServiceImport", name, "multicluster.x-k8s.io/v1alpha1", spec=spec)


def balanced(name, ip, *ingress, ports=HTTP):
    return service(name, ports, ip, {"loadBalancer": {"ingress": list(ingress)}}, type="LoadBalancer")


OBJECTS = [
    {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}},
    service("fqdn"), behind("fqdn", end("www.example.com", "one"), family="FQDN"),
    service("unnamed"), behind("unnamed", end("www.example.com"), family="FQDN"),
    service("bare"), behind("bare", end("www.example.com"), family="FQDN", ports=[]),
    service("two"), behind("two", end("a.example.com"), end("b.example.com", "bee"), family="FQDN"),
    service("inner"), behind("inner", end("web.default.svc.cluster.local", "x"), family="FQDN"),
    service("gone"), behind("gone", end("nope.example.com", "x"), family="FQDN"),
    service("vip", ip="10.247.0.99"), behind("vip", end("www.example.com", "one"), family="FQDN"),
    service("both"), behind("both", end("www.example.com", "one"), family="FQDN"),
    behind("both", end("192.0.2.55", "two")),
    service("mapped"), behind("mapped", end("::ffff:192.0.2.7", "m"), end("::ffff:192.0.2.8"),
                              family="IPv6"),
    service("dots"), behind("dots", end("192.0.2.20", pod="pod.with.dots"),
                            end("192.0.2.21", pod="two.labels"), end("192.0.2.22", pod="plain"),
                            end("192.0.2.23", pod="http.tcp")),
    service("web"), behind("web", end("192.0.2.1", "w1"), end("192.0.2.2")),
    service("many", HTTP + DNS), behind("many", end("192.0.2.31", "a"), ports=HTTP + DNS),
    service("plain", HTTP + DNS[:1], "10.247.0.98"), behind("plain", end("192.0.2.41", "a")),
    service("nameless", [{"port": 80, "protocol": "TCP"}], "10.247.0.97"),
    service("portless", []), behind("portless", end("192.0.2.43", "a"), ports=[]),
    balanced("lb", "10.247.0.96", {"ip": "203.0.113.5"}, {"ip": "2001:db8:5::5"}, ports=HTTP + DNS[:1]),
    balanced("lbname", "10.247.0.95", {"hostname": "www.example.com"}),
    service("outer", ip="10.247.0.94", externalIPs=["203.0.113.6"]),
    imported("mc", ["10.247.9.1"]),
    imported("mch"), behind("mch", end("192.0.2.61", "a"), end("192.0.2.62"), cluster="c1"),
    behind("mch", end("192.0.2.63", "a"), cluster="c2"),
    imported("mcf"), behind("mcf", end("www.example.com", "a"), family="FQDN", cluster="c1"),
    imported("mcm"), behind("mcm", end("::ffff:192.0.2.64", "a"), family="IPv6", cluster="c1"),
]
ENDPOINTS = ("one", "two", "bee", "x", "m", "a", "w1", "www-example-com", "www.example.com", "192-0-2-8",
             "--ffff-192-0-2-8", "plain", "pod.with.dots", "two.labels", "http.tcp", "192-0-2-2")



def owners():
    """The names of all that has endpoints or addresses, inside and outside."""
    for one in OBJECTS:
        name = one["metadata"]["name"]
        if one["kind"] == "ServiceImport":
            yield f"{name}.{SET}"
        elif one["kind"] == "Service":
            yield from (f"{name}.{CLUSTER}", f"{name}.{OUTSIDE}")


def questions():
    for owner in owners():
        ends = [f"{end}.c1" for end in ENDPOINTS] if owner.endswith(SET) else ENDPOINTS
        for kind in "A", "AAAA", "CNAME", "SRV":
            yield Question(owner, kind)
            yield from (Question(f"{end}.{owner}", kind) for end in ends)
        for port in PORTS:
            yield from (Question(f"{port}.{owner}", kind) for kind in ("A", "SRV"))
    yield from (Question(f"{n}.2.0.192.in-addr.arpa.", "PTR") for n in (1, 2, 7, 8, 20, 21, 22, 31, 80))
