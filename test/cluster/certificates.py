# SPDX-License-Identifier: Apache-2.0
"""Keys and certificates of a cluster, made with openssl; all are good for two days."""

import base64
import json
import pathlib
import subprocess
import time

LEEWAY = 60
CONFIG = "[req]\ndistinguished_name = subject\n[subject]\n"


def openssl(*arguments, stdin=None):
    done = subprocess.run(["openssl", *map(str, arguments)], input=stdin, capture_output=True,
                          timeout=60)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout


class Authority:
    """Signs certificates; everything lies in one folder."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.config = self.folder / "openssl.conf"
        self.config.write_text(CONFIG)
        self.certificate, self.key = self.make("ca", "/CN=test cluster", [
            "basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,digitalSignature"])

    def make(self, name, subject, extensions, signer=()):
        certificate, key = self.folder / f"{name}.crt", self.folder / f"{name}.key"
        added = [word for extension in extensions for word in ("-addext", extension)]
        openssl("req", "-x509", "-config", self.config, "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", subject, *added, *signer,
                "-keyout", key, "-out", certificate)
        return certificate, key

    def issue(self, name, subject, names=()):
        """A certificate for a server with these names (`DNS:…`, `IP:…`) and for a client."""
        extensions = ["basicConstraints=critical,CA:FALSE", "keyUsage=critical,digitalSignature",
                      "extendedKeyUsage=serverAuth,clientAuth"]
        if names:
            extensions.append("subjectAltName=" + ",".join(names))
        return self.make(name, subject, extensions,
                         ("-CA", self.certificate, "-CAkey", self.key))


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def integers_of(signature):
    """The two numbers of an ECDSA signature (a DER sequence) as a JSON web token has them."""
    at, numbers = 2, b""
    for _ in range(2):
        length = signature[at + 1]
        number = signature[at + 2:at + 2 + length]
        numbers += number.lstrip(b"\0").rjust(32, b"\0")
        at += 2 + length
    return numbers


def sign_token(key, issuer, account, seconds):
    """A service account's token as the API server makes them, but it may be as short as wanted: a
    TokenRequest for less than ten minutes is refused. `account` is a ServiceAccount object. The API
    server takes a token for another LEEWAY seconds, which are among the `seconds`."""
    namespace, name = account["metadata"]["namespace"], account["metadata"]["name"]
    end = int(time.time()) + seconds - LEEWAY
    claims = {"iss": issuer, "aud": [issuer], "iat": end - 600, "nbf": end - 600, "exp": end,
              "sub": f"system:serviceaccount:{namespace}:{name}",
              "kubernetes.io": {"namespace": namespace, "serviceaccount": {
                  "name": name, "uid": account["metadata"]["uid"]}}}
    signed = ".".join(encode(json.dumps(part).encode())
                      for part in ({"alg": "ES256", "typ": "JWT"}, claims))
    signature = openssl("dgst", "-sha256", "-sign", key, stdin=signed.encode())
    return f"{signed}.{encode(integers_of(signature))}"
