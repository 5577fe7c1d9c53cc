#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Clients that want too much, from an address of their own, until they are ended:

    attackers.py KIND ADDRESS PORT

KIND is one of the functions below. Prints `at it` when everything has been tried once.
"""

import itertools
import resource
import selectors
import socket
import struct
import sys
import time

CONNECTIONS = 4000


def query(name, kind=1):
    """A question with EDNS, so that a refusal says why."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return struct.pack(">HHHHHH", 7, 0x0100, 1, 0, 0, 1) + labels + \
        b"\0" + struct.pack(">HH", kind, 1) + b"\0" + struct.pack(">HHIH", 41, 1232, 0, 0)


def framed(message):
    return struct.pack(">H", len(message)) + message


class Connection:
    """Sends what it has and never reads. Begins anew when the server ends it."""

    def __init__(self, flood, payload):
        self.flood, self.payload = flood, payload
        self.open()

    def open(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.socket.setblocking(False)
        self.socket.bind((self.flood.address, 0))
        self.socket.connect_ex(("127.0.0.1", self.flood.port))
        self.left = memoryview(self.payload)
        self.flood.selector.register(self.socket, selectors.EVENT_WRITE, self)

    def writable(self):
        try:
            if self.left:
                self.left = self.left[self.socket.send(self.left):]
            if not self.left:
                self.flood.selector.unregister(self.socket)
        except BlockingIOError:
            pass
        except OSError:
            self.again()

    def again(self):
        self.close()
        self.open()

    def ended(self):
        """Whether the server has ended it since."""
        try:
            return not self.socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            return True

    def close(self):
        try:
            self.flood.selector.unregister(self.socket)
        except KeyError:
            pass
        self.socket.close()


class Flood:
    """Many connections, each with its payload."""

    def __init__(self, address, port):
        self.address, self.port = address, port
        self.selector = selectors.DefaultSelector()
        self.said = False

    def run(self, payload):
        connections = []
        while True:
            for _ in range(min(200, CONNECTIONS - len(connections))):
                connections.append(Connection(self, payload))
                opened = time.monotonic()
            for key, _ in self.selector.select(0.1):
                key.data.writable()
            if time.monotonic() > opened + 2 and not self.said:
                self.said = True
                print("at it", flush=True)
            if len(connections) == CONNECTIONS:
                for connection in connections:
                    if connection.ended():
                        connection.again()


def unfinished(address, port):
    """Messages of which the end never comes."""
    Flood(address, port).run(struct.pack(">H", 65535) + bytes(65000))


def waiting(address, port):
    """As many queries on each connection as it may have, for names that are never answered."""
    Flood(address, port).run(framed(query("name.slow.example")) * 128)


def unread(address, port):
    """More answers than the server keeps for a client that takes none."""
    Flood(address, port).run(framed(query("s1.default.svc.cluster.local")) * 2000)


def datagrams(address, port):
    """Queries over UDP for names that are never answered, from many ports."""
    sockets = []
    for _ in range(64):
        sockets.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        sockets[-1].setblocking(False)
        sockets[-1].bind((address, 0))
        sockets[-1].connect(("127.0.0.1", port))
    for count in itertools.count():
        try:
            sockets[count % 64].send(query(f"n{count}.slow.example"))
        except OSError:
            pass
        # Not so many a second that the kernel's buffers overflow: memory is what is wanted.
        if count % 30 == 0:
            time.sleep(0.01)
        if count == 20000:
            print("at it", flush=True)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    {one.__name__: one for one in (unfinished, waiting, unread, datagrams)}[sys.argv[1]](
        sys.argv[2], int(sys.argv[3]))
