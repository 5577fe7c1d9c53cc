#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""loadbalance: the order of addresses that clients see."""

import pathlib

from harness import Catena, dig, eventually, main, stop_cleanly
from upstream import Upstream, reply_to

ADDRESSES = ["192.0.2.1", "192.0.2.2", "192.0.2.3"]


def three(query, _):
    name = query.question[0].name
    return reply_to(query, *(f"{name} 300 A {address}" for address in ADDRESSES))


def serve(folder, loadbalance):
    upstream = Upstream(three)
    return upstream, Catena(folder, f"""
.:0 {{
    bind 127.0.0.1
    {loadbalance}
    cache 30
    forward . {upstream.address}
}}
""")


def first_addresses(catena, times=60):
    return [catena.ask("a.example").answer[0][0].to_text() for _ in range(times)]


def test_every_address_comes_first_also_from_the_cache(folder):
    upstream, catena = serve(folder, "loadbalance")
    assert set(first_addresses(catena)) == set(ADDRESSES)
    assert sorted(dig(catena, "a.example", "A", "+tcp")) == ADDRESSES
    assert upstream.count() == 1
    stop_cleanly(catena)
    upstream.stop()


def test_preferred_networks_come_first(folder):
    upstream, catena = serve(folder, "loadbalance {\n        prefer 192.0.2.2/31\n    }")
    assert set(first_addresses(catena)) == {"192.0.2.2", "192.0.2.3"}
    assert dig(catena, "a.example", "A")[2] == "192.0.2.1"
    stop_cleanly(catena)
    upstream.stop()


def test_weights_are_followed_and_read_again(folder):
    weights = pathlib.Path(folder, "weights")
    weights.write_text("a.example\n" + "".join(f"{one} 1\n" for one in ADDRESSES[:2])
                       + "192.0.2.3 255\n")
    upstream, catena = serve(folder, f"loadbalance weighted {weights} {{\n        reload 100ms\n"
                                     "    }")
    # Two of 257 are others; a chance of one in a billion that half of sixty are.
    assert first_addresses(catena).count("192.0.2.3") > 30
    weights.write_text("a.example\n192.0.2.1 none\n")
    catena.wait_for(r'^\[ERROR\] plugin/loadbalance: wrong weight value:"none" in weight file ')
    assert first_addresses(catena).count("192.0.2.3") > 30
    weights.write_text("a.example\n192.0.2.1 255\n")
    catena.wait_for(r"^\[INFO\] plugin/loadbalance: Successfully reloaded weight file ")
    eventually(lambda: first_addresses(catena).count("192.0.2.1") > 30)
    stop_cleanly(catena)
    upstream.stop()


if __name__ == "__main__":
    main(globals())
