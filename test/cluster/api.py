# SPDX-License-Identifier: Apache-2.0
"""A client of the API server for what kubectl would do too slowly."""

import http.client
import json
import ssl
import time

PATCHES = {"merge": "application/merge-patch+json", "json": "application/json-patch+json"}
PATHS = {
    "namespaces": "/api/v1/namespaces",
    "nodes": "/api/v1/nodes",
    "pods": "/api/v1/namespaces/{}/pods",
    "services": "/api/v1/namespaces/{}/services",
    "serviceaccounts": "/api/v1/namespaces/{}/serviceaccounts",
    "endpointslices": "/apis/discovery.k8s.io/v1/namespaces/{}/endpointslices",
    "statefulsets": "/apis/apps/v1/namespaces/{}/statefulsets",
    "clusterroles": "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    "clusterrolebindings": "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
}


class Refused(Exception):
    """The API server's answer was an error."""

    def __init__(self, status, body):
        super().__init__(f"{status}: {body[:600]}")
        self.status = status


class Api:
    """One connection with a client certificate. Not for several threads."""

    def __init__(self, port, authority, certificate, key):
        self.context = ssl.create_default_context(cafile=str(authority))
        self.context.load_cert_chain(str(certificate), str(key))
        self.port = port
        self.connection = None

    def send(self, method, path, body, headers):
        if self.connection is None:
            self.connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=60,
                                                          context=self.context)
        self.connection.request(method, path, body, headers)
        reply = self.connection.getresponse()
        return reply.status, reply.read().decode()

    def raw(self, method, path, body=None, kind="application/json"):
        """Status and body; a connection that the server has closed is opened again."""
        headers = {"Content-Type": kind, "Accept": "application/json"}
        data = None if body is None else json.dumps(body)
        for last in False, True:
            try:
                return self.send(method, path, data, headers)
            except (http.client.HTTPException, OSError):
                self.close()
                if last:
                    raise

    def request(self, method, path, body=None, kind="application/json"):
        status, text = self.raw(method, path, body, kind)
        if status >= 400:
            raise Refused(status, text)
        return json.loads(text) if text.startswith(("{", "[")) else text

    def get(self, path):
        return self.request("GET", path)

    def ready(self):
        return self.raw("GET", "/readyz")[0] == 200

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def path(self, resource, namespace=None, name=None, part=None):
        path = PATHS[resource].format(namespace)
        return path + "".join(f"/{word}" for word in (name, part) if word)

    def create(self, resource, item, namespace=None):
        return self.request("POST", self.path(resource, namespace), item)

    def patch(self, resource, name, change, namespace=None, part=None, kind="merge"):
        return self.request("PATCH", self.path(resource, namespace, name, part), change,
                            PATCHES[kind])

    def delete(self, resource, name, namespace=None):
        return self.request("DELETE", self.path(resource, namespace, name))

    def exists(self, resource, name, namespace=None):
        return self.raw("GET", self.path(resource, namespace, name))[0] == 200

    def create_when_possible(self, resource, item, namespace=None, patience=30.0):
        """For the first moments of a server, when rights and namespaces are not there yet."""
        deadline = time.monotonic() + patience
        while True:
            try:
                return self.create(resource, item, namespace)
            except Refused as refused:
                if refused.status not in (403, 404, 500, 503) or time.monotonic() > deadline:
                    raise
            time.sleep(0.05)
