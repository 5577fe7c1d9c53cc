# SPDX-License-Identifier: Apache-2.0
"""Everything that is up during a measurement: the servers that the chosen works need, the upstream and
the small cluster behind them."""

import dataclasses
import os
import pathlib
import shutil

import corefiles
import peers
from harness import Skip, find_coredns
from programs import BUILD, OTHER_CORE, SERVER_CORE, Server, free_port, make_certificate, start

SERVICES, CACHED = 1000, 10000
PROBES = {"cluster": "service-0.default.svc.cluster.local"}
# A program from outside, and what runs it.
PEERS = {
    "dnsdist cache": ("dnsdist", lambda place: peers.dnsdist(place, cached=True)),
    "dnsdist forward": ("dnsdist", lambda place: peers.dnsdist(place, cached=False)),
    "dnsdist tls": ("dnsdist", lambda place: peers.dnsdist(place, cached=True, encrypted=True)),
    "unbound cache": ("unbound", peers.unbound),
    "nsd cluster": ("nsd", peers.nsd),
    "knot cluster": ("knotd", peers.knot),
}


@dataclasses.dataclass
class Place:
    """What a configuration is filled with."""
    folder: str
    port: int
    upstream: int
    kubeconfig: str = ""
    zone: str = ""
    certificate: tuple = ()
    more_ports: tuple = ()


class Stage:
    """Servers are named after program and configuration: `catena cache`, `bare epoll`, `nsd cluster`."""

    def __init__(self, folder):
        self.folder = folder
        self.servers, self.missing = {}, {}
        self.upstream_port, self.kubeconfig = free_port(), ""
        self.upstreams = [start(OTHER_CORE, folder, f"upstream-{way}", BUILD / "bench_responder", way,
                                self.upstream_port) for way in ("blocking", "tcp")]
        self.certificate = make_certificate(folder)

    def file(self, name, text):
        path = pathlib.Path(self.folder, name)
        path.write_text(text)
        return path

    def names(self, name, names):
        return self.file(name, "".join(f"{one} A\n" for one in names))

    def start_cluster(self):
        """A Kubernetes API with Services; the same names in a zone for servers that have no cluster."""
        manifest = self.file("services.yaml", "---\n".join(
            f"apiVersion: v1\nkind: Service\nmetadata:\n  name: service-{i}\nspec:\n  ports:\n"
            "    - name: http\n      port: 80\n" for i in range(SERVICES)))
        self.kubeconfig = pathlib.Path(self.folder, "kubeconfig")
        api = start(OTHER_CORE, self.folder, "kubesim", BUILD / "kubesim", "--manifest", manifest,
                    "--kubeconfig", self.kubeconfig)
        api.wait_for("listening on")

    def zone(self):
        return self.file("cluster.zone", "$ORIGIN cluster.local.\n$TTL 30\n"
                         "@ SOA ns.dns hostmaster 1 7200 1800 86400 30\n@ NS ns.dns\n"
                         "ns.dns A 10.0.0.10\n" + "".join(
                             f"service-{i}.default.svc A 10.1.{i // 250}.{i % 250 + 1}\n"
                             for i in range(SERVICES)))

    def place(self):
        return Place(self.folder, free_port(), self.upstream_port, self.kubeconfig, self.zone(),
                     self.certificate, (free_port(), free_port(), free_port()))

    def bring(self, name):
        """A server of that name, or nothing where it is a peer's and cannot run here."""
        if name not in self.servers and name not in self.missing:
            program, configuration = name.split(maxsplit=1)
            if configuration == "cluster" and not self.kubeconfig:
                self.start_cluster()
            try:
                self.servers[name] = self.start(name, program, configuration)
            except (Skip, RuntimeError) as reason:
                if program in ("catena", "bare"):
                    raise
                self.missing[name] = str(reason)
        return self.servers.get(name)

    def start(self, name, program, configuration):
        place = self.place()
        command, environment = self.command(name, program, configuration, place)
        running = start(SERVER_CORE, self.folder, name.replace(" ", "-"), *command,
                        environment=environment)
        transport = configuration if configuration in ("tcp", "tls") else "udp"
        if configuration == "idle":
            return Server(name, running, place.port, transport="tls")
        probe = PROBES.get(configuration, "name-0.example.org")
        return Server(name, running, place.port, probe, transport)

    def command(self, name, program, configuration, place):
        if program == "bare":
            tool = "bench_forwarder" if configuration == "forwarder" else "bench_responder"
            way = [] if configuration == "forwarder" else [configuration]
            more = [self.upstream_port] if configuration == "forwarder" else []
            return [BUILD / tool, *way, place.port, *more], None
        if program in ("catena", "CoreDNS"):
            text = getattr(corefiles, configuration)(place)
            path = self.file(f"{name}.Corefile", text)
            if program == "catena":
                return [BUILD / "catena", "-conf", path], None
            return [find_coredns(), "-conf", path], {"GOMAXPROCS": "1"}
        found, configure = PEERS[name]
        if not shutil.which(found, path=f"{os.environ['PATH']}:/usr/sbin"):
            raise Skip(f"{found} is not installed")
        command = configure(place)
        return [shutil.which(found, path=f"{os.environ['PATH']}:/usr/sbin"), *command[1:]], None
