# SPDX-License-Identifier: Apache-2.0
"""A large cluster's objects. One of each kind is made through the API; the others are copies of what
the API server keeps of it, put straight into etcd: thousands a second instead of hundreds, and the API
server cannot tell the difference."""

import base64
import copy
import itertools
import json
import uuid

NAMESPACES = 20
ENDPOINTS = 15
HEADLESS_EVERY = 10  # Every tenth Service has no cluster IP: its answers show endpoints.
LARGEST_TRANSACTION = 128
ZONES = ("region-1a", "region-1b", "region-1c")
FIRST_SLICE_ADDRESS = (172 << 24) + (16 << 16) + 1
FIRST_POD_ADDRESS = (172 << 24) + (24 << 16) + 1
FIRST_CLUSTER_IP = (10 << 24) + (247 << 16) + (8 << 8) + 1
SLICE = "discovery.k8s.io/v1"


def address(number):
    return ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))


def namespace(number):
    return f"team-{number % NAMESPACES}"


def service_name(number):
    return f"service-{number}"


def slice_name(number):
    return f"service-{number}-x7k2p"


def is_headless(number):
    return number % HEADLESS_EVERY == 0


def endpoints(number, shift=0):
    """Those of a Service's slice, as the EndpointSlice controller writes them; the first has another
    address for each `shift`."""
    listed = []
    for index in range(ENDPOINTS):
        spot = FIRST_SLICE_ADDRESS + number * ENDPOINTS + index
        if index == 0 and shift:
            spot = (198 << 24) + (18 << 16) + shift
        pod_name = f"service-{number}-7c9d8b6f5-{index:05d}"
        listed.append({
            "addresses": [address(spot)], "nodeName": f"node-{spot % 200}", "zone": ZONES[spot % 3],
            "conditions": {"ready": True, "serving": True, "terminating": False},
            "targetRef": {"kind": "Pod", "namespace": namespace(number), "name": pod_name,
                          "uid": identity(pod_name)}})
    return listed


def identity(text):
    return str(uuid.uuid5(uuid.NAMESPACE_OID, text))


class Templates:
    """One Service with and one without cluster IP, their slice and a pod, as the API server shows
    them."""

    def __init__(self, api):
        self.api = api
        for number in range(NAMESPACES):
            api.create_when_possible("namespaces", {"metadata": {"name": namespace(number)}})
        space = namespace(0)
        ports = [{"name": "http", "port": 80, "protocol": "TCP", "targetPort": 8080}]
        for name, more in ("with-ip", {}), ("without-ip", {"clusterIP": "None"}):
            made = api.create("services", {"metadata": {"name": name, "labels": {"app": name}},
                                           "spec": {"ports": ports, **more}}, space)
            if not more:
                self.ip = api.get("/apis/networking.k8s.io/v1/ipaddresses/" + made["spec"]["clusterIP"])
        self.service = self.take("services", "with-ip")
        self.headless = self.take("services", "without-ip")
        api.create("endpointslices", {
            "metadata": {"name": "slice", "labels": {
                "kubernetes.io/service-name": "with-ip",
                "endpointslice.kubernetes.io/managed-by": "bench"}},
            "addressType": "IPv4", "endpoints": endpoints(0),
            "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}]}, space)
        self.slice = self.take("endpointslices", "slice")
        self.pod = self.make_pod(space)

    def make_pod(self, space):
        self.api.create("serviceaccounts", {"metadata": {"name": "default"}}, space)
        self.api.create_when_possible("pods", {
            "metadata": {"name": "pod", "labels": {"app": "bench", "pod-template-hash": "7c9d8b6f5"}},
            "spec": {"nodeName": "node-0", "containers": [{
                "name": "main", "image": "registry.example/bench:1",
                "ports": [{"name": "http", "containerPort": 8080}]}]}}, space)
        self.api.patch("pods", "pod", {"status": {
            "phase": "Running", "podIP": "172.24.0.1", "podIPs": [{"ip": "172.24.0.1"}],
            "conditions": [{"type": "Ready", "status": "True"}]}}, space, "status")
        return self.take("pods", "pod")

    def take(self, resource, name):
        """The object, which is taken out again."""
        space = namespace(0)
        item = self.api.get(self.api.path(resource, space, name))
        self.api.raw("DELETE", self.api.path(resource, space, name) + "?gracePeriodSeconds=0")
        return item


def renamed(template, kind, version, name, number):
    item = copy.deepcopy(template)
    item["kind"], item["apiVersion"] = kind, version
    metadata = item["metadata"]
    metadata["name"], metadata["uid"] = name, identity(f"{kind} {name}")
    metadata.pop("resourceVersion", None)
    if "namespace" in metadata:
        metadata["namespace"] = namespace(number)
    return item


def service(templates, number):
    """The objects of one Service: keys of etcd and values."""
    space, name = namespace(number), service_name(number)
    headless = is_headless(number)
    item = renamed(templates.headless if headless else templates.service, "Service", "v1", name, number)
    if not headless:
        ip = address(FIRST_CLUSTER_IP + number)
        item["spec"].update(clusterIP=ip, clusterIPs=[ip])
        taken = renamed(templates.ip, "IPAddress", "networking.k8s.io/v1", ip, number)
        taken["spec"]["parentRef"].update(namespace=space, name=name)
        yield f"/registry/ipaddresses/{ip}", taken
    yield f"/registry/services/specs/{space}/{name}", item
    piece = renamed(templates.slice, "EndpointSlice", SLICE, slice_name(number), number)
    piece["metadata"]["labels"]["kubernetes.io/service-name"] = name
    piece["endpoints"] = endpoints(number)
    yield f"/registry/endpointslices/{space}/{slice_name(number)}", piece


def pod(templates, number):
    name = f"service-{number}-7c9d8b6f5-00000"
    item = renamed(templates.pod, "Pod", "v1", name, number)
    ip = address(FIRST_POD_ADDRESS + number)
    item["status"].update(podIP=ip, podIPs=[{"ip": ip}])
    yield f"/registry/pods/{namespace(number)}/{name}", item


def encoded(text):
    return base64.b64encode(text.encode()).decode()


def put(plane, pairs):
    """Writes pairs of key and object into etcd."""
    pairs = iter(pairs)
    while some := list(itertools.islice(pairs, LARGEST_TRANSACTION)):
        plane.etcd("/v3/kv/txn", success=[
            {"requestPut": {"key": encoded(key), "value": encoded(json.dumps(item))}}
            for key, item in some])
