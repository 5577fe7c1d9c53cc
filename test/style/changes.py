# SPDX-License-Identifier: Apache-2.0
"""What changed: files and lines, from a commit to what lies in the work tree."""

import re
import subprocess

ROOMS = ("core", "cmd", "plugins", "test")
DAY = 24 * 60 * 60


class Git:
    def __init__(self, root):
        self.root = root

    def __call__(self, *words):
        """What git says; nothing where it complains."""
        done = subprocess.run(["git", "-C", self.root, *words], capture_output=True, text=True)
        return done.stdout.strip() if done.returncode == 0 else ""

    def commit(self, name):
        return self("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")


def base_of(git):
    """The commit from which on things are new, and why that one. What CI sees is main itself with all
    committed, where nothing says what a push brought: there a day is taken, which is more."""
    head = git.commit("HEAD")
    for main in ("origin/main", "main"):
        base = git("merge-base", "HEAD", main)
        if base and base != head:
            return base, f"where this left {main}"
    if git("diff", "--name-only", "HEAD"):
        return head, "not committed yet"
    written = int(git("show", "--no-patch", "--format=%ct", "HEAD"))
    if base := git("rev-list", "-1", f"--before={written - DAY}", "HEAD"):
        return base, "a day before the last commit"
    oldest = git("rev-list", "--max-parents=0", "HEAD").rpartition("\n")[2]
    if oldest != head:
        return oldest, "no commit here is a day old: since the first one"
    return "", "no other commit is here: all of it"


def sources(git, listed):
    """Of some names of files those that are sources and still there, each once."""
    names = dict.fromkeys(name for name in listed.splitlines() if re.search(r"\.[ch]pp$", name))
    return [name for name in names
            if name.split("/")[0] in ROOMS and (git.root / name).exists()]


def all_files(git):
    return sources(git, git("ls-files"))


def changed_files(git, base):
    """The newest change first."""
    if not base:
        return all_files(git)
    changed = set(sources(git, git("diff", "--name-only", base)))
    newest_first = sources(git, "\n".join((git("diff", "--name-only", "HEAD"),
                                           git("log", "--format=", "--name-only", f"{base}..HEAD"))))
    return [name for name in newest_first if name in changed]


def changed_lines(git, base, name):
    """First and last line of each piece of a file that changed."""
    lines = []
    for start, count in re.findall(r"^@@ \S+ \+(\d+)(?:,(\d+))? @@",
                                   git("diff", "--unified=0", base, "--", name), re.MULTILINE):
        if count != "0":
            lines.append((int(start), int(start) + int(count or 1) - 1))
    return lines
