# SPDX-License-Identifier: Apache-2.0
"""Programs that live as long as a cluster does, on ports of 127.0.0.1."""

import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import time

# Below the range from which the system takes ports for outgoing connections: none of the many that
# a control plane opens can take a port between its choice and its use.
PORTS = range(20000, 30000)
CHOSEN = set()


def is_free(port):
    for kind in socket.SOCK_STREAM, socket.SOCK_DGRAM:
        with socket.socket(socket.AF_INET, kind) as tried:
            if kind == socket.SOCK_STREAM:
                tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


def free_port():
    """A port that is free for UDP and TCP and is not given again by this process."""
    for port in random.SystemRandom().sample(PORTS, 200):
        if port not in CHOSEN and is_free(port):
            CHOSEN.add(port)
            return port
    raise OSError("no free port")


class Process:
    """A program with its output in a file. It ends with this process, however that ends."""

    def __init__(self, name, command, folder, environment=None):
        self.name = name
        self.log_path = pathlib.Path(folder) / f"{name}.log"
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "SIGKILL", *map(str, command)], stdout=log,
                stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=folder,
                env={**os.environ, **(environment or {})})

    def log(self):
        return self.log_path.read_text(errors="replace")

    def require(self):
        """Raises if the program has ended."""
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.name} ended with {self.process.returncode}:\n"
                               f"{self.log()[-4000:]}")

    def wait_for(self, check, patience=180.0):
        """Until check() is true; OSErrors count as false."""
        deadline = time.monotonic() + patience
        while True:
            self.require()
            try:
                if check():
                    return
            except OSError:
                pass
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} was not ready within {patience} s:\n"
                                   f"{self.log()[-4000:]}")
            time.sleep(0.02)

    def wait_for_line(self, pattern, patience=180.0):
        self.wait_for(lambda: re.search(pattern, self.log(), re.MULTILINE), patience)
        return re.search(pattern, self.log(), re.MULTILINE)

    def ask_to_end(self):
        if self.process.poll() is None:
            self.process.terminate()

    def stop(self, how=signal.SIGTERM, patience=10.0):
        """Ends the program, by force after `patience` seconds; returns its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            return self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
