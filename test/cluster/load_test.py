#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""More objects than a page holds, and more changes than an eye can follow."""

import random
import threading
import time

import make
from api import Refused
from make import endpoint
from scene import Plane, main, names_in, new_namespace, pair

SERVICES = 1200
CHANGES_A_SECOND = 100
CHURN_SECONDS = 6


def address_of(number):
    return f"198.18.{number // 250}.{1 + number % 250}"


def fill(space):
    """Headless Services, a slice by hand for each."""
    api = Plane.now.connect()
    for number in range(SERVICES):
        api.create("services", make.headless(f"s{number}"), space)
        api.create("endpointslices", make.slice_of(
            f"s{number}-1", f"s{number}", [endpoint(address_of(number), hostname=f"h{number}")]), space)
    api.close()


def test_pages_and_streams(folder):
    """Started and cut while the server streams lists, and while it only gives pages of 500."""
    plane, space = Plane.now, new_namespace("full")
    fill(space)
    with pair(folder) as both:
        both.settle(names=names_in(space), most=2500)
        plane.arguments = ["--feature-gates=WatchList=false"]
        plane.restart_api_server()
        plane.api.create("services", make.headless("without-streams"), space)
        plane.api.delete("endpointslices", "s7-1", space)
        both.settle(lambda o: not o.slices_of[space, "s7"], names=names_in(space), most=2500)
    with pair(folder) as both:
        both.settle(names=names_in(space), most=2500)
        plane.arguments = []
        plane.restart_api_server()
        plane.api.create("services", make.headless("with-streams"), space)
        plane.api.delete("endpointslices", "s8-1", space)
        both.settle(lambda o: not o.slices_of[space, "s8"], names=names_in(space), most=2500)


class Churn:
    """Creates, changes and deletes Services and slices at a steady rate, on a connection of its own."""

    def __init__(self, space, seed):
        self.space = space
        self.api = Plane.now.connect()
        self.random = random.Random(seed)
        self.seed = seed
        self.done = 0
        self.refused = 0

    def ends(self):
        return [endpoint(f"198.19.{self.seed}.{self.random.randrange(1, 250)}",
                         self.random.random() < 0.8, hostname=f"h{self.random.randrange(5)}")
                for _ in range(self.random.randrange(6))]

    def step(self):
        service = f"c{self.seed}-{self.random.randrange(12)}"
        piece = f"{service}-{self.random.randrange(3)}"
        action = self.random.randrange(6)
        if action == 0:
            self.api.create("services", make.headless(service), self.space)
        elif action == 1:
            self.api.create("services", make.service(service), self.space)
        elif action == 2:
            self.api.delete("services", service, self.space)
        elif action == 3:
            self.api.create("endpointslices", make.slice_of(piece, service, self.ends()), self.space)
        elif action == 4:
            self.api.patch("endpointslices", piece, {"endpoints": self.ends()}, self.space)
        else:
            self.api.delete("endpointslices", piece, self.space)

    def run(self, rate, seconds):
        started = time.monotonic()
        for number in range(int(rate * seconds)):
            time.sleep(max(0.0, started + number / rate - time.monotonic()))
            try:
                self.step()
                self.done += 1
            except Refused:  # What is there already, or not.
                self.refused += 1
        self.api.close()


def test_a_hundred_changes_a_second(folder):
    space = new_namespace("churn")
    churns = [Churn(space, seed) for seed in range(3)]
    with pair(folder) as both:
        threads = [threading.Thread(target=churn.run, daemon=True,
                                    args=(2 * CHANGES_A_SECOND / len(churns), CHURN_SECONDS))
                   for churn in churns]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        done = sum(churn.done for churn in churns)
        assert done > 100, f"only {done} changes were taken"
        both.settle(names=names_in(space), most=4000)


if __name__ == "__main__":
    main(globals())
