#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Plugins from outside of the tree: the server that the build makes with those of test/outside, what
plugins/OUTSIDE.md shows, and what cmake says of folders that are none."""

import pathlib
import re
import subprocess

import dns.rcode

from harness import BUILD, Catena, ROOT, eventually, main, run, stop_cleanly
from upstream import Upstream, reply_to

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
