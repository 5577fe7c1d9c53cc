#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Tokens that expire and rights that come and go, as the real API server judges them."""

import os
import pathlib
import ssl
import urllib.error
import urllib.request

import make
from answers import Question
from control_plane import BINDING
from proxy import Proxy
from questions import ZONE
from scene import Plane, apply, main, names_in, new_namespace, pair, token_kubeconfig
from servers import harness


def status_with(token):
    """The API server's answer to a list of Services with a token."""
    context = ssl.create_default_context(cafile=str(Plane.now.authority.certificate))
    request = urllib.request.Request(Plane.now.url + "/api/v1/services?limit=1",
                                     headers={"Authorization": f"Bearer {token}"})
    try:
        return urllib.request.urlopen(request, timeout=30, context=context).status
    except urllib.error.HTTPError as error:
        return error.code


def replace_file(path, text):
    """As kubelets do it: no reader sees half of it."""
    fresh = pathlib.Path(f"{path}.new")
    fresh.write_text(text)
    os.rename(fresh, path)


def only_catena(folder, token=None):
    """catena behind a proxy with a token file, CoreDNS without a proxy and with a long token."""
    proxy = Proxy(Plane.now.port)
    ours = token_kubeconfig(Plane.now, folder, "catena", token, proxy.url)
    theirs = token_kubeconfig(Plane.now, folder)
    return proxy, {"catena": ours, "coredns": theirs}.get


def test_a_token_expires_and_is_replaced(folder):
    plane, space = Plane.now, new_namespace("tokens")
    token = plane.short_token(15)
    harness.eventually(lambda: status_with(token) == 200, 10)
    proxy, kubeconfig = only_catena(folder, token)
    with pair(folder, kubeconfig=kubeconfig) as both:
        both.settle(names=names_in(space))
        # The server remembers for some seconds that a token was good.
        harness.eventually(lambda: status_with(token) == 401, 60)
        # What has been watched before is watched on; new requests are refused.
        proxy.cut()
        both.catena.wait_for("HTTP 401")
        apply(space, make.service("later"))
        missing = Question(f"later.{space}.svc.{ZONE}", "A")
        harness.eventually(lambda: both.theirs.ask(missing).rcode == "NOERROR", 30)
        assert both.ours.ask(missing).rcode == "NXDOMAIN"
        assert both.ours.ask(Question(f"kubernetes.default.svc.{ZONE}", "A")).rcode == "NOERROR"
        replace_file(f"{folder}/catena.token", plane.request_token())
        both.settle(names=names_in(space))
    proxy.stop()


def test_tokens_are_replaced_before_they_expire(folder):
    """The ordinary rotation: nobody notices it, whatever breaks meanwhile."""
    plane, space = Plane.now, new_namespace("rotation")
    proxy, kubeconfig = only_catena(folder)
    with pair(folder, kubeconfig=kubeconfig) as both:
        for turn in range(3):
            replace_file(f"{folder}/catena.token", plane.request_token())
            proxy.cut()
            apply(space, make.service(f"web-{turn}"))
            both.settle(lambda o: (space, f"web-{turn}") in o.services, names=names_in(space))
        assert "401" not in both.catena.log()
    proxy.stop()


def test_a_token_that_is_none(folder):
    space = new_namespace("nonsense")
    proxy, kubeconfig = only_catena(folder, "no token at all")
    with pair(folder, kubeconfig=kubeconfig) as both:
        both.catena.wait_for("HTTP 401")
        assert both.ours.ask(Question(f"web.{space}.svc.{ZONE}", "A")).rcode == "SERVFAIL"
        replace_file(f"{folder}/catena.token", Plane.now.request_token())
        both.settle(names=names_in(space))
    proxy.stop()


def test_rights_are_taken_and_given_back(folder):
    plane, space = Plane.now, new_namespace("rights")
    proxy, kubeconfig = only_catena(folder)
    with pair(folder, kubeconfig=kubeconfig) as both:
        apply(space, make.service("before"))
        both.settle(lambda o: (space, "before") in o.services, names=names_in(space))
        plane.api.delete("clusterrolebindings", "system:coredns")
        token = pathlib.Path(f"{folder}/catena.token").read_text()
        harness.eventually(lambda: status_with(token) == 403, 30)
        proxy.cut()
        both.catena.wait_for("HTTP 403")
        apply(space, make.service("after"))
        # Without rights, what is known is still true for whoever asks.
        assert both.ours.ask(Question(f"before.{space}.svc.{ZONE}", "A")).rcode == "NOERROR"
        assert both.ours.ask(Question(f"after.{space}.svc.{ZONE}", "A")).rcode == "NXDOMAIN"
        plane.api.create("clusterrolebindings", BINDING)
        both.settle(lambda o: (space, "after") in o.services, names=names_in(space))
    proxy.stop()


def test_a_start_without_rights(folder):
    """Neither server knows the cluster, and both say so; both know it when they may."""
    plane, space = Plane.now, new_namespace("patience")
    apply(space, make.service("web"))
    plane.api.delete("clusterrolebindings", "system:coredns")
    try:
        token = plane.request_token()
        harness.eventually(lambda: status_with(token) == 403, 30)
        with pair(folder, options="pods insecure\nstartup_timeout 1s") as both:
            for name in f"web.{space}.svc.{ZONE}", f"{space}.svc.{ZONE}", f"absent.{ZONE}", \
                    "1.0.247.10.in-addr.arpa.", ZONE, f"svc.{ZONE}":
                for kind in "A", "AAAA", "SRV", "PTR":
                    question = Question(name, kind)
                    ours, theirs = both.ours.ask(question), both.theirs.ask(question)
                    assert ours == theirs, f"{question}\n{ours}\n{theirs}"
            plane.api.create("clusterrolebindings", BINDING)
            both.settle(names=names_in(space), patience=120)
    finally:
        if not plane.api.exists("clusterrolebindings", "system:coredns"):
            plane.api.create("clusterrolebindings", BINDING)


if __name__ == "__main__":
    main(globals())
