# SPDX-License-Identifier: Apache-2.0
"""Changes of slices through the API, from a process of their own, and when they can be seen."""

import multiprocessing
import random
import time

import cluster_objects as objects
from cluster_servers import known_name

VISIBLE_WITHIN = 10.0


def change(api, number, shift):
    """Gives a slice's first endpoint another address; the time of the API server's reply."""
    api.patch("endpointslices", objects.slice_name(number),
              {"endpoints": objects.endpoints(number, shift)}, objects.namespace(number))
    return time.monotonic()


def churn_for(plane, rate, seconds, services, done):
    api = plane.connect()
    started = time.monotonic()
    for turn in range(int(rate * seconds)):
        time.sleep(max(0.0, started + turn / rate - time.monotonic()))
        # Always another address: what does not differ is no change for the API server.
        change(api, turn * 7919 % services, random.randrange(1000, 100000))
        done.value = turn + 1
    api.close()


class Churn:
    """A steady rate of changes for some seconds. `with Churn(...)` waits for its end."""

    def __init__(self, plane, rate, seconds, services):
        self.done = multiprocessing.Value("i", 0)
        self.process = multiprocessing.Process(
            target=churn_for, args=(plane, rate, seconds, services, self.done), daemon=True)

    def __enter__(self):
        self.process.start()
        return self

    def __exit__(self, *_):
        self.process.join()


def change_when_told(plane, pipe):
    api = plane.connect()
    while order := pipe.recv():
        pipe.send(change(api, *order))
    api.close()


def first_seen(servers, name, wanted):
    """When each server's answer about `name` first had the address; asks them in turn."""
    seen, deadline = {}, time.monotonic() + VISIBLE_WITHIN
    while len(seen) < len(servers):
        assert time.monotonic() < deadline, f"{name} has not changed"
        for server in servers:
            if server not in seen and wanted in server.asker.ask(name):
                seen[server] = time.monotonic()
    return seen


def visibility(plane, servers, turns, services):
    """For each server the seconds from the API server's reply to an answer with the change. Negative:
    the answer was there before the reply."""
    ours, theirs = multiprocessing.Pipe()
    changer = multiprocessing.Process(target=change_when_told, args=(plane, theirs), daemon=True)
    changer.start()
    results = {server: [] for server in servers}
    for turn in range(turns):
        number = turn * objects.HEADLESS_EVERY % services
        shift = 1 + turn
        wanted = bytes([198, 18, shift >> 8, shift & 255])
        time.sleep(0.02)
        ours.send((number, shift))
        seen = first_seen(servers if turn % 2 else servers[::-1], known_name(number), wanted)
        replied = ours.recv()
        for server in servers:
            results[server].append(seen[server] - replied)
    ours.send(None)
    changer.join()
    return results
