#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Search paths that are walked for clients: those of pods, and one of a file."""

import os
import pathlib
import subprocess

import dns.flags
import dns.message
import dns.query
import dns.rcode

from harness import Catena, Kubesim, PATIENCE, Skip, check, eventually, main, stop_cleanly
from upstream import Upstream, reply_to

# Pods of this cluster have addresses of this host, so that one can ask in their place.
PODS = ("--tls", "--pod-range", "127.77.0.0/16,fd00:172:16::/64")
COREFILE = """
.:0 {{
    bind 127.0.0.1
    errors
    autopath @kubernetes
    kubernetes cluster.local in-addr.arpa {{
        kubeconfig {kubeconfig}
        pods {mode}
    }}
    forward . {upstream}
    cache 30
}}
"""


def outside(query, _):
    """www.kernel.example exists, nothing else does."""
    name = query.question[0].name.to_text().lower()
    if name == "www.kernel.example.":
        return reply_to(query, f"{query.question[0].name} 300 A 192.0.2.1")
    soa = ". 60 SOA ns. admin. 1 2 3 4 60"
    return reply_to(query, rcode=dns.rcode.NXDOMAIN, authority=(soa,))


def ask(catena, name, source, kind="A", tcp=False):
    query = dns.message.make_query(name, kind)
    send = dns.query.tcp if tcp else dns.query.udp
    return send(query, "127.0.0.1", port=catena.port, timeout=PATIENCE, source=source)


def text_of(answer):
    return [line for rrset in answer.answer for line in rrset.to_text().splitlines()]


def pods(folder, wrapper=(), mode="verified"):
    """A cluster, catena in front of an upstream, and the address of a pod of `default`."""
    kubesim = Kubesim(folder, arguments=PODS)
    upstream = Upstream(outside)
    catena = Catena(folder, COREFILE.format(kubeconfig=kubesim.kubeconfig, mode=mode,
                                            upstream=upstream.address), wrapper=wrapper)
    pod = eventually(lambda: catena.data("nginx-0.nginx.default.svc.cluster.local"))[0]
    eventually(lambda: kubesim.request("GET", "/api/v1/namespaces/default/pods/nginx-0")
               ["status"].get("podIP") == pod)
    return kubesim, upstream, catena, pod


def searched(name):
    return [f"{name}.{domain}" for domain in ("default.svc.cluster.local.", "svc.cluster.local.",
                                              "cluster.local.")]


def test_a_pod_asks_once_for_a_name_outside(folder):
    kubesim, upstream, catena, pod = pods(folder)
    assert pod.startswith("127.77."), pod
    first = searched("WwW.kernel.example")[0]
    for tcp in False, True, False:
        answer = ask(catena, first, pod, tcp=tcp)
        assert answer.rcode() == dns.rcode.NOERROR and answer.question[0].name.to_text() == first
        cname, address = text_of(answer)
        assert cname.startswith(f"{first} ") and cname.endswith(" IN CNAME WwW.kernel.example.")
        assert address.endswith(" IN A 192.0.2.1"), address
    # Nothing was asked twice: what each step found is cached.
    asked = [name for name, _, _ in upstream.seen]
    assert asked.count("www.kernel.example.") == 1 == max(map(asked.count, asked)), asked
    stop_cleanly(catena, kubesim)
    upstream.stop()


def test_names_of_the_cluster_need_no_more(folder):
    kubesim, upstream, catena, pod = pods(folder)
    address = catena.data("kube-dns.kube-system.svc.cluster.local")
    found = text_of(ask(catena, "kube-dns.kube-system.default.svc.cluster.local", pod))
    assert found[0].endswith(" IN CNAME kube-dns.kube-system.svc.cluster.local."), found
    assert found[1].endswith(f" IN A {address[0]}"), found
    found = text_of(ask(catena, "nginx-0.nginx.default.svc.cluster.local", pod))
    assert found == [f"nginx-0.nginx.default.svc.cluster.local. 5 IN A {pod}"], found
    assert not upstream.seen, upstream.seen
    stop_cleanly(catena, kubesim)
    upstream.stop()


def test_what_is_nowhere_is_denied_as_in_the_first_domain(folder):
    kubesim, upstream, catena, pod = pods(folder)
    for _ in range(2):
        answer = ask(catena, "nobody.example.default.svc.cluster.local", pod)
        assert answer.rcode() == dns.rcode.NXDOMAIN and not answer.answer, answer
        assert answer.authority[0].name.to_text() == "cluster.local.", answer
        assert answer.flags & dns.flags.AA, answer
    stop_cleanly(catena, kubesim)
    upstream.stop()


def test_who_is_no_pod_walks_alone(folder):
    kubesim, upstream, catena, pod = pods(folder)
    name = searched("www.kernel.example")[0]
    for stranger in "127.0.0.1", "127.88.0.1":
        assert ask(catena, name, stranger).rcode() == dns.rcode.NXDOMAIN
    # Names that are not in the first domain of the pod are asked as they are.
    for space in "", "kube-system.":
        other = f"www.kernel.example.{space}svc.cluster.local"
        assert ask(catena, other, pod).rcode() == dns.rcode.NXDOMAIN
    assert not upstream.seen, upstream.seen
    answer = ask(catena, "www.kernel.example", pod)
    assert text_of(answer) == ["www.kernel.example. 30 IN A 192.0.2.1"], answer
    # A pod that is gone is none any more.
    kubesim.request("DELETE", "/apis/apps/v1/namespaces/default/statefulsets/nginx")
    eventually(lambda: ask(catena, name, pod).rcode() == dns.rcode.NXDOMAIN)
    stop_cleanly(catena, kubesim)
    upstream.stop()


def test_dig_from_a_pod(folder):
    kubesim, upstream, catena, pod = pods(folder)
    try:
        done = subprocess.run(
            ["dig", "-b", pod, "@127.0.0.1", "-p", str(catena.port), "+short",
             "www.kernel.example.default.svc.cluster.local"],
            capture_output=True, text=True, timeout=PATIENCE)
    except FileNotFoundError:
        raise Skip("no dig here") from None
    assert done.stdout.split() == ["www.kernel.example.", "192.0.2.1"], done
    stop_cleanly(catena, kubesim)
    upstream.stop()


def test_pods_that_are_not_verified_have_no_path(folder):
    kubesim, upstream, catena, pod = pods(folder, mode="insecure")
    assert ask(catena, searched("www.kernel.example")[0], pod).rcode() == dns.rcode.NXDOMAIN
    assert not upstream.seen
    stop_cleanly(catena, kubesim)
    upstream.stop()


def own_resolv_conf(folder, text):
    """Runs a program with another /etc/resolv.conf, in a mount namespace of its own."""
    path = pathlib.Path(folder) / "host.conf"
    path.write_text(text)
    target = os.path.realpath("/etc/resolv.conf")
    wrapper = ["unshare", "--map-root-user", "--mount", "sh", "-c",
               f'mount --bind {path} {target} && exec "$@"', "sh"]
    if subprocess.run([*wrapper, "true"], capture_output=True).returncode != 0:
        raise Skip("mount namespaces are not allowed here")
    return wrapper


def test_the_domains_of_the_host_come_after_those_of_the_cluster(folder):
    wrapper = own_resolv_conf(folder, "nameserver 192.0.2.53\nsearch Corp.test test\n")
    kubesim, upstream, catena, pod = pods(folder, wrapper=wrapper)
    found = text_of(ask(catena, searched("www.kernel.example")[0], pod))
    assert found[1].startswith("www.kernel.example. "), found
    assert [name for name, _, _ in upstream.seen] == [
        f"www.kernel.example.{rest}" for rest in ("corp.test.", "test.", "")]
    stop_cleanly(catena, kubesim)
    upstream.stop()


def test_a_path_of_a_file(folder):
    resolv_conf = pathlib.Path(folder) / "lab.conf"
    resolv_conf.write_text("nameserver 192.0.2.53\nsearch lab.test test\n")
    upstream = Upstream(outside)
    catena = Catena(folder, f"""
.:0 {{
    bind 127.0.0.1
    autopath lab.test {resolv_conf}
    forward . {upstream.address}
}}
""")
    found = text_of(ask(catena, "www.kernel.example.lab.test", "127.0.0.1"))
    assert found == ["www.kernel.example.lab.test. 300 IN CNAME www.kernel.example.",
                     "www.kernel.example. 300 IN A 192.0.2.1"], found
    assert [name for name, _, _ in upstream.seen] == [
        f"www.kernel.example.{rest}" for rest in ("lab.test.", "test.", "")]
    assert ask(catena, "nobody.test", "127.0.0.1").rcode() == dns.rcode.NXDOMAIN
    assert upstream.count("nobody.") == 0
    stop_cleanly(catena)
    upstream.stop()


def test_sources_that_are_none(folder):
    block = ".:0 {{\n    autopath {}\n    whoami\n}}\n"
    code, said = check(folder, block.format("@whoami"))
    assert code != 0 and "whoami does not implement the AutoPather interface" in said, said
    code, said = check(folder, block.format("@kubernetes"))
    assert code == 0, said
    code, said = check(folder, block.format(""))
    assert code != 0 and "no resolv-conf specified" in said, said


if __name__ == "__main__":
    main(globals())
