# SPDX-License-Identifier: Apache-2.0
"""Headers that do not stand alone: what a library's files read as one would hide. What the
precompiled header has is there, as in a build."""

import concurrent.futures
import json
import os
import shlex
import subprocess
import time

from timed import run_until

COMPILER = "clang++-19"


def flags_of(build):
    """Those of the first library: all have the same folders and definitions."""
    command = json.loads((build / "compile_commands.json").read_text())[0]["command"]
    return [word for word in shlex.split(command) if word.startswith(("-D", "-I", "-isystem", "-std"))]


def precompiled(root, build, flags):
    made = build / "pch.pch"
    subprocess.run([COMPILER, *flags, "-x", "c++-header", root / "cmake" / "pch.hpp", "-o", made],
                   check=True)
    return made


def complaints(name, arguments, deadline):
    """What is wrong with a header; None where there was no time."""
    done = run_until(deadline, [COMPILER, *arguments, "-fsyntax-only", "-x", "c++", "-"],
                     f'#include "{name}"\n')
    if done is None:
        return None
    return done.stderr if done.returncode else ""


def check(root, build, names, seconds):
    """Texts, one for each header that fails; and the names of those there was no time for."""
    deadline = time.monotonic() + seconds
    headers = [name for name in names if name.endswith(".hpp")]
    if not headers:
        return [], []
    flags = [*flags_of(build), '-DCATENA_SOURCE_DIR=""']  # Tests have it.
    arguments = [*flags, "-include-pch", precompiled(root, build, flags)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        said = list(pool.map(lambda name: complaints(name, arguments, deadline), headers))
    return [text for text in said if text], [name for name, text in zip(headers, said) if text is None]
