# SPDX-License-Identifier: Apache-2.0
"""The Corefiles that are measured: one text for catena and CoreDNS."""


# Room for all names that are asked for.
CACHE = """cache {
        success 20000 3600 3600
    }"""


def cache(place):
    return f"""
.:{place.port} {{
    bind 127.0.0.1
    errors
    {CACHE}
    forward . 127.0.0.1:{place.upstream}
}}
"""


def forward(place):
    return f"""
.:{place.port} {{
    bind 127.0.0.1
    errors
    forward . 127.0.0.1:{place.upstream}
}}
"""


def chain(place):
    """Nine plugins, as a cluster's server has them, on the wildcard address."""
    health, ready, metrics = place.more_ports
    return f"""
.:{place.port} {{
    errors
    health 127.0.0.1:{health}
    ready 127.0.0.1:{ready}
    prometheus 127.0.0.1:{metrics}
    {CACHE}
    forward . 127.0.0.1:{place.upstream}
    loop
    reload
    loadbalance
}}
"""


def tls(place):
    certificate, key = place.certificate
    return f"""
tls://.:{place.port} {{
    bind 127.0.0.1
    tls {certificate} {key}
    errors
    {CACHE}
    forward . 127.0.0.1:{place.upstream}
}}
"""


def cluster(place):
    return f"""
.:{place.port} {{
    bind 127.0.0.1
    errors
    cache 30 {{
        disable success cluster.local
        disable denial cluster.local
    }}
    kubernetes cluster.local {{
        kubeconfig {place.kubeconfig}
    }}
}}
"""


def idle(place):
    return f"""
.:{place.port} {{
    bind 127.0.0.1
    whoami
}}
"""
