#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""view: several server blocks for the same zone and port, with real clients."""

import re

import dns.edns
import dns.flags
import dns.message
import dns.query
import dns.rcode

from harness import Catena, PATIENCE, check, eventually, main, stop_cleanly, write_corefile
from pages import metrics, ports, text
from upstream import Upstream, reply_to

NSID = dns.edns.GenericOption(3, b"")


def block(name, *lines, key=".:0"):
    """A block that says by its NSID which one it is."""
    return f"{key} {{\n    bind 127.0.0.1\n    nsid {name}\n" + \
        "".join(f"    {line}\n" for line in lines) + "    whoami\n}\n"


def view(name, *expressions):
    return f"view {name} {{\n" + "".join(f"expr {one}\n" for one in expressions) + "}"


def who_answers(catena, name, kind="A", tcp=False, bufsize=1232, do=False, qclass="IN", number=None):
    query = dns.message.make_query(name, kind, qclass)
    query.use_edns(0, dns.flags.DO if do else 0, bufsize, options=[NSID])
    if number is not None:
        query.id = number
    ask = dns.query.tcp if tcp else dns.query.udp
    reply = ask(query, "127.0.0.1", PATIENCE, catena.port)
    told = [option.data.decode() for option in reply.options if option.otype == 3]
    return told[0] if told else dns.rcode.to_text(reply.rcode())


def test_the_first_block_that_takes_a_query_answers(folder):
    catena = Catena(folder, block("texts", view("texts", "type() == 'TXT'")) +
                    block("tcp", view("tcp", "proto() == 'tcp'")) +
                    block("wide", view("wide", "bufsize() > 1232", "do()")) +
                    block("below", view("below", "name() endsWith '.org.'"), key="example.org:0") +
                    block("others"))
    for expected, question in (("texts", ["a.test", "TXT"]), ("texts", ["a.test", "TXT", True]),
                               ("tcp", ["a.test", "A", True]),
                               ("wide", ["a.test", "A", False, 4096, True]),
                               ("others", ["a.test", "A", False, 4096]),
                               ("others", ["a.test", "A", False, 1232, True]),
                               ("below", ["A.Example.ORG", "TXT"]), ("others", ["a.test"])):
        assert who_answers(catena, *question) == expected, question
    stop_cleanly(catena)


def test_a_query_that_nobody_takes_goes_up_and_then_is_refused(folder):
    catena = Catena(folder, block("a", view("a", "type() == 'A'"), key="example.org:0") +
                    block("aaaa", view("aaaa", "type() == 'AAAA'"), key="org:0"))
    assert who_answers(catena, "www.example.org", "A") == "a"
    assert who_answers(catena, "www.example.org", "AAAA") == "aaaa"
    assert who_answers(catena, "www.example.org", "TXT") == "REFUSED"
    stop_cleanly(catena)


def test_clients_are_told_apart_by_address(folder):
    # The whole of 127.0.0.0/8 is this host.
    catena = Catena(folder, block("two", view("two", "incidr(client_ip(), '127.0.0.2/32')")) +
                    block("others"))
    for source, expected in (("127.0.0.2", "two"), ("127.0.0.3", "others")):
        query = dns.message.make_query("a.test", "A")
        query.use_edns(0, 0, 1232, options=[NSID])
        reply = dns.query.udp(query, "127.0.0.1", PATIENCE, catena.port, source=source)
        assert [option.data.decode() for option in reply.options] == [expected]
    stop_cleanly(catena)


def test_the_name_of_a_view_is_in_metrics_and_logs(folder):
    upstream = Upstream(lambda query, _: reply_to(query, f"{query.question[0].name} 60 A 192.0.2.1"))
    with ports(1) as (port,):
        common = [f"prometheus 127.0.0.1:{port}", "metadata", 'log . "{name} from {/view/name}"',
                  "cache 30", f"forward . {upstream.address}"]
        catena = Catena(folder, block("org", view("org", "name() endsWith '.org.'"), *common) +
                        block("others", *common))
        for name, times in ("a.org", 3), ("a.net", 2):
            for _ in range(times):
                assert catena.rcode(name) == "NOERROR"
        seen = metrics(port)
        for name, times in ("org", 3), ("", 2):
            assert seen.value("coredns_dns_requests_total", view=name) == times
            assert seen.value("coredns_cache_requests_total", view=name) == times
            assert seen.value("coredns_cache_hits_total", view=name, type="success") == times - 1
        enabled = re.findall(r'coredns_plugin_enabled{name="(\w+)",.*view="(\w*)"',
                             text(port, "/metrics"))
        assert {("forward", "org"), ("forward", ""), ("view", "org")} <= set(enabled), enabled
        assert ("view", "") not in enabled
        catena.wait_for(r"^\[INFO\] a\.org\. from org$")
        catena.wait_for(r"^\[INFO\] a\.net\. from -$")
        stop_cleanly(catena)
    upstream.stop()


def test_what_cannot_be_computed_is_told_once(folder):
    with ports(1) as (port,):
        odd = view("odd", "incidr(client_ip(), metadata('no/network'))")
        catena = Catena(folder, block("odd", f"prometheus 127.0.0.1:{port}", odd) + block("others"))
        for _ in range(5):
            assert who_answers(catena, "a.test") == "others"
        assert metrics(port).value("catena_view_failures_total", view="odd") == 5
        said = catena.wait_for(r"^\[WARNING\] plugin/view: an expression of view 'odd' counts as false "
                               r"where it cannot be computed: invalid CIDR address \(1:1\): incidr\(.*$")
        assert len(re.findall("counts as false", catena.log())) == 1, said
        stop_cleanly(catena)


def test_check_says_what_is_wrong_with_file_and_line(folder):
    code, said = check(folder, block("a", view("a", "true", "client() == 'a'")))
    assert code == 1, said
    assert "Corefile:6: view: unknown name client (1:1)\n | client() == 'a'\n | ^\n" in said, said
    code, said = check(folder, block("a") + block("b", view("b", "name")))
    assert code == 0, said
    assert "Corefile:6: view: a block without a view, which stands before this one, takes all queries " \
        "for dns://.:0" in said, said
    assert "Corefile:10: view: 'name' is never true, so the view takes no query; a function is " \
        "called with ()" in said, said
    code, said = check(folder, block("a", view("a"), view("b")))
    assert code == 1 and "view: this plugin can only be used once per Server Block" in said, said


def test_a_broken_expression_keeps_the_old_views(folder):
    def corefile(expression):
        return block("a", "reload 2s 1s", view("a", expression)) + block("others")
    catena = Catena(folder, corefile("type() == 'A'"))
    assert who_answers(catena, "a.test", "A") == "a"
    write_corefile(folder, corefile("type() = 'A'"))
    catena.wait_for(r"^\[ERROR\] plugin/reload: Corefile changed but reload failed: ")
    assert who_answers(catena, "a.test", "A") == "a" and "unexpected token Operator" in catena.log()
    write_corefile(folder, corefile("type() == 'TXT'"))
    eventually(lambda: who_answers(catena, "a.test", "TXT") == "a")
    assert who_answers(catena, "a.test", "A") == "others"
    stop_cleanly(catena)


if __name__ == "__main__":
    main(globals())
