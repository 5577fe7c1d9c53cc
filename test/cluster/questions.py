# SPDX-License-Identifier: Apache-2.0
"""Questions worth asking about a cluster: about all that is there, and about what is just beside it."""

import ipaddress
import random

from answers import Question
from objects import is_address

ALL_KINDS = ("A", "AAAA", "SRV", "TXT", "PTR", "NS", "SOA", "CNAME", "MX", "HTTPS", "CAA", "DS", "ANY")
KINDS = ("A", "AAAA", "SRV", "PTR", "TXT")
ZONE = "cluster.local."


def reverse(address):
    return ipaddress.ip_address(address).reverse_pointer + "."


def dashed(address):
    return address.replace(".", "-").replace(":", "-")


def spelled_out(address):
    """An IPv6 address with its zeros."""
    return ":".join(f"{int(part, 16):x}" for part in ipaddress.ip_address(address).exploded.split(":")) \
        if ":" in address else address


def mixed(name):
    """The name in letters of changing case."""
    return "".join(c.upper() if at % 2 else c for at, c in enumerate(name))


def names_of_the_zones():
    yield from (ZONE, mixed(ZONE), "svc." + ZONE, "pod." + ZONE, "SVC." + ZONE, "dns." + ZONE,
                "ns.dns." + ZONE, mixed("ns.dns." + ZONE), "dns-version." + ZONE, "foo." + ZONE,
                "foo.bar." + ZONE, "default.foo." + ZONE, "x.dns-version." + ZONE,
                "a.ns.dns." + ZONE, "in-addr.arpa.", "ip6.arpa.", "10.in-addr.arpa.",
                "247.10.in-addr.arpa.", "999.1.1.10.in-addr.arpa.", "1.2.3.4.5.in-addr.arpa.",
                "0.0.0.0.in-addr.arpa.", "d.f.ip6.arpa.", "dns-version.in-addr.arpa.",
                "web.default.svc.10.in-addr.arpa.", reverse("192.0.2.77"), reverse("2001:db8::77"))


def names_of_namespaces(objects):
    for namespace in [*objects.namespaces, "no-such-namespace"]:
        yield from (f"{namespace}.svc.{ZONE}", f"{namespace}.pod.{ZONE}",
                    f"no-such-service.{namespace}.svc.{ZONE}", f"*.{namespace}.svc.{ZONE}",
                    f"10-9-8-7.{namespace}.pod.{ZONE}", f"fd00--77.{namespace}.pod.{ZONE}",
                    f"no-address.{namespace}.pod.{ZONE}", f"10-9-8-777.{namespace}.pod.{ZONE}",
                    f"left.10-9-8-7.{namespace}.pod.{ZONE}",
                    f"more.left.10-9-8-7.{namespace}.pod.{ZONE}",
                    f"a.more.left.10-9-8-7.{namespace}.pod.{ZONE}")


def names_of_service(service):
    name = f"{service.name}.{service.namespace}.svc.{ZONE}"
    yield from (name, mixed(name), f"absent.{name}", f"_tcp.{name}", f"_no._tcp.{name}",
                f"*.{name}", f"_*._tcp.{name}", f"a.b.c.{name}", f"_http._http.{name}",
                f"_._tcp.{name}", f"_http._.{name}")
    for port in service.ports:
        if port.name:
            yield from (f"_{port.name}._{port.protocol}.{name}", f"{port.name}.{port.protocol}.{name}",
                        f"_{port.name.upper()}._{port.protocol.upper()}.{name}",
                        f"_{port.name}._sctp.{name}", f"_{port.name}.{name}",
                        f"x._{port.name}._{port.protocol}.{name}")
    yield from (reverse(ip) for ip in service.addresses if is_address(ip))


def names_of_slice(piece):
    name = f"{piece.service or 'none'}.{piece.namespace}.svc.{ZONE}"
    for one in piece.endpoints:
        yield from (f"{one.label()}.{name}", reverse(one.address),
                    f"{dashed(one.address)}.{piece.namespace}.pod.{ZONE}",
                    f"{one.label()}.no-such-service.{piece.namespace}.svc.{ZONE}")
        if one.hostname:
            yield f"{dashed(one.address)}.{name}"
        if one.target and "." not in one.target and len(one.target) < 64:
            yield f"{one.target}.{name}"
    for port in piece.ports:
        if port.name:
            yield f"_{port.name}._{port.protocol}.{name}"


def all_names(objects):
    yield from names_of_the_zones()
    yield from names_of_namespaces(objects)
    for service in objects.services.values():
        yield from names_of_service(service)
    for piece in objects.slices:
        yield from names_of_slice(piece)
    for pod in objects.pods:
        for address in pod.addresses:
            yield f"{dashed(address)}.{pod.namespace}.pod.{ZONE}"
            yield f"{dashed(spelled_out(address))}.{pod.namespace}.pod.{ZONE}"


def questions_about(objects, most=1500, kinds=KINDS, seed=1, names=None):
    """All of them, or `most` by chance: the same for the same objects."""
    names = list(dict.fromkeys(all_names(objects) if names is None else names))
    asked = [Question(name, kind) for name in names for kind in kinds]
    if len(asked) <= most:
        return asked
    return random.Random(seed).sample(asked, most)
