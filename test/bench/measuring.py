# SPDX-License-Identifier: Apache-2.0
"""Rounds: each measures every server once, one after another."""

import json
import subprocess

from programs import BUILD, OTHER_CORE
from works import WORKS

# Cores that belong to nobody in the measurement: above this it is repeated, so many times.
MOST_OTHER, REPEATS = 0.2, 3


class Measurement:
    """What the generator said of one server in one work, round by round."""

    def __init__(self):
        self.results, self.ratios = [], []

    def column(self, key):
        return [result[key] for result in self.results]

    def total(self, key):
        return sum(self.column(key))

    @property
    def disturbed(self):
        return sum(other > MOST_OTHER for other in self.column("other_cores"))


class Rounds:
    def __init__(self, stage, names, seconds):
        self.stage, self.names, self.seconds = stage, names, seconds
        self.table = {}  # Measurements by work and server.

    def generate(self, server, work):
        options = {**work.options, "questions": self.names[work.names], "port": server.port,
                   "seconds": self.seconds, "servers": ",".join(map(str, server.processes())),
                   "beside": ",".join(str(one.process.pid) for one in self.stage.upstreams)}
        # The bare TCP responder is the floor for TLS too: nothing that speaks TLS is bare.
        if server.name == "bare tcp":
            options["transport"] = "tcp"
        words = []
        for name, value in options.items():
            words += [f"--{name}"] if value is True else [f"--{name}", str(value)]
        done = subprocess.run(["taskset", "-c", str(OTHER_CORE), BUILD / "bench_generator", *words],
                              capture_output=True, text=True)
        assert done.returncode == 0, f"{server.name}: {done.stderr}"
        return json.loads(done.stdout)

    def undisturbed(self, server, work):
        """The least disturbed of some tries; the first good one ends them."""
        tries = []
        for _ in range(1 + REPEATS):
            tries.append(self.generate(server, work))
            if tries[-1]["other_cores"] <= MOST_OTHER:
                break
        return min(tries, key=lambda result: result["other_cores"])

    def run(self, key):
        """One round of one work. A ratio is that of the costs of this round."""
        work, floor = WORKS[key], None
        for name in work.servers():
            server = self.stage.bring(name)
            if not server:
                continue
            result = self.undisturbed(server, work)
            assert result["answers"] > 0, f"{key}: {name} gives no right answer: {result}"
            floor = floor or result["cost"]
            measurement = self.table.setdefault(key, {}).setdefault(name, Measurement())
            measurement.results.append(result)
            measurement.ratios.append(result["cost"] / floor)
