# SPDX-License-Identifier: Apache-2.0
"""What a file of cluster tests needs: one control plane for all of its functions, a pair of servers and
a namespace for each of them."""

import contextlib
import json
import signal
import sys

import make
from control_plane import ControlPlane
from questions import all_names
from servers import Pair, harness


class Plane:
    """The control plane of this test file."""

    now = None


def on_signal(number, _frame):
    # As an exception, so that everything is torn down on the way out.
    sys.exit(128 + number)


def main(tests, **options):
    """Runs the functions named test_* as harness.main does, beside one control plane."""
    for number in signal.SIGTERM, signal.SIGINT, signal.SIGHUP:
        signal.signal(number, on_signal)
    with ControlPlane(**options) as plane:
        Plane.now = plane
        harness.main(tests)


def new_namespace(name):
    """A namespace that the API server already lets pods into."""
    Plane.now.kubectl("create", "namespace", name)
    harness.eventually(lambda: Plane.now.api.exists("serviceaccounts", "default", name), 30)
    return name


def apply(namespace, *items):
    Plane.now.kubectl("apply", "-n", namespace, "-f", "-", stdin=json.dumps(make.listed(*items)))


def names_in(namespace):
    """Chooses the names of one namespace, and reverse names."""
    middle = f".{namespace}."
    return lambda objects: [name for name in all_names(objects)
                            if middle in name.lower() or ".arpa." in name]


def token_kubeconfig(plane, folder, name="coredns", token=None, url=None):
    """A kubeconfig with a token file in `folder`, and the path of that file."""
    file = f"{folder}/{name}.token"
    with open(file, "w") as out:
        out.write(token or plane.request_token())
    return plane.kubeconfig_for(f"{folder.replace('/', '_')}-{name}", {"tokenFile": file}, url)


@contextlib.contextmanager
def pair(folder, **options):
    """Both servers with the account system:coredns; they are stopped well if the test is."""
    plane = Plane.now
    kubeconfig = options.pop("kubeconfig", None) or token_kubeconfig(plane, folder)
    both = Pair(plane, folder, kubeconfig, **options)
    try:
        yield both
    except BaseException:
        both.coredns.stop(patience=1)
        print(f"--- coredns\n{both.coredns.log()[-1500:]}", flush=True)
        raise
    both.stop()
