# SPDX-License-Identifier: Apache-2.0
"""A pod's surroundings: network, mount and user namespaces of the test's own, the cluster's DNS on
port 53 of 10.247.3.10, and a pod's resolv.conf. Nothing outside of them changes."""

import os
import pathlib
import shutil
import signal
import subprocess
import sys

from harness import PATIENCE, Program, Skip, eventually

SERVER = "10.247.3.10"
INSIDE = "CATENA_TEST_NAMESPACE"
# Files that a test before this one has covered.
covered = set()


def enter():
    """Runs this program again in namespaces of its own; ends with 77 where that is forbidden."""
    if os.environ.get(INSIDE) == "1":
        return
    if not shutil.which("unshare"):
        print("skipped: there is no unshare here")
        sys.exit(77)
    unshare = ["unshare", "--map-root-user", "--net", "--mount"]
    possible = subprocess.run([*unshare, "ip", "link", "set", "lo", "up"], capture_output=True,
                              text=True)
    if possible.returncode != 0:
        print(f"skipped: private namespaces are not allowed here: {possible.stderr.strip()}")
        sys.exit(77)
    os.execvpe(unshare[0], [*unshare, *sys.argv], {**os.environ, INSIDE: "1"})


def ip(*arguments, inside=()):
    subprocess.run([*inside, "ip", *map(str, arguments)], check=True)


def said(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout


def resolv_conf(namespace="default", options="ndots:5"):
    zones = f"{namespace}.svc.cluster.local svc.cluster.local cluster.local"
    return f"nameserver {SERVER}\nsearch {zones}\noptions {options}\n"


def mount_over(path, folder, text):
    """The real file of a link, as the link may lead out of /etc. Returns the file that is seen
    there from now on."""
    target = os.path.realpath(path)
    if not os.path.exists(target):
        raise OSError(f"{path} does not exist here")
    source = pathlib.Path(folder) / pathlib.Path(path).name
    source.write_text(text)
    if target in covered:
        subprocess.run(["umount", target], check=True)
    covered.add(target)
    subprocess.run(["mount", "--bind", source, target], check=True)
    return source


def become_a_pod(folder):
    """Returns the file that is this pod's resolv.conf, to be written anew for another pod."""
    ip("link", "set", "lo", "up")
    ip("address", "replace", f"{SERVER}/32", "dev", "lo")
    mount_over("/etc/nsswitch.conf", folder, "hosts: files dns\n")
    return mount_over("/etc/resolv.conf", folder, resolv_conf())


class Host:
    """Another host on a wire of its own: a network namespace, and the two ends of a veth. Wires are
    told apart by their number."""

    def __init__(self, folder, name="host", number=0):
        self.here, self.there = f"10.99.{100 + number}.1", f"10.99.{100 + number}.2"
        self.wire = f"wire{number}"
        self.holder = Program(["unshare", "--net", "sleep", "600"], folder, name)
        pid = self.holder.process.pid
        own = os.readlink("/proc/self/ns/net")
        eventually(lambda: os.readlink(f"/proc/{pid}/ns/net") != own)
        self.enter = ["nsenter", f"--net=/proc/{pid}/ns/net"]
        try:
            ip("link", "add", self.wire, "type", "veth", "peer", "name", "far", "netns", pid)
        except subprocess.CalledProcessError:
            raise Skip("the kernel has no veth") from None
        ip("address", "add", f"{self.here}/24", "dev", self.wire)
        ip("link", "set", self.wire, "up")
        ip("link", "set", "lo", "up", inside=self.enter)
        ip("address", "add", f"{self.there}/24", "dev", "far", inside=self.enter)
        ip("link", "set", "far", "up", inside=self.enter)
        ip("route", "add", "default", "via", self.here, inside=self.enter)

    def own(self, address):
        """One that is this host's as well; routes to it are the test's business."""
        ip("address", "add", f"{address}/32", "dev", "lo", inside=self.enter)

    def vanish(self, program):
        """The wire is cut first, so that nothing that is said in dying arrives."""
        ip("link", "delete", self.wire)
        program.stop(signal.SIGKILL)
        self.holder.stop(signal.SIGKILL)

    def end(self):
        ip("link", "delete", self.wire)
        self.holder.stop(signal.SIGKILL)
