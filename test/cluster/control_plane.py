# SPDX-License-Identifier: Apache-2.0
"""etcd, kube-apiserver, kube-controller-manager, kube-scheduler and kwok on 127.0.0.1, with TLS and
RBAC: a cluster of its own in a temporary folder. kwok plays the kubelets, so pods are objects only.
"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request

from api import Api
from certificates import Authority, openssl, sign_token
from processes import Process, free_port

HERE = pathlib.Path(__file__).resolve().parent
ISSUER = "https://kubernetes.default.svc.cluster.local"
SERVICE_RANGE = "10.247.0.0/16,fd00:10:247::/112"
POD_RANGE = "172.16.0.0/16,fd00:172:16::/56"
DNS_ADDRESS = "10.247.3.10"
NODES = 3
SERVER_NAMES = ["IP:127.0.0.1", "DNS:localhost", "IP:10.247.0.1", "DNS:kubernetes",
                "DNS:kubernetes.default", "DNS:kubernetes.default.svc",
                "DNS:kubernetes.default.svc.cluster.local"]
# Rights, account and Service of the DNS server, as in its usual deployment.
ROLE = {"metadata": {"name": "system:coredns"}, "rules": [
    {"apiGroups": [""], "resources": ["endpoints", "services", "pods", "namespaces"],
     "verbs": ["list", "watch"]},
    {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"],
     "verbs": ["list", "watch"]}]}
BINDING = {"metadata": {"name": "system:coredns"},
           "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole",
                       "name": "system:coredns"},
           "subjects": [{"kind": "ServiceAccount", "name": "coredns", "namespace": "kube-system"}]}
ACCOUNT = {"metadata": {"name": "coredns"}}
SERVICE = {"metadata": {"name": "kube-dns", "labels": {"k8s-app": "kube-dns"}},
           "spec": {"clusterIP": DNS_ADDRESS, "ports": [
               {"name": "dns", "port": 53, "protocol": "UDP"},
               {"name": "dns-tcp", "port": 53, "protocol": "TCP"},
               {"name": "metrics", "port": 9153, "protocol": "TCP"}]}}


def programs_folder():
    """Where test/cluster/build has put the programs; an error if it has not."""
    done = subprocess.run([HERE / "build", "--folder"], capture_output=True, text=True)
    assert done.returncode == 0, "test/cluster/build has not been run"
    return pathlib.Path(done.stdout.strip())


def eventually(check, patience=180.0):
    deadline = time.monotonic() + patience
    while not check():
        assert time.monotonic() < deadline, f"not within {patience} s: {check.__qualname__}"
        time.sleep(0.03)


class ControlPlane:
    """A cluster; start() makes it ready for pods, stop() ends what start() began and removes its
    folder. `with ControlPlane() as plane` does both."""

    def __init__(self, arguments=()):
        self.programs = programs_folder()
        self.arguments = list(arguments)  # More of them for kube-apiserver.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="catena-cluster-"))
        self.processes = {}
        self.port, self.etcd_port, self.peer_port = (free_port() for _ in range(3))
        self.url = f"https://127.0.0.1:{self.port}"
        self.kubeconfig = self.folder / "admin.kubeconfig"

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.keep_logs()
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        self.make_certificates()
        self.start_etcd()
        self.start_api_server()
        self.start_others()
        self.make_objects()
        self.wait_until_usable()

    def make_certificates(self):
        self.authority = Authority(self.folder / "pki")
        self.server_files = self.authority.issue("server", "/CN=kube-apiserver", SERVER_NAMES)
        self.token_key = self.folder / "pki" / "tokens.key"
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", self.token_key)
        admin = self.write_kubeconfig("admin", "/O=system:masters/CN=admin")
        self.write_kubeconfig("controller-manager", "/CN=system:kube-controller-manager")
        self.write_kubeconfig("scheduler", "/CN=system:kube-scheduler")
        self.admin_files = admin
        self.api = self.connect()

    def connect(self):
        """Another connection for the administrator: one for each thread."""
        return Api(self.port, self.authority.certificate, *self.admin_files)

    def write_kubeconfig(self, name, subject):
        certificate, key = self.authority.issue(name, subject)
        user = {"client-certificate": str(certificate), "client-key": str(key)}
        self.kubeconfig_for(name, user)
        return certificate, key

    def kubeconfig_for(self, name, user, url=None):
        """Writes NAME.kubeconfig (JSON is YAML) for a user's credentials."""
        path = self.folder / f"{name}.kubeconfig"
        cluster = {"server": url or self.url, "certificate-authority": str(self.authority.certificate)}
        path.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "test",
            "clusters": [{"name": "test", "cluster": cluster}],
            "users": [{"name": name, "user": user}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": name}}]}, indent=1))
        return path

    def run(self, name, *arguments):
        environment = {"HOME": str(self.folder)}
        self.processes[name] = Process(name, [self.programs / name, *arguments], self.folder,
                                       environment)
        return self.processes[name]

    def start_etcd(self):
        client, peer = (f"http://127.0.0.1:{port}" for port in (self.etcd_port, self.peer_port))
        etcd = self.run("etcd", "--data-dir", self.folder / "etcd", "--unsafe-no-fsync",
                        "--listen-client-urls", client, "--advertise-client-urls", client,
                        "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
                        "--initial-cluster", f"default={peer}", "--log-level", "warn",
                        "--quota-backend-bytes", str(4 << 30))
        etcd.wait_for(lambda: b'"true"' in urllib.request.urlopen(f"{client}/health", timeout=5).read())

    def start_api_server(self):
        certificate, key = self.server_files
        server = self.run(
            "kube-apiserver", "--etcd-servers", f"http://127.0.0.1:{self.etcd_port}",
            "--bind-address=127.0.0.1", f"--secure-port={self.port}",
            "--advertise-address=192.0.2.1", "--service-cluster-ip-range", SERVICE_RANGE,
            "--authorization-mode=Node,RBAC", "--client-ca-file", self.authority.certificate,
            "--requestheader-client-ca-file", self.authority.certificate,
            "--requestheader-allowed-names=nobody", "--requestheader-username-headers=X-Remote-User",
            "--requestheader-group-headers=X-Remote-Group",
            "--requestheader-extra-headers-prefix=X-Remote-Extra-",
            "--tls-cert-file", certificate, "--tls-private-key-file", key,
            "--service-account-issuer", ISSUER, "--service-account-key-file", self.token_key,
            "--service-account-signing-key-file", self.token_key, *self.arguments)
        server.wait_for(self.api.ready)

    def start_others(self):
        self.start_controller_manager()
        config = self.folder / "scheduler.kubeconfig"
        self.run("kube-scheduler", "--kubeconfig", config, "--authentication-kubeconfig", config,
                 "--authorization-kubeconfig", config, "--leader-elect=false",
                 "--bind-address=127.0.0.1", f"--secure-port={free_port()}",
                 "--cert-dir", self.folder / "scheduler", "--kube-api-qps=200", "--kube-api-burst=400")
        self.start_kwok()

    def start_controller_manager(self):
        config = self.folder / "controller-manager.kubeconfig"
        self.run("kube-controller-manager", "--kubeconfig", config,
                 "--authentication-kubeconfig", config, "--authorization-kubeconfig", config,
                 "--service-account-private-key-file", self.token_key,
                 "--root-ca-file", self.authority.certificate, "--use-service-account-credentials",
                 "--leader-elect=false", "--allocate-node-cidrs", "--cluster-cidr", POD_RANGE,
                 "--service-cluster-ip-range", SERVICE_RANGE, "--node-cidr-mask-size-ipv4=20",
                 "--node-cidr-mask-size-ipv6=64", "--node-monitor-grace-period=300s",
                 "--bind-address=127.0.0.1", f"--secure-port={free_port()}",
                 "--cert-dir", self.folder / "controller-manager",
                 "--kube-api-qps=200", "--kube-api-burst=400")

    def start_kwok(self):
        self.run("kwok", "--kubeconfig", self.kubeconfig, "--manage-all-nodes",
                 "--node-lease-duration-seconds=40", "--config", HERE / "stages.yaml")

    def make_objects(self):
        for number in range(NODES):
            self.make_node(f"node-{number}", f"zone-{'ab'[number % 2]}")
        api = self.api
        api.create_when_possible("serviceaccounts", ACCOUNT, "kube-system")
        api.create("clusterroles", ROLE)
        api.create("clusterrolebindings", BINDING)
        api.create("services", SERVICE, "kube-system")

    def make_node(self, name, zone):
        self.api.create_when_possible("nodes", {"metadata": {
            "name": name, "labels": {"topology.kubernetes.io/zone": zone}}})
        size = {"cpu": "1k", "memory": "1Ti", "pods": "4000"}
        self.api.patch("nodes", name, part="status", change={"status": {
            "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
            "capacity": size, "allocatable": size}})

    def wait_until_usable(self):
        def node_usable(node):
            conditions = {c["type"]: c["status"] for c in node["status"].get("conditions", [])}
            return (conditions.get("Ready") == "True" and node["spec"].get("podCIDR")
                    and not node["spec"].get("taints"))

        def nodes_usable():
            nodes = self.api.get("/api/v1/nodes")["items"]
            return len(nodes) == NODES and all(map(node_usable, nodes))
        eventually(nodes_usable)
        eventually(lambda: self.api.exists("serviceaccounts", "default", "default"))

    def kubectl(self, *arguments, check=True, stdin=None):
        """Runs kubectl as the administrator; returns what it prints."""
        done = subprocess.run(
            [self.programs / "kubectl", "--kubeconfig", self.kubeconfig, *map(str, arguments)],
            capture_output=True, text=True, timeout=120, input=stdin,
            env={**os.environ, "HOME": str(self.folder)})
        if check:
            assert done.returncode == 0, f"kubectl {arguments}:\n{done.stdout}{done.stderr}"
        return done.stdout + ("" if check else done.stderr)

    def request_token(self, seconds=3600):
        path = self.api.path("serviceaccounts", "kube-system", "coredns", "token")
        wanted = {"spec": {"expirationSeconds": seconds}}
        return self.api.request("POST", path, wanted)["status"]["token"]

    def short_token(self, seconds):
        """A token of the DNS server's account that is good for `seconds` only."""
        account = self.api.get(self.api.path("serviceaccounts", "kube-system", "coredns"))
        return sign_token(self.token_key, ISSUER, account, seconds)

    def end(self, *names, how=signal.SIGTERM, patience=5.0):
        for name in names:
            if name in self.processes:
                self.processes.pop(name).stop(how, patience)

    def restart_api_server(self, between=lambda: None):
        """Kills it, calls `between`, and starts it on the same port."""
        self.end("kube-apiserver", how=signal.SIGKILL)
        self.api.close()
        between()
        self.start_api_server()

    def etcd(self, path, **body):
        """Asks etcd through its JSON gateway."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.etcd_port}{path}",
                                         json.dumps(body).encode(), method="POST")
        with urllib.request.urlopen(request, timeout=60) as reply:
            return json.loads(reply.read())

    def compact(self):
        """Throws all of etcd's history away."""
        revision = self.etcd("/v3/kv/range", key="AA==")["header"]["revision"]
        self.etcd("/v3/kv/compaction", revision=revision, physical=True)

    def save_etcd(self, copy):
        """A copy of etcd's data; the API server is away for a moment."""
        def make_copy():
            self.end("etcd")
            shutil.copytree(self.folder / "etcd", copy)
            self.start_etcd()
        self.restart_api_server(make_copy)

    def restore_etcd(self, copy):
        def put_back():
            self.end("etcd", how=signal.SIGKILL)
            shutil.rmtree(self.folder / "etcd")
            shutil.copytree(copy, self.folder / "etcd")
            self.start_etcd()
        # Controllers whose watches are ahead of the cluster would do nothing for long.
        self.end("kwok", "kube-scheduler", "kube-controller-manager", how=signal.SIGKILL)
        self.restart_api_server(put_back)
        self.start_others()

    def keep_logs(self):
        """Prints the ends of the programs' logs: a cluster that fails must say why."""
        for name in list(self.processes):
            print(f"--- {name}\n{self.processes[name].log()[-2500:]}", flush=True)

    def stop(self):
        for name in "kwok", "kube-scheduler", "kube-controller-manager":
            if name in self.processes:
                self.processes[name].ask_to_end()
        self.end("kwok", "kube-scheduler", "kube-controller-manager", "kube-apiserver", "etcd")
        shutil.rmtree(self.folder, ignore_errors=True)
