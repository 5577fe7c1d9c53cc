#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The check of style finds what it is there for: a planted fault for each check of .clang-tidy, lines
that clang-format would write otherwise, and what changed in repositories of every kind."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

from harness import ROOT, Skip, main

sys.path.insert(0, str(ROOT / "test" / "style"))

import changes  # noqa: E402
import formatting  # noqa: E402
import headers  # noqa: E402
import tidy  # noqa: E402

COROUTINE = """
struct Task {
  struct promise_type {
    Task get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
};
"""
# A check, and code that it is there for.
PLANTED = {
    "bugprone-dangling-handle": 'std::string_view f() { std::string s = "a"; return s; }',
    "bugprone-inaccurate-erase":
        "void f(std::vector<int>& v) { v.erase(std::remove(v.begin(), v.end(), 1)); }",
    "bugprone-infinite-loop": "int f() { int i = 0, j = 0; while (i < 10) ++j; return j; }",
    "bugprone-move-forwarding-reference":
        "template <typename T> void f(T&& t) { std::string s(std::move(t)); }",
    "bugprone-parent-virtual-call":
        "struct A { virtual int f() { return 1; } }; struct B : A { int f() override { return 2; } };"
        "struct C : B { int f() override { return A::f(); } };",
    "bugprone-string-constructor": "std::string f() { return std::string('x', 4); }",
    "bugprone-suspicious-missing-comma":
        'const char* const k[] = {"a", "b", "c", "d" "e", "f", "g", "h", "i", "j", "k"};',
    "bugprone-unused-raii": "struct R { explicit R(int); ~R(); }; void g(); void f() { R(1); g(); }",
    "bugprone-use-after-move":
        "std::size_t f(std::string s) { std::string t = std::move(s); return s.size() + t.size(); }",
    "cppcoreguidelines-avoid-capturing-lambda-coroutines":
        COROUTINE + "void f(int i) { [i]() -> Task { (void)i; co_return; }(); }",
    "misc-coroutine-hostile-raii":
        COROUTINE + "std::mutex m; Task f() { std::scoped_lock<std::mutex> l(m);"
                    " co_await std::suspend_never{}; }",
    "misc-redundant-expression": "bool f(int a) { return a == 1 || a == 1; }",
    "misc-unused-alias-decls": "namespace chrono = std::chrono;",
    "misc-unused-using-decls": "using std::multimap;",
    "performance-for-range-copy":
        "std::size_t f(const std::vector<std::string>& v) {"
        " std::size_t n = 0; for (const std::string s : v) n += s.size(); return n; }",
    "performance-implicit-conversion-in-loop":
        "std::size_t f(const std::map<int, std::string>& m) {"
        " std::size_t n = 0; for (const std::pair<int, std::string>& p : m) n += p.second.size();"
        " return n; }",
    "performance-move-const-arg":
        "std::string f() { const std::string s; std::string t = std::move(s); return t; }",
    "performance-no-automatic-move":
        "std::optional<std::string> f() { const std::string s; return s; }",
    "performance-noexcept-move-constructor":
        "struct S { std::string s; S(S&& o) : s(std::move(o.s)) {} };",
    "performance-trivially-destructible": "struct S { ~S(); int i; }; S::~S() = default;",
}
HEADERS = ("algorithm", "chrono", "coroutine", "map", "mutex", "optional", "string", "string_view",
           "vector")


def wanted_program(name):
    if not shutil.which(name):
        raise Skip(f"no {name} here: test/style/run installs it")


def said_by_clang_tidy(folder, code):
    path = pathlib.Path(folder, "planted.cpp")
    path.write_text("".join(f"#include <{name}>\n" for name in HEADERS) + code)
    done = subprocess.run([tidy.PROGRAM, "--quiet", f"--config-file={ROOT / '.clang-tidy'}", path, "--",
                           "-std=c++20"], capture_output=True, text=True)
    return done.returncode, done.stdout


def test_each_check_finds_what_it_is_there_for(folder):
    wanted_program(tidy.PROGRAM)
    code = "".join(f"namespace n{number} {{\n{one}\n}}\n"
                   for number, one in enumerate(PLANTED.values()))
    status, said = said_by_clang_tidy(folder, code)
    missing = [check for check in PLANTED if f"[{check}," not in said]
    assert status != 0 and not missing, (missing, said)
    assert "clang-diagnostic-error" not in said, said
    assert said_by_clang_tidy(folder, "int f() { return 1; }\n") == (0, "")


def test_a_fault_is_planted_for_each_check(folder):
    checks = re.findall(r"^  ([a-z][\w-]+)", (ROOT / ".clang-tidy").read_text(), re.MULTILINE)
    assert checks == list(PLANTED)


class Repository:
    """One of its own, with a clock that goes on an hour with each commit."""

    def __init__(self, folder):
        self.root = pathlib.Path(folder, "repository")
        self.root.mkdir()
        self.hours = 0
        self.git = changes.Git(self.root)
        self.do("init", "--quiet", "--initial-branch=main")
        shutil.copy(ROOT / ".clang-format", self.root)

    def do(self, *words):
        time = f"{1_700_000_000 + 3600 * self.hours} +0000"
        subprocess.run(["git", "-c", "user.name=n", "-c", "user.email=e", *words], cwd=self.root,
                       check=True, capture_output=True,
                       env={**os.environ, "GIT_AUTHOR_DATE": time, "GIT_COMMITTER_DATE": time})

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def commit(self, name, text, hours=1):
        self.write(name, text)
        self.hours += hours
        self.do("add", ".")
        self.do("commit", "--quiet", "--message", name)
        return self.git.commit("HEAD")


def test_a_branch_is_compared_with_where_it_left_main(folder):
    repository = Repository(folder)
    base = repository.commit("core/a.cpp", "int a;\n")
    repository.do("checkout", "--quiet", "-b", "mine")
    repository.commit("core/b.cpp", "int b;\n")
    repository.do("checkout", "--quiet", "main")
    repository.commit("core/others.cpp", "int c;\n")
    repository.do("checkout", "--quiet", "mine")
    assert changes.base_of(repository.git) == (base, "where this left main")
    assert changes.changed_files(repository.git, base) == ["core/b.cpp"]


def test_main_itself_is_compared_with_a_day_ago(folder):
    repository = Repository(folder)
    repository.commit("core/a.cpp", "int a;\n")
    yesterday = repository.commit("core/b.cpp", "int b;\n")
    repository.commit("core/c.cpp", "int c;\n", hours=23)
    repository.commit("core/d.cpp", "int d;\n")
    base, why = changes.base_of(repository.git)
    assert (base, why) == (yesterday, "a day before the last commit")
    assert changes.changed_files(repository.git, base) == ["core/d.cpp", "core/c.cpp"]
    repository.write("core/a.cpp", "int aa;\n")
    base, why = changes.base_of(repository.git)
    assert (base, why) == (repository.git.commit("HEAD"), "not committed yet")
    assert changes.changed_files(repository.git, base) == ["core/a.cpp"]


def test_a_short_history_is_compared_with_what_there_is(folder):
    repository = Repository(folder)
    first = repository.commit("core/a.cpp", "int a;\n")
    assert changes.base_of(repository.git) == ("", "no other commit is here: all of it")
    assert changes.changed_files(repository.git, "") == ["core/a.cpp"]
    repository.commit("core/b.cpp", "int b;\n")
    assert changes.base_of(repository.git) == \
        (first, "no commit here is a day old: since the first one")
    shallow = pathlib.Path(folder, "shallow")
    subprocess.run(["git", "clone", "--quiet", "--depth=1", f"file://{repository.root}", shallow],
                   check=True)
    assert changes.base_of(changes.Git(shallow)) == ("", "no other commit is here: all of it")


def test_what_is_gone_or_no_source_of_the_rooms_is_left_out(folder):
    repository = Repository(folder)
    base = repository.commit("core/a.cpp", "int a;\n")
    repository.commit("core/page.md", "text\n")
    repository.commit("elsewhere/b.cpp", "int b;\n")
    repository.commit("core/a.hpp", "int a;\n")
    repository.write("core/a.cpp", "int aa;\n")
    assert changes.changed_files(repository.git, base) == ["core/a.cpp", "core/a.hpp"]
    repository.do("rm", "--quiet", "core/a.hpp")
    assert changes.changed_files(repository.git, base) == ["core/a.cpp"]


def test_only_lines_that_changed_are_formatted(folder):
    wanted_program(formatting.PROGRAM)
    repository = Repository(folder)
    base = repository.commit("core/a.cpp", "int  old;\n\nint b;\n\nint c;\n")
    repository.write("core/a.cpp", "int  old;\n\nint b;\n\nint   c;\nint   d;\n")
    lines = changes.changed_lines(repository.git, base, "core/a.cpp")
    assert lines == [(5, 6)]
    said = formatting.difference(repository.root, "core/a.cpp", lines)
    assert "+int c;\n+int d;" in said and "-int  old" not in said, said
    formatting.fix(repository.root, "core/a.cpp", lines)
    assert (repository.root / "core/a.cpp").read_text() == "int  old;\n\nint b;\n\nint c;\nint d;\n"
    assert formatting.difference(repository.root, "core/a.cpp", lines) == ""
    assert "-int  old" in formatting.difference(repository.root, "core/a.cpp", None)


def test_lines_that_only_went_are_no_lines_to_look_at(folder):
    repository = Repository(folder)
    base = repository.commit("core/a.cpp", "int  a;\nint b;\n")
    repository.write("core/a.cpp", "int  a;\n")
    assert changes.changed_lines(repository.git, base, "core/a.cpp") == []
    assert formatting.difference(repository.root, "core/a.cpp", []) == ""


def a_room(folder):
    """A repository and a build folder in which core/room is compiled as one."""
    root = Repository(folder).root
    shutil.copy(ROOT / ".clang-tidy", root)
    moved = '#include <string>\n\n#include "core/room/a.hpp"\n' \
            "std::string NAME(std::string s) { std::string t = std::move(s); return t + s; }\n"
    unity = root / "build" / "Unity" / "unity_0_cxx.cxx"
    unity.parent.mkdir(parents=True)
    unity.write_text("".join(f'#include "{root}/core/room/{name}.cpp"\n' for name in "ab"))
    (root / "core/room").mkdir(parents=True)
    (root / "core/room/a.hpp").write_text("#pragma once\n")
    for name in "ab":
        (root / f"core/room/{name}.cpp").write_text(moved.replace("NAME", name))
    alone = root / "core" / "alone.cpp"
    alone.write_text("int alone() { return 1; }\n")
    (root / "build" / "compile_commands.json").write_text("[" + ",".join(
        f'{{"directory": "{root}", "command": "clang++-19 -std=c++20 -I{root} -c {source}",'
        f' "file": "{source}"}}' for source in (unity, alone)) + "]")
    return root, root / "build"


def test_faults_are_told_of_files_that_changed_only(folder):
    wanted_program(tidy.PROGRAM)
    said = tidy.check(*a_room(folder), ["core/alone.cpp", "core/room/b.cpp"], 100)
    assert said.read == ["core/alone.cpp", "core/room/b.cpp"] and not said.left
    assert len(said.findings) == 1 and "core/room/b.cpp:4:" in said.findings[0]
    assert "core/room/a.cpp:4:" not in said.findings[0], said.findings


def test_what_there_is_no_time_for_is_named(folder):
    wanted_program(tidy.PROGRAM)
    said = tidy.check(*a_room(folder), ["core/room/a.cpp", "core/alone.cpp"], 0)
    assert said == tidy.Said([], [], ["core/room/a.cpp", "core/alone.cpp"], [])


def test_tests_are_not_read(folder):
    said = tidy.check(*a_room(folder), ["core/room/a_test.cpp", "core/room/a_fuzz.cpp",
                                        "core/room/testing.hpp", "test/support/a.cpp"], 100)
    assert said == tidy.Said([], [], [], [])


def test_headers_are_read_by_what_lies_beside_them(folder):
    chosen, unread = tidy.readers(*a_room(folder), [
        "core/room/a.hpp", "core/room/other.hpp", "core/alone.hpp", "core/else/c.hpp"])
    assert [(unit.path.name, unit.wanted) for unit in chosen] == [
        ("unity_0_cxx.cxx", ["core/room/a.hpp", "core/room/other.hpp"]),
        ("alone.cpp", ["core/alone.hpp"])]
    assert unread == ["core/else/c.hpp"]


def test_a_header_stands_alone(folder):
    wanted_program(headers.COMPILER)
    root, build = a_room(folder)
    (root / "cmake").mkdir()
    (root / "cmake/pch.hpp").write_text("#include <string>\n")
    (root / "core/room/leans.hpp").write_text("inline Missing leans();\n")
    (root / "core/room/stands.hpp").write_text("#pragma once\nstd::string stands();\n")
    names = ["core/room/stands.hpp", "core/room/leans.hpp", "core/room/a.cpp"]
    wrong, left = headers.check(root, build, names, 100)
    assert len(wrong) == 1 and "core/room/leans.hpp:1:" in wrong[0] and not left, (wrong, left)
    assert headers.check(root, build, names, 0) == ([], ["core/room/stands.hpp", "core/room/leans.hpp"])


if __name__ == "__main__":
    main(globals())
