# SPDX-License-Identifier: Apache-2.0
"""Starts the real programs on ports of their own and talks to them as clients do.

A test file is a program: functions named test_* run in order, each is one line of output; exit
status 0, 1, or 77 where some of it could not run here (said in the last line).
"""

import functools
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.request

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Programs start in folders of their own, so a relative one would not be found.
BUILD = pathlib.Path(os.environ.get("CATENA_BUILD", ROOT / "build" / "release")).resolve()
# A deadline is how long a test may wait, not what it measures. Sanitizers make programs slower.
SLOW_BUILD = bool(re.search("asan|tsan", BUILD.name))
PATIENCE = 60.0 if SLOW_BUILD else 20.0
# What a sanitizer, an assertion or the C++ runtime says when something is wrong.
COMPLAINT = re.compile("Sanitizer|runtime error:|terminate called|Assertion .* failed")
ZONE_LINE = r"^(\S*):(\d+)( on \S+)?$"


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
        Running.start(self)

    def log(self):
        return self.log_path.read_text(errors="replace")

    def wait_for(self, pattern, patience=PATIENCE):
        def look():
            found = re.search(pattern, self.log(), re.MULTILINE)
            if not found and self.process.poll() is not None:
                raise RuntimeError(f"ended with {self.process.returncode}:\n{self.log()}")
            return found
        try:
            return eventually(look, patience)
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


class Running:
    """What a test started and perhaps did not stop."""

    programs = []

    @classmethod
    def start(cls, program):
        cls.programs.append(program)
        return program

    @classmethod
    def stop_all(cls):
        """Ends what still runs; returns what a sanitizer or the runtime complained about."""
        complaints = []
        for program in cls.programs:
            if program.process.poll() is None:
                program.process.kill()
                program.process.wait()
            if COMPLAINT.search(program.log()):
                complaints.append(program.log())
        cls.programs.clear()
        return complaints


def write_corefile(folder, text, name="catena"):
    path = pathlib.Path(folder) / f"{name}.Corefile"
    path.write_text(text)
    return path


class Catena(Program):
    """catena with a Corefile text, which lies at `corefile`. Write `:0` as port; `port` is the one
    that was chosen, that of the first zone line where there are several."""

    def __init__(self, folder, corefile, name="catena", environment=None, arguments=(), wrapper=(),
                 program="catena"):
        self.corefile = path = write_corefile(folder, corefile, name)
        super().__init__([*wrapper, BUILD / program, "-conf", path, *arguments], folder, name,
                         environment)
        self.port = int(self.wait_for(ZONE_LINE).group(2))

    def port_of(self, zone, address=None):
        """The port in the line of a zone, on an address if there are several."""
        on = f" on {re.escape(address)}" if address else r"(?: on \S+)?"
        return int(self.wait_for(rf"^{re.escape(zone)}:(\d+){on}$").group(1))

    def ask(self, name, kind="A", tcp=False, timeout=10, address="127.0.0.1", port=None, **options):
        query = dns.message.make_query(name, kind, **options)
        send = dns.query.tcp if tcp else dns.query.udp
        return send(query, address, port=port or self.port, timeout=timeout)

    def data(self, name, kind="A", **options):
        """The data of the answer's records of this type, sorted."""
        return data_of(self.ask(name, kind, **options), kind)

    def rcode(self, name, kind="A", **options):
        return dns.rcode.to_text(self.ask(name, kind, **options).rcode())


def data_of(answer, kind):
    return sorted(item.to_text() for rrset in answer.answer for item in rrset
                  if dns.rdatatype.to_text(rrset.rdtype) == kind)


def dig(catena, name, kind, *options):
    """What `dig +short` prints, in the order of the answer."""
    command = ["dig", "@127.0.0.1", "-p", str(catena.port), "+short", "+tries=1", name, kind,
               *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, (command, done)
    return done.stdout.splitlines()


class Kubesim(Program):
    """A small Kubernetes API server; `protobuf` says whether it answers so."""

    protobuf = True

    def __init__(self, folder, manifests=("cmd/kubesim/sample.yaml",), arguments=("--tls",),
                 name="kubesim", wrapper=()):
        self.kubeconfig = pathlib.Path(folder) / f"{name}.kubeconfig"
        files = [word for m in manifests for word in ("--manifest", ROOT / m)]
        super().__init__([*wrapper, BUILD / "kubesim", *arguments, *files, "--kubeconfig",
                          self.kubeconfig], folder, name)
        self.url = self.wait_for(r"listening on (\S+)").group(1)
        # The kubeconfig is written before that line.
        self.port = int(self.url.rsplit(":", 1)[1])
        self.choose_encoding()

    def choose_encoding(self):
        if not Kubesim.protobuf:
            self.faults(protobuf=False)

    def kubectl(self, *arguments, program=None, check=True, stdin=None):
        command = [program or find_kubectl()[0], "--kubeconfig", str(self.kubeconfig),
                   *map(str, arguments)]
        home = self.kubeconfig.parent / "home"
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, input=stdin,
                              env={**os.environ, "HOME": str(home)})
        if check:
            assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout}{done.stderr}"
        return done.stdout + ("" if check else done.stderr)

    def token(self):
        text = self.kubeconfig.read_text()
        named = re.search(r"tokenFile: (\S+)", text)
        if named:
            return pathlib.Path(named.group(1).strip('"')).read_text().strip()
        given = re.search(r"token: (\S+)", text)
        return given.group(1).strip('"') if given else ""

    def request(self, method, path, body=None):
        """Asks kubesim as its administrator; a PATCH is a merge patch."""
        anyone = ssl.create_default_context()
        anyone.check_hostname = False
        anyone.verify_mode = ssl.CERT_NONE
        data = None if body is None else json.dumps(body).encode()
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        request = urllib.request.Request(self.url + path, data, method=method, headers={
            "Content-Type": kind, "Authorization": f"Bearer {self.token()}"})
        context = anyone if self.url.startswith("https") else None
        with urllib.request.urlopen(request, timeout=PATIENCE, context=context) as reply:
            return json.loads(reply.read())

    def faults(self, **what):
        """Asks for faults; see cmd/kubesim/README.md."""
        return self.request("POST", "/kubesim/faults", what)

    def no_faults(self):
        self.request("DELETE", "/kubesim/faults")
        self.choose_encoding()

    def counters(self):
        return self.request("GET", "/kubesim/counters")


def free_ports(count):
    """Ports that are free for TCP and UDP at this moment."""
    held, ports = [], []
    while len(ports) < count:
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        held += [udp, tcp]
        udp.bind(("127.0.0.1", 0))
        try:
            tcp.bind(udp.getsockname())
            ports.append(udp.getsockname()[1])
        except OSError:
            continue
    for one in held:
        one.close()
    return ports


# Where test/run unpacks Debian 12's kubernetes-client; tests have no network to get it from.
DEBIAN_KUBECTL = ROOT / "build" / "tools" / "kubernetes-client" / "usr" / "bin" / "kubectl"


def find_kubectl():
    """The kubectl programs to test with: the one on the PATH, and Debian 12's where it is another."""
    found = [shutil.which("kubectl"), DEBIAN_KUBECTL if DEBIAN_KUBECTL.exists() else None]
    if not any(found):
        raise Skip("no kubectl here")
    return [str(program) for program in found if program]


def find_coredns():
    """CoreDNS as $CATENA_COREDNS names it, or as test/cluster/build has built it."""
    build = ROOT / "test" / "cluster" / "build"
    named = os.environ.get("CATENA_COREDNS")
    if not named and build.exists():
        folder = subprocess.run([build, "--folder"], capture_output=True, text=True).stdout.strip()
        named = f"{folder}/coredns"
    if not named or not os.access(named, os.X_OK):
        raise Skip("no CoreDNS here: test/cluster/build makes it")
    return named


def kubernetes_corefile(kubesim, extra="", options="pods insecure", kubeconfig=None):
    return f"""
.:0 {{
    bind 127.0.0.1
    errors
    log . {{
        class error
    }}
    kubernetes cluster.local in-addr.arpa ip6.arpa {{
        kubeconfig {kubeconfig or kubesim.kubeconfig}
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


def cluster(folder, **options):
    """kubesim with the sample cluster, and catena following it."""
    kubesim = Kubesim(folder)
    catena = Catena(folder, kubernetes_corefile(kubesim, **options))
    return kubesim, catena


def stop_cleanly(*programs):
    """Ends programs as an operator does; they must end well and have nothing to complain about."""
    for program in programs:
        code = program.stop()
        assert code == 0, f"exit status {code}:\n{program.log()[-4000:]}"


def run(*arguments, environment=None, stdin="", folder=None, program="catena"):
    """Runs catena to its end; returns exit status, standard output and standard error."""
    done = subprocess.run([str(BUILD / program), *map(str, arguments)], capture_output=True,
                          text=True, input=stdin, timeout=PATIENCE, cwd=folder,
                          env={**os.environ, **(environment or {})})
    return done.returncode, done.stdout, done.stderr


def check(folder, corefile, environment=None, flags=("--here",)):
    """`catena check` of a Corefile text: exit status, and all that it said without the folder."""
    path = write_corefile(folder, corefile, "checked")
    code, out, err = run("check", *flags, path, environment=environment, folder=folder)
    return code, (err + out).replace(str(path), "Corefile").replace(f"{folder}/", "")


def run_test(name, test):
    """Runs one test in a folder of its own; true, false or the reason why it cannot run here."""
    folder = tempfile.mkdtemp(prefix="catena-test-")
    started = time.monotonic()
    problem = None
    try:
        test(folder)
    except Skip as reason:
        print(f"  SKIPPED        {name}: {reason}", flush=True)
        return str(reason)
    except Exception:
        problem = traceback.format_exc()
    finally:
        complaints = Running.stop_all()
        if complaints:
            problem = (problem or "") + "\n".join(text[-6000:] for text in complaints)
        took = f"{time.monotonic() - started:5.1f} s"
        if problem:
            print(f"  FAILED {took}  {name}\n{problem}", flush=True)
            for log in sorted(pathlib.Path(folder).glob("*.log")):
                print(f"--- {log.name}\n{log.read_text(errors='replace')[-3000:]}")
        shutil.rmtree(folder, ignore_errors=True)
    if not problem:
        print(f"  ok     {took}  {name}", flush=True)
    return not problem


def in_both_encodings(test):
    """For tests with faults of the API server: what it sends comes as protobuf, then as JSON."""
    test.in_both_encodings = True
    return test


def in_json(test):
    @functools.wraps(test)
    def run(folder):
        Kubesim.protobuf = False
        try:
            test(folder)
        finally:
            Kubesim.protobuf = True
    return run


def all_tests(module):
    for name, test in list(module.items()):
        if name.startswith("test_"):
            yield name, test
            if getattr(test, "in_both_encodings", False):
                yield f"{name}_in_json", in_json(test)


def choose(tests, words):
    """The functions named test_* of a module, or those of the command line. What the words ask for
    instead is done here: --help, and names of no test, which end with status 2."""
    known = dict(all_tests(tests))
    usage = (f"usage: {sys.argv[0]} [TEST...]\n\n{(tests.get('__doc__') or '').strip()}\n\n"
             "CATENA_BUILD names the folder with the programs (build/release). Tests:\n"
             + "".join(f"  {name}\n" for name in known))
    if {"-h", "--help"} & set(words):
        print(usage, end="")
        sys.exit(0)
    unknown = [word for word in words if word not in known]
    if unknown:
        print(f"no test is named {', '.join(unknown)}\n{usage}", end="", file=sys.stderr)
        sys.exit(2)
    return {name: test for name, test in known.items() if not words or name in words}


def main(tests, enter=lambda: None):
    """Runs the functions of a module that are named test_*, or those of the command line; `enter` goes
    where they run."""
    chosen = choose(tests, sys.argv[1:])
    enter()
    results = {name: run_test(name, test) for name, test in chosen.items()}
    if False in results.values() or not results:
        sys.exit(1)
    skipped = [f"{name} skipped: {reason}" for name, reason in results.items()
               if reason is not True]
    if skipped:
        print(f"{len(results) - len(skipped)} of {len(results)} ran; {'; '.join(skipped)}")
        sys.exit(77)
