#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Takes long.
"""catena beside CoreDNS, where that has been built: the same questions about an odd cluster, the same
trouble with the API server, the same broken Corefiles. Answers are equal but for what a function here
names; the log has the same levels and, where CoreDNS speaks at all, its words."""

import json
import os
import pathlib
import re
import socket
import ssl
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cluster"))

import dns.edns
import dns.flags
import dns.message
import dns.query
import dns.rdatatype

from answers import Client
from authority import Authority, make_identity
from harness import BUILD, Kubesim, Program, eventually, find_coredns, free_ports, main, write_corefile
from odd_cluster import OBJECTS, OUTSIDE, questions
from pages import text as page_text
from signatures import BASE64, Signed, Signing, sign
from tls_upstream import TlsUpstream
from upstream import Upstream, reply_to
from wire import Tcp, Udp

KNOWN = {"www.example.com.": ("web.example.com.", "192.0.2.80", "2001:db8::80"),
         "a.example.com.": (None, "192.0.2.81", None), "b.example.com.": (None, "192.0.2.82", None)}
SOA = "example.com. 60 SOA ns.example.com. hostmaster.example.com. 1 7200 1800 86400 60"
DIFFERENCES = []


def difference(function):
    DIFFERENCES.append(function)
    return function


def data(answer, *kinds):
    return {record[3] for record in answer.answer if record[2] in kinds}


@difference
def one_name_of_several(question, ours, theirs):
    """Of several names in the place of addresses the first is told, and none beside addresses."""
    return bool(re.search(r"(^|\.)(two|both)\.default\.", question.name)) and \
        len(data(theirs, "CNAME", "SRV")) > len(data(ours, "CNAME", "SRV"))


@difference
def end_of_an_alias(_, ours, theirs):
    """The CNAME is told with what is at its end: no such name, or no data there."""
    return theirs.rcode == "NOERROR" and theirs.answer <= ours.answer and bool(ours.authority) and \
        {record[2] for record in ours.answer} == {"CNAME"}


@difference
def pods_with_dots(question, ours, theirs):
    """Names that SRV records lead to exist."""
    return question.name.startswith(("pod.with.dots.dots.", "two.labels.dots.")) and \
        theirs.is_denied_name


@difference
def mapped_addresses(question, ours, theirs):
    """An IPv4 address mapped into IPv6 is one in names too: 192-0-2-8, where CoreDNS has colons."""
    if question.kind == "PTR":
        return "mapped" in str(ours) and theirs.is_denied_name
    return "mapped." in question.name and \
        (theirs.is_denied_name or "::ffff:192-0-2-8" in str(theirs))


@difference
def outside_aliases(question, ours, theirs):
    """k8s_external: CNAME can be asked for."""
    return question.kind == "CNAME" and question.name.endswith(OUTSIDE) and theirs.is_no_data and \
        bool(data(ours, "CNAME"))


@difference
def outside_services(question, ours, theirs):
    """k8s_external: endpoints that are names have no SRV records, as in the cluster's own zone."""
    return question.kind == "SRV" and question.name.endswith(OUTSIDE) and ours.is_no_data and \
        not any(target.endswith(OUTSIDE) for target in data(theirs, "SRV"))


@difference
def nothing_twice(_, ours, theirs):
    return "REPEATS" in theirs.flags and ours.answer == theirs.answer and \
        ours.additional == theirs.additional


def play(query, _transport):
    question = query.question[0]
    name, kind = question.name.to_text().lower(), dns.rdatatype.to_text(question.rdtype)
    if name not in KNOWN:
        return reply_to(query, rcode=3, authority=(SOA,))
    alias, four, six = KNOWN[name]
    address = {"A": four, "AAAA": six}.get(kind)
    chain = [f"{name} 300 CNAME {alias}"] if alias else []
    return reply_to(query, *chain, *([f"{alias or name} 60 {kind} {address}"] if address else []))


def corefile(port, kubesim, options="", more=""):
    return f"""
.:{port} {{
    bind 127.0.0.1
    errors
    kubernetes cluster.local clusterset.local in-addr.arpa ip6.arpa {{
        kubeconfig {kubesim.kubeconfig}
        multicluster clusterset.local
        {options}
    }}
    {more}
}}
"""


class Pair:
    """Both servers, each with the text that `text(port, page)` makes."""

    def __init__(self, folder, text):
        self.programs, self.clients, self.pages = {}, {}, {}
        for name, program in ("catena", BUILD / "catena"), ("CoreDNS", find_coredns()):
            port, page = free_ports(2)
            path = write_corefile(folder, text(port, page), name)
            self.programs[name] = Program([program, "-conf", path], folder, name)
            self.programs[name].wait_for("^(CoreDNS|Catena)-")
            self.clients[name] = Client(port)
            self.pages[name] = page

    def ask(self, question):
        return [self.clients[name].ask(question) for name in ("catena", "CoreDNS")]

    def stop(self):
        for program in self.programs.values():
            program.stop()


def odd_cluster(folder):
    manifest = pathlib.Path(folder) / "odd.json"
    manifest.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": OBJECTS}))
    return Kubesim(folder, [manifest], ("--no-validation",))


def compare(folder, options="", outside=""):
    kubesim, upstream = odd_cluster(folder), Upstream(play)
    more = f"k8s_external ext.test {{\n{outside}\n}}\nforward . {upstream.address}"
    both = Pair(folder, lambda port, _: corefile(port, kubesim, options, more))
    problems, shown = [], set()
    for question in questions():
        ours, theirs = both.ask(question)
        found = [f.__name__ for f in DIFFERENCES if ours != theirs and f(question, ours, theirs)]
        shown.update(found)
        if ours != theirs and not found:
            problems.append(f"{question}\n  catena {ours}\n  CoreDNS {theirs}")
    both.stop()
    upstream.stop()
    assert not problems, f"{len(problems)} answers differ:\n" + "\n".join(problems[:8])
    return shown


def test_answers_about_an_odd_cluster(folder):
    shown = compare(folder)
    assert {"one_name_of_several", "end_of_an_alias", "mapped_addresses"} <= shown, shown


def test_names_of_pods_and_headless_services_outside(folder):
    shown = compare(folder, "endpoint_pod_names", "headless")
    assert shown == {function.__name__ for function in DIFFERENCES}, shown


# A fault of the API server, and what both say of it.
REFUSALS = [({"status": 401}, "Unauthorized"),
            ({"forbid": ["services"]}, "services is forbidden: User "),
            ({"status": 500}, "a fault that a test asked for")]


def test_the_log_about_an_api_server_in_trouble(folder):
    kubesim = odd_cluster(folder)
    both = Pair(folder, lambda port, _: corefile(port, kubesim))
    # What passes by itself is no error; CoreDNS does not speak of it at all.
    kubesim.faults(drop_watches=True)
    for said in (r"\[WARNING\] plugin/kubernetes: services: ",
                 r"\[INFO\] plugin/kubernetes: services: the API server answers again"):
        both.programs["catena"].wait_for(said)
    for program in both.programs.values():
        assert "ERROR" not in program.log(), program.log()
    for fault, words in REFUSALS:
        kubesim.faults(**fault, drop_watches=True)
        for program in both.programs.values():
            program.wait_for(rf"^\[ERROR\] plugin/kubernetes: .*Failed to watch: .*{words}", 60)
        kubesim.no_faults()
    both.stop()


RELOADED = """
.:{port} {{
    bind 127.0.0.1
    prometheus 127.0.0.1:{page}
    reload 2s 1s
    {more}
}}
"""
# What is wrong, and whether CoreDNS counts it too; of the rest it warns at every poll.
BROKEN = [("whomai", True), ("cache {\nservfail foo\n}", True), ("whoami {\n", True),
          ("import no-such-snippet", False)]


def test_reloads_that_fail(folder):
    def text(port, page, more="whoami"):
        return RELOADED.format(port=port, page=page, more=more)
    both = Pair(folder, text)
    failures = {"catena": 0, "CoreDNS": 0}
    for more, counted in BROKEN:
        failures["catena"] += 1
        failures["CoreDNS"] += counted
        for name, program in both.programs.items():
            new = write_corefile(folder, text(both.clients[name].port, both.pages[name], more), "new")
            os.replace(new, f"{folder}/{name}.Corefile")
        for name, program in both.programs.items():
            said = r"^\[ERROR\] plugin/reload: Corefile changed but reload failed: "
            eventually(lambda: len(re.findall(said, program.log(), re.M)) == failures[name])
            page = page_text(both.pages[name], "/metrics")
            assert f"\ncoredns_reload_failed_total {failures[name]}\n" in page, (name, more)
    both.programs["CoreDNS"].wait_for(r"^\[WARNING\] plugin/reload: Corefile parse failed: ")
    both.stop()


IN_FRONT = """
.:{port} {{
    bind 127.0.0.1
    chaos "a server" somebody
    nsid here it is
    bufsize 600
    multisocket 2
    timeouts {{
        maxtcpqueries 2
    }}
    forward . {upstream}
}}
"""
NSID = dns.edns.GenericOption(3, b"")
COOKIE = dns.edns.GenericOption(10, b"12345678")
# Name, type and class, and of an OPT record size, DO and options, if there is one.
PLAIN = [("version.bind.", "TXT", "CH", None), ("VERSION.server.", "TXT", "CH", (4096, False, [])),
         ("hostname.bind.", "TXT", "CH", None), ("id.server.", "TXT", "CH", None),
         ("authors.bind.", "TXT", "CH", None), ("few.test.", "A", "IN", None),
         ("few.test.", "A", "IN", (4096, True, [])), ("few.test.", "A", "IN", (512, False, [])),
         ("few.test.", "A", "IN", (1232, True, [NSID])),
         ("few.test.", "A", "IN", (4096, True, [COOKIE])),
         ("few.test.", "A", "IN", (4096, True, [COOKIE, NSID])), ("many.test.", "A", "IN", None),
         ("many.test.", "A", "IN", (4096, False, [])), ("many.test.", "A", "IN", (900, True, [NSID]))]


def shown(reply):
    """A reply as text, the beginning of an answer that was cut left out."""
    cut = bool(reply.flags & dns.flags.TC)
    reply.id = 0
    if cut:
        reply.answer.clear()
    return re.sub(r"(?m)^(.* IN A .*\n?)+", lambda m: "".join(sorted(m[0].splitlines(True))),
                  reply.to_text())


def test_plugins_in_front_of_the_others(folder):
    def answers(query, _transport):
        count = 100 if query.question[0].name.to_text().startswith("many") else 3
        return reply_to(query, *(f"{query.question[0].name} 60 A 192.0.2.{n}" for n in range(count)))
    upstream = Upstream(answers)
    both = Pair(folder, lambda port, _: IN_FRONT.format(port=port, upstream=upstream.address))
    for name, kind, where, opt in PLAIN:
        replies = []
        for client in both.clients.values():
            query = dns.message.make_query(name, kind, where)
            if opt:
                query.use_edns(0, dns.flags.DO if opt[1] else 0, opt[0], options=opt[2])
            replies.append(shown(dns.query.udp(query, "127.0.0.1", 10, client.port)))
        assert replies[0] == replies[1], f"{name} {kind} {opt}:\n" + "\n".join(replies)
    for server, client in both.clients.items():
        assert questions_until_the_end(client.port) == 2, server
    both.stop()
    upstream.stop()


SIGNED = """
.:{port} {{
    bind 127.0.0.1
    tsig {{
        secret key.example. {secret}
        require TXT
        require_opcode NOTIFY
    }}
    cache
    forward . {upstream}
}}
"""
# Type, opcode and EDNS.
ASKED = [("A", 0, False), ("A", 0, True), ("TXT", 0, False), ("SOA", 4, False)]
# CoreDNS's own: it takes letter case for part of a key's name, cut MACs, unknown algorithms, classes
# and TTLs for a wrong signature.
SIGNINGS = [None, Signing(), Signing(algorithm="hmac-sha1."), Signing(algorithm="hmac-sha512."),
            Signing(other=b"else", error=3), Signing(key="kex.example."),
            Signing(secret=b"another"), Signing(original_id=7), Signing(ago=1000),
            Signing(ago=-1000), Signing(ago=1000, secret=b"another")]


def what_is_signed(wire, mac):
    """A reply and what its signature says, less what changes from one second to the next."""
    reply = Signed(wire)
    text = shown(reply.decoded())
    if not reply.tsig:
        return text
    right = reply.is_right(mac) if reply.mac else "none"
    return f"{text}\n{reply.key} {reply.dns_class} {reply.ttl} {reply.algorithm} {reply.fudge} " \
           f"{reply.original_id} {reply.error} {len(reply.other)} {reply.time == 0} MAC: {right}"


def test_signatures(folder):
    upstream = Upstream(lambda query, _: reply_to(query, f"{query.question[0].name} 60 A 192.0.2.1"))
    both = Pair(folder, lambda port, _: SIGNED.format(port=port, upstream=upstream.address,
                                                      secret=BASE64))
    for way in Udp, Tcp:
        for how in SIGNINGS:
            for kind, opcode, edns in ASKED:
                query = dns.message.make_query("a.example.", kind, id=0x1234, use_edns=edns)
                query.set_opcode(opcode)
                message, mac = sign(query.to_wire(), how) if how else (query.to_wire(), b"")
                replies = []
                for client in both.clients.values():
                    connection = way(client.port)
                    connection.send(message)
                    replies.append(what_is_signed(connection.receive(), mac))
                    connection.close()
                assert replies[0] == replies[1], f"{how} {kind} {opcode} {edns}:\n" + \
                    "\n".join(replies)
    both.stop()
    upstream.stop()


SECRET = """
tls://.:{port} {{
    bind 127.0.0.1
    tls {files} {ca} {{
        client_auth {kind}
    }}
    chaos "a server" somebody
    nsid here it is
    whoami
}}
"""
KINDS = ["nocert", "request", "require", "verify_if_given", "require_and_verify"]


def test_clients_over_tls(folder):
    """Who is served, and with what."""
    authority, stranger = Authority(folder), Authority(folder, "stranger")
    files = " ".join(map(str, authority.issue("server")))
    shown_by = {"nobody": None, "somebody known": authority.issue("client"),
                "a stranger": stranger.issue("other")}
    for kind in KINDS:
        both = Pair(folder, lambda port, _, kind=kind: SECRET.format(
            port=port, files=files, ca=authority.certificate, kind=kind))
        for who, own in shown_by.items():
            context = ssl.create_default_context(cafile=authority.certificate)
            if own:
                context.load_cert_chain(*own)
            seen = [over_tls(client.port, context) for client in both.clients.values()]
            assert seen[0] == seen[1], (kind, who, seen)
        both.stop()


def over_tls(port, context):
    """What one client sees."""
    answers = []
    for name, kind, where, opt in PLAIN[:5]:
        query = dns.message.make_query(name, kind, where)
        if opt:
            query.use_edns(0, dns.flags.DO if opt[1] else 0, opt[0], options=opt[2])
        try:
            reply = dns.query.tls(query, "127.0.0.1", 10, port, ssl_context=context,
                                  server_hostname="dns.test")
        except (OSError, EOFError):
            answers.append("nothing")
        else:
            answers.append(shown(reply))
    return answers


def questions_until_the_end(port):
    """How many questions a server answers on one connection."""
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        for count in range(10):
            try:
                dns.query.tcp(dns.message.make_query("few.test.", "A"), "127.0.0.1", 10, port,
                              sock=connection)
            except (EOFError, ConnectionError):
                return count
    return 10


SECURED = """
.:{port} {{
    bind 127.0.0.1
    errors
    forward . tls://127.0.0.1{name}:{upstream} {{
        tls {authority}
        max_connect_attempts 1
        {option}
    }}
}}
"""
# How the upstream is named, whether its authority is known, and what is said of it where it is refused.
NAMED = [("%dns.test", "", True, None), ("%DNS.Test", "", True, None),
         ("", "tls_servername dns.test", True, None),
         ("", "", True, "x509: .*127.0.0.1"), ("%other.test", "", True, "x509: .*other.test"),
         ("%dns.test", "", False, "tls: failed to verify certificate: x509: "
          "certificate signed by unknown authority")]


def test_forward_over_tls(folder):
    identity = make_identity(folder, "named", "DNS:dns.test")
    stranger = make_identity(folder, "stranger", "DNS:dns.test")
    upstream = TlsUpstream(identity, lambda query, _: play(query, "tls"))
    for name, option, known, said in NAMED:
        authority = (identity if known else stranger)[0]
        both = Pair(folder, lambda port, _: SECURED.format(
            port=port, name=name, upstream=upstream.port, authority=authority, option=option))
        replies = []
        for client in both.clients.values():
            query = dns.message.make_query("www.example.com.", "A")
            replies.append(shown(dns.query.udp(query, "127.0.0.1", 10, client.port)))
        assert replies[0] == replies[1], f"{name} {option}:\n" + "\n".join(replies)
        assert ("SERVFAIL" in replies[0]) == (said is not None), replies[0]
        for program in both.programs.values() if said else ():
            program.wait_for(rf"www\.example\.com\. A: .*{said}")
        both.stop()
    upstream.stop()


# Each in a zone of its own: who answers there is the block of the view, or that of all others.
VIEWS = ["type() == 'A'", "type() in ['TXT', 'AAAA']", "type() not in ['TXT']", "class() == 'CH'",
         "client_ip() == '127.0.0.1'", "do()", "not do()", "bufsize() == 512", "bufsize() == 1232",
         "bufsize() == 65535", "proto() == 'tcp'", "id() == 4711", "opcode() == 0", "size() > 40",
         "incidr(client_ip(), '127.0.0.0/8')", "incidr(client_ip(), '10.0.0.0/8')",
         "incidr(client_ip(), 'nonsense')", "incidr('nonsense', '::/0')",
         "incidr(server_ip(), '::/0')",
         "metadata('view/name') startsWith 'v'", "metadata('no/such') == ''",
         "metadata(nil ?? 'a') == ''",
         "name() startsWith 'x.'", "name() matches '^X'", "name() matches '(?i)^X\\\\.'", "1", "'true'",
         "nil", "do", "true or incidr('', '')", "incidr('', '') or true", "true and false or true",
         '"any([\'x.\', \'y.\'], name() startsWith #)"', "int(server_port()) in 1..65535",
         "len(name()) > 5 ? do() : true", "nil ?? do()", "split(name(), '.')[0] == 'x'",
         "split(name(), '.')[9] == 'x'", "let t = type(); t == 'A' or t == 'TXT'", "int(type()) == 1",
         "{A: 1, TXT: 2}[type()] == 2", "\"if do() { false } else { type() == 'A' }\"",
         "id() % 2 == 1.0"]
BROKEN_VIEWS = ["invalid expression", "name == 'x'", "name() = 'x'", "nosuch()",
                "incidr(client_ip())", "incidr(client_ip(), 8)", "name() matches '('",
                "type() in 'A'", "type() in [1]", "(true", "'open", "type() == 1", "do() and 1",
                "any(name(), true)", "2 & 1", "not name()", ""]
VIEW = """
e{number}.test.:{port} {{
    bind 127.0.0.1
    metadata
    prometheus 127.0.0.1:{page}
    view v{number} {{
        expr {expression}
    }}
    nsid view
    forward . {upstream}
}}
"""
NO_VIEW = """
.:{port} {{
    bind 127.0.0.1
    nsid others
    forward . {upstream}
}}
"""


def who_answers(client, name, kind, qclass, opt, tcp):
    query = dns.message.make_query(name, kind, qclass)
    query.id = 4711
    query.use_edns(0, dns.flags.DO if opt[1] else 0, opt[0], options=[NSID])
    ask = dns.query.tcp if tcp else dns.query.udp
    return [option.data for option in ask(query, "127.0.0.1", 10, client.port).options]


def test_views(folder):
    upstream = Upstream(lambda query, _: reply_to(query))

    def text(port, page):
        place = {"port": port, "page": page, "upstream": upstream.address}
        return "".join(VIEW.format(number=number, expression=one, **place)
                       for number, one in enumerate(VIEWS)) + NO_VIEW.format(**place)
    both = Pair(folder, text)
    problems, seen = [], set()
    for number, expression in enumerate(VIEWS):
        for asked in (("A", "IN", (1232, True), False), ("TXT", "IN", (512, False), False),
                      ("AAAA", "IN", (4096, False), True), ("TXT", "CH", (1232, False), False)):
            answers = [who_answers(client, f"X.e{number}.test.", *asked)
                       for client in both.clients.values()]
            seen.add(answers[0][0])
            if answers[0] != answers[1]:
                problems.append(f"{expression} {asked}: {answers}")
    assert not problems, "\n".join(problems)
    assert seen == {b"view", b"others"}
    labels = [set(re.findall(r'coredns_dns_requests_total{.*view="(\w*)"', page_text(page, "/metrics")))
              for page in both.pages.values()]
    assert labels[0] == labels[1] and len(labels[0]) > len(VIEWS) / 2, labels
    both.stop()
    upstream.stop()


def test_views_that_are_refused(folder):
    for expression in BROKEN_VIEWS:
        port = free_ports(1)[0]
        text = VIEW.format(number=1, port=port, page=0, upstream="127.0.0.1", expression=expression)
        path = write_corefile(folder, text, "broken")
        said = []
        for program in BUILD / "catena", find_coredns():
            done = subprocess.run([program, "-conf", path], capture_output=True, text=True, timeout=60,
                                  check=False)
            assert done.returncode == 1, (expression, done)
            said.append(done.stdout + done.stderr)
        words = said[1].split("plugin/view: ", 1)[1].strip()
        assert words in said[0], (expression, said)


if __name__ == "__main__":
    main(globals())
