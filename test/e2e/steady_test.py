#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Runs alone: what others take of the CPU would show as lost questions.
"""What may happen to a server while 5,000 questions a second are asked: reloads, which lose nothing,
and being killed, after which a snapshot of the cluster answers at once.

    CATENA_RELOADS=1000 steady_test.py test_reloads_by_signal     more of them
"""

import os
import pathlib
import signal
import time

from harness import Catena, PATIENCE, SLOW_BUILD, Skip, check, eventually, main, run, stop_cleanly
from pod import SERVER, enter, ip
from steady import Load, check_nothing_lost, names_of, resident_kib, sample_cluster, summary

RELOADS = int(os.environ.get("CATENA_RELOADS", "100"))
MOST_SECONDS = 120
DOMAIN = "default.svc.cluster.local"
# So many different texts corefile() has.
TEXTS = 32


def corefile(kubesim, other, number=0, extra=""):
    """The text of the Nth reload: each bit changes something else. What example.org answers comes
    from another server, so that queries wait while the configuration goes."""
    flag = [number >> bit & 1 for bit in range(5)]
    only_errors = "log . {\n        class error\n    }"
    second_port = f".:5353 {{\n    bind {SERVER}\n    whoami\n}}\n"
    return f"""
.:53 {{
    bind {SERVER}
    errors
    {only_errors if flag[0] else ""}
    kubernetes cluster.local in-addr.arpa {{
        kubeconfig {kubesim.kubeconfig}
        ttl {30 if flag[1] else 5}
        pods {"verified" if flag[2] else "insecure"}
        fallthrough in-addr.arpa
    }}
    forward example.org {other} {{
        max_concurrent {1000 + flag[3]}
    }}
    cache {60 if flag[3] else 30} example.com
    {extra}
}}
{second_port if flag[4] else ""}
"""


def upstream_corefile(kubesim):
    return f"""
.:0 {{
    bind 127.0.0.1
    kubernetes example.org {{
        kubeconfig {kubesim.kubeconfig}
    }}
}}
"""


class Scene:
    """A server under load whose Corefile changes."""

    def __init__(self, folder, extra=""):
        ip("link", "set", "lo", "up")
        ip("address", "replace", f"{SERVER}/32", "dev", "lo")
        self.folder, self.extra, self.number = pathlib.Path(folder), extra, 0
        self.kubesim = sample_cluster(folder)
        self.other = Catena(folder, upstream_corefile(self.kubesim), name="other")
        self.catena = Catena(folder, self.text())
        names = names_of(self.kubesim, folder)
        waiting = self.folder / "waiting"
        waiting.write_text(names.read_text().replace("cluster.local", "example.org"))
        self.loads = [Load(folder, names, SERVER), Load(folder, waiting, SERVER, name="waiting",
                                                        rates={"udp": 400, "tcp": 50, "kept": 50})]

    def text(self):
        return corefile(self.kubesim, f"127.0.0.1:{self.other.port}", self.number, self.extra)

    def rewrite(self):
        """Another text where the Corefile is, in one step."""
        self.number += 1
        path = self.folder / "catena.Corefile"
        path.with_suffix(".new").write_text(self.text())
        os.replace(path.with_suffix(".new"), path)

    def reloaded(self):
        """How often until now."""
        log = self.catena.log()
        assert "Restart failed" not in log, log[-2000:]
        return log.count("[INFO] Reloading complete\n")

    def end(self):
        results = [load.end() for load in self.loads]
        for result in results:
            print("         " + summary(result))
            check_nothing_lost(result, forwarded=result is results[1])
        stop_cleanly(self.catena, self.other, self.kubesim)


def test_reloads_by_signal(folder):
    """All that memory grows by is what the first round through all texts has taken."""
    scene = Scene(folder)
    resident = []
    # A machine with little time for this one does fewer.
    enough = time.monotonic() + MOST_SECONDS
    while len(resident) < 2 * TEXTS or len(resident) < RELOADS and time.monotonic() < enough:
        scene.rewrite()
        scene.catena.process.send_signal(signal.SIGUSR1)
        eventually(lambda: scene.reloaded() > len(resident), 2 * PATIENCE)
        resident.append(resident_kib(scene.catena))
    settled, last = max(resident[:TEXTS]), resident[-1]
    print(f"         {len(resident)} reloads, {settled} KiB after the first {TEXTS}, {last} KiB at "
          "the end")
    scene.end()
    # A sanitizer keeps what was freed.
    assert SLOW_BUILD or last < settled * 1.2 + 4096, resident


def test_reloads_by_the_plugin(folder):
    _, plugins, _ = run("-plugins")
    if "reload" not in plugins.split():
        raise Skip("no reload in this build")
    scene = Scene(folder, extra="reload 2s 0s")
    for count in range(1, 4):
        scene.rewrite()
        eventually(lambda: scene.reloaded() == count)
    scene.end()


def snapshot_corefile(kubesim, file):
    return f"""
.:53 {{
    bind {SERVER}
    errors
    kubernetes cluster.local {{
        kubeconfig {kubesim.kubeconfig}
        snapshot {file}
    }}
}}
"""


def test_killed_and_back_from_a_snapshot(folder):
    """With the API server gone as well. What is not in a snapshot gets SERVFAIL, so only names that
    are there are asked for."""
    ip("link", "set", "lo", "up")
    ip("address", "replace", f"{SERVER}/32", "dev", "lo")
    kubesim = sample_cluster(folder)
    file = pathlib.Path(folder) / "cluster.snapshot"
    text = snapshot_corefile(kubesim, file)
    if "snapshot" in check(folder, text)[1]:
        raise Skip("no snapshot of the cluster in this build")
    names = names_of(kubesim, folder)
    names.write_text("".join(line for line in names.read_text().splitlines(True)
                             if line.split()[1] == "0"))
    catena = Catena(folder, text)
    eventually(file.exists)
    load = Load(folder, names, SERVER, rates={"tcp": 0, "kept": 0})
    kubesim.stop(signal.SIGKILL)
    catena.stop(signal.SIGKILL)
    killed = time.monotonic()
    again = Catena(folder, text, name="again")
    headless = eventually(lambda: again.data(f"nginx-headless.{DOMAIN}", address=SERVER))
    gap = time.monotonic() - killed
    assert len(headless) == 3, headless
    time.sleep(1)
    result = load.end()
    print(f"         an answer {gap * 1000:.0f} ms after the end, {result['udp']['lost_first']} of "
          f"{result['udp']['asked']} questions asked twice")
    check_nothing_lost(result, first_try="may be lost")
    stop_cleanly(again)


if __name__ == "__main__":
    main(globals(), enter)
