# SPDX-License-Identifier: Apache-2.0
"""Other servers, configured for what they are compared in: one thread, nothing logged. Each function
writes the configuration and says the command that runs it in the foreground."""

import pathlib


def dnsdist(place, cached, encrypted=False):
    """Its packet cache holds what forward brings; questions are received in batches."""
    certificate, key = place.certificate
    listen = f'setLocal("127.0.0.1:{place.port}")'
    if encrypted:
        listen = (f'setLocal("127.0.0.1:{place.more_ports[0]}")\n'
                  f'addTLSLocal("127.0.0.1:{place.port}", "{certificate}", "{key}",'
                  ' {provider="openssl"})')
    cache = 'getPool(""):setCache(newPacketCache(100000, {minTTL=3600}))' if cached else ""
    path = write(place, "dnsdist.conf", f"""
setSecurityPollSuffix("")
setUDPMultipleMessagesVectorSize(32)
{listen}
newServer({{address="127.0.0.1:{place.upstream}"}})
getServer(0):setUp()
{cache}
""")
    return ["dnsdist", "--supervised", "--disable-syslog", "-C", path]


def unbound(place):
    path = write(place, "unbound.conf", f"""
server:
    interface: 127.0.0.1@{place.port}
    access-control: 127.0.0.0/8 allow
    num-threads: 1
    incoming-num-tcp: 200
    do-not-query-localhost: no
    module-config: "iterator"
    qname-minimisation: no
    msg-cache-size: 64m
    rrset-cache-size: 128m
    cache-min-ttl: 3600
    username: ""
    chroot: ""
    pidfile: ""
    use-syslog: no
    directory: "{place.folder}"
forward-zone:
    name: "."
    forward-addr: 127.0.0.1@{place.upstream}
""")
    return ["unbound", "-d", "-c", path]


def nsd(place):
    path = write(place, "nsd.conf", f"""
server:
    ip-address: 127.0.0.1@{place.port}
    server-count: 1
    rrl-ratelimit: 0
    username: ""
    pidfile: ""
    database: ""
    zonesdir: "{place.folder}"
    xfrdfile: "{place.folder}/xfrd.state"
    zonelistfile: "{place.folder}/zone.list"
remote-control:
    control-enable: no
zone:
    name: "cluster.local"
    zonefile: "{place.zone}"
""")
    return ["nsd", "-d", "-c", path]


def knot(place):
    path = write(place, "knot.conf", f"""
server:
    listen: 127.0.0.1@{place.port}
    rundir: "{place.folder}"
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
control:
    listen: "{place.folder}/knot.sock"
database:
    storage: "{place.folder}"
log:
  - target: stderr
    any: warning
zone:
  - domain: cluster.local
    file: "{place.zone}"
    zonefile-sync: -1
    journal-content: none
""")
    return ["knotd", "-c", path]


def write(place, name, text):
    path = pathlib.Path(place.folder, f"{place.port}-{name}")
    path.write_text(text)
    return path
