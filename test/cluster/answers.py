# SPDX-License-Identifier: Apache-2.0
"""Answers in a form that can be compared, and a client that gets them."""

import dataclasses
import socket

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype


@dataclasses.dataclass(frozen=True)
class Question:
    name: str
    kind: str

    def __str__(self):
        return f"{self.name} {self.kind}"


@dataclasses.dataclass(frozen=True)
class Answer:
    """Records are (owner, TTL, type, data) in any order; the serial of a SOA record reads 0."""

    rcode: str
    flags: frozenset
    answer: frozenset = frozenset()
    authority: frozenset = frozenset()
    additional: frozenset = frozenset()

    def __str__(self):
        lines = [f"{self.rcode} {' '.join(sorted(self.flags))}"]
        for section in "answer", "authority", "additional":
            lines += [f"    {section} {' '.join(map(str, record))}"
                      for record in sorted(getattr(self, section))]
        return "\n".join(lines)

    @property
    def is_denied_name(self):
        return self.rcode == "NXDOMAIN" and not self.answer

    @property
    def is_no_data(self):
        return self.rcode == "NOERROR" and not self.answer and bool(self.authority)


NO_REPLY = Answer("no reply", frozenset())


def data_of(item):
    text = item.to_text()
    if item.rdtype == dns.rdatatype.SOA:
        words = text.split()
        words[2] = "0"
        return " ".join(words)
    return text


def records_of(section):
    return [(rrset.name.to_text(), rrset.ttl, dns.rdatatype.to_text(rrset.rdtype), data_of(item))
            for rrset in section for item in rrset]


def answer_of(message):
    flags = frozenset(dns.flags.to_text(message.flags).split())
    if message.edns >= 0:
        flags |= {"EDNS"}
    sections = [records_of(s) for s in (message.answer, message.authority, message.additional)]
    # A name that is compressed has the letters of the one it points to, which may be the question's.
    sections[2] = [(owner.lower(), *rest) for owner, *rest in sections[2]]
    # A record that is told twice is a mistake that a set would hide.
    if any(len(set(records)) != len(records) for records in sections):
        flags |= {"REPEATS"}
    return Answer(dns.rcode.to_text(message.rcode()), flags, *map(frozenset, sections))


class Client:
    """Asks one server on 127.0.0.1, over TCP where the answer is too long for UDP."""

    def __init__(self, port, timeout=10.0):
        self.port = port
        self.timeout = timeout
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)  # dnspython waits for it itself.

    def message(self, question, tcp=False):
        query = dns.message.make_query(question.name, question.kind, use_edns=0, payload=1232)
        if not tcp:
            reply = dns.query.udp(query, "127.0.0.1", self.timeout, self.port, sock=self.socket,
                                  ignore_unexpected=True, one_rr_per_rrset=True)
            tcp = bool(reply.flags & dns.flags.TC)
            if not tcp:
                return reply
        return dns.query.tcp(query, "127.0.0.1", self.timeout, self.port, one_rr_per_rrset=True)

    def ask(self, question):
        return answer_of(self.message(question))

    def ask_or_silence(self, question):
        """NO_REPLY where nothing came in time."""
        try:
            return self.ask(question)
        except dns.exception.Timeout:
            return NO_REPLY

    def close(self):
        self.socket.close()
