# SPDX-License-Identifier: Apache-2.0
"""TSIG (RFC 8945) byte by byte: signatures that no client library would make, and what is said
about them."""

import dataclasses
import hmac
import struct
import time

import dns.message
import dns.name
import dns.wire

from wire import name

TSIG, ANY = 250, 255
BADSIG, BADKEY, BADTIME, BADTRUNC = 16, 17, 18, 22
SECRET = b"0123456789abcdef"
BASE64 = "MDEyMzQ1Njc4OWFiY2RlZg=="


@dataclasses.dataclass
class Signing:
    """How a message is signed; `cut` bytes are missing at the end of the MAC."""

    key: str = "key.example."
    algorithm: str = "hmac-sha256."
    ago: int = 0
    fudge: int = 300
    secret: bytes = SECRET
    cut: int = 0
    padding: bytes = b""
    error: int = 0
    other: bytes = b""
    dns_class: int = ANY
    ttl: int = 0
    original_id: int | None = None


def mac_of(algorithm, secret, data):
    hash_name = algorithm.lower().removeprefix("hmac-").rstrip(".")
    known = ("sha1", "sha224", "sha256", "sha384", "sha512")
    return hmac.new(secret, data, hash_name if hash_name in known else "sha256").digest()


def variables(key, algorithm, moment, fudge, error, other):
    return (name(key.lower()) + struct.pack("!HI", ANY, 0) + name(algorithm.lower()) +
            moment.to_bytes(6, "big") + struct.pack("!3H", fudge, error, len(other)) + other)


def sign(message, how=Signing()):
    """The message with its signature, and the MAC."""
    moment = int(time.time()) - how.ago
    identity = struct.unpack("!H", message[:2])[0]
    signed = message + variables(how.key, how.algorithm, moment, how.fudge, how.error, how.other)
    mac = mac_of(how.algorithm, how.secret, signed)
    mac = mac[:len(mac) - how.cut] + how.padding
    original = identity if how.original_id is None else how.original_id
    data = (name(how.algorithm) + moment.to_bytes(6, "big") +
            struct.pack("!2H", how.fudge, len(mac)) + mac +
            struct.pack("!3H", original, how.error, len(how.other)) + how.other)
    record = name(how.key) + struct.pack("!2HIH", TSIG, how.dns_class, how.ttl, len(data)) + data
    count = struct.unpack("!H", message[10:12])[0]
    return message[:10] + struct.pack("!H", count + 1) + message[12:] + record, mac


class Signed:
    """A reply and its TSIG record. `message` is what was signed, `tsig` is None where there is no
    record."""

    def __init__(self, wire):
        self.tsig = None
        self.message = wire
        parser = dns.wire.Parser(wire)
        counts = parser.get_struct("!6H")[2:]
        for _ in range(counts[0]):
            parser.get_name()
            parser.get_bytes(4)
        for _ in range(sum(counts[1:])):
            at = parser.current
            self.key = parser.get_name().to_text()
            kind, self.dns_class, self.ttl, size = parser.get_struct("!2HIH")
            with parser.restrict_to(size):
                if kind == TSIG:
                    self.read(parser)
                    self.message = wire[:10] + struct.pack("!H", counts[3] - 1) + wire[12:at]
                else:
                    parser.get_remaining()

    def read(self, parser):
        self.tsig = True
        self.algorithm = parser.get_name().to_text()
        self.time = int.from_bytes(parser.get_bytes(6), "big")
        self.fudge, size = parser.get_struct("!2H")
        self.mac = parser.get_bytes(size)
        self.original_id, self.error, size = parser.get_struct("!3H")
        self.other = parser.get_bytes(size)

    def decoded(self):
        return dns.message.from_wire(self.message)

    def is_right(self, previous_mac, secret=SECRET):
        """As the first message of an answer to what has the MAC."""
        data = (struct.pack("!H", len(previous_mac)) + previous_mac + self.message +
                variables(self.key, self.algorithm, self.time, self.fudge, self.error, self.other))
        return self.mac == mac_of(self.algorithm, secret, data)
