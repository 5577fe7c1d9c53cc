# SPDX-License-Identifier: Apache-2.0
"""Objects for tests, as small as the API server takes them."""

SERVICE_LABEL = "kubernetes.io/service-name"
HTTP = ({"name": "http", "port": 80},)


def metadata(name, labels=None, annotations=None):
    return {"name": name, "labels": labels or {}, "annotations": annotations or {}}


def namespace(name, **labels):
    return {"metadata": metadata(name, labels)}


def service(name, ports=HTTP, selector=None, annotations=None, **spec):
    """A ClusterIP Service unless `spec` says otherwise."""
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata(name, None, annotations),
            "spec": {"ports": list(ports), "selector": selector or {}, **spec}}


def headless(name, app=None, ports=HTTP, **spec):
    """A Service without an address over the pods with label app=`app`."""
    selector = {"app": app} if app else None
    return service(name, ports, selector, clusterIP="None", **spec)


def external(name, target):
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata(name),
            "spec": {"type": "ExternalName", "externalName": target}}


def stateful_set(name, governing, replicas, annotations=None):
    """Pods NAME-0, NAME-1, … with label app=NAME, whose hostnames the Service `governing` shows."""
    labels = {"app": name}
    annotations = annotations or {}
    # Without a time of grace the API server takes pods away at once.
    grace = 60 if "catena/terminates-after" in annotations else 0
    pod = {"metadata": {"labels": labels, "annotations": annotations},
           "spec": {"terminationGracePeriodSeconds": grace,
                    "containers": [{"name": "main", "image": "none"}]}}
    return {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": metadata(name),
            "spec": {"serviceName": governing, "replicas": replicas,
                     "podManagementPolicy": "Parallel", "selector": {"matchLabels": labels},
                     "template": pod}}


def endpoint(address, ready=True, **more):
    return {"addresses": [address], "conditions": {"ready": ready}, **more}


def slice_of(name, of_service, endpoints, ports=HTTP, family="IPv4"):
    """An EndpointSlice made by hand; `of_service` of None leaves the label out."""
    labels = {SERVICE_LABEL: of_service} if of_service is not None else {}
    return {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
            "metadata": metadata(name, labels),
            "addressType": family, "endpoints": list(endpoints), "ports": list(ports)}


def listed(*items):
    """One document for `kubectl apply -f -`."""
    return {"apiVersion": "v1", "kind": "List", "items": list(items)}
