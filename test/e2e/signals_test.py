#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Signals at every moment: the end is obeyed during a start, during a reload, and twice."""

import contextlib
import re
import signal
import socket
import threading
import time

import dns.message

from harness import (BUILD, Catena, PATIENCE, Program, eventually, main, stop_cleanly,
                     write_corefile)
from reload_test import WHOAMI, logged, rewrite
from upstream import Upstream

WAITING = r"^\[INFO\] plugin/kubernetes: waiting for Kubernetes API before starting server$"
LAMEDUCK = r"^\[INFO\] plugin/health: Going into lameduck mode for 200ms$"


@contextlib.contextmanager
def silent_api():
    """An API server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        held = []

        def hold():
            with contextlib.suppress(OSError):
                while True:
                    held.append(listener.accept()[0])
        threading.Thread(target=hold, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        for connection in held:
            connection.close()


def with_lameduck(body, time="200ms"):
    return f""".:0 {{
    bind 127.0.0.1
    errors
    health 127.0.0.1:0 {{
        lameduck {time}
    }}
    {body}
}}
"""


def following(port):
    """Waits for its cluster longer than a test does."""
    return with_lameduck(f"""kubernetes cluster.local {{
        endpoint http://127.0.0.1:{port}
        startup_timeout 90s
    }}""")


def test_sigterm_ends_a_start_that_waits_for_the_api(folder):
    with silent_api() as port:
        path = write_corefile(folder, following(port))
        for how in (signal.SIGTERM, signal.SIGINT):
            catena = Program([BUILD / "catena", "-conf", path], folder, "catena")
            catena.wait_for(WAITING)
            assert catena.stop(how) == 0, catena.log()
            # Nothing was answered yet, so that nobody needs a time of grace.
            assert not re.search(LAMEDUCK, catena.log(), re.MULTILINE), catena.log()


def test_sigterm_ends_a_reload_that_waits_for_the_api(folder):
    with silent_api() as port:
        catena = Catena(folder, with_lameduck("whoami"))
        rewrite(catena, following(port))
        catena.process.send_signal(signal.SIGUSR1)
        catena.wait_for(WAITING)
        assert catena.rcode("a.example") == "NOERROR"
        catena.process.send_signal(signal.SIGTERM)
        catena.wait_for(LAMEDUCK)
        stop_cleanly(catena)
        assert "Reloading complete" not in catena.log(), catena.log()


def test_sigterm_goes_before_a_reload_that_waits_for_a_query(folder):
    answer = threading.Event()
    upstream = Upstream(lambda query, transport: answer.wait(PATIENCE) and None)
    catena = Catena(folder, with_lameduck(f"forward . {upstream.address}"))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect(("127.0.0.1", catena.port))
        client.send(dns.message.make_query("a.example", "A").to_wire())
        eventually(lambda: upstream.seen)
        rewrite(catena, with_lameduck("whoami"))
        catena.process.send_signal(signal.SIGUSR1)
        logged(catena, r"^\[INFO\] Reloading$")
        catena.process.send_signal(signal.SIGTERM)
        catena.wait_for(LAMEDUCK)
        assert "Reloading complete" not in catena.log(), catena.log()
        answer.set()
        stop_cleanly(catena)
    upstream.stop()


def test_an_interrupt_after_sigterm_lets_queries_go(folder):
    upstream = Upstream(lambda query, transport: None)
    catena = Catena(folder, f".:0 {{\n    bind 127.0.0.1\n    forward . {upstream.address}\n}}\n")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect(("127.0.0.1", catena.port))
        client.send(dns.message.make_query("a.example", "A").to_wire())
        eventually(lambda: upstream.seen)
        catena.process.send_signal(signal.SIGTERM)
        catena.wait_for(r"SIGTERM: Shutting down servers then terminating$")
        began = time.monotonic()
        assert catena.stop(signal.SIGINT) == 0, catena.log()
        # Five seconds is what queries have to finish.
        assert time.monotonic() - began < 4, catena.log()
    upstream.stop()


def test_reloads_around_the_end_do_nothing(folder):
    for _ in range(15):
        catena = Catena(folder, WHOAMI)
        for number in (signal.SIGUSR1, signal.SIGUSR1, signal.SIGTERM, *[signal.SIGUSR1] * 3,
                       signal.SIGTERM):
            catena.process.send_signal(number)
            time.sleep(0.0005)
        for _ in range(20):
            if catena.process.poll() is not None:
                break
            catena.process.send_signal(signal.SIGUSR1)
        stop_cleanly(catena)


def test_a_second_interrupt_ends_at_once(folder):
    text = with_lameduck("whoami", "60s")
    catena = Catena(folder, text)
    catena.process.send_signal(signal.SIGINT)
    catena.wait_for(r"Going into lameduck mode for 1m0s$")
    assert catena.stop(signal.SIGINT) == 2, catena.log()
    catena = Catena(folder, text)
    catena.process.send_signal(signal.SIGTERM)
    catena.wait_for(r"Going into lameduck mode for 1m0s$")
    assert catena.stop(signal.SIGQUIT) == 0, catena.log()


if __name__ == "__main__":
    main(globals())
