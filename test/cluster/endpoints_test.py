#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Slices that are large, odd or nobody's: all that a real API server lets pass."""

import make
from api import Refused
from make import endpoint
from scene import Plane, apply, main, names_in, new_namespace, pair
from questions import ALL_KINDS


def test_more_endpoints_than_a_slice_holds(folder):
    """The controller puts a hundred into a slice; names are those of all slices together."""
    plane, space = Plane.now, new_namespace("many")
    apply(space, make.headless("web", "web"), make.stateful_set("web", "web", 130))

    def are(count):
        return lambda objects: len(objects.ready_addresses(space, "web")) == count and \
            len(objects.ready_pods(space)) == count
    with pair(folder) as both:
        objects = both.settle(are(130), names=names_in(space), most=800)
        assert len(objects.slices_of[space, "web"]) == 2
        plane.kubectl("scale", "-n", space, "statefulset/web", "--replicas=60")
        both.settle(are(60), names=names_in(space), most=800)
        plane.kubectl("scale", "-n", space, "statefulset/web", "--replicas=130")
        both.settle(are(130), names=names_in(space), most=800)


def test_endpoints_that_move_between_slices(folder):
    """First in both slices, then in the other one only: no name is told twice or missed."""
    space = new_namespace("moving")
    one, two = endpoint("198.51.100.1", hostname="one"), endpoint("198.51.100.2", hostname="two")
    with pair(folder) as both:
        def becomes(first, second):
            apply(space, make.headless("db"), make.slice_of("db-1", "db", first),
                  make.slice_of("db-2", "db", second))
            both.settle(names=names_in(space))
        becomes([one, two], [])
        becomes([one, two], [two])
        becomes([one], [two])
        becomes([], [two, one])
        becomes([], [])


def accepted(namespace, *items):
    """Creates what the API server takes; returns how many."""
    count = 0
    for item in items:
        resource = "services" if item["kind"] == "Service" else "endpointslices"
        try:
            Plane.now.api.create(resource, item, namespace)
            count += 1
        except Refused as refused:
            assert refused.status == 422, refused
    return count


def odd_slices():
    long = "h" * 63
    yield make.slice_of("same-name-1", "odd", [endpoint("198.51.100.1", hostname="twin"),
                                               endpoint("198.51.100.2", hostname="twin")])
    yield make.slice_of("same-name-2", "odd", [endpoint("198.51.100.3", hostname="twin")],
                        [{"name": "http", "port": 81}])
    yield make.slice_of("long-name", "odd", [endpoint("198.51.100.4", hostname=long)])
    yield make.slice_of("digits", "odd", [endpoint("198.51.100.5", hostname="0"),
                                          endpoint("198.51.100.6", hostname="1-2-3-4")])
    yield make.slice_of("like-an-address", "odd", [endpoint("198.51.100.7", hostname="198-51-100-8"),
                                                   endpoint("198.51.100.8")])
    yield make.slice_of("upper", "odd", [endpoint("198.51.100.9", hostname="UPPER")])
    yield make.slice_of("with-dots", "odd", [endpoint("198.51.100.10", hostname="a.b")])
    yield make.slice_of("no-conditions", "odd", [{"addresses": ["198.51.100.11"]}])
    yield make.slice_of("ready-and-going", "odd", [{"addresses": ["198.51.100.12"], "conditions": {
        "ready": True, "serving": True, "terminating": True}}])
    yield make.slice_of("serving-only", "odd", [{"addresses": ["198.51.100.13"], "conditions": {
        "ready": False, "serving": True, "terminating": True}}])
    yield make.slice_of("several", "odd", [{"addresses": ["198.51.100.14", "198.51.100.15"]}])
    yield make.slice_of("no-number", "odd", [endpoint("198.51.100.16", hostname="n")], [{"name": "any"}])
    yield make.slice_of("no-name", "odd", [endpoint("198.51.100.17", hostname="p")], [{"port": 8080}])
    yield make.slice_of("many-ports", "odd", [endpoint("198.51.100.18", hostname="m")],
                        [{"name": f"p{n}", "port": 1000 + n} for n in range(100)])
    yield make.slice_of("six", "odd", [endpoint("2001:DB8::A", hostname="s"),
                                       endpoint("2001:0db8:0:0::b"), endpoint("2001:db8::")],
                        family="IPv6")
    yield make.slice_of("mapped", "odd", [endpoint("::ffff:198.51.100.19")], family="IPv6")


def slices_of_nobody():
    yield make.slice_of("no-label", None, [endpoint("198.51.100.31", hostname="lost")])
    yield make.slice_of("empty-label", "", [endpoint("198.51.100.32", hostname="lost")])
    yield make.slice_of("no-service", "nobody", [endpoint("198.51.100.33", hostname="lost")])


def odd_services():
    yield make.headless("odd")
    yield make.headless("svc")
    yield make.headless("pod")
    yield make.service("l" * 63)
    yield make.service("huge", annotations={"note": "x" * 200_000})
    yield make.service("wide", [{"name": f"p{n}", "port": 1000 + n} for n in range(100)])
    yield make.headless("none", ports=())
    yield make.service("affine", sessionAffinity="ClientIP", publishNotReadyAddresses=True)
    yield make.service("lone", [{"name": "x", "port": 1, "protocol": "TCP"},
                                {"name": "y", "port": 1, "protocol": "UDP"}])


def test_objects_that_are_odd(folder):
    space = new_namespace("odd")
    with pair(folder) as both:
        assert accepted(space, *odd_services()) >= 8
        assert accepted(space, *odd_slices()) >= 12
        assert accepted(space, *slices_of_nobody()) == 3
        both.settle(lambda o: (space, "lone") in o.services, names=names_in(space), most=4000)
        both.settle(names=names_in(space), kinds=ALL_KINDS, most=1500)


def test_slices_before_their_service(folder):
    """A slice may come long before its Service, and stay after it."""
    plane, space = Plane.now, new_namespace("early-slice")
    with pair(folder) as both:
        apply(space, make.slice_of("late-1", "late", [endpoint("198.51.100.41", hostname="a")]))
        both.settle(lambda o: o.slices_of[space, "late"], names=names_in(space))
        apply(space, make.headless("late"))
        both.settle(lambda o: (space, "late") in o.services, names=names_in(space))
        plane.kubectl("delete", "-n", space, "service/late")
        both.settle(lambda o: (space, "late") not in o.services, names=names_in(space))


def test_namespaces_with_names_of_the_grammar(folder):
    spaces = [new_namespace(name) for name in ("svc", "pod", "dns", "com", "n" * 63)]
    with pair(folder) as both:
        for space in spaces:
            apply(space, make.service("svc"), make.headless("github"), make.slice_of(
                "github-1", "github", [endpoint("198.51.100.51", hostname="www")]))

        def there(objects):
            return all((space, "svc") in objects.services for space in spaces)
        both.settle(there, most=2500)


def test_a_thousand_endpoints_in_a_slice(folder):
    space = new_namespace("wide")
    ends = [endpoint(f"198.51.{100 + n // 250}.{1 + n % 250}") for n in range(1000)]
    with pair(folder) as both:
        apply(space, make.headless("wide"))
        Plane.now.api.create("endpointslices", make.slice_of("wide-1", "wide", ends), space)
        both.settle(lambda o: len(o.ready_addresses(space, "wide")) == 1000, names=names_in(space),
                    most=300)


def test_the_pods_of_jobs_and_of_hosts(folder):
    """Pods that have ended are no pods; pods on the host's network share its address."""
    plane, space = Plane.now, new_namespace("pods")
    main_container = {"containers": [{"name": "main", "image": "none"}]}
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "work"}, "spec": {
        "template": {"spec": {"restartPolicy": "Never", **main_container}}}}
    alone = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "alone"}, "spec": main_container}
    host = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "host"},
            "spec": {"hostNetwork": True, **main_container}}
    apply(space, job, alone, host)
    with pair(folder, options="pods verified") as both:
        both.settings.pods = "verified"

        def done(objects):
            mine = [pod for pod in objects.pods if pod.namespace == space]
            return sum(pod.is_over for pod in mine) == 1 and sum(pod.is_ready for pod in mine) == 2
        both.settle(done, names=names_in(space))
        plane.kubectl("delete", "-n", space, "pod/alone")
        both.settle(lambda o: len([p for p in o.pods if p.namespace == space]) == 2,
                    names=names_in(space))


if __name__ == "__main__":
    main(globals())
