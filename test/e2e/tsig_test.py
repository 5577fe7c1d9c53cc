#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Signed questions and answers (TSIG), as dnspython, dig and kdig see them, and signatures that none
of them would make."""

import pathlib
import re
import shutil
import ssl
import subprocess
import time

import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.tsig
import dns.tsigkeyring

from authority import Authority
from harness import Catena, Kubesim, PATIENCE, Skip, data_of, main, stop_cleanly
from signatures import BADKEY, BADSIG, BADTIME, BADTRUNC, BASE64, Signed, Signing, sign
from upstream import Upstream, reply_to
from wire import FORMERR, REFUSED, Tcp, Udp

NOTAUTH = 9
RING = dns.tsigkeyring.from_text({"key.example.": BASE64, "other.": "b3RoZXI="})
ALGORITHMS = ["hmac-sha1", "hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512"]
KEYS = f"secret key.example. {BASE64}\n secret other. b3RoZXI="


def ordinary(query, _):
    count = 100 if query.question[0].name.to_text().startswith("many") else 1
    return reply_to(query, *(f"{query.question[0].name} 300 A 192.0.2.{n}" for n in range(count)),
                    flags=dns.flags.RA | dns.flags.AD)


def serve(folder, upstream, properties=KEYS, zones="", more="", name="catena"):
    return Catena(folder, f"""
.:0 {{
    bind 127.0.0.1
    errors
    log
    tsig {zones} {{
        {properties}
    }}
    cache
    forward . {upstream.address}
}}
{more}
""", name)


class Tls(Tcp):
    """A connection over TLS, to whoever it is."""

    def __init__(self, port):
        super().__init__(port, timeout=PATIENCE)
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self.socket = context.wrap_socket(self.socket)


def ask(catena, name, kind="A", send=dns.query.udp, key="key.example.",
        algorithm=dns.tsig.HMAC_SHA256, **options):
    query = dns.message.make_query(name, kind, **options)
    query.use_tsig(RING, key, algorithm=algorithm)
    return send(query, "127.0.0.1", port=catena.port, timeout=PATIENCE)


def test_answers_are_signed_as_the_questions_were(folder):
    upstream = Upstream(ordinary)
    catena = serve(folder, upstream)
    for send in dns.query.udp, dns.query.tcp:
        for algorithm in ALGORITHMS:
            for key in "key.example.", "other.", "KEY.Example.":
                # Of one cached answer each client gets its own signature.
                answer = ask(catena, "a.example.", send=send, key=key, use_edns=0,
                             algorithm=dns.name.from_text(algorithm))
                assert answer.had_tsig and data_of(answer, "A") == ["192.0.2.0"], answer
                assert answer.edns == 0 and not answer.flags & dns.flags.AD, answer
    assert upstream.count() == 1
    assert not catena.ask("a.example.").had_tsig
    stop_cleanly(catena)
    upstream.stop()


def test_many_questions_on_one_connection(folder):
    upstream = Upstream(ordinary)
    catena = serve(folder, upstream)
    connection = Tcp(catena.port)
    asked = {}
    for number in range(60):
        query = dns.message.make_query(f"q{number}.example.", "A", id=number).to_wire()
        message, asked[number] = sign(query)
        connection.send(message)
    for _ in range(60):
        reply = Signed(connection.receive())
        assert reply.is_right(asked.pop(reply.original_id)), reply.decoded()
    connection.close()
    stop_cleanly(catena)
    upstream.stop()


# What is wrong, rcode, error of the TSIG record or None where there is none, whether it is signed.
FAULTS = [
    (Signing(), 0, 0, True),
    (Signing(key="KEY.example.", algorithm="HMAC-sha256."), 0, 0, True),
    (Signing(other=b"else", error=3), 0, 0, True),
    (Signing(key="kex.example."), NOTAUTH, BADKEY, False),
    (Signing(algorithm="hmac-md5.sig-alg.reg.int."), NOTAUTH, BADKEY, False),
    (Signing(secret=b"another"), NOTAUTH, BADSIG, False),
    (Signing(original_id=7), NOTAUTH, BADSIG, False),
    (Signing(ago=1000), NOTAUTH, BADTIME, True),
    (Signing(ago=-1000), NOTAUTH, BADTIME, True),
    (Signing(ago=20, fudge=0), NOTAUTH, BADTIME, True),
    (Signing(ago=1000, secret=b"another"), NOTAUTH, BADSIG, False),
    (Signing(cut=1), NOTAUTH, BADTRUNC, True),
    (Signing(cut=16), NOTAUTH, BADTRUNC, True),
    (Signing(cut=17), FORMERR, None, False),
    (Signing(cut=32), FORMERR, None, False),
    (Signing(padding=b"\0"), FORMERR, None, False),
    (Signing(dns_class=1), FORMERR, None, False),
    (Signing(ttl=300), FORMERR, None, False),
]


def check_reply(reply, how, mac, fault):
    rcode, error, signed = fault
    assert reply.decoded().rcode() == rcode, (how, reply.decoded())
    assert bool(reply.tsig) == (error is not None), how
    if error is None:
        return
    assert (reply.key, reply.algorithm) == (how.key, how.algorithm), how
    fudge = how.fudge if error == BADTIME else 300
    assert (reply.error, reply.fudge, reply.original_id) == (error, fudge, 0x1234), how
    assert (reply.dns_class, reply.ttl) == (255, 0), how
    assert signed == bool(reply.mac) and (not signed or reply.is_right(mac)), how
    now = int.from_bytes(reply.other, "big") if error == BADTIME else reply.time
    assert len(reply.other) == (6 if error == BADTIME else 0), how
    assert abs(now - time.time()) < 60 if signed else now == 0, (how, now)


def over_tls(folder, upstream):
    certificate, key = Authority(folder).issue("server")
    return f"""
tls://.:0 {{
    bind 127.0.0.1
    tls {certificate} {key}
    tsig {{
        {KEYS}
    }}
    forward . {upstream.address}
}}
"""


def test_every_field_that_can_be_wrong(folder):
    upstream = Upstream(ordinary)
    required = serve(folder, upstream, KEYS + "\n require all", name="required")
    optional = serve(folder, upstream, more=over_tls(folder, upstream))
    secure = optional.port_of("tls://.")
    for catena in required, optional:
        ways = [Udp(catena.port), Tcp(catena.port)] + ([Tls(secure)] if catena is optional else [])
        for way in ways:
            for how, *fault in FAULTS:
                query = dns.message.make_query("a.example.", "A", id=0x1234, use_edns=0).to_wire()
                message, mac = sign(query, how)
                way.send(message)
                check_reply(Signed(way.receive()), how, mac, fault)
            way.close()
    assert required.rcode("a.example.") == "REFUSED"
    assert optional.rcode("a.example.") == "NOERROR"
    for catena in required, optional:
        assert BASE64 not in catena.log() and "0123456789abcdef" not in catena.log()
        stop_cleanly(catena)
    upstream.stop()


def test_every_bit_that_changes_on_the_way(folder):
    """Nothing that was changed is answered as if it had not been."""
    upstream = Upstream(ordinary)
    catena = serve(folder, upstream, KEYS + "\n require all")
    ways = Udp(catena.port, timeout=PATIENCE), Tcp(catena.port, timeout=PATIENCE)
    whole, _ = sign(dns.message.make_query("a.example.", "A", id=0x1234).to_wire())
    probe, _ = sign(dns.message.make_query("b.example.", "A", id=0x4321).to_wire())
    for at in range(2, len(whole)):
        for bit in 0, 3, 7:
            changed = bytearray(whole)
            changed[at] ^= 1 << bit
            for way in ways:
                # Some are not answered at all (QR); the next one always is.
                way.send(bytes(changed))
                way.send(probe)
                while True:
                    reply = way.receive()
                    if reply[:2] == probe[:2]:
                        break
                    assert reply[3] & 15 in (1, 4, REFUSED, NOTAUTH), (at, bit, reply)
    stop_cleanly(catena)
    upstream.stop()


def test_what_does_not_fit_is_asked_for_again(folder):
    upstream = Upstream(ordinary)
    catena = serve(folder, upstream)
    for size in 512, 1232, 4096:
        query = dns.message.make_query("many.example.", "A", use_edns=0, payload=size, id=1)
        message, mac = sign(query.to_wire())
        way = Udp(catena.port)
        way.send(message)
        data = way.receive()
        way.close()
        reply = Signed(data)
        assert len(data) <= size and reply.is_right(mac), size
        answer = reply.decoded()
        cut = bool(answer.flags & dns.flags.TC)
        # RFC 8945 section 5.3: what is cut has nothing but its question.
        assert cut == (size < 2000) and len(answer.answer) == (0 if cut else 1), answer
    answer, cut = dns.query.udp_with_fallback(signed_query("many.example."), "127.0.0.1",
                                              port=catena.port, timeout=PATIENCE)
    assert cut and answer.had_tsig and len(answer.answer[0]) == 100, answer
    stop_cleanly(catena)
    upstream.stop()


def signed_query(name):
    query = dns.message.make_query(name, "A")
    query.use_tsig(RING, "key.example.")
    return query


def test_secrets_are_those_of_all_blocks_of_a_listener(folder):
    pathlib.Path(folder, "keys").write_text(
        f'key "key.example." {{\n    algorithm hmac-sha256;\n    secret "{BASE64}";\n}};\n')
    upstream = Upstream(ordinary)
    catena = Catena(folder, f"""
a.example:0 {{
    bind 127.0.0.1
    tsig {{
        secrets keys
    }}
    forward . {upstream.address}
}}
b.example:0 {{
    bind 127.0.0.1
    tsig {{
        require all
    }}
    forward . {upstream.address}
}}
c.example:0 {{
    bind 127.0.0.1
    forward . {upstream.address}
}}
""")
    for zone in "a.example.", "b.example.":
        answer = ask(catena, f"www.{zone}")
        assert answer.had_tsig and data_of(answer, "A") == ["192.0.2.0"], answer
    assert catena.rcode("www.a.example.") == "NOERROR"
    assert catena.rcode("www.b.example.") == "REFUSED"
    stop_cleanly(catena)
    upstream.stop()


class Signer(Upstream):
    """Verifies a question's TSIG, as the reply's is made with it."""

    def answers(self, data, transport):
        query = dns.message.from_wire(data, keyring=RING)
        assert query.had_tsig
        return [self.script(query, transport).to_wire()]


def test_names_of_other_zones_keep_their_signature(folder):
    upstream = Signer(ordinary)
    catena = serve(folder, upstream, "require all", "example.org")
    answer = ask(catena, "a.example.")
    assert answer.had_tsig and data_of(answer, "A") == ["192.0.2.0"], answer
    assert catena.rcode("a.example.org.") == "REFUSED"
    stop_cleanly(catena)
    upstream.stop()


def large_cluster(folder, count):
    manifest = "---\n".join(f"""
apiVersion: v1
kind: Service
metadata:
  name: service-with-a-rather-long-name-{n}
spec:
  ports:
    - name: http
      port: 80
""" for n in range(count))
    path = pathlib.Path(folder, "large.yaml")
    path.write_text(manifest)
    return Kubesim(folder, manifests=(path,))


def test_a_transfer_of_many_messages(folder):
    """Each message is signed together with the MAC of the one before: dnspython verifies that one by
    one, so do dig and kdig."""
    kubesim = large_cluster(folder, 2000)
    certificate, key = Authority(folder).issue("server")
    catena = Catena(folder, f"""
(zone) {{
    bind 127.0.0.1
    errors
    tsig {{
        {KEYS}
        require AXFR IXFR
    }}
    transfer {{
        to *
    }}
    kubernetes {{
        kubeconfig {kubesim.kubeconfig}
    }}
}}
cluster.local:0 {{
    import zone
}}
tls://cluster.local:0 {{
    import zone
    tls {certificate} {key}
}}
""")
    for algorithm in ALGORITHMS:
        messages = list(dns.query.xfr("127.0.0.1", "cluster.local", port=catena.port, keyring=RING,
                                      keyname="key.example.", relativize=False,
                                      keyalgorithm=algorithm, lifetime=PATIENCE))
        assert len(messages) > 3 and all(message.had_tsig for message in messages), len(messages)
        names = {rrset.name for message in messages for rrset in message.answer}
        assert len(names) > 2000, len(names)
    refused = next(wire_transfer(catena, sign(query_of_a_transfer(), Signing(key="kex."))[0]))
    assert (refused.decoded().rcode(), refused.error) == (NOTAUTH, BADKEY)
    plain = next(wire_transfer(catena, query_of_a_transfer()))
    assert plain.decoded().rcode() == dns.rcode.REFUSED and not plain.tsig
    for program in "dig", "kdig":
        transfer_with(catena.port, program)
    transfer_with(catena.port_of("tls://cluster.local."), "kdig", "+tls")
    stop_cleanly(catena)
    stop_cleanly(kubesim)


def query_of_a_transfer():
    return dns.message.make_query("cluster.local.", "AXFR", id=1).to_wire()


def wire_transfer(catena, message):
    connection = Tcp(catena.port)
    connection.send(message)
    yield Signed(connection.receive())
    connection.close()


def transfer_with(port, program, *options):
    if not shutil.which(program):
        raise Skip(f"no {program}")
    for secret, good in (BASE64, True), ("b3RoZXI=", False):
        done = subprocess.run(
            [program, *options, "-y", f"hmac-sha256:key.example:{secret}", "@127.0.0.1", "-p",
             str(port), "cluster.local", "AXFR"],
            capture_output=True, text=True, timeout=PATIENCE)
        said = done.stdout + done.stderr
        services = set(re.findall(r"^service-\S+", said, re.MULTILINE))
        assert (len(services) == 2000) == good, (program, said[-1000:])
        doubt = re.search("(?i)could ?n.t|could not|bad|fail|warning", said)
        assert not (good and doubt), (program, said[-1000:])


if __name__ == "__main__":
    main(globals())
