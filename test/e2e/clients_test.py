#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Takes long.
"""Real clients in a pod's surroundings: what their users type is what they find.

Each client is a small program of clients/; README.md there says how they are asked and answer.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

from client_pod import DOMAIN, Negative, Pod, Some, fits, many_addresses, only_v4
from harness import PATIENCE, ROOT, Skip, main
from pod import SERVER, enter, resolv_conf

PROGRAMS = ROOT / "test" / "e2e" / "clients"
# A first build of Go builds its library.
BUILDS = 400


def compiled(folder, compiler, *options):
    """The C client, made by this compiler."""
    if not shutil.which(compiler):
        raise Skip(f"no {compiler} here")
    program = pathlib.Path(folder) / "-".join(["resolve", compiler, *options])
    subprocess.run([compiler, "-O1", *options, "-o", program, PROGRAMS / "resolve.c"], check=True,
                   timeout=BUILDS)
    return program


def path_of(typed, namespace="default"):
    """What resolv.conf makes of a name with few dots, in order."""
    suffixes = [f"{namespace}.svc.cluster.local.", "svc.cluster.local.", "cluster.local.", ""]
    return [f"{typed}.{suffix}" for suffix in suffixes]


def check_queries(pod, command, after_empty="goes on"):
    """Which names are asked for, and in which order: a search ends where there is an answer."""
    found, absent = "NOERROR", "NXDOMAIN"
    full = f"nginx-headless.{DOMAIN}"

    def asks(question, wanted, **where):
        names, _ = pod.asked(command, question, **where)
        assert names == wanted, (question, names, wanted)
    for typed, count in (("nginx-headless", 1), ("nginx-headless.default", 2),
                         ("nginx-headless.default.svc", 3), (full, 4), ("www.example.com", 4)):
        names = path_of(typed)[:count]
        asks(f"any:{typed}", [(name, absent) for name in names[:-1]] + [(names[-1], found)])
    for typed in f"{full}.", "a.b.c.d.e.example.com":
        asks(f"any:{typed}", [(typed.rstrip(".") + ".", found)])
    asks("any:nginx-headless", [(name, absent) for name in path_of("nginx-headless", "shop")],
         namespace="shop")
    empty = [(name, found if number == 0 else absent)
             for number, name in enumerate(path_of("nginx-headless"))]
    asks("v6:nginx-headless", empty if after_empty == "goes on" else empty[:1])


def test_c_library(folder):
    """glibc: a search goes on after a name without data, TCP follows where an answer is cut."""
    program = [compiled(folder, "cc")]
    pod = Pod(folder)
    pod.check_everywhere(program, {"any", "v4", "v6", "name"})
    check_queries(pod, program)
    assert pod.asked(program, "any:many")[1] == {"udp", "tcp"}
    check_getent(pod)
    pod.stop()


def check_getent(pod):
    """It asks for what this host has addresses of: no IPv6 here."""
    for namespace, rows in ("default", pod.rows()), ("shop", pod.rows_of_shop()):
        pod.settings.write_text(resolv_conf(namespace))
        for question, wanted in rows:
            kind, name = question.split(":", 1)
            if kind != "any":
                continue
            done = subprocess.run(["getent", "ahosts", name], capture_output=True, text=True,
                                  timeout=PATIENCE)
            found = {line.split()[0] for line in done.stdout.splitlines()}
            missing = done.returncode == 2 and not found
            wanted = only_v4(wanted)
            assert missing if isinstance(wanted, Negative) else found == wanted, (name, done)


def test_musl(folder):
    """Alpine's. One datagram of 512 bytes must do: TCP came with 1.2.4. A name without data ends
    the search."""
    for options in (), ("-static",):
        program = [compiled(folder, "musl-gcc", *options)]
        pod = Pod(folder)
        pod.check_everywhere(program, {"any", "v4", "v6", "name"}, part=True)
        check_queries(pod, program, after_empty="ends")
        pod.stop()


def busybox_says(name, kind=None):
    """As the programs of clients/ answer, and the names that it says do not exist."""
    done = subprocess.run(["busybox", "nslookup", *([f"-type={kind}"] if kind else []), name],
                          capture_output=True, text=True, timeout=PATIENCE)
    assert re.search(rf"^Server:\s+{SERVER}$", done.stdout, re.MULTILINE), done
    text = done.stdout.split("\n\n", 1)[1] + done.stderr
    absent = set(re.findall(r"can't find (\S+): NXDOMAIN", text))
    found = re.findall(r"^Address(?: \d+)?: (\S+)", text, re.MULTILINE)
    found += re.findall(r"name = (\S+)", text.replace("canonical name = ", ""))
    found += [f"{target}:{port}" for port, target in
              re.findall(r"service = \d+ \d+ (\d+) (\S+)", text)]
    if found:
        return "= " + " ".join(found), absent
    # Version 1.35 says nothing of a name without such data, others say "No answer".
    quiet = done.returncode == 0 or "No answer" in text
    return "! absent" if absent else "! empty" if quiet else f"! {text}", absent


def test_busybox(folder):
    """nslookup. A name without a dot is looked up in all of the search path; all others as they
    are, so that `nginx-0.nginx` goes to the upstream."""
    listed = shutil.which("busybox") and subprocess.run(["busybox", "--list"], capture_output=True,
                                                        text=True).stdout.split()
    if "nslookup" not in (listed or []):
        raise Skip("no busybox with nslookup here")
    pod = Pod(folder)
    pod.settings.write_text(resolv_conf())
    for question, wanted in pod.rows(part=True):
        kind, name = question.split(":", 1)
        if name.count(".") < 4 and kind != "name":
            continue
        kind = {"any": None, "v4": "A", "v6": "AAAA", "name": None}.get(kind, kind)
        wanted = Some(many_addresses()) if name.startswith("many.") else wanted
        said, _ = busybox_says(name, kind)
        assert fits(wanted, said), (question, said, wanted)
    said, absent = busybox_says("nginx-headless")
    assert fits(set(pod.pods.values()), said), said
    # Later versions may end the search at the first answer.
    assert absent in (set(), {"nginx-headless.svc.cluster.local", "nginx-headless.cluster.local"})
    assert busybox_says("nginx-0.nginx")[0] == "! absent"
    assert pod.upstream.count("nginx-0.nginx.") > 0
    pod.stop()


def test_go(folder):
    """Its own resolver, as containers without a C library have it."""
    if not shutil.which("go"):
        raise Skip("no go here")
    program = pathlib.Path(folder) / "resolve-go"
    # Outside of any module, with nothing from the network; the built library is kept.
    subprocess.run(["go", "build", "-o", program, PROGRAMS / "resolve.go"], check=True, cwd=folder,
                   timeout=BUILDS, env={**os.environ, "CGO_ENABLED": "0", "GOTOOLCHAIN": "local",
                                        "GOFLAGS": "", "GO111MODULE": "auto", "GOPROXY": "off",
                                        "GOCACHE": str(ROOT / "build" / "tools" / "go")})
    pod = Pod(folder)
    pod.check_everywhere([program], {"any", "v4", "v6", "SRV"})
    check_queries(pod, [program])
    assert pod.asked([program], "any:many")[1] == {"udp", "tcp"}
    lines = pod.run([program], [f"name:{pod.pods['nginx-1']}"])
    assert fits(pod.names("nginx-1"), *lines.values()), lines
    pod.stop()


def test_java(folder):
    """InetAddress, and JNDI's own reader of messages."""
    if not shutil.which("java"):
        raise Skip("no java here")
    modules = subprocess.run(["java", "--list-modules"], capture_output=True, text=True).stdout
    if not {"jdk.compiler", "jdk.naming.dns"} <= set(re.findall(r"^[\w.]+", modules, re.MULTILINE)):
        raise Skip("this java runs no source files")
    program = ["java", "-XX:TieredStopAtLevel=1", PROGRAMS / "Resolve.java"]
    pod = Pod(folder)

    def seen(row):
        """InetAddress leaves IPv6 out where there is none."""
        here = pathlib.Path("/proc/net/if_inet6")
        none = row[0].startswith("any:") and not (here.exists() and here.read_text())
        return (row[0], only_v4(row[1])) if none else row
    pod.check_everywhere(program, {"any", "A", "AAAA", "SRV", "PTR", "name"}, seen=seen)
    pod.stop()


def test_node(folder):
    """dns.lookup, and dns.resolve with c-ares."""
    if not shutil.which("node"):
        raise Skip("no node here")
    program = ["node", PROGRAMS / "resolve.js"]
    pod = Pod(folder)
    pod.check_everywhere(program, {"any", "v4", "v6", "A", "AAAA", "SRV", "PTR"})
    assert pod.asked(program, f"A:many.{DOMAIN}")[1] == {"udp", "tcp"}
    pod.stop()


def test_python(folder):
    """The socket module, and dnspython, which reads messages strictly."""
    program = [sys.executable, PROGRAMS / "resolve.py"]
    pod = Pod(folder)
    pod.check_everywhere(program, {"any", "v4", "v6", "A", "AAAA", "SRV", "PTR", "name"})
    assert pod.asked(program, f"A:many.{DOMAIN}")[1] == {"udp", "tcp"}
    pod.stop()


if __name__ == "__main__":
    main(globals(), enter)
