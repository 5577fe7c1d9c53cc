#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Reloads by signal and by the plugin reload: what changes, what stays, and what is said."""

import os
import pathlib
import re
import signal
import socket
import subprocess

import dns.message
import dns.query

from harness import BUILD, Catena, PATIENCE, Program, eventually, free_ports, main, stop_cleanly

ERRORS = ".:0 {{\n    bind 127.0.0.1\n    errors\n    {}\n}}\n"
WHOAMI = ERRORS.format("whoami")
NOBODY = ERRORS.format("cache")


def rewrite(catena, text):
    """Puts a new text where the Corefile is, as an editor does."""
    path = pathlib.Path(catena.corefile)
    path.with_suffix(".new").write_text(text)
    os.replace(path.with_suffix(".new"), path)


def logged(catena, pattern, times=1):
    eventually(lambda: len(re.findall(pattern, catena.log(), re.MULTILINE)) >= times)


def test_sigusr1_takes_up_the_corefile(folder):
    catena = Catena(folder, WHOAMI)
    port = catena.port
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as kept:
        assert catena.rcode("a.example") == "NOERROR"
        rewrite(catena, NOBODY)
        catena.process.send_signal(signal.SIGUSR1)
        logged(catena, r"^\[INFO\] Reloading complete$")
        assert catena.rcode("a.example", port=port) == "SERVFAIL"
        question = dns.message.make_query("b.example", "A")
        dns.query.send_tcp(kept, question, expiration=None)
        assert dns.query.receive_tcp(kept)[0].rcode() == 2
    lines = catena.log().splitlines()
    begin = lines.index("[INFO] SIGUSR1: Reloading")
    assert lines[begin + 1] == "[INFO] Reloading", lines[begin:]
    assert len(re.findall(r"^\.:\d+ on ", catena.log(), re.MULTILINE)) == 1
    stop_cleanly(catena)


def sockets_of(port):
    """How many sockets are bound to a port, for datagrams and for connections."""
    def count(table, state):
        lines = pathlib.Path(f"/proc/net/{table}").read_text().splitlines()[1:]
        return sum(1 for line in lines if line.split()[1].endswith(f":{port:04X}")
                   and line.split()[3] == state)
    return count("udp", "07"), count("tcp", "0A")


def test_a_listener_has_as_many_sockets_as_it_should(folder):
    several = ERRORS.replace(".:0", ".:{port}").replace("errors", "multisocket {count}")
    port = free_ports(1)[0]
    catena = Catena(folder, several.format("whoami", port=port, count=3))
    assert sockets_of(port) == (3, 3), sockets_of(port)
    for times, (count, answer) in enumerate([(5, "NOERROR"), (1, "SERVFAIL"), (2, "NOERROR")], 1):
        rewrite(catena, several.format("whoami" if answer == "NOERROR" else "cache", port=port,
                                       count=count))
        catena.process.send_signal(signal.SIGUSR1)
        logged(catena, r"^\[INFO\] Reloading complete$", times)
        eventually(lambda: sockets_of(port) == (count, count))
        for _ in range(20):
            assert catena.rcode("a.example", port=port) == answer, count
            assert catena.rcode("a.example", port=port, tcp=True) == answer, count
    stop_cleanly(catena)


BROKEN = [
    ("a directive that nobody knows", ERRORS.format("whomai"),
     r":4: Unknown directive 'whomai' \(did you mean 'whoami'\?\)"),
    ("an option out of its range", ERRORS.format("cache 0"), r":4: cache: "),
    ("an address that this host does not have",
     WHOAMI.replace("127.0.0.1", "192.0.2.7").replace(":0", ":5300"), "192.0.2.7:5300"),
]


def test_a_broken_corefile_leaves_the_running_one(folder):
    catena = Catena(folder, WHOAMI)
    for times, (name, text, said) in enumerate(BROKEN, start=1):
        rewrite(catena, text)
        catena.process.send_signal(signal.SIGUSR1)
        logged(catena, r"^\[ERROR\] SIGUSR1: .*" + said)
        logged(catena, r"^\[ERROR\] Restart failed: .*" + said)
        assert catena.rcode("a.example") == "NOERROR", name
    rewrite(catena, NOBODY)
    catena.process.send_signal(signal.SIGUSR1)
    logged(catena, r"^\[INFO\] Reloading complete$")
    assert catena.rcode("a.example") == "SERVFAIL"
    stop_cleanly(catena)


def test_the_plugin_follows_the_file_and_its_imports(folder):
    extra = pathlib.Path(folder, "extra.conf")
    extra.write_text("whoami\n")
    text = ERRORS.format(f"import {extra}\n    reload 2s 0s")
    catena = Catena(folder, text)
    before = re.search(r"^\[INFO\] plugin/reload: Running configuration SHA512 = ([0-9a-f]{128})$",
                       catena.log(), re.MULTILINE)
    assert before, catena.log()
    extra.write_text("whomai\n")
    failed = r"^\[ERROR\] plugin/reload: Corefile changed but reload failed: .*"
    logged(catena, failed + "'whomai'")
    assert catena.rcode("a.example") == "NOERROR"
    extra.write_text("cache 0\n")
    logged(catena, failed + "cache")
    assert len(re.findall(failed + "'whomai'", catena.log(), re.MULTILINE)) == 1, catena.log()
    assert catena.rcode("a.example") == "NOERROR"
    extra.write_text("cache\n")
    logged(catena, r"^\[INFO\] Reloading complete$")
    assert catena.rcode("a.example") == "SERVFAIL"
    hashes = re.findall("SHA512 = ([0-9a-f]{128})", catena.log())
    assert len(hashes) == 2 and len(set(hashes)) == 2, hashes
    # SIGUSR1 leaves the watcher at work.
    catena.process.send_signal(signal.SIGUSR1)
    logged(catena, r"^\[INFO\] Reloading complete$", 2)
    extra.write_text("whoami\n")
    logged(catena, r"^\[INFO\] Reloading complete$", 3)
    assert catena.rcode("a.example") == "NOERROR"
    stop_cleanly(catena)


def test_a_corefile_without_reload_ends_the_watching(folder):
    catena = Catena(folder, ERRORS.format("whoami\n    reload 2s 0s"))
    rewrite(catena, NOBODY)
    logged(catena, r"^\[INFO\] Reloading complete$")
    threads = os.listdir(f"/proc/{catena.process.pid}/task")
    rewrite(catena, ERRORS.format("whoami\n    reload 2s 0s"))
    catena.process.send_signal(signal.SIGUSR1)
    logged(catena, r"^\[INFO\] Reloading complete$", 2)
    eventually(lambda: len(os.listdir(f"/proc/{catena.process.pid}/task")) == len(threads) + 1)
    stop_cleanly(catena)


def test_the_corefile_of_standard_input_stays(folder):
    process = subprocess.Popen([BUILD / "catena", "-conf", "stdin"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    process.stdin.write(WHOAMI)
    process.stdin.close()
    said = []
    for line in process.stdout:
        said.append(line.strip())
        if line.startswith("linux/"):
            process.send_signal(signal.SIGUSR1)
        if line.startswith("[INFO] Reloading complete"):
            break
    assert "[INFO] Reloading complete" in said, said
    port = int(next(re.match(r"\.:(\d+) on", line)[1] for line in said if line.startswith(".:")))
    answer = dns.query.udp(dns.message.make_query("a.example", "A"), "127.0.0.1", PATIENCE, port)
    assert answer.rcode() == 0 and answer.additional
    process.terminate()
    assert process.wait(PATIENCE) == 0
    process.stdout.close()


def test_sigusr2_is_not_supported_and_says_so(folder):
    catena = Catena(folder, WHOAMI)
    catena.process.send_signal(signal.SIGUSR2)
    logged(catena, r"^\[WARNING\] SIGUSR2: not supported")
    assert catena.rcode("a.example") == "NOERROR"
    stop_cleanly(catena)


if __name__ == "__main__":
    main(globals())
