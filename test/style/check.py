# SPDX-License-Identifier: Apache-2.0
"""Behind test/style/run, which says how it is called."""

import argparse
import pathlib
import subprocess
import sys

import changes
import formatting
import headers
import tidy

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "tidy"


def arguments():
    parser = argparse.ArgumentParser(prog="test/style/run")
    parser.add_argument("base", nargs="?", help="a commit")
    parser.add_argument("--fix", action="store_true", help="format the files")
    parser.add_argument("--all", action="store_true", help="every line of the tree")
    parser.add_argument("--seconds", type=float, default=90, help="for what compiles")
    return parser.parse_args()


def chosen(git, options):
    """Pairs of files and their lines, None for all of them; and why those."""
    if options.all:
        return {name: None for name in changes.all_files(git)}, "all of it"
    base, why = changes.base_of(git)
    if options.base:
        base, why = git.commit(options.base), f"since {options.base}"
        if not base:
            sys.exit(f"test/style/run: '{options.base}' is no commit here")
    return {name: changes.changed_lines(git, base, name) if base else None
            for name in changes.changed_files(git, base)}, why


def check_format(files):
    wrong = [diff for name, lines in files.items()
             if (diff := formatting.difference(ROOT, name, lines))]
    print("".join(wrong), end="")
    print(f"clang-format: {len(wrong)} of {len(files)} files would be other"
          f"{'; test/style/run --fix writes them' if wrong else ''}")
    return wrong


def check_tidy(files, seconds):
    said = tidy.check(ROOT, BUILD, list(files), seconds)
    print("".join(said.findings), end="")
    print(f"clang-tidy: {len(said.read)} files were read, faults in {len(said.findings)} groups of them")
    if said.unread:
        print(f"  not read, as nothing beside them includes them: {' '.join(said.unread)}")
    if said.left:
        print(f"  not read, as {seconds:.0f} seconds were over: {' '.join(said.left)}")
    return said.findings


def check_headers(files, seconds):
    wrong, left = headers.check(ROOT, BUILD, list(files), seconds)
    print("".join(wrong), end="")
    print(f"headers: {len(wrong)} do not stand alone")
    if left:
        print(f"  not compiled, as {seconds:.0f} seconds were over: {' '.join(left)}")
    return wrong


def run():
    options = arguments()
    files, why = chosen(changes.Git(ROOT), options)
    print(f"style of {len(files)} files: {why}")
    if options.fix:
        for name, lines in files.items():
            formatting.fix(ROOT, name, lines)
    seconds = 24 * 60 * 60 if options.all else options.seconds
    subprocess.run(["cmake", "--preset", "tidy"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    failed = [bool(check_format(files)), bool(check_headers(files, seconds / 3)),
              bool(check_tidy(files, seconds * 2 / 3))]
    print(f"{failed.count(False)} passed, {failed.count(True)} failed")
    return any(failed)


if __name__ == "__main__":
    sys.exit(run())
