# SPDX-License-Identifier: Apache-2.0
"""Certificates for tests, made by openssl."""

import pathlib
import subprocess


def openssl(*words, text=None):
    done = subprocess.run(["openssl", *map(str, words)], input=text, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def make_identity(folder, name, alternative):
    """A key and a certificate that vouches for itself, as files: NAME.pem and NAME-key.pem."""
    certificate, key = (pathlib.Path(folder, f"{name}{end}.pem") for end in ("", "-key"))
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-days", 2, "-subj", f"/CN={name}", "-addext", f"subjectAltName={alternative}",
            "-keyout", key, "-out", certificate)
    return certificate, key


class Authority:
    """Signs certificates, which lie as files in its folder."""

    def __init__(self, folder, name="ca"):
        self.folder = pathlib.Path(folder)
        self.certificate = self.folder / f"{name}.pem"
        self.key = self.folder / f"{name}.key"
        openssl("req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", self.key, "-out",
                self.certificate, "-days", 2, "-subj", f"/CN={name}")

    def issue(self, name, names="DNS:dns.test,IP:127.0.0.1"):
        """The files of a certificate and of its key."""
        certificate, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        request = openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                          "-keyout", key, "-subj", f"/CN={name}", "-addext",
                          f"subjectAltName={names}")
        certificate.write_text(openssl("x509", "-req", "-CA", self.certificate, "-CAkey", self.key,
                                       "-copy_extensions", "copyall", "-days", 2, text=request))
        return certificate, key
