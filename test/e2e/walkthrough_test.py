#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Takes long.
"""The headless walk-through with the real kubectl, real clients and the real programs."""

import subprocess

import dns.flags
import dns.message
import dns.query

from harness import ROOT, cluster, eventually, find_kubectl, kubernetes_corefile, main, stop_cleanly
from harness import Catena, Kubesim

DOMAIN = "default.svc.cluster.local"
# A change must show within a second on an ordinary machine; sanitizers and a busy one get more.
SOON = 10


def addresses(kubesim, selector="app=nginx"):
    """What the API says: pod name to address, of ready pods."""
    text = kubesim.kubectl("get", "pods", "-l", selector, "-o",
                           "jsonpath={range .items[*]}{.metadata.name} {.status.podIP}{'\\n'}{end}")
    return dict(line.split() for line in text.splitlines() if len(line.split()) == 2)


def follows(kubesim, catena, count):
    """Both Services answer with the pods that the API shows, and with nothing else."""
    def same():
        pods = addresses(kubesim)
        assert len(pods) == count, pods
        for service in "nginx", "nginx-headless":
            assert catena.data(f"{service}.{DOMAIN}") == sorted(pods.values()), service
        return pods
    return eventually(same, SOON)


def test_the_page_with_every_kubectl(folder):
    for number, program in enumerate(find_kubectl()):
        kubesim = Kubesim(folder, manifests=(), name=f"kubesim{number}")
        catena = Catena(folder, kubernetes_corefile(kubesim), name=f"catena{number}")

        def kubectl(*arguments):
            return kubesim.kubectl(*arguments, program=program)

        made = kubectl("create", "-f", ROOT / "cmd/kubesim/headless.yaml")
        assert "service/nginx-headless created" in made, made
        kubectl("apply", "-f", ROOT / "cmd/kubesim/sample.yaml")
        shown = kubectl("get", "svc,pods", "-o", "wide")
        assert "nginx-headless" in shown and "None" in shown and "80/TCP" in shown, shown
        kubectl("wait", "--for=condition=Ready", "pod/nginx-2", "--timeout=20s")
        pods = follows(kubesim, catena, 3)
        assert pods["nginx-0"] in kubectl("get", "pods", "-o", "wide")

        kubectl("scale", "statefulset", "nginx", "--replicas=5")
        follows(kubesim, catena, 5)
        kubectl("scale", "statefulset", "nginx", "--replicas=2")
        follows(kubesim, catena, 2)
        assert catena.rcode(f"nginx-4.nginx.{DOMAIN}") == "NXDOMAIN"
        kubectl("scale", "statefulset", "nginx", "--replicas=3")
        before = follows(kubesim, catena, 3)

        kubectl("delete", "pod", "nginx-1")
        def replaced():
            now = addresses(kubesim)
            return now.get("nginx-1") not in (None, before["nginx-1"]) and now
        now = eventually(replaced, SOON)
        eventually(lambda: catena.data(f"nginx-1.nginx.{DOMAIN}") == [now["nginx-1"]], SOON)
        follows(kubesim, catena, 3)

        kubectl("annotate", "pod", "nginx-0", "catena/ready=false")
        ready = sorted([now["nginx-1"], now["nginx-2"]])
        eventually(lambda: catena.data(f"nginx.{DOMAIN}") == ready, SOON)
        kubectl("patch", "service", "nginx", "-p", '{"spec":{"publishNotReadyAddresses":true}}')
        eventually(lambda: catena.data(f"nginx.{DOMAIN}") == sorted(now.values()), SOON)
        kubectl("annotate", "pod", "nginx-0", "catena/ready-")
        follows(kubesim, catena, 3)

        assert "Name:" in kubectl("describe", "service", "nginx")
        kubectl("delete", "-f", ROOT / "cmd/kubesim/headless.yaml")
        eventually(lambda: catena.rcode(f"nginx-headless.{DOMAIN}") == "NXDOMAIN", SOON)
        stop_cleanly(catena, kubesim)


def test_names_ports_and_the_way_back(folder):
    kubesim, catena = cluster(folder)
    pods = follows(kubesim, catena, 3)
    for name, address in pods.items():
        assert catena.data(f"{name}.nginx.{DOMAIN}") == [address]
        dashed = address.replace(".", "-")
        assert catena.data(f"{dashed}.nginx-headless.{DOMAIN}") == [address]
        reverse = ".".join(reversed(address.split("."))) + ".in-addr.arpa"
        assert catena.data(reverse, "PTR") == sorted(
            [f"{name}.nginx.{DOMAIN}.", f"{dashed}.nginx-headless.{DOMAIN}."])
        assert catena.data(f"{dashed}.default.pod.cluster.local") == [address]
    answer = catena.ask(f"_nginx._tcp.nginx.{DOMAIN}", "SRV")
    targets = sorted(item.target.to_text() for rrset in answer.answer for item in rrset)
    assert targets == sorted(f"{name}.nginx.{DOMAIN}." for name in pods), answer
    glue = {rrset.name.to_text(): rrset[0].to_text() for rrset in answer.additional}
    assert glue == {f"{name}.nginx.{DOMAIN}.": address for name, address in pods.items()}, answer
    assert answer.flags & dns.flags.AA
    stop_cleanly(catena, kubesim)


def truncated_at(catena, size):
    answer = catena.ask(f"nginx.{DOMAIN}", use_edns=0, payload=size)
    assert answer.flags & dns.flags.TC, size
    assert len(answer.to_wire()) <= size
    some = [item.to_text() for rrset in answer.answer for item in rrset]
    assert len(some) > 10 and len(set(some)) == len(some), some
    return some


def test_a_hundred_and_a_thousand_pods(folder):
    kubesim, catena = cluster(folder)
    for count in 100, 1000:
        kubesim.kubectl("scale", "statefulset", "nginx", f"--replicas={count}")
        eventually(lambda: len(addresses(kubesim)) == count, 60)
        eventually(lambda: len(catena.data(f"nginx.{DOMAIN}", tcp=True)) == count, 60)
        pods = addresses(kubesim)
        everything = catena.ask(f"nginx.{DOMAIN}", tcp=True)
        listed = [item.to_text() for rrset in everything.answer for item in rrset]
        assert sorted(listed) == sorted(pods.values()), count
        for size in 512, 1232:
            assert set(truncated_at(catena, size)) <= set(pods.values())
    stop_cleanly(catena, kubesim)


def test_dig_kdig_and_nslookup_agree(folder):
    kubesim, catena = cluster(folder)
    pods = follows(kubesim, catena, 3)
    wanted = sorted(pods.values())
    port = str(catena.port)
    for command in (["dig", "@127.0.0.1", "-p", port, f"nginx.{DOMAIN}", "+short"],
                    ["dig", "@127.0.0.1", "-p", port, f"nginx.{DOMAIN}", "+short", "+tcp"],
                    ["dig", "@127.0.0.1", "-p", port, f"nginx.{DOMAIN}", "+short", "+noedns"],
                    ["kdig", "@127.0.0.1", "-p", port, f"nginx.{DOMAIN}", "+short"]):
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
        assert sorted(done.stdout.split()) == wanted, (command, done)
    done = subprocess.run(["nslookup", f"-port={port}", f"nginx-0.nginx.{DOMAIN}", "127.0.0.1"],
                          capture_output=True, text=True, timeout=30)
    assert pods["nginx-0"] in done.stdout, done
    stop_cleanly(catena, kubesim)


if __name__ == "__main__":
    main(globals())
