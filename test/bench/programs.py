# SPDX-License-Identifier: Apache-2.0
"""The programs of a measurement: each stays on one core and is up until the end."""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test" / "e2e"))

import dns.exception  # noqa: E402
import dns.message  # noqa: E402
import dns.query  # noqa: E402
from harness import BUILD, Program, eventually, free_ports  # noqa: E402

SERVER_CORE, OTHER_CORE = 0, 1


def raise_priority():
    """Other sessions' load must not decide: the kernel shares by session first, then by niceness."""
    try:
        pathlib.Path("/proc/self/autogroup").write_text("-20")
        os.nice(-20)
    except OSError as problem:
        print(f"note: this session's priority cannot be raised: {problem}")


def free_port():
    return free_ports(1)[0]


def start(core, folder, name, *command, environment=None):
    return Program(["taskset", "-c", core, *command], folder, name, environment)


def family(process):
    """The ids of a process and of those it has started, which the kernel lists by thread."""
    found = [process]
    for task in pathlib.Path(f"/proc/{process}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += family(int(child))
    return found


class Server:
    """A server on the core that is measured. It is ready when `probe` has an answer with NOERROR over
    TCP or UDP; a server for TLS alone listens by then."""

    def __init__(self, name, program, port, probe="name-0.example.org", transport="udp"):
        self.name, self.program, self.port = name, program, port
        if transport != "tls":
            eventually(lambda: self.answers(probe, transport))

    def answers(self, probe, transport):
        if self.program.process.poll() is not None:
            raise RuntimeError(f"{self.name} has ended: {self.program.log().strip()}")
        ask = dns.query.tcp if transport == "tcp" else dns.query.udp
        reply = ask(dns.message.make_query(probe, "A"), "127.0.0.1", port=self.port, timeout=0.5)
        return reply.rcode() == 0 and len(reply.answer) > 0

    def processes(self):
        return family(self.program.process.pid)

    def resident_mib(self):
        """Of all its processes together; what they share counts for each."""
        return sum(int(line.split()[1]) / 1024 for process in self.processes()
                   for line in pathlib.Path(f"/proc/{process}/status").read_text().splitlines()
                   if line.startswith("VmRSS"))


def make_certificate(folder):
    """A self-signed certificate for localhost, and its key."""
    certificate, key = (pathlib.Path(folder, name) for name in ("certificate.pem", "key.pem"))
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
    return certificate, key
