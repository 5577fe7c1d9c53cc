#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Addresses of the other family, made by dns64 and siit: in servers with several blocks, and beside
CoreDNS, where that has been built."""

import re

import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype

from coredns_test import Pair, shown
from harness import Catena, free_ports, main, stop_cleanly
from pages import metrics, text as page_text
from upstream import Upstream, reply_to

COREFILE = """
.:0 {{
    bind 127.0.0.1 ::1
    prometheus 127.0.0.1:{page}
    log
    {plugins}
    cache
    forward . {upstream}
}}
stub.:0 {{
    bind 127.0.0.1 ::1
    {stub}
    forward . {upstream}
}}
"""
REVERSE = "1.0.2.0.0.0.0.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.b.9.f.f.4.6.0.0.ip6.arpa."
KNOWN = {("four.test.", "A"): "192.0.2.1", ("six.test.", "AAAA"): "64:ff9b::192.0.2.1",
         ("four.stub.", "A"): "192.0.2.2", ("1.2.0.192.in-addr.arpa.", "PTR"): "four.test."}
NAMES = {name for name, _ in KNOWN} | {"none.test."}


def play(query, _transport):
    question = query.question[0]
    name, kind = question.to_text().split()[0].lower(), question.to_text().split()[2]
    soa = [". 30 SOA ns. admin. 1 2 3 4 30"]
    if name not in NAMES:
        return reply_to(query, rcode=dns.rcode.NXDOMAIN, authority=soa)
    data = KNOWN.get((name, kind))
    return reply_to(query, *([f"{name} 300 {kind} {data}"] if data else []),
                    authority=() if data else soa)


def start(folder, plugins, stub=""):
    upstream = Upstream(play)
    page, = free_ports(1)
    catena = Catena(folder, COREFILE.format(page=page, plugins=plugins, stub=stub,
                                            upstream=upstream.address))
    catena.page = page
    catena.six = {"address": "::1", "port": catena.port_of(".", "::1")}
    return catena, upstream


def end(catena, upstream):
    stop_cleanly(catena)
    upstream.stop()


def test_only_clients_over_ipv6_are_sent_to_the_translator(folder):
    catena, upstream = start(folder, "dns64")
    for tcp in False, True:
        assert catena.data("four.test", "AAAA", **catena.six, tcp=tcp) == ["64:ff9b::c000:201"]
        assert catena.data("four.test", "AAAA", tcp=tcp) == []
    assert catena.data("four.test", "A", **catena.six) == ["192.0.2.1"]
    assert catena.rcode("gone.test", "AAAA", **catena.six) == "NXDOMAIN"
    end(catena, upstream)


def test_a_question_is_counted_and_logged_once_and_both_answers_are_cached(folder):
    catena, upstream = start(folder, "dns64")
    for _ in range(3):
        assert catena.data("four.test", "AAAA", **catena.six) == ["64:ff9b::c000:201"]
    assert [(name, kind) for name, kind, _ in upstream.seen] == \
        [("four.test.", "AAAA"), ("four.test.", "A")]
    page = metrics(catena.page)
    assert page.value("coredns_dns_requests_total") == 3
    assert page.value("coredns_dns64_requests_translated_total") == 3
    assert page.value("coredns_cache_requests_total") == 6
    catena.wait_for(r'"AAAA IN four\.test\. .*" NOERROR')
    assert '"A IN four.test.' not in catena.log()
    end(catena, upstream)


def test_an_address_that_was_made_has_the_name_of_the_other(folder):
    catena, upstream = start(folder, "dns64")
    answer = catena.ask(REVERSE, "PTR", **catena.six)
    assert [line for rrset in answer.answer for line in rrset.to_text().splitlines()] == \
        [f"{REVERSE} 30 IN CNAME 1.2.0.192.in-addr.arpa.",
         "1.2.0.192.in-addr.arpa. 300 IN PTR four.test."]
    assert catena.rcode(REVERSE.replace("1.0.2.0", "9.0.2.0", 1), "PTR", **catena.six) == "NXDOMAIN"
    end(catena, upstream)


def test_ipv4_for_names_that_have_ipv6_only(folder):
    catena, upstream = start(folder, "siit")
    assert catena.data("six.test", "A") == ["192.0.2.1"]
    assert catena.data("none.test", "A") == []
    assert catena.data("four.stub", "A") == ["192.0.2.2"]
    end(catena, upstream)


def test_both_come_to_an_end(folder):
    catena, upstream = start(folder, "dns64\n    siit", "dns64\n    siit")
    for name in "none.test", "none.stub", "four.test", "six.test", "four.stub":
        for kind in "A", "AAAA":
            catena.ask(name, kind, **catena.six)
    assert catena.data("six.test", "A", **catena.six) == ["192.0.2.1"]
    assert catena.data("four.stub", "AAAA", **catena.six) == ["64:ff9b::c000:202"]
    assert len([seen for seen in upstream.seen if seen[0] == "none.test."]) == 2
    end(catena, upstream)


TRANSLATED = """
.:{port} {{
    bind 127.0.0.1
    prometheus 127.0.0.1:{page}
    {plugins}
    forward . {upstream}
}}
"""
DNS64 = "dns64 {\n        allow_ipv4\n    }\n"
SIIT = "siit {\n        eam 192.0.2.70 2001:db8:1::7\n    }\n"
# What names have, A and AAAA; a number is an rcode.
FAMILIES = {"four": ["192.0.2.4"], "six": [None, "64:ff9b::c000:206"], "none": [],
            "both": ["192.0.2.5", "2001:db8::5"], "pair": [None, "2001:db8:1::7"],
            "others": [None, "2001:db8::80"], "gone": [3, 3], "broken": ["192.0.2.6", 2],
            "crumbling": [2, "64:ff9b::c000:207"], "dead": [2, 2], "refused": [5, 5],
            "lost": ["192.0.2.8", 3]}


def play_families(query, _transport):
    question = query.question[0]
    name, kind = question.name.to_text().lower(), dns.rdatatype.to_text(question.rdtype)
    owner = name.removeprefix("alias-")
    chain = [] if owner == name else [f"{name} 60 CNAME {owner}"]
    has = dict(zip(("A", "AAAA"), FAMILIES[owner.split(".")[0]])).get(kind)
    soa = ["test. 30 SOA ns.test. admin.test. 1 2 3 4 30"]
    if isinstance(has, int):
        return reply_to(query, *chain, rcode=has, authority=soa if has == 3 else ())
    records = [f"{owner} 300 {kind} {has}"] if has else []
    return reply_to(query, *chain, *records, authority=() if has else soa)


def test_answers_are_those_of_coredns(folder):
    """dns64's answers have RA as the upstream says, CoreDNS's have not."""
    upstream = Upstream(play_families)
    # An error that comes with an alias CoreDNS overwrites by an empty one.
    aliases = [f"alias-{name}" for name, has in FAMILIES.items() if not {2, 3, 5} & set(has)]
    for plugins in DNS64, SIIT, DNS64 + "    " + SIIT:
        both = Pair(folder, lambda port, page: TRANSLATED.format(
            port=port, page=page, plugins=plugins, upstream=upstream.address))
        for name in [*FAMILIES, *aliases]:
            for kind in "A", "AAAA", "TXT":
                replies = []
                for client in both.clients.values():
                    query = dns.message.make_query(f"{name}.test.", kind, want_dnssec=kind == "A")
                    reply = dns.query.udp(query, "127.0.0.1", 10, client.port)
                    reply.flags &= ~dns.flags.RA
                    replies.append(shown(reply))
                assert replies[0] == replies[1], f"{plugins}{name} {kind}:\n" + "\n".join(replies)
        if plugins in (DNS64, SIIT):
            wanted = rf"coredns_{plugins.split()[0]}_requests_translated_total\{{.*\}} (\d+)"
            counts = [re.search(wanted, page_text(page, "/metrics"))[1]
                      for page in both.pages.values()]
            assert counts[0] == counts[1] != "0", counts
        both.stop()
    upstream.stop()


if __name__ == "__main__":
    main(globals())
