# SPDX-License-Identifier: Apache-2.0
"""DNS messages byte by byte, as no client library would send them."""

import socket
import struct

QR, AA, TC, RD, RA, AD, CD = 0x8000, 0x400, 0x200, 0x100, 0x80, 0x20, 0x10
NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED = range(6)
A, IN, CH, ANY_CLASS, OPT = 1, 1, 3, 255, 41


def header(identity, flags=RD, questions=1, answers=0, authorities=0, additional=0):
    return struct.pack("!6H", identity, flags, questions, answers, authorities, additional)


def name(text):
    labels = [label.encode() for label in text.split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def question(text="example.org", kind=A, dns_class=IN):
    return name(text) + struct.pack("!2H", kind, dns_class)


def record(owner, kind, dns_class, ttl, data, length=None):
    size = len(data) if length is None else length
    return owner + struct.pack("!2HIH", kind, dns_class, ttl, size) + data


def opt(size=1232, extended_rcode=0, version=0, flags=0, options=b"", length=None):
    ttl = extended_rcode << 24 | version << 16 | flags
    return record(b"\0", OPT, size, ttl, options, length)


def option(code, data):
    return struct.pack("!2H", code, len(data)) + data


def framed(message):
    return struct.pack("!H", len(message)) + message


class Udp:
    """A connected socket: what comes from another address or port is never seen."""

    def __init__(self, port, address="127.0.0.1", timeout=20):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.settimeout(timeout)
        self.socket.connect((address, port))

    def send(self, message):
        self.socket.send(message)

    def receive(self):
        return self.socket.recv(65535)

    def close(self):
        self.socket.close()


class Tcp:
    """One connection."""

    def __init__(self, port, address="127.0.0.1", timeout=20):
        self.socket = socket.create_connection((address, port), timeout)

    def send(self, message):
        self.socket.sendall(framed(message))

    def send_raw(self, data):
        self.socket.sendall(data)

    def read(self, count):
        data = b""
        while len(data) < count:
            more = self.socket.recv(count - len(data))
            if not more:
                raise EOFError(f"closed after {len(data)} of {count} bytes")
            data += more
        return data

    def receive(self):
        return self.read(struct.unpack("!H", self.read(2))[0])

    def ends(self):
        """Waits for the end of the stream; true if nothing came before it."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def close(self):
        self.socket.close()
