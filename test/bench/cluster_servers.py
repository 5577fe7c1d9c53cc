# SPDX-License-Identifier: Apache-2.0
"""A DNS server under measurement: what it takes until it knows the cluster, and afterwards."""

import json
import os
import pathlib
import select
import socket
import struct
import subprocess
import time

import cluster_objects as objects
from processes import Process, free_port

PATIENCE = 120.0


def question(name, ident):
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return struct.pack("!HHHHHH", ident, 0x100, 1, 0, 0, 0) + labels + b"\0\0\1\0\1"


def pin(pid, core):
    """All of a program's threads, and those to come."""
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(task.name), {core})


class Asker:
    """Asks one server for addresses, one question after the other."""

    def __init__(self, port):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect(("127.0.0.1", port))
        self.ident = 0

    def ask(self, name, patience=0.2):
        """The answer's bytes, or nothing."""
        self.ident = self.ident + 1 & 0xFFFF
        try:
            self.socket.send(question(name, self.ident))
            while select.select([self.socket], [], [], patience)[0]:
                answer = self.socket.recv(4096)
                if struct.unpack("!H", answer[:2])[0] == self.ident:
                    return answer
        except OSError:
            time.sleep(0.001)  # Nobody is at the port yet.
        return b""

    def knows(self, name):
        answer = self.ask(name)
        return len(answer) > 12 and answer[3] & 15 == 0 and answer[7] != 0

    def close(self):
        self.socket.close()


def corefile(port, plane, options):
    certificate, key = plane.admin_files
    return f""".:{port} {{
    bind 127.0.0.1
    errors
    kubernetes cluster.local in-addr.arpa {{
        endpoint {plane.url}
        tls {certificate} {key} {plane.authority.certificate}
        startup_timeout 100s
        {options}
    }}
}}
"""


def known_name(number):
    return f"{objects.service_name(number)}.{objects.namespace(number)}.svc.cluster.local"


class Server:
    """Started when made, and asked until it knows `probe`. Neither server answers before it knows the
    cluster."""

    def __init__(self, name, program, plane, probe, options=""):
        self.name, self.port = name, free_port()
        path = pathlib.Path(plane.folder) / f"{name}.Corefile"
        path.write_text(corefile(self.port, plane, options))
        started = time.monotonic()
        self.process = Process(name, [program, "-conf", path], plane.folder)
        self.pid = self.process.process.pid
        self.asker = Asker(self.port)
        while not self.asker.knows(probe):
            self.process.require()
            assert time.monotonic() - started < PATIENCE, f"{name} is not ready:\n{self.process.log()}"
        self.seconds = time.monotonic() - started
        self.cpu = self.cpu_seconds()
        self.memory, self.anonymous = self.resident_mib(), self.resident_mib("RssAnon")

    def cpu_seconds(self):
        total = 0
        for task in pathlib.Path(f"/proc/{self.pid}/task").iterdir():
            try:
                total += int((task / "schedstat").read_text().split()[0])
            except OSError:
                pass  # A thread that has just ended.
        return total / 1e9

    def resident_mib(self, kind="VmRSS"):
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(kind):
                return int(line.split()[1]) / 1024
        return 0.0

    def latency(self, generator, names, seconds):
        """p50 and p99 in µs of questions that are asked one after the other."""
        said = json.loads(subprocess.run(
            [*generator, "--port", str(self.port), "--questions", names, "--seconds", str(seconds),
             "--sockets", "1", "--window", "1", "--wait"],
            check=True, capture_output=True, text=True).stdout)
        assert said["wrong"] == 0, f"{self.name}: wrong answers: {said}"
        return said["p50"], said["p99"]

    def stay_on(self, core):
        """And come before all other programs there, where that is allowed: theirs is not the time that
        counts."""
        pin(self.pid, core)
        if os.geteuid() == 0:
            for task in pathlib.Path(f"/proc/{self.pid}/task").iterdir():
                os.sched_setscheduler(int(task.name), os.SCHED_RR, os.sched_param(5))

    def stop(self):
        self.asker.close()
        self.process.stop(patience=5)
