# SPDX-License-Identifier: Apache-2.0
"""A steady load of questions about a cluster, with every answer checked: catena_test_load."""

import json
import pathlib
import re
import signal

from harness import BUILD, Kubesim, PATIENCE, Program, SLOW_BUILD, eventually

# Questions a second: a socket for each pair of A and AAAA, a connection for each, kept connections.
RATES = {"udp": 3600, "tcp": 400, "kept": 1000}
if SLOW_BUILD:
    RATES = {way: rate // 10 for way, rate in RATES.items()}


def sample_cluster(folder, **options):
    """kubesim with all pods of its sample cluster."""
    kubesim = Kubesim(folder, **options)
    path = "/api/v1/namespaces/default/pods"

    def settled():
        pods = kubesim.request("GET", path)["items"]
        return len(pods) >= 7 and all(pod.get("status", {}).get("podIP") for pod in pods)
    eventually(settled)
    return kubesim


def names_of(kubesim, folder):
    """A file of names of kubesim's sample cluster with what a right answer to each says."""
    def items(path):
        return kubesim.request("GET", f"/api/v1/namespaces/{path}")["items"]
    pods = {pod["metadata"]["name"]: pod["status"]["podIP"] for pod in items("default/pods")}
    nginx = [address for name, address in pods.items() if name.startswith("nginx-")]
    rows = [("nginx-headless.default.svc", 0, nginx), ("nginx.default.svc", 0, nginx),
            ("half.default.svc", 0, [pods["half-ready"]]),
            ("database.shop.svc", 0, ["192.0.2.10", "192.0.2.11"]),
            ("primary.database.shop.svc", 0, ["192.0.2.10"]),
            ("nobody.nginx.default.svc", 3, []), ("nginx.nowhere.svc", 3, [])]
    rows += [(f"{name}.nginx.default.svc", 0, [pods[name]]) for name in pods if "nginx" in name]
    for service in [*items("default/services"), *items("kube-system/services")]:
        where, addresses = service["metadata"], service["spec"].get("clusterIPs", ["None"])
        if addresses != ["None"]:
            rows.append((f"{where['name']}.{where['namespace']}.svc", 0, addresses))
    path = pathlib.Path(folder) / "names"
    path.write_text("".join(
        f"{name}.cluster.local {rcode} {some(addresses, False)} {some(addresses, True)}\n"
        for name, rcode, addresses in rows))
    return path


def some(addresses, wide):
    return ",".join(one for one in addresses if (":" in one) == wide) or "-"


def dropped_datagrams():
    """What sockets of this network namespace had no room for."""
    text = pathlib.Path("/proc/net/snmp").read_text()
    names, values = (line.split() for line in re.findall(r"^Udp: (.*)$", text, re.MULTILINE))
    return int(dict(zip(names, values))["RcvbufErrors"])


def resident_kib(program):
    status = pathlib.Path(f"/proc/{program.process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1))


# A busy machine may take seconds for an answer; it is lost only where nobody will ever send it.
TIMEOUT = 10_000


class Load(Program):
    """Runs from here to end()."""

    def __init__(self, folder, names, address, port=53, rates=None, name="load", wrapper=()):
        rates = {**RATES, **(rates or {})}
        super().__init__([*wrapper, BUILD / "catena_test_load", address, port, names,
                          *(rates[way] for way in ("udp", "tcp", "kept")), TIMEOUT], folder, name)
        self.dropped_before = dropped_datagrams()
        self.wait_for("^started")

    def end(self):
        """What was asked and lost, by way; `dropped` are datagrams that found a full socket, which
        is this machine's doing."""
        self.stop(signal.SIGTERM, PATIENCE + 2 * TIMEOUT / 1000)
        result = json.loads(self.log().splitlines()[-1])
        result["udp"]["dropped"] = dropped_datagrams() - self.dropped_before
        return result


def ways(result):
    return [(way, count) for way, count in result.items() if isinstance(count, dict)]


def summary(result):
    return "; ".join(f"{way}: {count['asked']} asked, {count['wrong']} wrong, "
                     f"{count['failed']} failed, "
                     f"{count['lost_first']} lost at the first try, {count['lost']} lost"
                     for way, count in ways(result))


def check_nothing_lost(result, first_try=None, forwarded=False):
    """Nothing wrong, nothing failed, nothing lost; of the first tries only with `first_try`. A server
    that leaves waits a second for the last question of each connection: on a machine that stands
    still for as long, the second try counts. What is `forwarded` may get SERVFAIL where an upstream
    had no time to answer. A wrong answer is wrong however slow it was."""
    for way, count in ways(result):
        dropped, stalled = count.get("dropped", 0), count["longest_ms"] > 500
        assert count["asked"] > 0, result
        assert count["wrong"] == 0, result
        assert count["failed"] == 0 or forwarded and stalled, result
        answered = count["right"] + count["wrong"] + count["failed"]
        assert answered + count["lost"] == count["asked"], result
        assert count["lost"] <= dropped, result
        excused = first_try or stalled and way != "udp"
        assert excused or count["lost_first"] <= dropped, result
