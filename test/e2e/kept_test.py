#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What of a cluster outlives a reload, and what is taken up by it."""

import os
import pathlib
import re
import signal

from api_test import PODS, SOON, has_pods, scale
from harness import Catena, Kubesim, eventually, kubernetes_corefile, main, stop_cleanly
from reload_test import logged, rewrite


def reload(catena, text=None, times=1):
    if text:
        rewrite(catena, text)
    catena.process.send_signal(signal.SIGUSR1)
    logged(catena, r"^\[INFO\] Reloading complete$", times)


def test_a_token_in_the_kubeconfig_is_renewed_by_a_reload(folder):
    token = pathlib.Path(folder) / "token"
    kubesim = Kubesim(folder, arguments=("--tls", "--token-file", token, "--token-ttl", "8"))
    inline = pathlib.Path(folder) / "inline.kubeconfig"

    def write():
        text = re.sub(r"tokenFile: \S+", f"token: {token.read_text().strip()}",
                      kubesim.kubeconfig.read_text())
        inline.with_suffix(".new").write_text(text)
        os.replace(inline.with_suffix(".new"), inline)

    write()
    catena = Catena(folder, kubernetes_corefile(kubesim, kubeconfig=inline))
    has_pods(catena, 3)
    kubesim.faults(expire_tokens=True, drop_watches=True)
    catena.wait_for("HTTP 401")
    # What is known is served on, and stays when the reload brings another token.
    first = token.read_text()
    eventually(lambda: token.read_text() != first)
    write()
    assert len(catena.data(PODS, tcp=True)) == 3
    reload(catena)
    assert len(catena.data(PODS, tcp=True)) == 3
    eventually(lambda: kubesim.kubectl("scale", "statefulset", "nginx", "--replicas=5"))
    has_pods(catena, 5, SOON + 30)
    stop_cleanly(catena, kubesim)


def test_limits_and_metadata_leave_the_store(folder):
    kubesim = Kubesim(folder)
    corefile = kubernetes_corefile(kubesim, options="pods verified")
    catena = Catena(folder, corefile)
    has_pods(catena, 3)
    watches = kubesim.counters()["watches"]
    assert watches == 4, watches
    before = kubesim.counters()["requests"]
    reload(catena, corefile.replace("pods verified", "pods verified\n        apiserver_qps 50"))
    assert len(catena.data(PODS, tcp=True)) == 3
    scale(kubesim, 2)
    has_pods(catena, 2)
    # Its own requests here: two of the counters, one that scales.
    assert kubesim.counters()["requests"] - before <= 3, kubesim.log()[-2000:]
    # Only pods are read once more, for their names and labels.
    reload(catena, corefile.replace("errors", "errors\n    metadata"), times=2)
    eventually(lambda: kubesim.counters()["watches"] == watches)
    reload(catena, corefile, times=3)
    eventually(lambda: kubesim.counters()["watches"] == watches)
    scale(kubesim, 4)
    has_pods(catena, 4)
    assert "[WARNING]" not in catena.log(), catena.log()
    stop_cleanly(catena, kubesim)


if __name__ == "__main__":
    main(globals())
