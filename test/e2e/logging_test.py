#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""JSON lines, and metadata in lines: what the query log and all others look like."""

import datetime
import json
import re
import subprocess

from harness import BUILD, Catena, PATIENCE, Program, dig, main, run, stop_cleanly
from harness import write_corefile
from upstream import Upstream, reply_to

COREFILE = """
example.org:0 example.net:0 {
    bind 127.0.0.1
    log example.org "{name} \\"{rcode}\\""
    errors
    whoami
}
.:0 {
    bind 127.0.0.1
    log
    errors
    forward . 127.0.0.1:1
}
"""
# In this order.
QUERY_FIELDS = ["time", "level", "msg", "plugin", "client_ip", "client_port", "qname", "qtype",
                "qclass", "protocol", "id", "opcode", "request_size", "dnssec_ok", "bufsize",
                "rcode", "response_size", "duration_seconds"]
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}(Z|[+-]\d\d:\d\d)"


def records(catena):
    """Every line is a record, with the fields that all have."""
    found = []
    for line in catena.log().splitlines():
        record = json.loads(line)
        assert list(record)[:3] == ["time", "level", "msg"], line
        assert re.fullmatch(TIME, record["time"]), line
        seconds = datetime.datetime.fromisoformat(record["time"][:26] + record["time"][29:].replace(
            "Z", "+00:00")).timestamp()
        assert abs(seconds - datetime.datetime.now().timestamp()) < 10 * PATIENCE, line
        found.append(record)
    return found


class JsonCatena(Catena):
    def __init__(self, folder, corefile):
        path = write_corefile(folder, corefile)
        command = [BUILD / "catena", "-log-format", "json", "-conf", path]
        Program.__init__(self, command, folder, "catena")
        self.port = int(self.wait_for(r"\.:(\d+) on 127\.0\.0\.1").group(1))


def test_every_line_is_a_record(folder):
    catena = JsonCatena(folder, COREFILE)
    catena.wait_for("linux/")
    zones, version = records(catena)[-2:]
    port = catena.port
    assert zones["level"] == "INFO" and "plugin" not in zones
    assert zones["msg"] == "\n".join(
        f"{zone}:{port} on 127.0.0.1" for zone in (".", "example.net.", "example.org."))
    assert version["msg"] == run("-version")[1].strip()
    assert dig(catena, "A.Example.org", "TXT", "+bufsize=1400") == []
    assert dig(catena, "example.com", "A", "+tcp", "+noedns") == []
    catena.wait_for("connection refused")
    stop_cleanly(catena)
    queries = [record for record in records(catena) if record.get("plugin") == "log"]
    assert len(queries) == 2 and all(list(query) == QUERY_FIELDS for query in queries), queries
    first, second = queries
    assert first["msg"] == 'a.example.org. "NOERROR"'
    assert (first["qname"], first["qtype"], first["qclass"]) == ("a.example.org.", "TXT", "IN")
    assert (first["protocol"], first["bufsize"], first["rcode"]) == ("udp", 1400, "NOERROR")
    assert first["client_ip"] == "127.0.0.1" and first["client_port"] > 0
    assert first["dnssec_ok"] is False and first["opcode"] == 0
    assert (second["protocol"], second["bufsize"], second["rcode"]) == ("tcp", 65535, "SERVFAIL")
    assert second["response_size"] == second["request_size"] == 29
    assert 0 < second["duration_seconds"] < PATIENCE and second["level"] == "INFO"
    assert second["msg"].startswith(f'127.0.0.1:{second["client_port"]} - {second["id"]} "A IN ')
    errors = [record for record in records(catena) if record["level"] == "ERROR"]
    assert [error["plugin"] for error in errors] == ["errors"], errors
    assert errors[0]["msg"].startswith("2 example.com. A: dial tcp ")
    assert "SIGTERM: Shutting down servers then terminating" in [r["msg"] for r in records(catena)]


def fatal(*arguments, folder=None):
    """The record on standard error of a start that fails; standard output must have records too."""
    code, out, err = run("-log-format", "json", *arguments, folder=folder)
    assert code == 1 and err.count("\n") == 1, (code, out, err)
    assert all(json.loads(line) for line in out.splitlines())
    record = json.loads(err)
    assert record["level"] == "FATAL" and re.fullmatch(TIME, record["time"]), err
    return record["msg"]


def test_a_start_that_fails_is_one_record(folder):
    path = write_corefile(folder, ".:0 {\n    whoamy\n    errors a\n}\n")
    assert fatal("-conf", "none") == (
        "loading Caddyfile via flag: open none: no such file or directory")
    assert fatal("a", "b") == "extra command line arguments: [a b]"
    lines = fatal("-conf", path).splitlines()
    assert len(lines) == 2 and "Unknown directive 'whoamy'" in lines[0], lines
    path.write_text(".:0 {\n    loadbalance weighted none {\n        reload 0s\n    }\n}\n")
    assert fatal("-conf", path) == "plugin/loadbalance: open none: no such file or directory"


def test_flags_are_a_matter_of_text(folder):
    for arguments in ("-nonsense",), ("-conf",):
        code, out, err = run("-log-format=json", *arguments)
        assert code == 2 and "Usage of" in err and "{" not in err, err
    code, out, err = run("-log-format", "xml", "a")
    assert code == 1 and err == 'unknown log format "xml": expected text or json\n', err
    assert run("-log-format", "json", "-version") == run("-version")


def test_a_loop_is_a_fatal_record(folder):
    catena = JsonCatena(folder, ".:0 {\n    bind 127.0.0.1\n    whoami\n}\n")
    port = catena.port
    stop_cleanly(catena)
    path = write_corefile(folder, f".:{port} {{\n    bind 127.0.0.1\n    loop\n"
                                  f"    forward . 127.0.0.1:{port}\n}}\n")
    done = subprocess.run([BUILD / "catena", "-log-format", "json", "-conf", path],
                          capture_output=True, text=True, timeout=PATIENCE)
    last = json.loads(done.stdout.splitlines()[-1])
    assert done.returncode == 1 and last["level"] == "FATAL" and last["plugin"] == "loop", done
    assert last["msg"].startswith("Loop (127.0.0.1:"), last


def test_metadata_is_there_where_it_was_asked_for(folder):
    upstream = Upstream(lambda query, _: reply_to(query, f"{query.question[0].name} 9 A 192.0.2.1"))
    block = f"""
    bind 127.0.0.1
    log . "{{name}} from {{/forward/upstream}} {{/log/type}} {{/log/class}}"
    forward . {upstream.address}
}}
"""
    catena = Catena(folder, f"a.test:0 {{\n    metadata{block}b.test:0 {{{block}"
                            f"c.test:0 {{\n    metadata x.c.test{block}")
    for name in "a.test", "b.test", "c.test", "y.X.c.test":
        assert dig(catena, name, "A") == ["192.0.2.1"]
    known = f"from {upstream.address} NOERROR success"
    for line in (f"a.test. {known}", "b.test. from - - -", "c.test. from - - -",
                 f"y.x.c.test. {known}"):
        catena.wait_for(rf"^\[INFO\] {re.escape(line)}$")
    stop_cleanly(catena)
    upstream.stop()


if __name__ == "__main__":
    main(globals())
