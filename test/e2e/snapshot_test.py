#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Takes long.
"""kubernetes with the option snapshot: what is answered after a restart without the API server."""

import os
import pathlib
import signal
import stat
import time

import dns.rcode

from harness import Catena, Kubesim, PATIENCE, Skip, eventually, kubernetes_corefile, main
from harness import run, stop_cleanly

DOMAIN = "default.svc.cluster.local"
PODS = f"nginx.{DOMAIN}"
# Snapshots are written every ten seconds.
SOON = 15 + PATIENCE


def plain(folder, port=0, name="kubesim", **options):
    """Without TLS, so that another process can take the place of this one."""
    arguments = ("--listen", f"127.0.0.1:{port}", *options.pop("arguments", ()))
    return Kubesim(folder, arguments=arguments, name=name, **options)


def scale(kubesim, count):
    kubesim.request("PATCH", "/apis/apps/v1/namespaces/default/statefulsets/nginx/scale",
                    {"spec": {"replicas": count}})


def has_pods(catena, count, patience=SOON):
    eventually(lambda: len(catena.data(PODS, tcp=True)) == count, patience)


def snapshot_corefile(kubesim, file, options=""):
    return kubernetes_corefile(kubesim, options=f"snapshot {file}\n        {options}")


def warnings(catena):
    return [line for line in catena.log().splitlines() if "[WARNING]" in line or "[ERROR]" in line]


def is_written_after_now(file, kubesim):
    """Waits for a snapshot that is younger than all that happened before the call."""
    now = time.time()
    kubesim.request("POST", "/api/v1/namespaces/default/services", {
        "metadata": {"name": "marker"}, "spec": {"ports": [{"port": 80}]}})
    eventually(lambda: file.exists() and file.stat().st_mtime > now, SOON)


def write_snapshot(folder, kubesim, name="first", options=""):
    """The file of a process that knew the cluster and ended as it should."""
    file = pathlib.Path(folder) / f"{name}.snapshot"
    catena = Catena(folder, snapshot_corefile(kubesim, file, options), name=name)
    has_pods(catena, 3)
    stop_cleanly(catena)
    return file


def test_killed_and_started_again_while_the_api_server_is_away(folder):
    file = pathlib.Path(folder) / "cluster.snapshot"
    kubesim = plain(folder)
    corefile = snapshot_corefile(kubesim, file, "pods verified")
    first = Catena(folder, corefile, name="first")
    first.wait_for(r"^\[INFO\] plugin/kubernetes: no snapshot in \S+ yet$")
    has_pods(first, 3)
    scale(kubesim, 4)
    has_pods(first, 4)
    pods = first.data(PODS)
    address = pods[0]
    reverse = ".".join(reversed(address.split("."))) + ".in-addr.arpa"
    names = ((PODS, "A"), (PODS, "AAAA"), (f"nginx-0.{PODS}", "A"), (reverse, "PTR"),
             (f"_http._tcp.{PODS}", "SRV"), ("kube-dns.kube-system.svc.cluster.local", "A"),
             (f"{address.replace('.', '-')}.default.pod.cluster.local", "A"))
    before = {question: first.data(*question) for question in names}
    assert before[(PODS, "A")] and before[(reverse, "PTR")], before
    is_written_after_now(file, kubesim)
    kubesim_port = kubesim.port
    first.process.kill()
    first.process.wait()
    kubesim.stop(signal.SIGKILL)

    second = Catena(folder, corefile, name="second")
    second.wait_for(r"^\[INFO\] plugin/kubernetes: serving \d+ services from a snapshot of "
                    r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
    assert "waiting for Kubernetes API" not in second.log(), second.log()
    assert {question: second.data(*question) for question in names} == before
    # What is not in it may be new since; what is there denies as always.
    assert second.rcode(f"nobody.{DOMAIN}") == "SERVFAIL"
    empty = second.ask("kube-dns.kube-system.svc.cluster.local", "MX")
    assert empty.rcode() == dns.rcode.NOERROR and not empty.answer, empty

    # A cluster made anew: other pods, no scaled set.
    again = plain(folder, kubesim_port, name="again")
    second.wait_for("the cluster's own state has taken the place of the snapshot", SOON + 30)
    has_pods(second, 3)
    assert second.rcode(f"nginx-3.{PODS}") == "NXDOMAIN"
    assert second.rcode(f"nobody.{DOMAIN}") == "NXDOMAIN"
    stop_cleanly(second, again)


def test_the_last_state_is_written_at_the_end(folder):
    kubesim = plain(folder)
    file = write_snapshot(folder, kubesim)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600, oct(file.stat().st_mode)
    assert not list(pathlib.Path(folder).glob("*.new"))
    corefile = snapshot_corefile(kubesim, file)
    kubesim.stop()
    catena = Catena(folder, corefile, name="second")
    assert len(catena.data(PODS)) == 3
    stop_cleanly(catena)
    # A process that never knew the cluster leaves the file as it was.
    third = Catena(folder, corefile, name="third")
    assert len(third.data(PODS)) == 3
    stop_cleanly(third)


def test_files_that_cannot_be_used(folder):
    kubesim = plain(folder)
    good = write_snapshot(folder, kubesim).read_bytes()
    flipped = bytearray(good)
    flipped[len(good) // 2] ^= 1
    cases = {"empty": (b"", "is empty"), "foreign": (b"[Unit]\n", "is no snapshot"),
             "flipped": (bytes(flipped), "is damaged: its checksum does not fit"),
             "cut": (good[:-40], "is damaged: its checksum does not fit"),
             "later": (good[:27] + b"\x63" + good[28:], "has format 99, this program knows 2")}
    for name, (content, said) in cases.items():
        file = pathlib.Path(folder) / f"{name}.snapshot"
        file.write_bytes(content)
        catena = Catena(folder, snapshot_corefile(kubesim, file), name=name)
        assert warnings(catena) == [
            f"[WARNING] plugin/kubernetes: the snapshot {file} is not used: it {said}"]
        has_pods(catena, 3)
        stop_cleanly(catena)
        assert file.read_bytes().startswith(good[:28]), name
    stop_cleanly(kubesim)


def test_a_snapshot_of_another_configuration(folder):
    kubesim = plain(folder)
    file = write_snapshot(folder, kubesim, options="pods insecure")
    # Other pods modes and limits do not matter, what is watched does.
    same = Catena(folder, snapshot_corefile(kubesim, file, "apiserver_qps 50"), name="same")
    assert "serving" in same.log() and not warnings(same), same.log()
    stop_cleanly(same)
    other = Catena(folder, snapshot_corefile(kubesim, file, "pods verified"), name="other")
    assert len(warnings(other)) == 1 and "is of another configuration" in warnings(other)[0]
    has_pods(other, 3)
    stop_cleanly(other, kubesim)


def test_a_folder_that_is_missing_and_comes(folder):
    kubesim = plain(folder)
    file = pathlib.Path(folder) / "later" / "cluster.snapshot"
    catena = Catena(folder, snapshot_corefile(kubesim, file), name="catena")
    has_pods(catena, 3)
    catena.wait_for(r"\[WARNING\] plugin/kubernetes: the snapshot is not kept up to date: cannot "
                    r"write \S+: No such file or directory", SOON)
    scale(kubesim, 4)
    has_pods(catena, 4)
    file.parent.mkdir()
    catena.wait_for(r"\[INFO\] plugin/kubernetes: the snapshot \S+ is kept up to date again", SOON)
    assert len(warnings(catena)) == 1, catena.log()
    assert file.exists()
    stop_cleanly(catena, kubesim)


def test_a_disk_that_is_full(folder):
    if os.getuid() != 0:
        raise Skip("a small file system of one's own needs root")
    disk = pathlib.Path(folder) / "disk"
    disk.mkdir()
    mount = f'mount -t tmpfs -o size=4k,mode=700 none {disk} && head -c 4096 /dev/zero > {disk}/all'
    wrapper = ("unshare", "--mount", "sh", "-c", f'{mount}; exec "$@"', "sh")
    kubesim = plain(folder)
    file = disk / "cluster.snapshot"
    catena = Catena(folder, snapshot_corefile(kubesim, file), wrapper=wrapper)
    has_pods(catena, 3)
    catena.wait_for("the snapshot is not kept up to date: cannot write .*No space left on device",
                    SOON)
    has_pods(catena, 3)
    stop_cleanly(catena, kubesim)


def test_mistakes_in_the_corefile(folder):
    for option, said in (("snapshot", "found 0"), ("snapshot one two", "found 2"),
                         ("snapshot /tmp/", "snapshot must be a file: '/tmp/'")):
        path = pathlib.Path(folder) / "Corefile"
        path.write_text(f".:0 {{\n    kubernetes {{\n        endpoint http://127.0.0.1:1\n"
                        f"        {option}\n    }}\n}}\n")
        code, out, err = run("check", path, folder=folder)
        assert code != 0 and said in out + err, (option, out, err)


if __name__ == "__main__":
    main(globals())
