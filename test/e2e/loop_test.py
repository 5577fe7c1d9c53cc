#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""loop: the real server, forwarding to itself."""

import re

import dns.query

from harness import Catena, Kubesim, PATIENCE, dig, eventually, main, run, stop_cleanly
from harness import free_ports, write_corefile
from upstream import Upstream, reply_to

SEE = re.escape('see https://coredns.io/plugins/loop#troubleshooting. Query: "HINFO ')


def loop_line(level, zone, port, host=r"127\.0\.0\.1"):
    return (rf"^\[{level}\] plugin/loop: Loop \(127\.0\.0\.1:\d+ -> {host}:{port}\) detected for "
            rf'zone "{re.escape(zone)}", {SEE}\d+\.\d+\.({re.escape(zone)})?"$')


class Mirror(Upstream):
    """Hands questions to a port while `port` is one, and answers them otherwise."""

    def __init__(self):
        self.port_of_loop = None
        super().__init__(self.answer)

    def answer(self, query, _):
        port = self.port_of_loop
        if port is None:
            return reply_to(query, f"{query.question[0].name} 60 A 192.0.2.1")
        return dns.query.udp(query, "127.0.0.1", port=port, timeout=PATIENCE)


def test_a_loop_ends_the_process(folder):
    for zone, extra, host in ((".", "bind 127.0.0.1", r"127\.0\.0\.1"), (".", "", ""),
                              ("example.org.", "bind 127.0.0.1", r"127\.0\.0\.1")):
        port = free_ports(1)[0]
        path = write_corefile(folder, f"""
{zone}:{port} {{
    {extra}
    loop
    cache 30
    forward . 127.0.0.1:{port}
}}
""")
        code, out, err = run("-conf", path)
        assert code == 1 and err == "", (code, out, err)
        assert re.search(loop_line("FATAL", zone, port, host), out, re.MULTILINE), out
        assert out.splitlines()[-1].startswith("[FATAL]"), out


def test_no_loop_and_nothing_happens(folder):
    upstream = Mirror()
    catena = Catena(folder, f"""
.:0 example.org:0 {{
    bind 127.0.0.1
    log
    loop
    forward . {upstream.address}
}}
""")
    catena.wait_for(r'"HINFO IN \d+\.\d+\. udp ')
    assert dig(catena, "a.example", "A") == ["192.0.2.1"]
    for _ in range(4):
        catena.ask("1.2.", "HINFO")
    assert [seen[1] for seen in upstream.seen].count("HINFO") == 5, upstream.seen
    assert "plugin/loop" not in catena.log()
    stop_cleanly(catena)
    upstream.stop()


def test_keep_serving_answers_for_the_cluster_until_the_loop_is_gone(folder):
    kubesim = Kubesim(folder)
    upstream = Mirror()
    upstream.port_of_loop = free_ports(1)[0]
    catena = Catena(folder, f"""
.:{upstream.port_of_loop} {{
    bind 127.0.0.1
    errors
    kubernetes cluster.local {{
        kubeconfig {kubesim.kubeconfig}
    }}
    loop {{
        keep_serving 1s
    }}
    forward . {upstream.address}
}}
""")
    catena.wait_for(loop_line("ERROR", ".", catena.port))
    assert catena.rcode("a.example") == "SERVFAIL"
    catena.wait_for(r'^\[ERROR\] plugin/errors: 2 a\.example\. A: loop detected for zone "\."$')
    assert catena.data("kubernetes.default.svc.cluster.local") != []
    assert catena.process.poll() is None
    upstream.port_of_loop = None
    catena.wait_for(r'^\[INFO\] plugin/loop: The loop for zone "\." is gone')
    assert dig(catena, "a.example", "A") == ["192.0.2.1"]
    upstream.port_of_loop = catena.port
    eventually(lambda: len(re.findall(loop_line("ERROR", ".", catena.port), catena.log(),
                                      re.MULTILINE)) == 2)
    upstream.port_of_loop = None
    stop_cleanly(catena, kubesim)
    upstream.stop()


if __name__ == "__main__":
    main(globals())
