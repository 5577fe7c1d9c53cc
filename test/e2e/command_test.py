#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The command line, and what is said about Corefiles, good and bad."""

import os
import pathlib
import re
import subprocess

from harness import BUILD, Catena, PATIENCE, ROOT, ZONE_LINE, check, main, run, stop_cleanly
from harness import write_corefile

WHOAMI = ".:0 {\n    bind 127.0.0.1\n    whoami\n}\n"


def test_version(folder):
    code, out, err = run("-version")
    assert code == 0 and err == "", (code, err)
    first, second = out.splitlines()
    assert re.fullmatch(r"[Cc]atena-\d+\.\d+\.\d+\S*", first), out
    assert second.startswith("linux/"), out
    assert run("--version")[1] == out and run("-version=true")[1] == out


def test_plugins_are_those_of_the_tree(folder):
    code, out, err = run("-plugins")
    assert code == 0 and err == ""
    assert out.endswith("\n\n")
    names = out.split()
    assert names == sorted(names)
    tree = sorted(f.parent.name for f in (ROOT / "plugins").glob("*/**/README.md"))
    assert sorted(names) == tree


def test_usage(folder):
    flags = ["-conf", "-dns.port", "-p", "-pidfile", "-plugins", "-quiet", "-version", "check"]
    for arguments, status in (("-h",), 0), (("--help",), 0), (("-nonsense",), 2), (("-conf",), 2):
        code, out, err = run(*arguments)
        assert code == status, (arguments, code)
        assert all(f"  {flag}" in err + out for flag in flags), (arguments, err)
    assert "flag provided but not defined: -nonsense" in run("-nonsense")[2]
    assert "flag needs an argument: -conf" in run("-conf")[2]
    assert 'Corefile to load (default "Corefile")' in run("-h")[2] + run("-h")[1]


# Arguments, exit status, and what standard error has.
REFUSED = [
    (["-conf", "none"], 1, "loading Caddyfile via flag: open none: no such file or directory"),
    (["a", "b"], 1, "extra command line arguments: [a b]"),
    (["-log-format", "xml"], 1, 'unknown log format "xml": expected text or json'),
    (["-log-format", "json", "-dns.port", "many"], 1, '"level":"FATAL","msg":"invalid port'),
    (["-quiet=maybe"], 2, "maybe"),
    (["check"], 2, "check needs the name of a Corefile"),
    (["check", "none"], 1, "none: no such file or directory"),
    (["-dns.port", "many"], 1, "many"),
]


def test_what_the_command_line_refuses(folder):
    for arguments, status, text in REFUSED:
        code, out, err = run(*arguments, folder=folder)
        assert code == status and text in err, (arguments, code, out, err)


def test_start_up_lines(folder):
    catena = Catena(folder, "example.org:0 b_d.example:0 10.0.0.0/8:0 {\n bind 127.0.0.1\n"
                            " whoami\n}\n")
    catena.wait_for("^linux/")
    lines = catena.log().splitlines()
    port = catena.port
    zones = [f"10.in-addr.arpa.:{port} on 127.0.0.1",
             'Warning: Domain "b_d.example." does not follow RFC1035 preferred syntax',
             f"b_d.example.:{port} on 127.0.0.1",
             f"example.org.:{port} on 127.0.0.1"]
    begin = lines.index(zones[0])
    assert lines[begin:begin + 4] == zones, lines
    version = run("-version")[1].splitlines()
    assert lines[-2:] == version, (lines, version)
    stop_cleanly(catena)


def test_quiet_says_nothing_about_zones(folder):
    catena = Catena(folder, WHOAMI)
    port = catena.port
    path = write_corefile(folder, WHOAMI.replace(":0", f":{port}"), "quiet")
    stop_cleanly(catena)
    process = subprocess.Popen([BUILD / "catena", "-quiet", "-conf", path, "-pidfile",
                                f"{folder}/pid"], stdout=subprocess.PIPE, text=True)
    while not os.path.exists(f"{folder}/pid"):
        assert process.poll() is None
    process.terminate()
    out, _ = process.communicate(timeout=PATIENCE)
    assert not re.search(ZONE_LINE, out, re.MULTILINE) and "linux/" not in out, out


def test_the_corefile_from_standard_input_and_from_the_folder(folder):
    bad = ".:0 {\n    nonsense\n}\n"
    code, _, err = run("-conf", "stdin", stdin=bad)
    assert code == 1 and ":2: Unknown directive 'nonsense'" in err, err
    pathlib.Path(folder, "Corefile").write_text(bad)
    code, _, err = run(folder=folder)
    assert code == 1 and "Corefile:2: Unknown directive 'nonsense'" in err, err


# A Corefile, and all that is said about it; {} is where the words of a longer text are left out.
# `OK` is a good one.
CHECKS = [
    ("a good one", WHOAMI, ["Corefile: OK"]),
    ("an empty one stands for whoami and log", "", ["Corefile: OK"]),
    ("an unknown plugin, with the nearest", ".:0 {\n    whomai\n}\n",
     ["Corefile:2: Unknown directive 'whomai' (did you mean 'whoami'?)"]),
    ("a plugin that is not in this build", ".:0 {\n    rewrite name a b\n}\n",
     ["Corefile:2: rewrite: known, not in this build"]),
    ("a multicluster zone of nobody",
     ".:0 {\n    kubernetes cluster.local {\n        endpoint http://127.0.0.1:1\n"
     "        multicluster set.local\n    }\n}\n",
     ["Corefile:4: kubernetes: is not authoritative for the multicluster zone set.local. "
      "(authoritative zones: [cluster.local.])"]),
    ("a scheme that is not in this build", "quic://.:853 {\n    whoami\n}\n",
     ["Corefile:1: 'quic://' is known, not in this build"]),
    ("an unknown property, with the nearest",
     ".:0 {\n    cache {\n        prefecth 10\n    }\n}\n",
     ["Corefile:3: cache: {}prefetch{}"]),
    ("several plugins are wrong at once",
     ".:0 {\n    errors nowhere\n    cache 0\n    whoami\n    forward . 1.1.1.1 {\n"
     "        policy best\n    }\n}\n"
     "b:0 {\n    log {\n        class nobody\n    }\n    bind 300.1.2.3\n}\n",
     ["Corefile:11: log: invalid Class: nobody{}",
      "Corefile:13: bind: not a valid IP address or interface name: \"300.1.2.3\"{}",
      "Corefile:2: errors: invalid log file: nowhere{}",
      "Corefile:3: cache: cache TTL can not be zero or negative: 0{}",
      "Corefile:6: forward: unknown policy 'best'{}"]),
    ("a plugin that stands twice", ".:0 {\n    errors\n    errors\n    whoami\n}\n",
     ["Corefile:3: errors: this plugin can only be used once per Server Block"]),
    ("a block that does not end", ".:0 {\n    whoami\n",
     ["Corefile:2: Syntax error: Unexpected token 'whoami', expecting '}'"]),
    ("a block that ends on the line that opens it", ". { whoami }\n",
     ["Corefile:1: {}"]),
    ("a key twice", "a:0 {\n    whoami\n}\nA.:0 {\n    whoami\n}\n",
     ["Corefile:4: cannot serve dns://a.:0 - it is already defined"]),
    ("a file that is not there", ".:0 {\n    import none\n}\n",
     ["Corefile:2: {}none{}"]),
    ("a pattern that matches nothing is only a warning", WHOAMI + "import *.none\n",
     ["[WARNING] Corefile:5: {}*.none{}", "Corefile: OK"]),
    ("a cluster without a kubeconfig", ".:0 {\n    kubernetes cluster.local {\n"
     "        kubeconfig none\n    }\n}\n", ["Corefile:{}: kubernetes: {}none{}"]),
    ("a cluster without a zone", "10.0.0.0/8:0 {\n    kubernetes {\n"
     "        endpoint http://127.0.0.1:1\n    }\n}\n",
     ["Corefile:2: kubernetes: non-reverse zone name must be used"]),
    ("forward over QUIC is refused by name", ".:0 {\n    forward . quic://1.1.1.1\n}\n",
     ["Corefile:2: forward: {}quic://{}not in this build{}"]),
    ("no class IN without a word", ".:0 {\n    log . {\n        class\n    }\n}\n",
     ["Corefile:3: log: Wrong argument count or unexpected line ending after 'class'{}"]),
]


def fits(line, pattern):
    return re.fullmatch(".*".join(map(re.escape, pattern.split("{}"))), line)


def test_check_says_every_error_at_once(folder):
    for what, corefile, expected in CHECKS:
        code, said = check(folder, corefile)
        lines = sorted(said.splitlines())
        good = "Corefile: OK" in expected
        assert code == (0 if good else 1), (what, code, said)
        assert len(lines) == len(expected), (what, said)
        unfit = [(line, pattern) for line, pattern in zip(lines, sorted(expected))
                 if not fits(line, pattern)]
        assert not unfit, (what, unfit)


def test_a_bad_corefile_says_at_start_what_check_says(folder):
    for what, corefile, expected in CHECKS:
        if "Corefile: OK" in expected:
            continue
        _, said = check(folder, corefile)
        path = write_corefile(folder, corefile)
        code, out, err = run("-conf", path, folder=folder)
        assert code == 1, what
        assert not re.search(ZONE_LINE, out, re.MULTILINE), (what, out)
        told = (out + err).replace(str(path), "Corefile").replace(f"{folder}/", "")
        assert said.strip() in told, (what, said, told)


def test_nothing_listens_after_a_bad_corefile(folder):
    catena = Catena(folder, WHOAMI)
    port = catena.port
    stop_cleanly(catena)
    good_and_bad = WHOAMI.replace(":0", f":{port}") + "b:0 {\n    bind 127.0.0.1\n    nothing\n}\n"
    path = write_corefile(folder, good_and_bad)
    # strace would be a dependency: a socket on that port would make the second one say so.
    code, out, err = run("-conf", path)
    assert code == 1 and "listen" not in (out + err).lower() and str(port) not in out, (out, err)


# Names that a plugin's error line has: those of CoreDNS's Corefiles that this build lacks.
CORPUS = ROOT / "test" / "corpus" / "corefile"


def plugins_in(text):
    """The first words of lines in the outermost blocks; snippets are blocks too."""
    depth, names = 0, []
    for line in text.splitlines():
        words = line.split("#")[0].split()
        if depth == 1 and words and words[0] not in ("}", "import"):
            names.append(words[0])
        depth += (words[-1:] == ["{"]) - (words[:1] == ["}"])
    return set(names)


def test_corefiles_of_clusters_are_taken_far_from_any_cluster(folder):
    """Or refused by the names of what this build lacks."""
    built = set(run("-plugins")[1].split())
    files = sorted(CORPUS.glob("[0-9][0-9]-*"))
    assert len(files) == 22
    for path in files:
        text = path.read_text()
        code, said = check(folder, text, flags=())
        refused = set(re.findall(r"^Corefile:\d+: (\w+): known, not in this build$", said,
                                 re.MULTILINE))
        assert refused == plugins_in(text) - built, (path.name, said)
        for line in said.splitlines():
            assert re.search(r"^\[(NOTE|WARNING)\]|known, not in this build$|^Corefile: OK$", line), (
                path.name, line)
        assert code in (0, 1) and (code == 0) == (said.strip().endswith("Corefile: OK"))


CLUSTER = ".:0 {\n    kubernetes cluster.local\n    bind {$NO_SUCH_IP}\n    cache 30s\n}\n"


def test_check_needs_no_pod_unless_it_is_told_to(folder):
    code, said = check(folder, CLUSTER, flags=())
    assert code == 0 and said.endswith("Corefile: OK\n"), said
    assert "[NOTE] Corefile:2: kubernetes: would need KUBERNETES_SERVICE_HOST" in said, said
    assert "[NOTE] Corefile:3: would need the variable NO_SUCH_IP" in said, said
    assert "[WARNING] Corefile:4: cache: '30s' is taken for a zone" in said, said
    code, said = check(folder, CLUSTER)
    assert code == 1 and "[NOTE]" not in said, said
    assert "Corefile:2: kubernetes: unable to load in-cluster configuration" in said, said
    assert "[WARNING] Corefile:3: the variable NO_SUCH_IP is not set" in said, said


def test_check_reads_standard_input(folder):
    code, out, err = run("check", "-", stdin=WHOAMI)
    assert (code, out, err) == (0, "stdin: OK\n", ""), (code, out, err)
    code, out, err = run("check", "--here", "-", stdin=".:0 {\n    nonsense\n}\n")
    assert code == 1 and "stdin:2: Unknown directive 'nonsense'" in err, err
    assert run("check", "-here=yes", "-", stdin=WHOAMI)[0] == 2


def test_old_names_of_plugins_and_options_are_told_what_took_their_place(folder):
    for corefile, text in (
            (".:0 {\n    proxy . 1.1.1.1\n}\n",
             "Corefile:2: Unknown directive 'proxy': CoreDNS had it once, until 1.5.0: 'forward' took "
             "its place"),
            (".:0 {\n    kubernetes cluster.local {\n        endpoint http://127.0.0.1:1\n"
             "        upstream\n    }\n}\n", "'upstream' is not known any more: "),
            (".:0 {\n    kubernetes cluster.local {\n        endpoint http://127.0.0.1:1\n"
             "        resyncperiod 5m\n    }\n}\n", "'resyncperiod' is not known any more: ")):
        code, said = check(folder, corefile)
        assert code == 1 and text in said, said


def test_the_example_is_good(folder):
    text = (ROOT / "Corefile.example").read_text()
    kubeconfig = pathlib.Path(folder, "kubeconfig")
    kubeconfig.write_text("""
apiVersion: v1
kind: Config
current-context: a
clusters: [{name: a, cluster: {server: "http://127.0.0.1:1"}}]
contexts: [{name: a, context: {cluster: a, user: a}}]
users: [{name: a, user: {}}]
""")
    code, said = check(folder, text, environment={"KUBECONFIG": str(kubeconfig)})
    assert code == 0, said


if __name__ == "__main__":
    main(globals())
