# SPDX-License-Identifier: Apache-2.0
"""Programs that may take until a moment, and no longer."""

import subprocess
import time


def run_until(deadline, command, text=None):
    """The process when it has ended, given `text` to read; None where there was no time."""
    try:
        return subprocess.run(command, input=text, capture_output=True, text=True,
                              timeout=max(deadline - time.monotonic(), 0.001))
    except subprocess.TimeoutExpired:
        return None
