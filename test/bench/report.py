# SPDX-License-Identifier: Apache-2.0
"""A table for people and one file of figures for programs."""

import os
import pathlib
import platform
import time
from statistics import median

from works import MEMORY, WORKS

HEAD = ("| server | answers/s | CPU µs per answer | ratio, same round | user / system µs "
        "| p50 / p99 / p99.9 µs | wrong | lost | other CPU | disturbed |\n" + "|---" * 10 + "|")


def machine():
    model = next((line.split(":")[1].strip()
                  for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), "?")
    return {"processor": model, "cores": os.cpu_count(), "kernel": platform.release(),
            "load": os.getloadavg()[0], "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}


def ranged(values, digits=2):
    return f"{median(values):.{digits}f} [{min(values):.{digits}f}-{max(values):.{digits}f}]"


def row(name, measurement):
    middle = {key: median(measurement.column(key))
              for key in ("rate", "user", "system", "p50", "p99", "p999", "other_cores")}
    return (f"| {name} | {middle['rate'] / 1000:.1f}k | {ranged(measurement.column('cost'))} "
            f"| {ranged(measurement.ratios)} | {middle['user']:.2f} / {middle['system']:.2f} "
            f"| {middle['p50']:.0f} / {middle['p99']:.0f} / {middle['p999']:.0f} "
            f"| {measurement.total('wrong')} | {measurement.total('lost')} "
            f"| {middle['other_cores']:.2f} | {measurement.disturbed} |")


def memory(stage):
    """Resident MiB of what is up."""
    table = {what: {name: round(server.resident_mib(), 1) for name in names
                    if (server := stage.servers.get(name))} for what, names in MEMORY.items()}
    return {what: row for what, row in table.items() if row}


def show(figures):
    print(f"\nmedian [range] of {figures['rounds']} rounds of {figures['seconds']} s; the floor is "
          "the first row of each table")
    for key, measurements in figures["table"].items():
        print(f"\n{key}: {WORKS[key].title}\n\n{HEAD}")
        for name, measurement in measurements.items():
            print(row(name, measurement))
    for what, servers in figures["memory"].items():
        print(f"\nresident, {what}: " + ", ".join(f"{name} {mib} MiB" for name, mib in servers.items()))
    for name, reason in figures["missing"].items():
        print(f"left out: {name} ({reason})")


def plain(figures):
    """The same as what JSON knows."""
    works = {key: {"title": WORKS[key].title, "floor": next(iter(measurements)),
                   "servers": {name: {"ratio": median(m.ratios), "ratios": m.ratios,
                                      "disturbed": m.disturbed, "results": m.results}
                               for name, m in measurements.items()}}
             for key, measurements in figures["table"].items()}
    return {**{key: value for key, value in figures.items() if key != "table"}, "works": works}
