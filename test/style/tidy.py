# SPDX-License-Identifier: Apache-2.0
"""What clang-tidy says of some files.

Nearly all of its time goes into headers of others, so a room's files are read as one: the preset
`tidy` compiles each library so, and no tests, which would take as long again. Nothing is built."""

import concurrent.futures
import dataclasses
import json
import os
import pathlib
import re
import time

from timed import run_until

PROGRAM = "clang-tidy-19"


@dataclasses.dataclass
class Unit:
    """What is read at once: a source, or one that includes a library's."""
    path: pathlib.Path
    sources: list
    wanted: list = dataclasses.field(default_factory=list)  # Files to be told about.


@dataclasses.dataclass
class Said:
    read: list  # Files.
    findings: list  # Texts, one for each unit that has some.
    left: list  # Files there was no time for.
    unread: list  # Headers that nothing beside them includes.


def is_test(name):
    return name.startswith("test/") or bool(re.search(r"(_test|_fuzz|_bench|testing)\.[ch]pp$", name))


def units(root, build):
    """All units of a build folder. Its CMake files are written by `cmake --preset tidy`."""
    for command in json.loads((build / "compile_commands.json").read_text()):
        path = pathlib.Path(command["file"])
        sources = [path]
        if "Unity" in path.parts:
            sources = map(pathlib.Path, re.findall(r'^#include "(.*)"', path.read_text(), re.MULTILINE))
        inside = [str(one.relative_to(root)) for one in sources
                  if one.is_relative_to(root) and not one.is_relative_to(build)]
        if inside:
            yield Unit(path, inside)


def reader_of(name, by_source):
    """The unit that reads a file. A header is read by the source of its name, or else by some source of
    its folder."""
    folder = name.rpartition("/")[0]
    beside = sorted(source for source in by_source if source.rpartition("/")[0] == folder)
    for source in (name, name.replace(".hpp", ".cpp"), *beside):
        if source in by_source:
            return by_source[source]
    return None


def readers(root, build, names):
    """The units for some files, in the files' order; and headers without one."""
    by_source = {}
    for unit in units(root, build):
        for source in unit.sources:
            by_source.setdefault(source, unit)
    chosen, unread = {}, []
    for name in names:
        unit = reader_of(name, by_source)
        if unit is None:
            unread.append(name)
        else:
            unit.wanted.append(name)
            chosen[unit.path] = unit
    return list(chosen.values()), unread


def read(build, unit, deadline):
    """What is wrong in a unit's wanted files, a text; None where there was no time."""
    names = json.dumps([{"name": name} for name in unit.wanted])
    done = run_until(deadline, [PROGRAM, "--quiet", "-p", build, f"--line-filter={names}", unit.path])
    if done is None:
        return None
    return done.stdout if done.returncode else ""


def check(root, build, names, seconds):
    """Reads files that are no tests, as many units at once as there are CPUs."""
    deadline = time.monotonic() + seconds
    chosen, unread = readers(root, build, [name for name in names if not is_test(name)])
    said = Said([], [], [], unread)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for unit, found in zip(chosen, pool.map(lambda unit: read(build, unit, deadline), chosen)):
            (said.left if found is None else said.read).extend(unit.wanted)
            if found:
                said.findings.append(found)
    return said
