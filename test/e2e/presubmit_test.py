#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The rules of the house that a program can check."""

import functools
import os
import pathlib
import re
import subprocess
import stat

from harness import ROOT, main

LONGEST_FILE = {"source": 500, "test": 800}
LONGEST_FUNCTION = 60
# clang-format aims at 100; what it cannot break well may be a little longer, data of tests any.
LONGEST_LINE = 105
# Who may include whom: a room, and the rooms below it.
ROOMS = {
    "core/base": set(),
    "core/net": {"core/base"},
    "core/dns": {"core/base"},
    "core/expression": {"core/base"},
    "core/config": {"core/base", "core/dns"},
    "core/plugin": {"core/base", "core/net", "core/dns", "core/config"},
    "core/client": {"core/base", "core/net", "core/dns"},
    "core/http": {"core/base", "core/net"},
    "core/server": {"core/base", "core/net", "core/dns", "core/config", "core/plugin"},
}
# The rooms within one, each with those below it in front.
STOREYS = {
    "plugins/kubernetes": ["objects", "api", "store", "snapshot", "answer", "k8s_external", "."],
}
FOR_PLUGINS = {"core/base", "core/net", "core/dns", "core/config", "core/plugin", "core/client",
               "core/http", "core/expression"}
# Names that two rooms of core give to types of their own, since both languages have the word.
SAID_TWICE = {
    "Error": "of bytes and texts of DNS, an enum; of everything else, a text",
    "Result": "the same two",
    "Parser": "of Corefiles, of expressions",
    "Token": "of Corefiles, of zone files, of expressions",
    "Tokens": "of Corefiles, of zone files",
    "Type": "of records, of expressions",
}
# Third-party headers that take seconds to read stay out of ours.
HEAVY = re.compile(r"#include <(boost/beast|rapidjson|yaml-cpp)")


def files(*endings, folders=("core", "plugins", "cmd", "test", "cmake")):
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.name.endswith(endings) and "corpus" not in path.parts:
                yield path


def sources(**options):
    return files(".cpp", ".hpp", **options)


def programs():
    """All that has a comment with `#`, `//` or a line of its own for the licence."""
    yield from files(".cpp", ".hpp", ".py", ".sh", ".cmake", ".c", ".go", ".java", ".js",
                     "CMakeLists.txt")
    yield from (ROOT / "CMakeLists.txt", ROOT / "cmd" / "run", ROOT / "test" / "run",
                ROOT / ".ci" / "run", ROOT / "test" / "style" / "run",
                *(ROOT / "test" / "cluster" / name for name in ("build", "run", "up")),
                *(ROOT / "test" / "bench" / name for name in ("run", "cluster")))


def name_of(path):
    return str(path.relative_to(ROOT))


def is_test(path):
    return bool(re.search(r"_(test|bench|fuzz)\.cpp$|_test\.py$", path.name)) or \
        name_of(path).startswith("test/") or path in headers_of_tests()


def includes(path):
    return re.findall(r'^#include "([^"]+)"', path.read_text(), re.MULTILINE)


@functools.cache
def headers_of_tests():
    """Headers that only tests include, directly or through each other."""
    includers = {}
    for path in sources():
        for included in includes(path):
            includers.setdefault(ROOT / included, set()).add(path)
    tests = {path for path in sources() if re.search(r"_(test|bench|fuzz)\.cpp$", path.name)
             or "test" in path.relative_to(ROOT).parts[:1]}
    while True:
        more = {header for header, users in includers.items() if users <= tests} - tests
        if not more:
            return tests
        tests |= more


def none(problems):
    assert not problems, "\n" + "\n".join(problems)


def test_files_are_short(folder):
    none([f"{name_of(path)}: {lines} lines" for path in programs()
          if (lines := len(path.read_text().splitlines())) >
          LONGEST_FILE["test" if is_test(path) else "source"]])


def test_lines_are_short(folder):
    none([f"{name_of(path)}:{number}: {len(line)} columns"
          for path in files(".cpp", ".hpp", ".py")
          for number, line in enumerate(path.read_text().splitlines(), 1)
          if len(line) > LONGEST_LINE and not path.name.endswith("_test.cpp")])


def without_texts(source):
    """Comments, string and character literals are replaced by spaces; line breaks stay."""
    pattern = re.compile(r'R"(\w*)\((?:.|\n)*?\)\1"|"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*(?:.|\n)*?\*/'
                         r"|(?<![0-9a-fA-F])'(?:\\.[0-9a-fA-F]*|[^'\\\n])'")
    return pattern.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), source)


# What stands in front of the brace that opens a body, a scope of names, a list of values.
FUNCTION = re.compile(r"(\)|\]|\bconst|\bnoexcept|\boverride|\bfinal|\bmutable|[\w>*&:]|\})\s*$")
SCOPE = re.compile(r"\b(namespace|class|struct|enum|union|extern)\b[^;()]*$|[=,]\s*$")
BLOCK = re.compile(r"(\)|\belse|\bdo|\btry|\bmutable|\bnoexcept|[;{}:]|->[^,;]*|^)\s*$")


def functions(path):
    """First line and number of lines of each outermost function; the rows of a table within are
    data and count as one line."""
    text = without_texts(path.read_text())
    stack, line, head_from = [], 1, 0
    for place, character in enumerate(text):
        if character == "\n":
            line += 1
        elif character == "{":
            head = text[head_from:place]
            inside = any(kind == "function" for kind, _ in stack)
            in_table = any(kind == "table" for kind, _ in stack)
            if inside:
                kind = "table" if not in_table and not BLOCK.search(head) else "other"
            else:
                begins = "(" in head and not SCOPE.search(head) and FUNCTION.search(head)
                kind, rows = ("function", 0) if begins else ("other", 0)
            stack.append((kind, line))
            head_from = place + 1
        elif character == "}" and stack:
            kind, first = stack.pop()
            if kind == "table":
                rows += line - first
            if kind == "function":
                yield first, line - first + 1 - rows
            head_from = place + 1
        elif character == ";":
            head_from = place + 1


def test_functions_are_short(folder):
    none([f"{name_of(path)}:{first}: {lines} lines" for path in sources()
          for first, lines in functions(path) if lines > LONGEST_FUNCTION])


def test_the_counter_of_functions_counts(folder):
    sample = pathlib.Path(folder) / "sample.cpp"
    body = "  call();\n" * 70
    sample.write_text('namespace a {\nstruct B {\n  int c() const {\n' + body + "  }\n};\n"
                      'constexpr int kTable[] = {\n' + "  1,\n" * 90 + "};\n"
                      'void d() {\n  text("{");\n  const int t[] = {\n' + "    {2},\n" * 9 +
                      "  };\n  if (t) {\n    call();\n  }\n}\n}\n")
    assert list(functions(sample)) == [(3, 72), (168, 7)]


def test_licence_in_the_first_line(folder):
    problems = []
    for path in programs():
        first = path.read_text().splitlines()[:2]
        if first and first[0].startswith("#!"):
            first = first[1:]
        if not first or "SPDX-License-Identifier: Apache-2.0" not in first[0]:
            problems.append(name_of(path))
    none(problems)


def test_headers_are_included_once(folder):
    none([name_of(path) for path in files(".hpp") if "#pragma once" not in path.read_text()])


def test_nothing_is_put_off(folder):
    words = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"))
                       + r")\b")
    pages = [path for path in files(".md", folders=("core", "plugins", "cmd", "test"))]
    none([f"{name_of(path)}:{number}: {line.strip()}" for path in [*programs(), *pages]
          for number, line in enumerate(path.read_text().splitlines(), 1) if words.search(line)])


def test_no_place_of_somebodys_machine(folder):
    places = re.compile("/" + "work/|/" + "home/[a-z]|/" + "tmp/build|/" + "root/")
    pages = list(files(".md", ".yaml", ".json", folders=("core", "plugins", "cmd", "test")))
    tops = [ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md",
                                     "Corefile.example", "CMakePresets.json")]
    none([f"{name_of(path)}:{number}: {line.strip()}"
          for path in [*programs(), *pages, *(top for top in tops if top.exists())]
          for number, line in enumerate(path.read_text().splitlines(), 1) if places.search(line)])


def room_of(name):
    if name.startswith("test/outside/") and not name.endswith("_test.cpp"):
        return "plugins/outside"
    found = re.match(r"(core|plugins)/[^/]+(?=/)|cmd(?=/)|test(?=/)|plugins(?=/)", name)
    return found.group() if found else None


def may_include(room, other, path):
    if other in (room, None) or room in ("cmd", "test", None):
        return True
    if is_test(path) and other == "test":
        return True
    if room == "plugins":  # The registry.
        return other in FOR_PLUGINS
    if room.startswith("plugins/"):
        return other in FOR_PLUGINS
    return other in ROOMS[room]


def test_includes_follow_the_arrows(folder):
    problems = []
    for path in sources():
        room = room_of(name_of(path))
        for included in includes(path):
            if not (ROOT / included).exists():
                problems.append(f"{name_of(path)}: {included} does not exist")
            elif not may_include(room, room_of(included), path):
                problems.append(f"{name_of(path)}: {included}")
    none(problems)


def own_includes():
    """A source, and one of ours that it includes; tests may look up, and sideways."""
    for path in sources():
        if not is_test(path):
            yield from ((path, ROOT / included) for included in includes(path))


def storey_of(path, house):
    """How high within a house a file's room is; None beside it."""
    if not path.is_relative_to(ROOT / house):
        return None
    parts = path.relative_to(ROOT / house).parts
    return STOREYS[house].index(parts[0] if len(parts) > 1 else ".")


def test_rooms_within_rooms_include_those_below(folder):
    none([f"{name_of(path)}: {name_of(included)}"
          for house in STOREYS for path, included in own_includes()
          if None not in (here := storey_of(path, house), there := storey_of(included, house))
          and there > here])


def circle(arrows):
    """The places of one circle of arrows, or nothing."""
    left = {place: set(targets) - {place} for place, targets in arrows.items()}
    while ends := [place for place in left if not any(to in left for to in left[place])]:
        for place in ends:
            del left[place]
    path = []
    while left and path.count(path[-1] if path else None) < 2:
        path.append(next(to for to in left[path[-1]] if to in left) if path else next(iter(left)))
    return path[path.index(path[-1]):] if path else []


def arrows_between(place_of, below="."):
    arrows = {}
    for path, included in own_includes():
        if path.is_relative_to(ROOT / below) and included.is_relative_to(ROOT / below):
            arrows.setdefault(place_of(path), set()).add(place_of(included))
    return arrows


def test_no_circle_of_folders(folder):
    none(circle(arrows_between(lambda path: name_of(path.parent))))


def test_no_circle_inside_of_rooms_that_have_rooms(folder):
    """A header with its source is one place."""
    for house in STOREYS:
        none(circle(arrows_between(lambda path: name_of(path.with_suffix("")), house)))


def test_the_search_for_circles_finds_them(folder):
    assert circle({"a": {"b", "c"}, "b": {"c"}, "c": {"c"}}) == []
    assert circle({}) == []
    found = circle({"a": {"b"}, "b": {"c", "d"}, "c": {"d"}, "d": {"b"}})
    assert found[0] == found[-1] and set(found) in ({"b", "d"}, {"b", "c", "d"})


def test_plugins_of_the_configuration_include_its_directives_only(folder):
    allowed = {"directive", "values", "rules", "duration", "arguments", "environment",
               "file_system", "size", "subnet", "zone_doubt", "zone_name"}
    none([f"{name_of(path)}: core/config/{header}.hpp"
          for path in sources(folders=("plugins",)) if not is_test(path)
          for header in re.findall(r'^#include "core/config/(\w+)\.hpp"', path.read_text(),
                                   re.MULTILINE) if header not in allowed])


# Where a type begins; what is nested in another one is indented.
TYPE = re.compile(
    r"^(?:class|struct|enum class|enum|union)\s+(?:alignas\([^)]*\)\s+)?([A-Z]\w*)(?!.*;$)"
    r"|^(?:class|struct|enum class)\s+([A-Z]\w*)[^;{]*\{.*\};$|^using ([A-Z]\w*) =", re.MULTILINE)


def types(path):
    """Names of the types that a header defines in its namespace."""
    return {next(filter(None, found)) for found in TYPE.findall(without_texts(path.read_text()))}


def test_a_name_stands_for_one_type(folder):
    shown = {}
    for path in files(".hpp", folders=("core",)):
        for name in types(path) if not is_test(path) else ():
            shown.setdefault(name, []).append(name_of(path))
    twice = {name for name, where in shown.items() if len(where) > 1}
    none([f"{name}: {' and '.join(shown[name])}" for name in sorted(twice - SAID_TWICE.keys())])
    none([f"{name} is said once only" for name in sorted(SAID_TWICE.keys() - twice)])


def test_plugins_hide_nothing_that_all_files_see(folder):
    """What stands in the namespace catena itself is found without its name everywhere."""
    seen = {}
    for path in files(".hpp", folders=("core/base", "core/plugin")):
        if not is_test(path) and re.search(r"^namespace catena \{", path.read_text(), re.MULTILINE):
            seen.update((name, name_of(path)) for name in types(path))
    assert {"Query", "Result", "HostPort"} <= seen.keys()
    none([f"{name_of(path)}: {name} is in {seen[name]}"
          for path in files(".hpp", folders=("plugins",)) if not is_test(path)
          for name in sorted(types(path) & seen.keys())])


def test_the_reader_of_types_reads(folder):
    sample = pathlib.Path(folder) / "sample.hpp"
    sample.write_text("namespace a {\nclass Ahead;\nenum class Later : int;\n"
                      "class A final : public B {\n  struct Nested {};\n};\n"
                      "struct C {};\nenum class D : std::uint8_t { one };\n"
                      "using E = int;\ntemplate <class T>\nclass F {\n};\n"
                      "class G final : public Long,\n                private Other {};\n"
                      "// class H {\n}\n")
    assert types(sample) == {"A", "C", "D", "E", "F", "G"}, types(sample)


def test_heavy_headers_stay_in_sources(folder):
    none([name_of(path) for path in files(".hpp", folders=("core", "plugins"))
          if HEAVY.search(path.read_text())])


def test_no_capturing_lambda_where_somebody_waits(folder):
    """g++ 12 destroys what such a lambda captured twice."""
    waiting = re.compile(r"co_await[^;]*\[[^\]\n]*[=&\w][^\]\n]*\]\s*(\(|\{|mutable)")
    problems = []
    for path in sources():
        text = without_texts(path.read_text())
        problems += [f"{name_of(path)}:{text.count(chr(10), 0, found.start()) + 1}"
                     for found in waiting.finditer(text)]
    none(problems)


def test_tests_with_several_threads_say_so(folder):
    """ThreadSanitizer gets only those that do."""
    starts = re.compile(r"std::(j?thread\b|async\b)")
    none([name_of(path) for path in sources() if path.stem.endswith("_test")
          and starts.search(path.read_text())
          and path.read_text().splitlines()[1] != "// Several threads."])


def test_every_fuzzer_has_a_corpus(folder):
    fuzzers = sorted(path.stem.removesuffix("_fuzz") for path in sources()
                     if path.stem.endswith("_fuzz"))
    assert fuzzers
    for name in fuzzers:
        seeds = ROOT / "test" / "corpus" / name
        assert seeds.is_dir() and len(list(seeds.iterdir())) >= 5, name
    corpora = sorted(path.name for path in (ROOT / "test" / "corpus").iterdir())
    assert corpora == fuzzers, (corpora, fuzzers)


def test_planted_faults_still_fit(folder):
    """Their own test takes a build for each and is not part of every change."""
    patches = sorted((ROOT / "test" / "sim" / "planted").glob("*.patch"))
    assert patches
    for patch in patches:
        done = subprocess.run(["git", "apply", "--check", patch], cwd=ROOT, capture_output=True,
                              text=True)
        assert done.returncode == 0, done.stderr


def test_every_plugin_is_registered_and_described(folder):
    """The namespaces of its setup are its folders. One with a README of its own is a directive, a
    folder of plugins/ also a library."""
    registry = (ROOT / "plugins" / "registry.cpp").read_text()
    registered = re.findall(r'PluginEntry{\s*"(\w+)",\s*([\w:]+)::setup', registry)
    folders = {ROOT.joinpath("plugins", *scope.split("::")) for _, scope in registered}
    libraries = {path.parent for path in (ROOT / "plugins").glob("*/CMakeLists.txt")}
    assert folders == {path.parent for path in (ROOT / "plugins").glob("*/**/README.md")}
    assert libraries == {path for path in folders if path.parent.name == "plugins"}
    for name, scope in registered:
        assert scope.split("::")[-1] == name, (name, scope)
    for plugin in folders:
        assert list(plugin.glob("**/*_test.cpp")), f"{plugin.name} has no test"
    for plugin in libraries:
        listed = (plugin / "CMakeLists.txt").read_text()
        assert f"catena_plugin({plugin.name}" in listed, plugin.name


def test_programs_can_be_run(folder):
    scripts = [*(ROOT / "test").glob("*/*_test.py"), *(ROOT / "test" / "e2e").glob("*_test.sh"),
               ROOT / "cmd" / "run", ROOT / "test" / "run", ROOT / ".ci" / "run",
               ROOT / "test" / "style" / "run",
               *(ROOT / "test" / "cluster" / name for name in ("build", "run", "up"))]
    none([name_of(path) for path in scripts if not os.stat(path).st_mode & stat.S_IXUSR])


if __name__ == "__main__":
    main(globals())
