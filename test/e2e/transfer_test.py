#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Zones handed out by transfer, and a cluster's names for the outside, as dig, kdig and dnspython
see them."""

import re
import shutil
import socket
import subprocess

import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.rrset
import dns.zone

from harness import Catena, Kubesim, PATIENCE, Skip, check, data_of, eventually
from harness import in_both_encodings, main, stop_cleanly

ZONE = "cluster.local"
OUTSIDE = "k8s.example.com"
SERVICES = """
apiVersion: v1
kind: Service
metadata:
  name: shop
spec:
  type: LoadBalancer
  externalIPs:
    - 192.0.2.80
  ports:
    - name: http
      port: 80
    - name: https
      port: 443
status:
  loadBalancer:
    ingress:
      - ip: 2001:db8::80
---
apiVersion: v1
kind: Service
metadata:
  name: named
spec:
  type: LoadBalancer
  ports:
    - name: http
      port: 80
status:
  loadBalancer:
    ingress:
      - hostname: kubernetes.default.svc.cluster.local
"""


def corefile(kubesim, to="127.0.0.1", options="", external=""):
    return f"""
.:0 {{
    bind 127.0.0.1
    errors
    log . {{
        class error
    }}
    transfer cluster.local {OUTSIDE} in-addr.arpa {{
        to {to}
    }}
    k8s_external {OUTSIDE} 2.0.192.in-addr.arpa {{
        ttl 30
        {external}
    }}
    kubernetes cluster.local in-addr.arpa ip6.arpa {{
        kubeconfig {kubesim.kubeconfig}
        {options}
    }}
}}
"""


def cluster(folder, **options):
    manifest = folder_file(folder, "outside.yaml", SERVICES)
    kubesim = Kubesim(folder, manifests=("cmd/kubesim/sample.yaml", manifest))
    catena = Catena(folder, corefile(kubesim, **options))
    eventually(lambda: len(catena.data(f"nginx.default.svc.{ZONE}")) == 3)
    return kubesim, catena


def folder_file(folder, name, text):
    path = f"{folder}/{name}"
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def dig(catena, *arguments, program="dig"):
    found = shutil.which(program)
    if not found:
        raise Skip(f"no {program} here")
    done = subprocess.run([found, "@127.0.0.1", "-p", str(catena.port), *arguments],
                          capture_output=True, text=True, timeout=PATIENCE)
    return done.stdout


def records_of(output):
    """Lines that are records: NAME TTL CLASS TYPE DATA, blanks made single."""
    lines = [re.sub(r"\s+", " ", line) for line in output.splitlines()]
    return [line for line in lines if re.match(r"\S+ \d+ IN \S+ \S", line)]


def zone_of(catena, name=ZONE):
    """A zone as a secondary server would have it."""
    return dns.zone.from_xfr(dns.query.xfr("127.0.0.1", name, port=catena.port, relativize=False,
                                           lifetime=PATIENCE), relativize=False)


def messages_of(catena, name=ZONE):
    return list(dns.query.xfr("127.0.0.1", name, port=catena.port, relativize=False,
                              lifetime=PATIENCE))


def serial_of(catena, name=ZONE):
    return catena.ask(name, "SOA").answer[0][0].serial


def ixfr(catena, serial, tcp=True, name=ZONE):
    """The records of the answer to an IXFR from `serial`, of its first message over TCP."""
    query = dns.message.make_query(name, "IXFR")
    query.authority.append(dns.rrset.from_text(name + ".", 0, "IN", "SOA", f". . {serial} 0 0 0 0"))
    send = dns.query.tcp if tcp else dns.query.udp
    reply = send(query, "127.0.0.1", port=catena.port, timeout=10, one_rr_per_rrset=True)
    assert reply.rcode() == dns.rcode.NOERROR, reply
    return reply.answer


def same_answers(catena, zone, names=None):
    """Single questions are answered with what the zone holds."""
    asked = 0
    for name, rdataset in zone.iterate_rdatasets():
        kind = dns.rdatatype.to_text(rdataset.rdtype)
        if kind == "SOA" or (names is not None and name not in names):
            continue
        asked += 1
        held = {item.to_text() for item in rdataset}
        told = set(catena.data(name, kind, tcp=True))
        assert held == told, f"{name} {kind}: only held {held - told}, only told {told - held}"
    return asked


def test_a_zone_and_single_answers_are_the_same(folder):
    kubesim, catena = cluster(folder)
    zone = zone_of(catena)
    assert same_answers(catena, zone) > 20
    for name in ("kubernetes.default.svc", "nginx-0.nginx.default.svc",
                 "_http._tcp.web.default.svc", "outside.default.svc", "primary.database.shop.svc"):
        assert zone.get_node(dns.name.from_text(f"{name}.{ZONE}.")), name
    assert len(zone.get_rdataset(f"half.default.svc.{ZONE}.", "A")) == 1
    stop_cleanly(catena, kubesim)


def test_dig_and_kdig_take_a_zone(folder):
    kubesim, catena = cluster(folder)
    by_dig = records_of(dig(catena, ZONE, "AXFR"))
    by_kdig = records_of(dig(catena, ZONE, "AXFR", program="kdig"))
    assert by_dig == by_kdig
    assert by_dig[0] == by_dig[-1] and " SOA " in by_dig[0], by_dig[0]
    assert f"Outgoing transfer of {len(by_dig)} records of zone \"{ZONE}.\" to 127.0.0.1 for " \
        f"{serial_of(catena)} SOA serial" in catena.log()
    first = next(iter(messages_of(catena)))
    assert first.flags & dns.flags.AA
    stop_cleanly(catena, kubesim)


def test_an_incremental_transfer(folder):
    kubesim, catena = cluster(folder)
    serial = serial_of(catena)
    whole = len(records_of(dig(catena, ZONE, "AXFR")))
    assert len(records_of(dig(catena, ZONE, f"IXFR={serial - 1}"))) == whole
    assert len(records_of(dig(catena, ZONE, f"IXFR={serial}"))) == 1
    assert f'Outgoing noop, incremental transfer for up to date zone "{ZONE}." to 127.0.0.1 for ' \
        f"{serial} SOA serial" in catena.log()
    assert [str(r[0].serial) for r in ixfr(catena, serial + 5)] == [str(serial)]
    assert [str(r[0].serial) for r in ixfr(catena, serial - 1, tcp=False)] == [str(serial)]
    kubesim.request("DELETE", "/api/v1/namespaces/default/services/web")
    eventually(lambda: catena.rcode(f"web.default.svc.{ZONE}") == "NXDOMAIN")
    assert len(ixfr(catena, serial)) > 1
    assert "web.default" not in str(zone_of(catena).to_text())
    stop_cleanly(catena, kubesim)


def test_what_is_refused(folder):
    kubesim, catena = cluster(folder, to="127.0.0.2")
    for name, kind, tcp in ((ZONE, "AXFR", False), (ZONE, "AXFR", True), (OUTSIDE, "AXFR", True),
                            (f"default.svc.{ZONE}", "AXFR", True), ("in-addr.arpa", "AXFR", True),
                            ("ip6.arpa", "AXFR", True), ("example.org", "AXFR", False)):
        assert catena.rcode(name, kind, tcp=tcp) == "REFUSED", (name, kind, tcp)
    for name in (f"default.svc.{ZONE}", "in-addr.arpa", "ip6.arpa"):
        assert "Transfer failed" in dig(catena, "-b", "127.0.0.2", name, "AXFR"), name
    assert len(records_of(dig(catena, "-b", "127.0.0.2", ZONE, "AXFR"))) > 20
    stop_cleanly(catena, kubesim)


@in_both_encodings
def test_nothing_leaves_before_the_cluster_is_known(folder):
    kubesim = Kubesim(folder)
    kubesim.faults(forbid=["endpointslices"])
    catena = Catena(folder, corefile(kubesim, options="startup_timeout 1s"))
    for name in (ZONE, OUTSIDE):
        assert catena.rcode(name, "AXFR", tcp=True) == "SERVFAIL", name
    assert catena.rcode(f"nobody.default.{OUTSIDE}") == "SERVFAIL"
    kubesim.no_faults()
    eventually(lambda: catena.rcode(ZONE, "AXFR", tcp=True) == "NOERROR", 60)
    stop_cleanly(catena, kubesim)


def scale(kubesim, count):
    kubesim.request("PATCH", "/apis/apps/v1/namespaces/default/statefulsets/nginx/scale",
                    {"spec": {"replicas": count}})


def test_a_zone_of_many_messages(folder):
    kubesim, catena = cluster(folder)
    scale(kubesim, 500)
    eventually(lambda: len(catena.data(f"nginx.default.svc.{ZONE}", tcp=True)) == 500, 180)
    messages = messages_of(catena)
    records = int(catena.wait_for(r"Outgoing transfer of (\d+) records").group(1))
    assert records > 3000 and len(messages) > 3, (records, len(messages))
    zone = zone_of(catena)
    sample = {dns.name.from_text(f"nginx-{i}.nginx.default.svc.{ZONE}.") for i in range(0, 500, 7)}
    sample.add(dns.name.from_text(f"nginx-headless.default.svc.{ZONE}."))
    # Each has addresses and SRV.
    assert same_answers(catena, zone, sample) == 2 * len(sample)
    a_slow_client(catena, records)
    whole_while_it_changes(kubesim, catena)
    stop_cleanly(catena, kubesim)


def a_slow_client(catena, records):
    """Reads nothing for a while: others are answered, and the zone is whole all the same."""
    query = dns.message.make_query(ZONE, "AXFR")
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(PATIENCE)
        client.connect(("127.0.0.1", catena.port))
        dns.query.send_tcp(client, query)
        for _ in range(50):
            assert catena.data(f"kubernetes.default.svc.{ZONE}")
        got = []
        while len(got) < 2 or got[-1].rdtype != dns.rdatatype.SOA:
            message, _ = dns.query.receive_tcp(client, one_rr_per_rrset=True)
            got += message.answer
        assert len(got) == records and got[0] == got[-1]


def whole_while_it_changes(kubesim, catena):
    """A zone that changes while it is handed out has a beginning, an end, and services that never
    changed."""
    scale(kubesim, 450)
    name = dns.name.from_text(f"kubernetes.default.svc.{ZONE}.")
    for _ in range(5):
        assert zone_of(catena).get_node(name)
    eventually(lambda: len(catena.data(f"nginx.default.svc.{ZONE}", tcp=True)) == 450, 180)
    assert len(zone_of(catena).get_rdataset(f"nginx.default.svc.{ZONE}.", "A")) == 450


def test_names_for_the_outside(folder):
    kubesim, catena = cluster(folder)
    shop = f"shop.default.{OUTSIDE}"
    eventually(lambda: catena.data(shop) == ["192.0.2.80"])
    assert records_of(dig(catena, shop, "AAAA")) == [f"{shop}. 30 IN AAAA 2001:db8::80"]
    assert records_of(dig(catena, f"_http._tcp.{shop}", "SRV")) == [
        f"_http._tcp.{shop}. 5 IN SRV 0 50 80 {shop}.",
        f"{shop}. 30 IN A 192.0.2.80", f"{shop}. 30 IN AAAA 2001:db8::80"]
    assert records_of(dig(catena, "80.2.0.192.in-addr.arpa", "PTR")) == [
        f"80.2.0.192.in-addr.arpa. 30 IN PTR {shop}."]
    named = f"named.default.{OUTSIDE}"
    assert records_of(dig(catena, named))[0] == \
        f"{named}. 5 IN CNAME kubernetes.default.svc.{ZONE}."
    assert data_of(catena.ask(named), "A") == catena.data(f"kubernetes.default.svc.{ZONE}")
    assert records_of(dig(catena, OUTSIDE, "NS"))[0] == f"{OUTSIDE}. 30 IN NS ns1.dns.{OUTSIDE}."
    for name, kind, rcode in ((f"default.{OUTSIDE}", "A", "NOERROR"), (shop, "TXT", "NOERROR"),
                              (f"nobody.default.{OUTSIDE}", "A", "NXDOMAIN"),
                              (f"web.default.{OUTSIDE}", "A", "NXDOMAIN"),
                              (f"_x._tcp.{shop}", "SRV", "NXDOMAIN"),
                              (f"shop.nowhere.{OUTSIDE}", "A", "NXDOMAIN")):
        reply = catena.ask(name, kind)
        assert dns.rcode.to_text(reply.rcode()) == rcode, (name, kind)
        assert not reply.answer and "SOA ns1.dns" in reply.authority[0].to_text()
    stop_cleanly(catena, kubesim)


def test_a_zone_for_the_outside_is_handed_out(folder):
    kubesim, catena = cluster(folder)
    eventually(lambda: catena.data(f"shop.default.{OUTSIDE}") == ["192.0.2.80"])
    assert same_answers(catena, zone_of(catena, OUTSIDE)) >= 7
    before = serial_of(catena, OUTSIDE)
    kubesim.request("DELETE", "/api/v1/namespaces/default/services/shop")
    eventually(lambda: serial_of(catena, OUTSIDE) > before)
    assert "shop" not in str(zone_of(catena, OUTSIDE).to_text())
    stop_cleanly(catena, kubesim)


def test_kubernetes_must_be_there(folder):
    code, said = check(folder, f"{OUTSIDE}:1053 {{\n    k8s_external\n}}\n")
    assert code == 1 and "kubernetes plugin not loaded" in said, said


if __name__ == "__main__":
    main(globals())
