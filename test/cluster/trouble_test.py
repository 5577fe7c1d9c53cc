#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""An API server that dies, forgets, goes back in time, or is behind a bad network."""

import json

import make
from answers import Question
from make import endpoint
from proxy import Proxy
from questions import ZONE
from scene import Plane, apply, main, names_in, new_namespace, pair, token_kubeconfig
from servers import harness


def service_of(both, space, name):
    return both.ours.ask(Question(f"{name}.{space}.svc.{ZONE}", "A"))


def test_the_server_is_killed_and_comes_back(folder):
    plane, space = Plane.now, new_namespace("killed")
    apply(space, make.service("web"), make.headless("db"),
          make.slice_of("db-1", "db", [endpoint("198.51.100.1", hostname="one")]))
    with pair(folder) as both:
        both.settle(names=names_in(space))
        known = service_of(both, space, "web")

        def still_answers():
            assert service_of(both, space, "web") == known
            assert both.ours.ask(Question(f"one.db.{space}.svc.{ZONE}", "A")).rcode == "NOERROR"
            assert both.ours.ask(Question(f"absent.{space}.svc.{ZONE}", "A")).rcode == "NXDOMAIN"
        plane.restart_api_server(still_answers)
        still_answers()
        apply(space, make.service("later"))
        plane.kubectl("delete", "-n", space, "endpointslice/db-1")
        both.settle(lambda o: (space, "later") in o.services, names=names_in(space))


def watch_says(plane, version):
    """Opens a watch of Services at a version and returns its first event, or nothing."""
    path = f"/api/v1/services?watch=true&timeoutSeconds=1&resourceVersion={version}"
    status, text = plane.api.raw("GET", path)
    assert status == 200, (status, text)
    return json.loads(text.splitlines()[0]) if text else {}


def test_history_is_compacted_while_nobody_watches(folder):
    """The versions that the servers know are gone when they come back: 410, and all is listed again."""
    plane, space = Plane.now, new_namespace("compacted")
    proxies = {who: Proxy(plane.port) for who in ("catena", "coredns")}
    kubeconfig = {who: token_kubeconfig(plane, folder, who, None, proxy.url)
                  for who, proxy in proxies.items()}.get
    with pair(folder, kubeconfig=kubeconfig) as both:
        apply(space, make.service("goes"), make.service("stays"))
        both.settle(lambda o: (space, "stays") in o.services, names=names_in(space))
        for proxy in proxies.values():
            proxy.refusing = True
            proxy.cut()
        version = plane.api.get("/api/v1/services?limit=1")["metadata"]["resourceVersion"]
        apply(space, make.service("comes"))
        plane.kubectl("delete", "-n", space, "service/goes")
        plane.compact()
        plane.restart_api_server()
        event = watch_says(plane, version)
        assert event.get("object", {}).get("code") == 410, event
        for proxy in proxies.values():
            proxy.refusing = False
        both.settle(lambda o: (space, "goes") not in o.services, names=names_in(space), patience=120)
        assert service_of(both, space, "goes").rcode == "NXDOMAIN"
    for proxy in proxies.values():
        proxy.stop()


def revision(plane):
    return int(plane.etcd("/v3/kv/range", key="AA==")["header"]["revision"])


def test_an_older_state_is_restored(folder):
    """The cluster goes back to a snapshot: what came after it has never been."""
    plane, space = Plane.now, new_namespace("restored")
    apply(space, make.service("old"), make.headless("db"),
          make.slice_of("db-1", "db", [endpoint("198.51.100.1", hostname="one")]))
    plane.save_etcd(f"{folder}/snapshot")
    with pair(folder) as both:
        # Enough that the restored server cannot have come as far by what it writes for itself.
        for number in range(400):
            plane.api.patch("namespaces", space, {"metadata": {"annotations": {"n": str(number)}}})
        apply(space, make.service("newer"))
        apply(space, make.slice_of("db-1", "db", [endpoint("198.51.100.2", hostname="two")]))
        new_namespace("restored-later")
        both.settle(lambda o: (space, "newer") in o.services, names=names_in(space))
        plane.restore_etcd(f"{folder}/snapshot")
        both.settle(lambda o: "restored-later" not in o.namespaces, with_coredns=False, most=1000)
        harness.eventually(lambda: service_of(both, space, "newer").rcode == "NXDOMAIN", 60)
        both.settle(with_coredns=False, names=names_in(space))


def change_at(plane, space, wanted, address):
    """Changes other things until the next version is `wanted`, then the slice; true if that worked."""
    while revision(plane) < wanted - 1:
        plane.api.patch("namespaces", space, {"metadata": {"annotations": {
            "at": str(revision(plane))}}})
    return change_slice(plane, space, "db-1", address) == wanted


def change_slice(plane, space, name, address):
    """Returns the slice's new version."""
    change = {"endpoints": [endpoint(address)]}
    return int(plane.api.patch("endpointslices", name, change, space)["metadata"]["resourceVersion"])


def test_two_states_with_one_version(folder):
    """After a restore an object gets a version number that it had before with other content."""
    plane, space = Plane.now, new_namespace("twice")
    apply(space, make.headless("db"), make.slice_of("db-1", "db", [endpoint("198.51.100.1")]),
          make.slice_of("db-2", "db", []))
    # Nobody else may write: they would take the version.
    plane.end("kwok", "kube-scheduler", "kube-controller-manager")
    proxy = Proxy(plane.port)
    ours = token_kubeconfig(plane, folder, "catena", None, proxy.url)
    kubeconfig = {"catena": ours, "coredns": token_kubeconfig(plane, folder)}.get
    plane.save_etcd(f"{folder}/snapshot")
    with pair(folder, kubeconfig=kubeconfig) as both:
        for number in range(300):
            change_slice(plane, space, "db-2", f"198.51.100.{100 + number % 100}")
        first = change_slice(plane, space, "db-1", "198.51.100.2")
        for number in range(100):
            change_slice(plane, space, "db-2", f"198.51.100.{100 + number}")
        both.settle(names=names_in(space))
        proxy.refusing = True
        proxy.cut()
        for _ in range(5):
            plane.restore_etcd(f"{folder}/snapshot")
            # The API server writes now and then for itself, and may take the version.
            if change_at(plane, space, first, "198.51.100.3"):
                break
        else:
            raise AssertionError("the version could not be had again")
        proxy.refusing = False
        both.settle(names=names_in(space), with_coredns=False)
    proxy.stop()
    plane.start_others()


class BadNetwork:
    """catena behind a proxy, CoreDNS beside it without one. Each test has a new one: back-off grows
    from trouble to trouble, and two minutes must pass without any until it is forgotten."""

    def __init__(self, folder, space):
        self.folder = folder
        self.space = new_namespace(space)
        self.proxy = Proxy(Plane.now.port)
        self.changes = 0

    def pair(self):
        ours = token_kubeconfig(Plane.now, self.folder, "catena", None, self.proxy.url)
        theirs = token_kubeconfig(Plane.now, self.folder)
        return pair(self.folder, kubeconfig={"catena": ours, "coredns": theirs}.get)

    def change(self):
        self.changes += 1
        first = self.changes
        ends = [endpoint(f"198.51.100.{n}", hostname=f"h{n}") for n in range(first, first + 5)]
        apply(self.space, make.headless("db"), make.slice_of("db-1", "db", ends),
              make.service(f"web-{first % 3}", [{"name": f"p{first}", "port": 80}]))
        return sorted(one["addresses"][0] for one in ends)

    def change_and_settle(self, both):
        wanted = self.change()
        both.settle(lambda o: o.ready_addresses(self.space, "db") == wanted,
                    names=names_in(self.space), most=250)


def test_a_slow_network(folder):
    bad = BadNetwork(folder, "slow")
    bad.proxy.delay = 0.1
    with bad.pair() as both:
        for _ in range(3):
            bad.change_and_settle(both)
    bad.proxy.stop()


def test_a_network_of_small_pieces(folder):
    bad = BadNetwork(folder, "pieces")
    bad.proxy.piece = 7
    with bad.pair() as both:
        for _ in range(3):
            bad.change_and_settle(both)
    bad.proxy.stop()


def test_connections_break_again_and_again(folder):
    bad = BadNetwork(folder, "breaks")
    # Long enough for the handshake, too short for a list.
    bad.proxy.cut_after = 4000
    with bad.pair() as both:
        bad.change()
        harness.eventually(lambda: bad.proxy.accepted > 6, 60)
        bad.proxy.cut_after = None
        bad.change_and_settle(both)
        bad.proxy.cut()
        bad.change_and_settle(both)
    bad.proxy.stop()


def test_connections_are_half_closed(folder):
    bad = BadNetwork(folder, "half")
    with bad.pair() as both:
        bad.change_and_settle(both)
        bad.proxy.half_close()
        bad.change_and_settle(both)
    bad.proxy.stop()


def test_connections_are_refused_for_a_while(folder):
    bad = BadNetwork(folder, "refused")
    with bad.pair() as both:
        bad.change_and_settle(both)
        bad.proxy.refusing = True
        bad.proxy.cut()
        apply(bad.space, make.service("unseen"))
        assert service_of(both, bad.space, "unseen").rcode == "NXDOMAIN"
        bad.proxy.refusing = False
        bad.change_and_settle(both)
    bad.proxy.stop()


if __name__ == "__main__":
    main(globals())
