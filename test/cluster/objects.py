# SPDX-License-Identifier: Apache-2.0
"""What `kubectl get -o json` shows of a cluster, as far as names depend on it."""

import collections
import dataclasses
import ipaddress
import json

SERVICE_LABEL = "kubernetes.io/service-name"


@dataclasses.dataclass(frozen=True)
class Port:
    name: str
    protocol: str
    number: int  # None where there is none.


@dataclasses.dataclass
class Service:
    namespace: str
    name: str
    kind: str
    addresses: list
    ports: list
    external: str

    @property
    def is_external(self):
        return self.kind == "ExternalName"

    @property
    def is_headless(self):
        return not self.is_external and self.addresses[:1] == ["None"]


@dataclasses.dataclass(frozen=True)
class Endpoint:
    """One address of a slice, in the spelling of the slice."""

    address: str
    hostname: str
    target: str
    zone: str
    is_ready: bool

    def label(self, by_pod=False):
        """Its own name below the Service's."""
        if self.hostname:
            return self.hostname.lower()
        if by_pod and 0 < len(self.target) < 64:
            return self.target.lower()
        dashed = self.address.replace(".", "-").replace(":", "-")
        return dashed + "0" if dashed.endswith("-") else dashed


@dataclasses.dataclass
class Slice:
    namespace: str
    name: str
    service: str
    ports: list
    endpoints: list

    @property
    def ready(self):
        return [endpoint for endpoint in self.endpoints if endpoint.is_ready]


@dataclasses.dataclass
class Pod:
    namespace: str
    name: str
    addresses: list
    is_over: bool
    is_going: bool
    is_ready: bool


def is_address(text):
    try:
        ipaddress.ip_address(text)
        return True
    except ValueError:
        return False


def read_ports(listed):
    return [Port((port.get("name") or "").lower(), port.get("protocol", "TCP").lower(),
                 port.get("port")) for port in listed or []]


def read_service(item):
    spec = item["spec"]
    addresses = spec.get("clusterIPs") or [ip for ip in [spec.get("clusterIP")] if ip]
    return Service(item["metadata"]["namespace"], item["metadata"]["name"],
                   spec.get("type", "ClusterIP"), addresses, read_ports(spec.get("ports")),
                   spec.get("externalName", ""))


def read_endpoints(endpoint):
    ready = (endpoint.get("conditions") or {}).get("ready")
    return [Endpoint(address, endpoint.get("hostname") or "",
                     (endpoint.get("targetRef") or {}).get("name", ""), endpoint.get("zone") or "",
                     ready is not False) for address in endpoint.get("addresses") or []]


def read_slice(item):
    endpoints = [one for endpoint in item.get("endpoints") or [] for one in read_endpoints(endpoint)]
    labels = item["metadata"].get("labels") or {}
    return Slice(item["metadata"]["namespace"], item["metadata"]["name"],
                 labels.get(SERVICE_LABEL, ""), read_ports(item.get("ports")),
                 [one for one in endpoints if is_address(one.address)])


def read_pod(item):
    status = item.get("status") or {}
    addresses = [one["ip"] for one in status.get("podIPs") or []]
    conditions = {one["type"]: one["status"] for one in status.get("conditions") or []}
    return Pod(item["metadata"]["namespace"], item["metadata"]["name"], addresses,
               status.get("phase") in ("Succeeded", "Failed", "Unknown"),
               "deletionTimestamp" in item["metadata"], conditions.get("Ready") == "True")


class Objects:
    """All Services, EndpointSlices, Namespaces and Pods at about one moment."""

    def __init__(self, items):
        by_kind = collections.defaultdict(list)
        for item in items:
            by_kind[item["kind"]].append(item)
        self.namespaces = {item["metadata"]["name"]: item["metadata"].get("labels") or {}
                           for item in by_kind["Namespace"]}
        self.services = {(s.namespace, s.name): s for s in map(read_service, by_kind["Service"])}
        self.slices = [read_slice(item) for item in by_kind["EndpointSlice"]]
        self.pods = [read_pod(item) for item in by_kind["Pod"]]
        self.slices_of = collections.defaultdict(list)
        for one in self.slices:
            self.slices_of[one.namespace, one.service].append(one)

    def ready_pods(self, namespace):
        """Pod name to its first address."""
        return {pod.name: pod.addresses[0] for pod in self.pods
                if pod.namespace == namespace and pod.is_ready and not pod.is_going}

    def ready_addresses(self, namespace, service):
        return sorted({one.address for piece in self.slices_of[namespace, service]
                       for one in piece.ready})


def read_objects(plane):
    text = plane.kubectl("get", "services,endpointslices,namespaces,pods", "-A", "-o", "json")
    return Objects(json.loads(text)["items"])
