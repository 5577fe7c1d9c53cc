# SPDX-License-Identifier: Apache-2.0
"""The names of a cluster as the Kubernetes DNS specification 1.1.0 and CoreDNS's grammar have them,
computed from the cluster's objects: what the answer to a question must be. It shares nothing with the
plugin that it judges.
"""

import collections
import dataclasses
import ipaddress

import dns.exception
import dns.rdata
import dns.reversename

from answers import Answer
from objects import is_address


@dataclasses.dataclass
class Settings:
    """The options of a `kubernetes` block that change answers."""

    zones: tuple = ("cluster.local.", "in-addr.arpa.", "ip6.arpa.")
    ttl: int = 5
    pods: str = "insecure"
    endpoint_pod_names: bool = False
    namespaces: tuple = ()
    namespace_labels: tuple = ()  # One (key, value), or none.
    noendpoints: bool = False
    ignore_empty_service: bool = False
    zonal: bool = False
    local_addresses: tuple = ("127.0.0.1",)
    # Of a name outside, by name and type: records (owner, TTL, type, data), and the response code.
    resolve: object = None


class Found:
    """What is at a name: data of each type, and records that go beside it."""

    def __init__(self, kind):
        self.kind = kind
        self.data = collections.defaultdict(list)
        self.beside = collections.defaultdict(set)
        self.ttl = None
        self.alias = None

    def add_address(self, address):
        data = canonical(address)
        if data not in self.data[address_type(data)]:
            self.data[address_type(data)].append(data)


def address_type(address):
    return "AAAA" if ":" in address else "A"


def canonical(address):
    """As records show it. An IPv4 address in IPv6's form is one of IPv4."""
    parsed = ipaddress.ip_address(address)
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    kind = "A" if parsed.version == 4 else "AAAA"
    return dns.rdata.from_text("IN", kind, str(parsed)).to_text()


def from_dashes(label):
    """The address in a pod's name; None if it is none."""
    dots = label.count("-") == 3 and "--" not in label
    text = label.replace("-", "." if dots else ":")
    return canonical(text) if is_address(text) else None


def from_reverse(name):
    try:
        text = dns.reversename.to_address(dns.name.from_text(name.lower()))
    except (dns.exception.DNSException, ValueError):
        return None
    ends = (".in-addr.arpa.", 6) if ":" not in text else (".ip6.arpa.", 34)
    return canonical(text) if name.lower().endswith(ends[0]) and \
        len(name.rstrip(".").split(".")) == ends[1] else None


def is_reverse(zone):
    return zone.lower().endswith((".in-addr.arpa.", ".ip6.arpa.")) or \
        zone.lower() in ("in-addr.arpa.", "ip6.arpa.")


class Model:
    def __init__(self, objects, settings):
        self.objects = objects
        self.settings = settings
        self.primary = next(zone for zone in settings.zones if not is_reverse(zone))
        self.by_cluster_ip = {canonical(ip): service for service in objects.services.values()
                              for ip in service.addresses if is_address(ip)}
        self.by_endpoint = collections.defaultdict(set)
        for piece in [] if settings.noendpoints else objects.slices:
            for one in piece.ready:
                self.by_endpoint[canonical(one.address)].add(
                    (piece.namespace, piece.service, one.label(settings.endpoint_pod_names)))
        self.pods = {(pod.namespace, canonical(address)) for pod in objects.pods
                     if not pod.is_over for address in pod.addresses}

    def zone_of(self, name):
        """The zone that a name is in, as the name spells it."""
        fitting = [zone for zone in self.settings.zones if zone == "." or name.lower() == zone
                   or name.lower().endswith("." + zone)]
        return name[-len(max(fitting, key=len)):] if fitting else None

    def is_exposed(self, namespace):
        settings = self.settings
        if settings.namespaces and namespace not in settings.namespaces:
            return False
        labels = self.objects.namespaces.get(namespace)
        return labels is not None and all(labels.get(key) == value
                                          for key, value in settings.namespace_labels)

    def find(self, name):
        """What is at a name in one of the zones; None if there is no such name."""
        zone = self.zone_of(name)
        labels = name[:-len(zone)].lower().rstrip(".").split(".") if len(name) > len(zone) else []
        special = self.find_special(labels, zone)
        if special is not None:
            return special
        if is_reverse(zone):
            return self.find_reverse(name)
        if labels[-1] not in ("svc", "pod"):
            return None
        if len(labels) == 1:
            return Found("kind")
        if labels[-1] == "pod":
            return self.find_pod(labels[:-1], zone)
        if not self.is_exposed(labels[-2]):
            return None
        if len(labels) == 2:
            return Found("namespace")
        return self.find_service(labels[:-1], zone)

    def find_special(self, labels, zone):
        if not labels:
            found = Found("apex")
            found.data["SOA"] = [self.soa(zone)]
            if self.settings.local_addresses:
                server = f"ns.dns.{self.primary if is_reverse(zone) else zone}"
                found.data["NS"] = [server]
                found.beside["NS"] = {(server, address_type(ip), ip)
                                      for ip in self.settings.local_addresses}
            return found
        if labels == ["dns-version"]:
            found = Found("version")
            found.data["TXT"], found.ttl = ['"1.1.0"'], 28800
            return found
        if labels == ["dns"]:
            return Found("dns")
        if labels == ["ns", "dns"]:
            found = Found("server")
            for address in self.settings.local_addresses:
                found.add_address(address)
            return found
        return None

    def find_reverse(self, name):
        address = from_reverse(name)
        if address is None:
            return None
        found = Found("reverse")
        service = self.by_cluster_ip.get(address)
        if service and self.is_exposed(service.namespace):
            found.data["PTR"] = [f"{service.name}.{service.namespace}.svc.{self.primary}"]
        else:
            found.data["PTR"] = [f"{label}.{service}.{namespace}.svc.{self.primary}"
                                 for namespace, service, label in sorted(self.by_endpoint[address])
                                 if service and self.is_exposed(namespace)]
        return found if found.data["PTR"] else None

    def find_pod(self, labels, zone):
        namespace = labels[-1]
        if self.settings.pods == "disabled" or not self.is_exposed(namespace) or len(labels) > 4:
            return None
        if len(labels) == 1:
            return Found("pod namespace")
        address = from_dashes(labels[-2])
        if address is None:
            return None
        if self.settings.pods == "verified" and (namespace, address) not in self.pods:
            return None
        found = Found("pod")
        found.add_address(address)
        target = f"{labels[-2]}.{namespace}.pod.{zone}"
        found.data["SRV"] = [f"0 100 0 {target}"]
        found.beside["SRV"] = {(target, address_type(address), address)}
        return found

    def find_service(self, labels, zone):
        """`labels` are those of a Service name and what stands in front of them."""
        *front, name, namespace = labels
        service = self.objects.services.get((namespace, name))
        if service is None:
            return None
        if service.is_external:
            return self.find_external(service) if not front else None
        topology = self.zonal_part(front)
        if len(front) > 2 and (topology is None or not service.is_headless):
            return None
        if not service.is_headless and self.settings.ignore_empty_service and \
                not self.entries(service):
            return None
        if service.is_headless or len(front) == 1:
            return self.find_endpoints(service, front, topology, zone)
        return self.find_cluster_ip(service, front, zone)

    def zonal_part(self, front):
        if not self.settings.zonal or len(front) < 3 or front[-1] != "_zone" or \
                front[-2] not in ("pin", "prefer"):
            return None
        return front[-2], ".".join(front[:-2])

    def find_external(self, service):
        if not service.external or is_address(service.external):
            return None
        found = Found("external")
        found.alias = service.external.rstrip(".") + "."
        return found

    @staticmethod
    def port_filter(front):
        """Which ports a question is about: those of the name and protocol in front, or all."""
        if len(front) != 2:
            return lambda port: True
        name, protocol = (label.removeprefix("_") for label in front)
        return lambda port: name in ("", port.name) and protocol in ("", port.protocol)

    def find_cluster_ip(self, service, front, zone):
        ports = list(filter(self.port_filter(front), service.ports))
        if not ports or not service.addresses:
            return None
        found = Found("service")
        for address in service.addresses:
            found.add_address(address)
        target = f"{service.name}.{service.namespace}.svc.{zone}"
        weight = self.weight(len(ports) * len(service.addresses))
        found.data["SRV"] = [f"0 {weight} {port.number} {target}" for port in ports]
        found.beside["SRV"] = {(target, address_type(ip), canonical(ip)) for ip in service.addresses}
        return found

    def entries(self, service):
        """(endpoint, ports) of all ready endpoints; one port of None for a slice without ports."""
        if self.settings.noendpoints:
            return []
        return [(one, piece.ports or [None])
                for piece in self.objects.slices_of[service.namespace, service.name]
                for one in piece.ready]

    def find_endpoints(self, service, front, topology, zone):
        chosen = self.entries(service)
        if topology:
            directive, wanted = topology
            near = [entry for entry in chosen if entry[0].zone.lower() == wanted]
            chosen = near if directive == "pin" else near or chosen
            if not chosen:
                return Found("service")
        elif len(front) == 1:
            chosen = [entry for entry in chosen if self.label(entry[0]) == front[0]]
        elif len(front) == 2:
            fits = self.port_filter(front)
            chosen = [(one, kept) for one, ports in chosen
                      if (kept := [port for port in ports if port and fits(port)])]
        return self.endpoint_data(service, chosen, zone) if chosen else None

    def label(self, endpoint):
        return endpoint.label(self.settings.endpoint_pod_names)

    @staticmethod
    def weight(entries):
        return max(1, 100 // entries)

    def endpoint_data(self, service, chosen, zone):
        found = Found("service")
        weight = self.weight(sum(len(ports) for _, ports in chosen))
        for one, ports in chosen:
            found.add_address(one.address)
            target = f"{self.label(one)}.{service.name}.{service.namespace}.svc.{zone}"
            address = canonical(one.address)
            for port in ports:
                if port is not None and port.number is not None:
                    found.data["SRV"].append(f"0 {weight} {port.number} {target}")
                    found.beside["SRV"].add((target, address_type(address), address))
        return found

    def soa(self, zone):
        return f"ns.dns.{zone} hostmaster.{zone} 0 7200 1800 86400 {self.settings.ttl}"

    def expected(self, question):
        """The whole answer to a question about a name in one of the zones."""
        zone = self.zone_of(question.name)
        found = self.find(question.name)
        flags = frozenset({"QR", "AA", "RD", "EDNS"})
        if found is not None and found.alias:
            records, rcode, denial = self.follow(question.name, found, question.kind)
            return Answer(rcode, flags, frozenset(records), frozenset(denial))
        if found is None:
            return Answer("NXDOMAIN", flags, frozenset(), frozenset(self.denial(zone)))
        records = self.own_records(question.name, found, question.kind)
        if not records:
            return Answer("NOERROR", flags, frozenset(), frozenset(self.denial(zone)))
        beside = {(owner.lower(), self.settings.ttl, kind, data)
                  for owner, kind, data in found.beside[question.kind]}
        return Answer("NOERROR", flags, frozenset(records), frozenset(), frozenset(beside))

    def denial(self, zone):
        return {(zone, min(self.settings.ttl, 300), "SOA", self.soa(zone))}

    def own_records(self, owner, found, kind):
        ttl = self.settings.ttl if found.ttl is None else found.ttl
        if kind == "SOA":
            ttl = min(ttl, 300)
        return {(owner, ttl, kind, data) for data in found.data[kind]}

    def follow(self, owner, found, kind):
        """An alias and, for addresses, what is at its end: records, the response code (RFC 6604), and
        the denial where there is nothing."""
        records = set()
        passed = set()
        while True:
            passed.add(owner.lower())
            records.add((owner, self.settings.ttl, "CNAME", found.alias))
            if kind not in ("A", "AAAA"):
                return records, "NOERROR", set()
            target = found.alias
            if self.zone_of(target) is None:
                further, rcode = self.settings.resolve(target, kind)
                return records | set(further), rcode, set()
            found = self.find(target)
            if found is None:
                return records, "NXDOMAIN", self.denial(self.zone_of(target))
            if not found.alias:
                own = self.own_records(target, found, kind)
                return records | own, "NOERROR", set() if own else self.denial(self.zone_of(target))
            if target.lower() in passed:
                # It leads nowhere, which nobody is to remember for long.
                return {(name, min(ttl, 5), *rest) for name, ttl, *rest in records}, "NOERROR", set()
            owner = target
