# SPDX-License-Identifier: Apache-2.0
"""A DNS server that does what a test says, well or badly."""

import socket
import struct
import threading

import dns.flags
import dns.message
import dns.rrset


def reply_to(query, *records, rcode=0, flags=dns.flags.RA, authority=()):
    """An ordinary answer: records in zone file form, `NAME TTL TYPE DATA`."""
    answer = dns.message.make_response(query)
    answer.flags |= flags
    answer.set_rcode(rcode)
    for section, texts in (answer.answer, records), (answer.authority, authority):
        for text in texts:
            owner, ttl, kind, data = text.split(" ", 3)
            add(section, dns.rrset.from_text(owner, int(ttl), "IN", kind, data))
    return answer


def add(section, rrset):
    """Records of one name and type are one set."""
    for known in section:
        if known.name == rrset.name and known.rdtype == rrset.rdtype:
            known.update(rrset)
            return
    section.append(rrset)


class Upstream:
    """UDP and TCP on one port of 127.0.0.1, a thread for each question. `script(query, transport)`
    gives a message, bytes, a list of these (all are sent) or None (nothing is said); it may wait.
    `seen` has each question as (name, type, transport), `wires` its bytes."""

    def __init__(self, script):
        self.script = script
        self.seen = []
        self.queries = []
        self.wires = []
        self.lock = threading.Lock()
        self.udp, self.tcp = self.bind()
        self.port = self.udp.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        for loop in self.serve_udp, self.serve_tcp:
            threading.Thread(target=loop, daemon=True).start()

    @staticmethod
    def bind():
        for _ in range(50):
            udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            udp.bind(("127.0.0.1", 0))
            tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            try:
                tcp.bind(udp.getsockname())
                tcp.listen(64)
                return udp, tcp
            except OSError:
                udp.close()
                tcp.close()
        raise OSError("no port is free for both UDP and TCP")

    def answers(self, data, transport):
        query = dns.message.from_wire(data)
        question = query.question[0]
        with self.lock:
            self.seen.append((question.name.to_text().lower(),
                              dns.rdatatype.to_text(question.rdtype), transport))
            self.queries.append(query)
            self.wires.append(data)
        result = self.script(query, transport)
        if result is None:
            return []
        messages = result if isinstance(result, list) else [result]
        return [m if isinstance(m, bytes) else m.to_wire(max_size=65535) for m in messages]

    def serve_udp(self):
        while True:
            try:
                data, client = self.udp.recvfrom(65535)
            except OSError:
                return
            threading.Thread(target=self.answer_udp, args=(data, client), daemon=True).start()

    def answer_udp(self, data, client):
        for message in self.answers(data, "udp"):
            try:
                self.udp.sendto(message, client)
            except OSError:
                return

    def serve_tcp(self):
        while True:
            try:
                connection, _ = self.tcp.accept()
            except OSError:
                return
            threading.Thread(target=self.follow, args=(connection,), daemon=True).start()

    def follow(self, connection):
        lock = threading.Lock()
        stream = connection.makefile("rb")
        while True:
            try:
                head = stream.read(2)
                if len(head) < 2:
                    return
                data = stream.read(struct.unpack("!H", head)[0])
            except OSError:
                return
            threading.Thread(target=self.answer_tcp, args=(connection, lock, data),
                             daemon=True).start()

    def answer_tcp(self, connection, lock, data):
        for message in self.answers(data, "tcp"):
            with lock:
                try:
                    connection.sendall(struct.pack("!H", len(message)) + message)
                except OSError:
                    return

    def count(self, name=None, transport=None):
        with self.lock:
            return sum(1 for seen in self.seen
                       if name in (None, seen[0]) and transport in (None, seen[2]))

    def stop(self):
        self.udp.close()
        self.tcp.shutdown(socket.SHUT_RDWR)
        self.tcp.close()
