#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the READMEs show is true: every Corefile runs, every question has the answer shown, every
option exists, every link leads somewhere."""

import os
import pathlib
import re
import ssl

import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype

from authority import Authority
from harness import Catena, Kubesim, PATIENCE, ROOT, check, eventually, main, stop_cleanly
from upstream import Upstream, reply_to

READMES = sorted([ROOT / "README.md", ROOT / "core" / "README.md",
                  *(ROOT / "plugins").glob("**/README.md")])
PLUGINS = sorted(path.parent for path in (ROOT / "plugins").glob("*/**/README.md"))
SECTIONS = ["Name", "Description", "Syntax", "Metrics", "Examples", "Differences from CoreDNS",
            "See Also"]


class Example:
    """A Corefile of a README, and the questions with their answers that follow it."""

    def __init__(self, readme, line, corefile):
        self.where = f"{readme.relative_to(ROOT)}:{line}"
        self.corefile = corefile
        self.questions = []


def blocks(path):
    """Fenced blocks: line number, language and text."""
    text = path.read_text()
    for found in re.finditer(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        yield text.count("\n", 0, found.start()) + 1, found.group(1), found.group(2)


def examples():
    found = []
    for readme in READMES:
        last = None
        for line, language, text in blocks(readme):
            if language == "corefile":
                last = Example(readme, line, text)
                found.append(last)
            elif language == "dig":
                assert last, f"{readme}:{line}: a question before any Corefile"
                last.questions.append(text)
    return found


def surroundings(folder):
    """What examples refer to: a cluster, and certificates."""
    kubesim = Kubesim(folder)
    authority = Authority(folder)
    certificate, key = authority.issue("cert")
    os.replace(key, certificate.with_name("key.pem"))
    return kubesim, {"KUBECONFIG": str(kubesim.kubeconfig), "POD_IP": "127.0.0.1",
                     "HEALTH_PORT": "0", "READY_PORT": "0"}


def with_files(corefile, folder):
    """Certificates are where they are."""
    return re.sub(r"\b(cert|key|ca)\.pem\b", rf"{folder}/\g<0>", corefile)


def asked(catena, zone, folder):
    """The answer to a question below a zone, which may be of an encrypted listener."""
    scheme, _, name = zone.rpartition("://")
    query = dns.message.make_query(f"question.{name}".rstrip("."), "TXT")
    if scheme != "tls":
        return dns.query.udp(query, "127.0.0.1", PATIENCE, catena.port)
    context = ssl.create_default_context(cafile=f"{folder}/ca.pem")
    context.load_cert_chain(f"{folder}/cert.pem", f"{folder}/key.pem")
    return dns.query.tls(query, "127.0.0.1", PATIENCE, catena.port, ssl_context=context,
                         server_hostname="dns.test")


def test_every_corefile_is_good(folder):
    kubesim, environment = surroundings(folder)
    found = examples()
    assert len(found) > 8
    for example in found:
        code, said = check(folder, with_files(example.corefile, folder), environment)
        assert code == 0 and said == "Corefile: OK\n", f"{example.where}: {said}"
    stop_cleanly(kubesim)


def somewhere(query, _):
    return reply_to(query, f"{query.question[0].name} 300 A 192.0.2.1")


def test_every_corefile_runs_and_answers_as_shown(folder):
    kubesim, environment = surroundings(folder)
    upstream = Upstream(somewhere)
    for number, example in enumerate(examples()):
        corefile = with_files(re.sub(r"(?<=:)1[08]53\b", "0", example.corefile), folder)
        # No packet leaves this host: whoever is asked for other names is the one above.
        corefile = re.sub(r"^(\s*forward \S+) [^{\n]*", rf"\1 {upstream.address} ", corefile,
                          flags=re.MULTILINE)
        catena = Catena(folder, corefile, f"catena{number}", environment, ["-dns.port", "0"])
        zone = catena.wait_for(r"^(\S*):\d+( on \S+)?$").group(1)
        assert asked(catena, zone, folder).flags & dns.flags.QR, example.where
        for question in example.questions:
            eventually(lambda: compare(catena, question, example.where))
        stop_cleanly(catena)
    upstream.stop()
    stop_cleanly(kubesim)


def compare(catena, text, where):
    """`NAME [CLASS] TYPE`, `;; status: ...`, then records, those of other sections behind
    `;; SECTION`."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    name, *its_class, kind = lines[0].split()
    answer = catena.ask(name, kind, rdclass=(its_class or ["IN"])[0])
    for line in lines[1:2]:
        status = re.fullmatch(r";; status: (\w+) flags: ([\w ]+)", line)
        assert status, (where, line)
        assert dns.rcode.to_text(answer.rcode()) == status.group(1), (where, answer)
        flags = dns.flags.to_text(answer.flags).lower().replace("rd", "").split()
        wanted = status.group(2).replace("rd", "").split()
        assert flags == wanted, (where, flags, wanted)
    for section, records in (("ANSWER", answer.answer), ("AUTHORITY", answer.authority),
                             ("ADDITIONAL", answer.additional)):
        mark = f";; {section} "
        wanted = [line.removeprefix(mark) for line in lines[2:]
                  if line.startswith(mark) or (section == "ANSWER" and not line.startswith(";;"))]
        found = [record for rrset in records for record in rrset.to_text().splitlines()]
        assert same(found, wanted), f"{where} {name} {section}:\n{found}\n{wanted} shown"
    return True


def same(found, wanted):
    """In any order; `*` stands for any word."""
    if len(found) != len(wanted):
        return False
    patterns = [r"\s+".join(r"\S+" if word == "*" else re.escape(word) for word in line.split())
                for line in wanted]
    left = list(found)
    for pattern in patterns:
        fits = [line for line in left if re.fullmatch(pattern, line)]
        if not fits:
            return False
        left.remove(fits[0])
    return True


def test_readmes_of_plugins_have_their_sections(folder):
    for plugin in PLUGINS:
        text = (plugin / "README.md").read_text()
        name = plugin.name
        assert text.startswith(f"# {name}\n\n## Name\n\n*{name}* - "), name
        assert re.findall(r"^## (.*)$", text, re.MULTILINE) == SECTIONS, name


def shown_options(plugin):
    """The first words inside the braces of the Syntax section."""
    text = (plugin / "README.md").read_text()
    syntax = text[text.index("## Syntax"):text.index("## Metrics")]
    block = re.search(r"^```\n(.*?)^```$", syntax, re.MULTILINE | re.DOTALL)
    assert block, plugin.name
    inner = block.group(1).partition("{\n")[2]
    return set(re.findall(r"^\s+\[?([a-z0-9_]+)", inner, re.MULTILINE))


ASKED = re.compile(r'\b(?:each|property|flag|has|next_property)\(\s*"([a-z0-9_]+)"'
                   r'|\((?:directive|property|line|setup),\s*"([a-z0-9_]+)"')


def asked_options(plugin):
    """What the plugin's setup asks for by name, in the places where it reads its directive."""
    found = set()
    for source in plugin.glob("*.cpp"):
        if re.search("_(test|bench|fuzz)$", source.stem):
            continue
        found |= {first or second for first, second in ASKED.findall(source.read_text())}
    return found


def test_options_shown_are_options_that_exist(folder):
    for plugin in PLUGINS:
        shown, asked = shown_options(plugin), asked_options(plugin)
        for option in sorted(shown):
            corefile = f".:0 {{\n    {plugin.name} {{\n        {option}\n    }}\n}}\n"
            _, said = check(folder, corefile)
            assert f"unknown property '{option}'" not in said, (plugin.name, said)
            assert f"'{option}' is known, not in this build" not in said, (plugin.name, said)
        assert asked <= shown, (plugin.name, "not in its README", asked - shown)


def test_options_that_are_refused_are_named_in_the_readme(folder):
    for plugin in PLUGINS:
        text = (plugin / "README.md").read_text()
        for source in plugin.glob("*.cpp"):
            for option in re.findall(r'not_in_this_build\("([a-z0-9_]+)"', source.read_text()):
                assert f"`{option}`" in text, (plugin.name, option)


def test_links_lead_somewhere(folder):
    # Folders made by a build or by hand are not the project's.
    for folder_name, _, names in os.walk(ROOT):
        if "/build" in folder_name or "/." in folder_name.removeprefix(str(ROOT)):
            continue
        for page in (pathlib.Path(folder_name, name) for name in names if name.endswith(".md")):
            for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text()):
                if "://" not in target:
                    assert (page.parent / target).exists(), f"{page.relative_to(ROOT)}: {target}"


def test_every_plugin_is_in_the_table(folder):
    text = (ROOT / "plugins" / "README.md").read_text()
    for plugin in PLUGINS:
        place = plugin.relative_to(ROOT / "plugins")
        assert f"[{plugin.name}]({place}/README.md)" in text, plugin.name


if __name__ == "__main__":
    main(globals())
