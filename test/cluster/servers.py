# SPDX-License-Identifier: Apache-2.0
"""catena and CoreDNS beside each other, with the same `kubernetes` block against the same cluster."""

import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import dns.exception
import dns.rcode
import dns.rrset

import harness
from answers import Client, Question
from differences import Case, named_difference
from model import Model, Settings
from objects import read_objects
from processes import Process, free_port
from questions import questions_about
from upstream import Upstream, reply_to

# How long until both servers must say what the API server says: a bound, not an expectation.
PATIENCE = 90.0
ALIVE = Question("dns-version.cluster.local.", "TXT")
# What the upstream server knows; every other name is denied there.
OUTSIDE = {
    ("www.example.com.", "A"): [("www.example.com.", 300, "CNAME", "web.example.com."),
                                ("web.example.com.", 60, "A", "192.0.2.80")],
    ("www.example.com.", "AAAA"): [("www.example.com.", 300, "CNAME", "web.example.com."),
                                   ("web.example.com.", 60, "AAAA", "2001:db8::80")],
    ("four.example.com.", "A"): [("four.example.com.", 60, "A", "192.0.2.4")],
    ("four.example.com.", "AAAA"): [],
}


def resolve_outside(name, kind):
    known = any(name.lower() == other for other, _ in OUTSIDE)
    return OUTSIDE.get((name.lower(), kind), []), "NOERROR" if known else "NXDOMAIN"


def play_outside(query, _transport):
    question = query.question[0]
    kind = dns.rdatatype.to_text(question.rdtype)
    name = question.name.to_text().lower()
    records, rcode = resolve_outside(name, kind)
    lines = [f"{owner} {ttl} {t} {data}" for owner, ttl, t, data in records]
    return reply_to(query, *lines, rcode=dns.rcode.from_text(rcode))


def corefile(port, kubeconfig, options, zones, upstream):
    source = f"kubeconfig {kubeconfig}" if kubeconfig else ""
    forward = f"forward . {upstream}" if upstream else ""
    return f"""
.:{port} {{
    bind 127.0.0.1
    errors
    kubernetes {zones} {{
        {source}
        {options}
    }}
    {forward}
}}
"""


class CoreDns(Process):
    def __init__(self, program, folder, text_of, name="coredns", wrapper=(), environment=None):
        self.port = free_port()
        path = harness.write_corefile(folder, text_of(self.port), name)
        super().__init__(name, [*wrapper, program, "-conf", path], folder, environment)
        client = Client(self.port, timeout=0.5)

        def answers():
            try:
                return client.ask(ALIVE)
            except dns.exception.Timeout:
                return False
        self.wait_for(answers)
        client.close()


class Pair:
    """Both servers. `kubeconfig` is for both, or a function of "catena" and "coredns", so that each can
    have its own way to the API server; None is the account of a pod."""

    def __init__(self, plane, folder, kubeconfig, options="pods insecure", settings=None,
                 zones="cluster.local in-addr.arpa ip6.arpa", wrapper=(), environment=None):
        self.plane = plane
        self.settings = settings or Settings()
        self.settings.resolve = resolve_outside
        self.outside = Upstream(play_outside)
        path_for = kubeconfig if callable(kubeconfig) else lambda _: kubeconfig

        def text(port, who):
            return corefile(port, path_for(who), options, zones, self.outside.address)
        self.coredns = CoreDns(plane.programs / "coredns", folder, lambda p: text(p, "coredns"),
                               wrapper=wrapper, environment=environment)
        self.catena = harness.Catena(folder, text(0, "catena"), wrapper=wrapper,
                                     environment=environment)
        self.ours = Client(self.catena.port)
        self.theirs = Client(self.coredns.port, timeout=2.0)
        self.explained = {}  # Name of a difference: a question that showed it.

    def compare(self, objects, questions, with_coredns=True):
        """What is wrong, in words; at most a few of them."""
        model, problems = Model(objects, self.settings), []
        for question in questions:
            if model.zone_of(question.name) is None:
                continue
            ours = self.ours.ask_or_silence(question)
            wanted = model.expected(question)
            if ours != wanted:
                problems.append(f"{question}\n  catena {ours}\n  expected {wanted}")
            if with_coredns:
                problems += self.against_coredns(model, question, ours)
            if len(problems) > 7:
                break
        return problems

    def against_coredns(self, model, question, ours):
        theirs = self.theirs.ask_or_silence(question)
        if ours == theirs:
            return []
        case = Case(question, model, model.find(question.name), ours, theirs)
        name = named_difference(case)
        if name is None:
            return [f"{question}\n  catena {ours}\n  CoreDNS {theirs}"]
        self.explained.setdefault(name, question)
        return []

    def settle(self, until=None, patience=PATIENCE, with_coredns=True, names=None, **choice):
        """Waits until `until(objects)` holds of the cluster's objects and both servers answer every
        question as the objects want it; returns the objects. `names(objects)` are those to ask about,
        `choice` is for questions_about()."""
        deadline = time.monotonic() + patience
        while True:
            self.require_alive()
            objects = read_objects(self.plane)
            problems = ["the cluster is not as the test wants it"] if until and not until(objects) \
                else self.problems(objects, with_coredns, names, choice)
            if not problems:
                return objects
            if time.monotonic() > deadline:
                raise AssertionError(f"not within {patience} s:\n" + "\n".join(problems))
            time.sleep(0.1)

    def problems(self, objects, with_coredns, names, choice):
        asked = questions_about(objects, names=None if names is None else names(objects), **choice)
        try:
            return self.compare(objects, asked, with_coredns)
        except (dns.exception.DNSException, OSError) as error:
            return [f"a server did not answer: {error!r}"]

    def require_alive(self):
        self.coredns.require()
        assert self.catena.process.poll() is None, f"catena has ended:\n{self.catena.log()[-4000:]}"

    def stop(self):
        """catena must end well; of CoreDNS nothing is asked."""
        self.coredns.stop()
        self.outside.stop()
        harness.stop_cleanly(self.catena)
        self.ours.close()
        self.theirs.close()
