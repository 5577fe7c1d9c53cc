# SPDX-License-Identifier: Apache-2.0
"""What clang-format would write otherwise."""

import difflib
import subprocess

PROGRAM = "clang-format-19"


def formatted(path, lines):
    """The text of a file as it should be; lines: those that may change, None for all."""
    ranges = [f"--lines={first}:{last}" for first, last in lines or []]
    return subprocess.run([PROGRAM, *ranges, path], capture_output=True, text=True, check=True).stdout


def difference(root, name, lines):
    """A diff from what is there to what should be; empty if that is the same."""
    if lines == []:
        return ""
    path = root / name
    return "".join(difflib.unified_diff(
        path.read_text().splitlines(keepends=True),
        formatted(path, lines).splitlines(keepends=True), name, f"{name}, formatted"))


def fix(root, name, lines):
    if lines != []:
        (root / name).write_text(formatted(root / name, lines))
