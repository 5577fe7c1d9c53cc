#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Plugins from outside of the tree: the server that the build makes with those of test/outside, what
plugins/OUTSIDE.md shows, and what cmake says of folders that are none."""

import pathlib
import re
import subprocess

import dns.flags
import dns.message
import dns.rcode

from harness import BUILD, Catena, Program, ROOT, eventually, find_coredns, free_ports, main, run, \
    stop_cleanly, write_corefile
from upstream import Upstream, reply_to
from wire import CD, RD, Udp, header, opt, option, question

GUIDE = ROOT / "plugins" / "OUTSIDE.md"
MYADDR = ROOT / "test" / "outside" / "myaddr"
PROGRAM = "catena_outside"


def test_the_guide_shows_the_plugin_word_by_word(folder):
    shown = re.findall(r"^```(?:cpp|cmake)\n(.*?)^```$", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
    names = ["CMakeLists.txt", "myaddr.cpp", "myaddr_test.cpp"]
    # The first line is the licence.
    assert shown == [(MYADDR / name).read_text().partition("\n")[2] for name in names]


def test_plugins_from_outside_are_shown_at_their_places(folder):
    code, out, _ = run("-plugins", program=PROGRAM)
    assert code == 0
    names, places = out.split("\n\n")
    assert set(names.splitlines()) - set(run("-plugins")[1].split()) == {"alter", "myaddr", "relay"}
    _, first, second = places.splitlines()
    assert first in GUIDE.read_text(), first
    assert second.startswith("relay stands behind forward and in front of grpc: "), second


def test_a_plugin_from_outside_answers_in_front_of_the_cache(folder):
    corefile = re.search(r"^```corefile\n(.*?)^```$", GUIDE.read_text(),
                         re.MULTILINE | re.DOTALL).group(1)
    path = pathlib.Path(folder, "Corefile")
    path.write_text(corefile)
    assert run("check", path, program=PROGRAM)[0] == 0
    code, _, err = run("check", path)
    assert code == 1 and "Unknown directive 'myaddr'" in err, err
    catena = Catena(folder, corefile.replace(":1053", ":0"), program=PROGRAM)
    assert catena.data("me.example") == ["127.0.0.1"]
    ports = {catena.data("me.example", "TXT")[0] for _ in range(5)}
    assert len(ports) > 1 and all(re.fullmatch(r'"127.0.0.1 port \d+"', one) for one in ports)
    stop_cleanly(catena)


def test_forward_leaves_questions_to_a_forwarder_from_outside(folder):
    here = Upstream(lambda query, _: reply_to(query, rcode=dns.rcode.NXDOMAIN))
    there = Upstream(lambda query, _: reply_to(query, f"{query.question[0].name} 300 A 192.0.2.1"))
    for with_next, data in (("next NXDOMAIN", ["192.0.2.1"]), ("", [])):
        catena = Catena(folder, f".:0 {{\n forward . {here.address} {{\n  {with_next}\n }}\n"
                                f" relay {there.address}\n}}\n", program=PROGRAM)
        assert eventually(lambda: catena.data("www.example.org") == data)
        stop_cleanly(catena)
    here.stop()
    there.stop()


def one_address(query, _transport):
    return reply_to(query, f"{query.question[0].name} 300 A 192.0.2.1")


def asked(name, *options, size=None, flags=RD):
    """The bytes of a question, with an OPT record where it has a size."""
    if size is None:
        return header(7, flags) + question(name)
    return header(7, flags, additional=1) + question(name) + opt(size, options=b"".join(options))


COOKIE = option(10, b"12345678")
LOCAL = option(65518, b"ab")
SUBNET = option(8, bytes([0, 1, 24, 0, 127, 0, 0]))


def ask_bytes(port, message):
    client = Udp(port)
    client.send(message)
    reply = client.receive()
    client.close()
    return dns.message.from_wire(reply)


def test_what_a_plugin_shows_leaves_and_the_client_has_its_own(folder):
    upstream = Upstream(one_address)
    catena = Catena(folder, f""".:0 {{
        log
        alter {{
            name www.example.org db.example.org
            edns0 local set 65518 0x6162
            edns0 subnet set 24 56
        }}
        forward . {upstream.address}
    }}""", program="catena_outside")
    rows = [(asked("WWW.example.org", COOKIE, size=1400, flags=RD | CD),
             asked("db.example.org", COOKIE, LOCAL, SUBNET, size=1400, flags=RD | CD), 1400),
            (asked("a.example", option(65518, b"x"), COOKIE, size=512),
             asked("a.example", LOCAL, COOKIE, SUBNET, size=512), 512),
            (asked("a.example"), asked("a.example", LOCAL, SUBNET, size=4096), None)]
    for sent, leaves, size in rows:
        reply = ask_bytes(catena.port, sent)
        assert upstream.wires[-1][2:] == leaves[2:], (sent, upstream.wires[-1], leaves)
        mine = dns.message.from_wire(sent)
        assert reply.id == 7 and str(reply.question[0]) == str(mine.question[0]), reply
        assert reply.flags & (dns.flags.RD | dns.flags.CD) == mine.flags, reply
        assert (reply.edns, reply.payload) == ((0, size) if size else (-1, 0)), reply
        assert not reply.options and len(reply.answer) == 1, reply
    catena.wait_for(r'"A IN www\.example\.org\. udp \d+ false 1400" NOERROR')
    stop_cleanly(catena)
    upstream.stop()


def test_what_a_plugin_shows_is_what_is_cached(folder):
    upstream = Upstream(one_address)
    catena = Catena(folder, f""".:0 {{
        alter {{
            name a.example b.example
            do
        }}
        cache
        forward . {upstream.address}
    }}""", program="catena_outside")
    for name in "a.example", "b.example", "a.example":
        reply = ask_bytes(catena.port, asked(name, size=1232))
        assert [str(each.name) for each in reply.answer] == ["b.example."], reply
        assert reply.question[0].name.to_text() == f"{name}.", reply
        assert not reply.ednsflags & dns.flags.DO, reply
    assert upstream.seen == [("b.example.", "A", "udp")], upstream.seen
    assert upstream.queries[0].ednsflags & dns.flags.DO
    stop_cleanly(catena)
    upstream.stop()


# What CoreDNS's rewrite makes of a question, *alter* makes of it with the same words.
RULES = [["edns0 local set 65518 ab"], ["edns0 local append 65518 0x6162"],
         ["edns0 local replace 65518 ab"], ["edns0 local unset 65518"], ["edns0 nsid set"],
         ["edns0 nsid append"], ["edns0 nsid replace"], ["edns0 nsid unset"],
         ["edns0 subnet set 27 56"], ["edns0 subnet append 0 0"], ["edns0 subnet replace 32 56"],
         ["edns0 subnet unset"], ["name a.example b.example"], ["type A TXT"],
         ["name a.example b.example", "type A AAAA", "edns0 nsid set", "edns0 local set 65518 ab"]]
FROM_CLIENTS = [asked("a.example"), asked("A.example", size=1400),
                asked("a.example", COOKIE, LOCAL, option(3, b""), SUBNET, size=4096, flags=RD | CD),
                asked("a.example", option(8, bytes([0, 1, 8, 0, 10])), option(65518, b""), LOCAL,
                      size=4096, flags=0)]


def test_questions_leave_as_those_of_coredns(folder):
    coredns = find_coredns()
    ports = free_ports(len(RULES))
    mine, theirs = Upstream(one_address), Upstream(one_address)
    def blocks(plugin, upstream, ports):
        text = [f"{{\n{plugin(rules)}\nforward . {upstream.address}\n}}\n" for rules in RULES]
        return "".join(f".:{port} {block}" for port, block in zip(ports, text))
    def alter(rules):
        return "alter {\n" + "\n".join(rules) + "\n}"
    def rewrite(rules):
        return "\n".join(f"rewrite continue {rule}" for rule in rules)
    path = write_corefile(folder, blocks(rewrite, theirs, ports), "coredns")
    other = Program([coredns, "-conf", path], folder, "coredns")
    other.wait_for("CoreDNS-")
    # CoreDNS changes what the process knows of option codes for all blocks; only questions are compared.
    for port in ports:
        for message in FROM_CLIENTS:
            ask_bytes(port, message)
    other.stop()
    catena = Catena(folder, blocks(alter, mine, ports), program="catena_outside")
    for port in ports:
        for message in FROM_CLIENTS:
            ask_bytes(port, message)
    rows = [(rules, message) for rules in RULES for message in FROM_CLIENTS]
    assert len(mine.wires) == len(theirs.wires) == len(rows)
    for row, ours, another in zip(rows, mine.wires, theirs.wires):
        assert ours[2:] == another[2:], (row, ours, another)
    stop_cleanly(catena)
    for upstream in mine, theirs:
        upstream.stop()


def configured(folder, plugins):
    """What cmake says of CATENA_PLUGINS, with a build folder of its own."""
    done = subprocess.run(["cmake", "-S", ROOT, "-B", pathlib.Path(folder, "build"), "-G", "Ninja",
                           "-DCATENA_TESTS=OFF", f"-DCATENA_PLUGINS={plugins}"],
                          capture_output=True, text=True)
    return done.returncode, re.sub(r"\s+", " ", done.stdout + done.stderr)


def test_folders_are_looked_at_when_the_build_is_configured(folder):
    mine, twin = (pathlib.Path(folder, name) for name in ("mine", "twin"))
    for plugin in (mine, twin):
        plugin.mkdir()
        (plugin / "plugin.cpp").write_text("")
        (plugin / "CMakeLists.txt").write_text("catena_plugin(mine)\n")
    for says, plugins, wanted in (
            (None, pathlib.Path(folder, "nothing"), "expected a plugin's folder with a CMakeLists.txt"),
            (None, f"{mine} {twin}", "several with ; between them"),
            (None, f"{mine};{mine}", f"found '{mine}' twice, expected each folder once"),
            (None, f"{mine};{twin}", "Two plugins are called 'mine'"),
            ("catena_plugin(cache)", mine, "Two plugins are called 'cache'"),
            ("catena_plugin(my-name)", mine, "found 'my-name', expected the name of the plugin's"),
            ("", mine, f"found '{mine}', whose CMakeLists.txt makes no plugin")):
        if says is not None:
            (mine / "CMakeLists.txt").write_text(says + "\n")
        code, said = configured(folder, plugins)
        assert code != 0 and wanted in said.replace("- ", "-"), (wanted, said)
    (plugin / "CMakeLists.txt").write_text("catena_plugin(mine)\n")
    code, said = configured(folder, f"{plugin};{MYADDR}")
    assert code == 0, said
    written = next(pathlib.Path(folder, "build").rglob("catena_plugins_outside.cpp")).read_text()
    assert written.index("mine::entry()") < written.index("myaddr::entry()"), written


if __name__ == "__main__":
    main(globals())
