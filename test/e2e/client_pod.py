# SPDX-License-Identifier: Apache-2.0
"""A cluster with its DNS server, a pod that asks it, and what the pod must find: for
clients_test.py."""

import ipaddress
import pathlib
import re
import subprocess

from harness import BUILD, Catena, Kubesim, PATIENCE, eventually, stop_cleanly
from pod import SERVER, become_a_pod, resolv_conf
from upstream import Upstream, reply_to

DOMAIN = "default.svc.cluster.local"
# As the cluster has them by default, and with what cloud nodes add.
PLAIN, CLOUD = "ndots:5", "ndots:5 single-request-reopen timeout:2"
# A first start reads much from disk.
STARTS = 60 + PATIENCE
OUTSIDE, OUTSIDE_V6 = "192.0.2.80", "2001:db8::80"
MANY = 100

# kubeadm's with a shorter end, as far as this build has its plugins. Each query is logged.
COREFILE = """
errors
log
health {
    lameduck 1s
}
ready
kubernetes cluster.local in-addr.arpa ip6.arpa {
    kubeconfig %(kubeconfig)s
    pods insecure
    fallthrough in-addr.arpa ip6.arpa
    ttl 30
}
prometheus :9153
forward . %(upstream)s {
    max_concurrent 1000
}
cache 30 {
    disable success cluster.local
    disable denial cluster.local
}
loop
reload
loadbalance
"""


def corefile(**places):
    """Without the plugins that this build does not have."""
    known = subprocess.run([BUILD / "catena", "-plugins"], capture_output=True, text=True,
                           check=True).stdout.split()
    directives = re.findall(r"^(\w+)(.*(?:\n[ }].*)*)", COREFILE % places, re.MULTILINE)
    kept = "\n".join(name + rest for name, rest in directives if name in known)
    return f".:53 {{\nbind {SERVER}\n{kept}\n}}\n"


class Negative(str):
    """What a name has instead of an answer."""


ABSENT = Negative("no such name")
EMPTY = Negative("a name without such data")
# The words for it of a client's program.
WORDS = {ABSENT: {"absent", "none"}, EMPTY: {"empty", "none"}}


class Some:
    """A part of what there is, for clients that read no more than fits into a datagram."""

    def __init__(self, everything):
        self.everything, self.least = set(everything), 20

    def fits(self, found):
        return len(found) >= self.least and found <= self.everything


def fits(wanted, line):
    """Whether a program's line, from `=` or `!` on, is what was wanted."""
    mark, _, rest = line.partition(" ")
    if isinstance(wanted, Negative):
        return mark == "!" and rest in WORDS[wanted]
    found = {normal(word) for word in rest.split()}
    if isinstance(wanted, Some):
        return mark == "=" and wanted.fits(found)
    return mark == "=" and found == {normal(word) for word in wanted}


def only_v4(wanted):
    """What is left of it where IPv6 is not used."""
    return {one for one in wanted if ":" not in one} if isinstance(wanted, set) else wanted


def normal(word):
    try:
        return str(ipaddress.ip_address(word))
    except ValueError:
        return word.lower().replace(".:", ":").rstrip(".")


def many_manifest(folder):
    """A headless Service whose addresses fit into no datagram of 512 or 1,232 bytes."""
    path = pathlib.Path(folder) / "many.yaml"
    path.write_text("""apiVersion: v1
kind: Service
metadata: {name: many}
spec: {clusterIP: None, ports: [{name: http, port: 80}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: many-1, labels: {kubernetes.io/service-name: many}}
addressType: IPv4
ports: [{name: http, port: 80}]
endpoints:
""" + "".join(f"  - addresses: [{address}]\n    conditions: {{ready: true}}\n"
              for address in many_addresses()))
    return path


def many_addresses():
    return [f"198.51.100.{number}" for number in range(MANY)]


def outside(query, transport):
    """www.example.com and names below d.e.example.com; nothing else is there."""
    question = query.question[0]
    name = question.name.to_text().lower()
    data = {"A": OUTSIDE, "AAAA": OUTSIDE_V6}
    kind = question.to_text().split()[-1]
    if not re.search(r"^www\.example\.com\.$|\.e\.example\.com\.$", name):
        return reply_to(query, rcode=3, authority=[
            ". 60 SOA a.example. b.example. 1 1800 900 604800 60"])
    return reply_to(query, *([f"{name} 60 {kind} {data[kind]}"] if kind in data else []))


class Pod:
    """The cluster, its DNS server, and a pod that asks it."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.settings = become_a_pod(folder)
        self.upstream = Upstream(outside)
        self.marks = 0
        self.kubesim = Kubesim(folder, manifests=["cmd/kubesim/sample.yaml", many_manifest(folder)])
        self.catena = Catena(folder, corefile(kubeconfig=self.kubesim.kubeconfig,
                                              upstream=self.upstream.address))
        eventually(lambda: len(self.listed("pods", "app=nginx")) == 3)
        self.pods = {pod["metadata"]["name"]: pod["status"]["podIP"]
                     for pod in self.listed("pods", "app=nginx")}
        eventually(lambda: self.data(f"nginx-headless.{DOMAIN}") == sorted(self.pods.values()))
        eventually(lambda: len(self.data(f"many.{DOMAIN}", tcp=True)) == MANY)

    def data(self, name, **options):
        return self.catena.data(name, address=SERVER, **options)

    def listed(self, what, label):
        path = f"/api/v1/namespaces/default/{what}?labelSelector={label.replace('=', '%3D')}"
        return [one for one in self.kubesim.request("GET", path)["items"]
                if one.get("status", {}).get("podIP") or what != "pods"]

    def service(self, name):
        path = f"/api/v1/namespaces/default/services/{name}"
        return self.kubesim.request("GET", path)["spec"]["clusterIPs"]

    def run(self, command, questions, namespace="default", options=PLAIN, patience=STARTS):
        """Runs a client's program in a pod of this namespace; question to the rest of its line."""
        self.settings.write_text(resolv_conf(namespace, options))
        done = subprocess.run([*map(str, command), *questions], capture_output=True, text=True,
                              timeout=patience, cwd=self.folder)
        lines = dict(line.split(" ", 1) for line in done.stdout.splitlines() if ":" in line)
        assert done.returncode == 0 and list(lines) == list(questions), done
        return lines

    def check(self, command, rows, **pod):
        """Rows are (question, what is wanted); all that differs is shown."""
        wanted = dict(rows)
        lines = self.run(command, list(wanted), **pod)
        wrong = [f"{question}: {lines[question]!r}, not {wanted[question]!r}" for question in wanted
                 if not fits(wanted[question], lines[question])]
        assert not wrong, f"{command} with {pod}:\n" + "\n".join(wrong)

    def check_everywhere(self, command, kinds, part=False, seen=lambda row: row):
        """All rows of these kinds, from pods of two namespaces, with both options."""
        for namespace, rows in ("default", self.rows(part)), ("shop", self.rows_of_shop()):
            some = [seen(row) for row in rows if row[0].split(":")[0] in kinds]
            for options in PLAIN, CLOUD:
                self.check(command, some, namespace=namespace, options=options)

    def rows(self, part=False):
        """What a pod of the namespace `default` types, and what it must find. With `part`, long
        answers may be cut."""
        pods, one = set(self.pods.values()), {self.pods["nginx-0"]}
        dual = self.service("dual")
        v4, v6 = ({text for text in dual if (":" in text) == wide} for wide in (False, True))
        many = Some(many_addresses()) if part else set(many_addresses())
        rows = [
            *((f"any:{name}", pods) for name in (
                "nginx-headless", "nginx-headless.default", "nginx-headless.default.svc",
                f"nginx-headless.{DOMAIN}", f"nginx-headless.{DOMAIN}.", "NGINX-headless")),
            *((f"any:{name}", one) for name in (
                "nginx-0.nginx", "nginx-0.nginx.default", "nginx-0.nginx.default.svc",
                f"nginx-0.nginx.{DOMAIN}", f"nginx-0.nginx.{DOMAIN}.")),
            ("any:kube-dns.kube-system", {SERVER}),
            ("any:dual", v4 | v6), ("v4:dual", v4), ("v6:dual", v6),
            # Without IPv6 the name is there, the data is not.
            ("v4:nginx-headless", pods), ("v6:nginx-headless", EMPTY),
            (f"v6:nginx-headless.{DOMAIN}.", EMPTY), (f"v6:nginx-0.nginx.{DOMAIN}.", EMPTY),
            ("any:half", {self.ready_half()}),
            *((f"any:{name}", ABSENT) for name in (
                "nobody", "nobody.nginx", f"nobody.nginx.{DOMAIN}", f"nobody.nginx.{DOMAIN}.",
                "nginx-headless.nowhere", "nobody.example.com", "nobody.example.com.")),
            *((f"any:{name}", {OUTSIDE, OUTSIDE_V6}) for name in (
                "www.example.com", "www.example.com.", "a.b.c.d.e.example.com", "outside")),
            ("any:many", many), (f"any:many.{DOMAIN}.", many),
        ]
        return rows + self.rows_of_records() + self.rows_of_names()

    def rows_of_records(self):
        """Records of full names, for clients that ask for these."""
        reverse = ipaddress.ip_address(self.pods["nginx-1"]).reverse_pointer
        return [
            (f"A:nginx-headless.{DOMAIN}", set(self.pods.values())),
            (f"AAAA:nginx-headless.{DOMAIN}", EMPTY),
            (f"A:nobody.nginx.{DOMAIN}", ABSENT), (f"AAAA:nobody.nginx.{DOMAIN}", ABSENT),
            (f"A:many.{DOMAIN}", set(many_addresses())),
            (f"SRV:_nginx._tcp.nginx.{DOMAIN}",
             {f"{pod}.nginx.{DOMAIN}.:80" for pod in self.pods}),
            (f"SRV:_nginx._udp.nginx.{DOMAIN}", ABSENT),
            (f"PTR:{reverse}", self.names("nginx-1")),
        ]

    def rows_of_names(self):
        return [(f"name:{SERVER}", {"kube-dns.kube-system.svc.cluster.local"}),
                ("name:172.16.255.254", ABSENT)]

    def names(self, pod):
        """Of a pod with two Services, only one of which gives it its own name."""
        dashed = self.pods[pod].replace(".", "-")
        return {f"{pod}.nginx.{DOMAIN}", f"{dashed}.nginx-headless.{DOMAIN}"}

    def ready_half(self):
        return next(pod["status"]["podIP"] for pod in self.listed("pods", "app=half")
                    if pod["metadata"]["name"] == "half-ready")

    def rows_of_shop(self):
        """The same from another namespace."""
        pods, one = set(self.pods.values()), {self.pods["nginx-0"]}
        return [
            ("any:nginx-headless", ABSENT), ("any:nginx-0.nginx", ABSENT),
            ("any:nginx-headless.default", pods), ("any:nginx-headless.default.svc", pods),
            (f"any:nginx-headless.{DOMAIN}", pods), ("any:nginx-0.nginx.default", one),
            ("any:database", {"192.0.2.10", "192.0.2.11"}), ("any:primary.database", {"192.0.2.10"}),
            ("any:www.example.com", {OUTSIDE, OUTSIDE_V6}), ("v6:database", EMPTY),
            ("SRV:_postgres._tcp.database.shop.svc.cluster.local",
             {f"{host}.database.shop.svc.cluster.local:5432" for host in ("primary", "standby")}),
        ]

    def asked(self, command, question, **pod):
        """The queries of one lookup: (name, answer's code), one for A and AAAA together, and the
        transports that were used."""
        begin = self.mark()
        self.run(command, [question], **pod)
        end = self.mark() - 1
        found = self.queries()[begin:end]
        names = list(dict.fromkeys((name, code) for _, name, _, code in found))
        return names, {transport for _, _, transport, _ in found}

    def mark(self):
        """How many queries there were up to one of ours; the log is complete up to it."""
        self.marks += 1
        marker = f"mark-{self.marks}.{DOMAIN}."
        self.catena.ask(marker, address=SERVER)
        eventually(lambda: self.queries()[-1][1] == marker)
        return len(self.queries())

    def queries(self):
        return re.findall(r'"(\S+) IN (\S+) (\w+) \S+ \S+ \S+" (\w+)', self.catena.log())

    def stop(self):
        stop_cleanly(self.catena, self.kubesim)
        self.upstream.stop()
