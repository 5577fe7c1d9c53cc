#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Services of other clusters: a multicluster zone, its objects' changes, and a cluster that has no
such objects."""

import dns.rcode

from harness import Catena, Kubesim, PATIENCE, eventually, in_both_encodings, main, stop_cleanly

SET = "default.svc.clusterset.local"
IMPORTS = "/apis/multicluster.x-k8s.io/v1alpha1/namespaces/default/serviceimports"
SLICES = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices"
SERVICE = "multicluster.kubernetes.io/service-name"
COREFILE = """
.:0 {{
    bind 127.0.0.1
    errors
    kubernetes cluster.local clusterset.local in-addr.arpa {{
        kubeconfig {kubeconfig}
        multicluster clusterset.local
        {options}
    }}
}}
"""


def follow(folder, kubesim, options="startup_timeout 1s"):
    return Catena(folder, COREFILE.format(kubeconfig=kubesim.kubeconfig, options=options))


def add_import(kubesim, name, kind, ips=(), **labels):
    kubesim.request("POST", IMPORTS, {
        "apiVersion": "multicluster.x-k8s.io/v1alpha1", "kind": "ServiceImport",
        "metadata": {"name": name, "labels": labels},
        "spec": {"type": kind, "ips": list(ips), "ports": [{"name": "http", "port": 80}]}})


def add_slice(kubesim, name, service, cluster, address, **labels):
    kubesim.request("POST", SLICES, {
        "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
        "metadata": {"name": name, "labels": {
            **labels, SERVICE: service, "multicluster.kubernetes.io/source-cluster": cluster}},
        "addressType": "IPv4", "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}],
        "endpoints": [{"addresses": [address], "hostname": "db-0", "conditions": {"ready": True}}]})


def test_imports_come_and_go(folder):
    kubesim = Kubesim(folder)
    add_import(kubesim, "bazaar", "ClusterSetIP", ["10.97.0.1"])
    add_import(kubesim, "db", "Headless")
    for cluster, address in ("east", "10.1.0.1"), ("west", "10.2.0.1"):
        add_slice(kubesim, f"db-{cluster}", "db", cluster, address)
    catena = follow(folder, kubesim)
    assert "unsynced" not in catena.log(), catena.log()
    assert catena.data(f"bazaar.{SET}") == ["10.97.0.1"]
    assert catena.rcode("bazaar.default.svc.cluster.local") == "NXDOMAIN"
    assert catena.rcode(f"nginx.{SET}") == "NXDOMAIN"
    assert catena.data(f"db.{SET}") == ["10.1.0.1", "10.2.0.1"]
    assert catena.data(f"_http._tcp.db.{SET}", "SRV") == [
        f"0 50 8080 db-0.east.db.{SET}.", f"0 50 8080 db-0.west.db.{SET}."]
    assert catena.data(f"db-0.west.db.{SET}") == ["10.2.0.1"]
    assert catena.rcode(f"db-0.db.{SET}") == "NXDOMAIN"
    assert catena.rcode("1.0.1.10.in-addr.arpa", "PTR") == "NXDOMAIN"
    serial = catena.ask("clusterset.local", "SOA").answer[0][0].serial
    assert serial == catena.ask(f"nobody.{SET}").authority[0][0].serial != 0

    kubesim.request("PATCH", f"{IMPORTS}/bazaar", {"spec": {"ips": ["10.97.0.2"]}})
    eventually(lambda: catena.data(f"bazaar.{SET}") == ["10.97.0.2"])
    kubesim.request("DELETE", f"{SLICES}/db-east")
    eventually(lambda: catena.data(f"db.{SET}") == ["10.2.0.1"])
    kubesim.request("DELETE", f"{IMPORTS}/bazaar")
    eventually(lambda: catena.rcode(f"bazaar.{SET}") == "NXDOMAIN")
    stop_cleanly(catena, kubesim)


def test_labels_choose_imports_and_their_slices(folder):
    kubesim = Kubesim(folder)
    add_import(kubesim, "bazaar", "ClusterSetIP", ["10.97.0.1"], tier="front")
    add_import(kubesim, "db", "Headless", tier="front")
    add_import(kubesim, "old", "ClusterSetIP", ["10.97.0.3"])
    add_slice(kubesim, "db-east", "db", "east", "10.1.0.1", tier="front")
    add_slice(kubesim, "db-west", "db", "west", "10.2.0.1")
    catena = follow(folder, kubesim, "labels tier=front")
    assert catena.data(f"bazaar.{SET}") == ["10.97.0.1"]
    assert catena.data(f"db.{SET}") == ["10.1.0.1"]
    assert catena.rcode(f"old.{SET}") == "NXDOMAIN"
    stop_cleanly(catena, kubesim)


def test_a_selector_of_namespaces_does_not_hide_imports(folder):
    kubesim = Kubesim(folder)
    kubesim.request("PATCH", "/api/v1/namespaces/default", {"metadata": {"labels": {"shown": "yes"}}})
    add_import(kubesim, "bazaar", "ClusterSetIP", ["10.97.0.1"])
    catena = follow(folder, kubesim, "namespace_labels shown=yes")
    assert catena.data(f"bazaar.{SET}") == ["10.97.0.1"]
    stop_cleanly(catena, kubesim)


@in_both_encodings
def test_a_cluster_without_imports_is_never_known_and_says_why_once(folder):
    kubesim = Kubesim(folder)
    kubesim.faults(absent_groups=["multicluster.x-k8s.io"])
    catena = follow(folder, kubesim)
    catena.wait_for("starting server with unsynced Kubernetes API")
    said = r"serviceimports: Failed to watch: failed to list: HTTP 404: the API server does not serve"
    catena.wait_for(rf"^\[ERROR\] plugin/kubernetes: {said} \S+/serviceimports; is it installed\?$")
    # What is there is answered; what is not may be among the imports.
    assert catena.data("kube-dns.kube-system.svc.cluster.local") == ["10.247.3.10"]
    for zone in SET, "default.svc.cluster.local":
        assert catena.ask(f"nobody.{zone}").rcode() == dns.rcode.SERVFAIL
    # As soon as it is installed all is well.
    kubesim.no_faults()
    add_import(kubesim, "bazaar", "ClusterSetIP", ["10.97.0.1"])
    eventually(lambda: catena.data(f"bazaar.{SET}") == ["10.97.0.1"], 30 + PATIENCE)
    eventually(lambda: catena.rcode(f"nobody.{SET}") == "NXDOMAIN")
    assert catena.log().count("HTTP 404") == 1, catena.log()
    stop_cleanly(catena, kubesim)


if __name__ == "__main__":
    main(globals())
