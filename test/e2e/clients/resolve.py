#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Looks names up with the socket module and with dnspython's resolver; see README.md."""

import socket
import sys

import dns.resolver

FAMILIES = {"any": socket.AF_UNSPEC, "v4": socket.AF_INET, "v6": socket.AF_INET6}
WORDS = {socket.EAI_NONAME: "none", socket.EAI_NODATA: "empty"}


def text(kind, data):
    if kind == "SRV":
        return f"{data.target}:{data.port}"
    return data.to_text()


def answer(kind, name):
    if kind in FAMILIES:
        found = socket.getaddrinfo(name, None, FAMILIES[kind], socket.SOCK_STREAM)
        return [address[0] for *_, address in found]
    if kind == "name":
        return [socket.gethostbyaddr(name)[0]]
    return [text(kind, data) for data in dns.resolver.resolve(name, kind)]


for question in sys.argv[1:]:
    try:
        print(question, "=", *answer(*question.split(":", 1)))
    except dns.resolver.NXDOMAIN:
        print(question, "! absent")
    except dns.resolver.NoAnswer:
        print(question, "! empty")
    except socket.gaierror as error:
        print(question, "!", WORDS.get(error.errno, error))
    except socket.herror as error:
        print(question, "!", "none" if error.errno == 1 else error)
