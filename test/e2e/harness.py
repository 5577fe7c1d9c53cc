# SPDX-License-Identifier: Apache-2.0
"""Starts the real programs on ports of their own and talks to them as clients do.

A test file is a program: functions named test_* run in order, each is one line of output; exit
status 0, 1, or 77 where the test could not run here (said in the last line).
"""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.request

import dns.flags
import dns.message
import dns.query
import dns.rcode

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("CATENA_BUILD", ROOT / "build" / "release"))
# Sanitizers make programs slower; a deadline is how long a test may wait, not what it measures.
PATIENCE = 20.0


class Skip(Exception):
    """The test cannot run here."""


def eventually(check, patience=PATIENCE):
    """Calls check() until it returns something true; fails with what it said last."""
    deadline = time.monotonic() + patience
    problem = None
    while True:
        try:
            result = check()
            if result:
                return result
            problem = result
        except (AssertionError, OSError, dns.exception.DNSException) as error:
            problem = error
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {patience} s: {problem!r}")
        time.sleep(0.01)


class Program:
    """A program with its output in a file."""

    def __init__(self, arguments, folder, name, environment=None):
        self.log_path = pathlib.Path(folder) / f"{name}.log"
        self.log_file = open(self.log_path, "wb")
        self.process = subprocess.Popen(
            [str(a) for a in arguments], stdout=self.log_file, stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL, env={**os.environ, **(environment or {})}, cwd=folder)

    def log(self):
        return self.log_path.read_text(errors="replace")

    def wait_for(self, pattern):
        def look():
            found = re.search(pattern, self.log(), re.MULTILINE)
            if not found and self.process.poll() is not None:
                raise RuntimeError(f"ended with {self.process.returncode}:\n{self.log()}")
            return found
        try:
            return eventually(look)
        except AssertionError:
            raise AssertionError(f"never said {pattern!r}:\n{self.log()}") from None

    def stop(self, how=signal.SIGTERM, patience=PATIENCE):
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            code = self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"did not end:\n{self.log()}") from None
        self.log_file.close()
        return code


class Catena(Program):
    """catena with a Corefile text. Write `:0` as port; `port` is the one that was chosen."""

    def __init__(self, folder, corefile, name="catena", environment=None, arguments=()):
        path = pathlib.Path(folder) / f"{name}.Corefile"
        path.write_text(corefile)
        super().__init__([BUILD / "catena", "-conf", path, *arguments], folder, name, environment)
        self.port = int(self.wait_for(r"^\S*:(\d+)( on \S+)?$").group(1))

    def ask(self, name, kind="A", tcp=False, timeout=5, address="127.0.0.1", **options):
        query = dns.message.make_query(name, kind, **options)
        send = dns.query.tcp if tcp else dns.query.udp
        return send(query, address, port=self.port, timeout=timeout)

    def data(self, name, kind="A", **options):
        """The data of the answer's records of this type, sorted."""
        answer = self.ask(name, kind, **options)
        return sorted(item.to_text() for rrset in answer.answer for item in rrset
                      if dns.rdatatype.to_text(rrset.rdtype) == kind)

    def rcode(self, name, kind="A", **options):
        return dns.rcode.to_text(self.ask(name, kind, **options).rcode())


class Kubesim(Program):
    """A small Kubernetes API server."""

    def __init__(self, folder, manifests=("cmd/kubesim/sample.yaml",), arguments=("--tls",), name="kubesim"):
        self.kubeconfig = pathlib.Path(folder) / f"{name}.kubeconfig"
        files = [word for m in manifests for word in ("--manifest", ROOT / m)]
        super().__init__([BUILD / "kubesim", *arguments, *files, "--kubeconfig", self.kubeconfig], folder, name)
        self.url = self.wait_for(r"listening on (\S+)").group(1)

    def kubectl(self, *arguments, program=None, check=True, stdin=None):
        command = [program or find_kubectl()[0], "--kubeconfig", str(self.kubeconfig), *map(str, arguments)]
        home = self.kubeconfig.parent / "home"
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, input=stdin,
                              env={**os.environ, "HOME": str(home)})
        if check:
            assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout}{done.stderr}"
        return done.stdout + ("" if check else done.stderr)

    def faults(self, **what):
        """Asks for faults; see cmd/kubesim/README.md."""
        text = json.dumps(what).encode()
        request = urllib.request.Request(self.url.replace("https", "http", 1) + "/kubesim/faults", text,
                                         {"Content-Type": "application/json"}, method="POST")
        with urllib.request.urlopen(request, timeout=10) as reply:
            assert reply.status == 200, reply.status


def find_kubectl():
    """The kubectl programs to test with: the one on the PATH, and Debian 12's where it can be had."""
    found = []
    on_path = shutil.which("kubectl")
    if on_path:
        found.append(on_path)
    debian = debian_kubectl()
    if debian:
        found.append(debian)
    if not found:
        raise Skip("no kubectl here")
    return found


def debian_kubectl():
    """Debian 12's kubernetes-client, unpacked into the build folder; None where that fails."""
    folder = ROOT / "build" / "tools" / "kubernetes-client"
    program = folder / "usr" / "bin" / "kubectl"
    if program.exists():
        return str(program)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        subprocess.run(["apt-get", "download", "kubernetes-client"], cwd=folder, check=True,
                       capture_output=True, timeout=120)
        package = next(folder.glob("kubernetes-client*.deb"))
        subprocess.run(["dpkg", "-x", package, folder], check=True, capture_output=True)
    except (OSError, subprocess.SubprocessError, StopIteration):
        return None
    return str(program) if program.exists() else None


def kubernetes_corefile(kubesim, extra="", options="pods insecure"):
    return f"""
.:0 {{
    bind 127.0.0.1
    errors
    log . {{
        class error
    }}
    kubernetes cluster.local in-addr.arpa ip6.arpa {{
        kubeconfig {kubesim.kubeconfig}
        ttl 30
        {options}
        fallthrough in-addr.arpa ip6.arpa
    }}
    cache 30 {{
        disable success cluster.local in-addr.arpa
        disable denial cluster.local in-addr.arpa
    }}
    {extra}
}}
"""


def main(tests):
    """Runs the functions of a module that are named test_*."""
    failed = 0
    chosen = sys.argv[1:]
    for name, test in list(tests.items()):
        if not name.startswith("test_") or (chosen and name not in chosen):
            continue
        folder = tempfile.mkdtemp(prefix="catena-test-")
        started = time.monotonic()
        try:
            test(folder)
            print(f"  ok     {time.monotonic() - started:5.1f} s  {name}", flush=True)
        except Skip as reason:
            print(f"{name} skipped: {reason}")
            sys.exit(77)
        except Exception:
            failed += 1
            print(f"  FAILED {time.monotonic() - started:5.1f} s  {name}\n{traceback.format_exc()}", flush=True)
            for log in pathlib.Path(folder).glob("*.log"):
                print(f"--- {log.name}\n{log.read_text(errors='replace')[-3000:]}")
        finally:
            Running.stop_all()
            shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if failed else 0)


class Running:
    """What a test started and did not stop; a sanitizer's complaint at the end is a failure too."""

    programs = []

    @classmethod
    def start(cls, program):
        cls.programs.append(program)
        return program

    @classmethod
    def stop_all(cls):
        for program in cls.programs:
            if program.process.poll() is None:
                program.process.kill()
                program.process.wait()
        cls.programs.clear()


def cluster(folder, **options):
    """kubesim with the sample cluster, and catena following it."""
    kubesim = Running.start(Kubesim(folder))
    catena = Running.start(Catena(folder, kubernetes_corefile(kubesim, **options)))
    return kubesim, catena


def stop_cleanly(*programs):
    """Ends programs as an operator does; they must end well and have nothing to complain about."""
    for program in programs:
        code = program.stop()
        log = program.log()
        assert code == 0, f"exit status {code}:\n{log[-4000:]}"
        assert "Sanitizer" not in log, log[-4000:]
