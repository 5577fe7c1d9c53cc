#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Runs by night: it has not shown yet that its counts repeat on every machine.
"""What a question costs, counted: instructions, and lines of 64 bytes of code and data that are
touched. Counts repeat where times do not, so they have bounds (test/bench/bounds.json), which only go
down: a change that makes a question cheaper takes them along.

valgrind counts from a moment to another (callgrind). Its simulated caches are empty at the first and
hold everything until the second, so what misses is what was touched."""

import itertools
import json
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import types

from harness import BUILD, ROOT, Catena, Kubesim, Skip, main

sys.path.insert(0, str(ROOT / "test" / "bench"))

import corefiles  # noqa: E402

BOUNDS = json.loads((ROOT / "test" / "bench" / "bounds.json").read_text())
# A bound is a little above what was counted; who is further below it takes it along.
ABOVE, BELOW = 1.05, 0.9
BATCH = 32  # As many questions wait as the server takes at once.
# The second least counts: a timer's work comes on top now and then, and once in a while counting begins
# when the server is already awake.
TRIES = 6
WARM = 50
CACHE = "1048576,16,64"
RECORD = b"\xc0\x0c\0\1\0\1\0\0\x0e\x10\0\4\xc0\0\2\1"


def message(name, ident):
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return ident.to_bytes(2, "big") + b"\1\0\0\1\0\0\0\0\0\0" + labels + b"\0\0\1\0\1"


def udp_socket():
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind(("127.0.0.1", 0))
    made.settimeout(20)
    return made


class Counted:
    """catena under valgrind. All questions come from one socket, so one worker has them all."""

    def __init__(self, folder, corefile):
        self.folder = folder
        self.catena = Catena(folder, corefile, wrapper=(
            "valgrind", "--tool=callgrind", "--instr-atstart=no", "--cache-sim=yes",
            f"--I1={CACHE}", f"--D1={CACHE}", "--LL=8388608,16,64",
            f"--vgdb-prefix={folder}/vgdb", f"--callgrind-out-file={folder}/counts"))
        self.pid = self.catena.process.pid
        self.client = udp_socket()
        self.client.connect(("127.0.0.1", self.catena.port))
        self.ident = 0

    def command(self, *commands):
        words = [word for command in commands for word in ("-c", *command.split())]
        try:
            subprocess.run(["vgdb", f"--vgdb-prefix={self.folder}/vgdb", f"--pid={self.pid}", *words],
                           check=True, capture_output=True, timeout=20)
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as problem:
            raise Skip(f"vgdb cannot talk to what valgrind runs here: {problem}") from None

    def while_stopped(self, action):
        """What arrives meanwhile is there at once."""
        self.catena.process.send_signal(signal.SIGSTOP)
        action()
        self.catena.process.send_signal(signal.SIGCONT)

    def ask(self, names, upstream):
        """All at once; an upstream answers them all at once."""
        at_once = self.while_stopped if len(names) > 1 else lambda action: action()
        at_once(lambda: self.send(names))
        if upstream:
            asked = [upstream.recvfrom(4096) for _ in names]
            at_once(lambda: [upstream.sendto(answer(question), peer) for question, peer in asked])
        for _ in names:
            reply = self.client.recv(4096)
            assert reply[3] & 15 == 0 and reply[7] != 0, reply

    def send(self, names):
        for name in names:
            self.ident = self.ident + 1 & 0xFFFF
            self.client.send(message(name, self.ident))

    def count(self, names, upstream):
        """Instructions for each of the questions, lines of code and of data for all of them."""
        self.command("instrumentation on")
        self.ask(names, upstream)
        self.command("instrumentation off", "dump")
        newest = max(pathlib.Path(self.folder).glob("counts.*"), key=lambda path: int(path.suffix[1:]))
        text = newest.read_text()
        events, totals = (re.search(rf"^{word}: (.*)$", text, re.MULTILINE).group(1).split()
                          for word in ("events", "totals"))
        count = dict(zip(events, map(int, totals)))
        return count["Ir"] // len(names), count["I1mr"], count["D1mr"] + count["D1mw"]


def answer(question):
    end = 12
    while question[end]:
        end += question[end] + 1
    return question[:2] + b"\x84\0\0\1\0\1\0\0\0\0" + question[12:end + 5] + RECORD


def place(**what):
    return types.SimpleNamespace(port=0, **what)


def judge(work, counts):
    """Against the bounds; says which of them can go down."""
    problems = []
    for what, bound in BOUNDS[work].items():
        count = counts[what]
        print(f"    {work}: {what} {count}, at most {bound}")
        if count > bound:
            problems.append(f"{work}: {what}: {count}, more than {bound}")
        elif count < bound * BELOW:
            print(f"    {work}: the bound of {what} can go down to {round(count * ABOVE)}")
    assert not problems, "\n".join(problems)


def measure(folder, work, corefile, names, upstream=None):
    """names: an endless supply of them."""
    if BUILD.name != "release":
        raise Skip("the bounds are those of the release build")
    for program in "valgrind", "vgdb":
        if not shutil.which(program):
            raise Skip(f"no {program} here")
    server = Counted(folder, corefile)
    for _ in range(WARM):
        server.ask([next(names)], upstream)
    server.ask([next(names) for _ in range(BATCH)], upstream)
    one = [server.count([next(names)], upstream) for _ in range(TRIES)]
    many = [server.count([next(names) for _ in range(BATCH)], upstream) for _ in range(TRIES)]
    server.catena.stop()
    one_instructions, code, data = map(second_least, zip(*one))
    each, _, _ = map(second_least, zip(*many))
    judge(work, {"instructions of one that wakes the server": one_instructions,
                 "lines of its code": code, "lines of its data": data,
                 f"instructions of each of {BATCH} at once": each})


def second_least(counts):
    return sorted(counts)[1]


def answer_once(upstream):
    question, peer = upstream.recvfrom(4096)
    upstream.sendto(answer(question), peer)


def test_cache_hit(folder):
    upstream = udp_socket()
    threading.Thread(target=answer_once, args=(upstream,), daemon=True).start()
    measure(folder, "cache hit", corefiles.cache(place(upstream=upstream.getsockname()[1])),
            itertools.repeat("www.example.org"))


def test_cluster_answer(folder):
    kubesim = Kubesim(folder)
    measure(folder, "cluster answer", corefiles.cluster(place(kubeconfig=kubesim.kubeconfig)),
            itertools.repeat("nginx.default.svc.cluster.local"))


def test_forwarded(folder):
    """One alone has no bound: its answer comes in a turn of its own, with whatever is due then."""
    upstream = udp_socket()
    measure(folder, "forwarded", corefiles.forward(place(upstream=upstream.getsockname()[1])),
            (f"n{number:06d}.example.org" for number in range(10 ** 6)), upstream)


if __name__ == "__main__":
    main(globals())
