#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The headless walk-through and the life of a StatefulSet, with kubectl against a real control plane."""

import make
from answers import Question
from questions import ZONE, reverse
from scene import Plane, apply, main, names_in, new_namespace, pair
from servers import harness

SAMPLE = harness.ROOT / "cmd/kubesim/sample.yaml"
PAGE = harness.ROOT / "cmd/kubesim/headless.yaml"


def pods_are(namespace, service, *names):
    """The Service's ready endpoints are these pods, no more and no fewer."""
    def check(objects):
        ready = objects.ready_pods(namespace)
        return sorted(ready) == sorted(names) and \
            objects.ready_addresses(namespace, service) == sorted(ready.values())
    return check


def addresses_of(both, name):
    answer = both.ours.ask(Question(name, "A"))
    return sorted(data for _, _, kind, data in answer.answer if kind == "A")


def test_the_page(folder):
    plane = Plane.now
    with pair(folder) as both:
        assert "service/nginx-headless created" in plane.kubectl("create", "-f", PAGE)
        plane.kubectl("apply", "-f", SAMPLE)
        plane.kubectl("wait", "--for=condition=Ready", "pod/nginx-0", "pod/nginx-1", "pod/nginx-2",
                      "--timeout=60s")
        shown = plane.kubectl("get", "svc")
        assert "nginx-headless" in shown and "None" in shown and "80/TCP" in shown, shown

        def complete(objects):
            ready = objects.ready_pods("default")
            return len(objects.ready_addresses("default", "nginx")) == 3 and \
                len(objects.ready_addresses("default", "nginx-headless")) == 3 and \
                {"nginx-0", "nginx-1", "nginx-2", "half-ready"} <= set(ready)
        objects = both.settle(complete)
        ready = objects.ready_pods("default")
        for name in "nginx-0", "nginx-1", "nginx-2":
            assert addresses_of(both, f"{name}.nginx.default.svc.{ZONE}") == [ready[name]]
            dashed = ready[name].replace(".", "-")
            told = both.ours.ask(Question(reverse(ready[name]), "PTR")).answer
            assert {record[3] for record in told} == {
                f"{name}.nginx.default.svc.{ZONE}",
                f"{dashed}.nginx-headless.default.svc.{ZONE}"}, told
        plane.kubectl("delete", "-f", SAMPLE, "--wait=false")
        both.settle(lambda objects: not objects.slices_of["default", "nginx"], most=600)
        gone = both.ours.ask(Question(f"nginx-0.nginx.default.svc.{ZONE}", "A"))
        assert gone.rcode == "NXDOMAIN", gone


def test_scale_restart_and_readiness(folder):
    plane, space = Plane.now, new_namespace("life")
    apply(space, make.headless("db", "db"), make.stateful_set("db", "db", 3))

    def settled(*names):
        return both.settle(pods_are(space, "db", *names), names=names_in(space))
    with pair(folder, options="pods verified", settings=None) as both:
        both.settings.pods = "verified"
        settled("db-0", "db-1", "db-2")
        plane.kubectl("scale", "-n", space, "statefulset/db", "--replicas=5")
        settled("db-0", "db-1", "db-2", "db-3", "db-4")
        plane.kubectl("scale", "-n", space, "statefulset/db", "--replicas=1")
        settled("db-0")
        plane.kubectl("scale", "-n", space, "statefulset/db", "--replicas=3")
        before = settled("db-0", "db-1", "db-2").ready_pods(space)

        # Restarted all at once, pods change their addresses; names must follow, and the way back.
        plane.kubectl("delete", "-n", space, "pods", "--all")
        settled("db-0", "db-1", "db-2")
        plane.kubectl("annotate", "-n", space, "pod/db-1", "catena/ready=false")
        after = settled("db-0", "db-2")
        for address in set(before.values()) - set(after.ready_pods(space).values()):
            told = both.ours.ask(Question(reverse(address), "PTR"))
            assert f"db-1.db.{space}.svc.{ZONE}" not in {r[3] for r in told.answer}, told

        plane.kubectl("annotate", "-n", space, "pods", "--all", "--overwrite", "catena/ready=false")
        settled()
        denied = both.ours.ask(Question(f"db.{space}.svc.{ZONE}", "A"))
        assert denied.rcode == "NXDOMAIN", denied
        plane.kubectl("annotate", "-n", space, "pods", "--all", "catena/ready-")
        settled("db-0", "db-1", "db-2")
        plane.kubectl("delete", "-n", space, "service/db")
        both.settle(lambda objects: not objects.slices_of[space, "db"], names=names_in(space))


def test_not_ready_addresses(folder):
    plane, space = Plane.now, new_namespace("early")
    apply(space, make.headless("web", "web"),
          make.stateful_set("web", "web", 2, annotations={"catena/ready": "false"}))

    def ready_are(count):
        return lambda objects: len(objects.ready_addresses(space, "web")) == count and \
            len([pod for pod in objects.pods if pod.namespace == space and pod.addresses]) == 2
    with pair(folder) as both:
        both.settle(ready_are(0), names=names_in(space))
        plane.kubectl("patch", "-n", space, "service/web", "-p",
                      '{"spec":{"publishNotReadyAddresses":true}}')
        both.settle(ready_are(2), names=names_in(space))
        assert len(addresses_of(both, f"web.{space}.svc.{ZONE}")) == 2
        plane.kubectl("patch", "-n", space, "service/web", "-p",
                      '{"spec":{"publishNotReadyAddresses":false}}')
        both.settle(ready_are(0), names=names_in(space))


def test_pods_that_are_terminating(folder):
    """A pod that is asked to end is no longer ready, but serves on: its names go at once."""
    plane, space = Plane.now, new_namespace("ending")
    apply(space, make.headless("web", "web"),
          make.stateful_set("web", "web", 2, annotations={"catena/terminates-after": "15s"}))
    with pair(folder) as both:
        both.settle(pods_are(space, "web", "web-0", "web-1"), names=names_in(space))
        plane.kubectl("scale", "-n", space, "statefulset/web", "--replicas=1")

        def is_leaving(objects):
            ends = [one for piece in objects.slices_of[space, "web"] for one in piece.endpoints]
            return any(pod.is_going for pod in objects.pods if pod.namespace == space) and \
                len(ends) == 2 and len(objects.ready_addresses(space, "web")) == 1
        both.settle(is_leaving, names=names_in(space), most=150)
        both.settle(pods_are(space, "web", "web-0"), names=names_in(space))


def test_namespaces_come_and_go(folder):
    plane = Plane.now
    with pair(folder) as both:
        for turn in range(2):
            space = new_namespace("visitor")
            apply(space, make.service("web"), make.headless("db"),
                  make.slice_of("db-1", "db", [make.endpoint("198.51.100.7", hostname="one")]),
                  make.external("out", "www.example.com"))
            both.settle(lambda o: (space, "out") in o.services, names=names_in(space))
            plane.kubectl("delete", "namespace", space, "--wait=false")
            both.settle(lambda o: space not in o.namespaces, names=names_in(space))
            gone = both.ours.ask(Question(f"{space}.svc.{ZONE}", "A"))
            assert gone.rcode == "NXDOMAIN", (turn, gone)


def test_names_that_move(folder):
    """A Service that gets another name, another type, another address."""
    plane, space = Plane.now, new_namespace("moves")
    with pair(folder) as both:
        def becomes(*items):
            apply(space, *items)
            both.settle(names=names_in(space))
        becomes(make.service("web"))
        plane.kubectl("delete", "-n", space, "service/web")
        becomes(make.service("web-2"))
        becomes(make.external("web", "web-2.moves.svc.cluster.local"))
        plane.kubectl("delete", "-n", space, "service/web")
        becomes(make.headless("web"), make.slice_of("web-1", "web", [make.endpoint("198.51.100.8")]))
        plane.kubectl("label", "-n", space, "endpointslice/web-1", "--overwrite",
                      "kubernetes.io/service-name=web-2")
        both.settle(lambda o: o.slices_of[space, "web-2"], names=names_in(space))
        plane.kubectl("patch", "-n", space, "service/web-2", "-p",
                      '{"spec":{"ports":[{"name":"http","$patch":"delete","port":80},'
                      '{"name":"tls","port":443}]}}')
        both.settle(names=names_in(space))


if __name__ == "__main__":
    main(globals())
