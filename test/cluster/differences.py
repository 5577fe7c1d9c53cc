# SPDX-License-Identifier: Apache-2.0
"""Where catena's answers are meant to differ from CoreDNS's: what plugins/kubernetes/README.md lists
under "Differences from CoreDNS", one function for each. It is true only for the difference that it
describes: of this question, these two answers.
"""

import dataclasses

from answers import NO_REPLY, Answer, Question
from model import Found, Model, from_reverse


@dataclasses.dataclass
class Case:
    question: Question
    model: Model
    found: Found  # What the model has at the name; None if nothing.
    ours: Answer
    theirs: Answer

    @property
    def place(self):
        return self.found.kind if self.found else None

    @property
    def only_they_deny(self):
        return self.ours.is_no_data and self.theirs.is_denied_name


# Names with something below them.
NODES = ("apex", "kind", "namespace", "pod namespace", "dns", "server")
DIFFERENCES = []


def difference(function):
    DIFFERENCES.append(function)
    return function


@difference
def text_at_names_above_others(case):
    """TXT at `cluster.local`, `svc.`, a namespace: no data; CoreDNS denies the name."""
    return case.question.kind == "TXT" and case.place in NODES and case.only_they_deny


@difference
def soa_at_absent_names(case):
    """SOA at a name that does not exist: CoreDNS does not look and has no data."""
    return case.question.kind == "SOA" and case.found is None and case.ours.is_denied_name and \
        case.theirs.is_no_data


@difference
def other_types_at_version_and_reverse_names(case):
    """dns-version and reverse names that exist have no data of other types; CoreDNS denies them."""
    own = {"version": "TXT", "reverse": "PTR"}
    return case.place in own and case.question.kind != own[case.place] and case.only_they_deny


@difference
def node_above_the_name_server(case):
    """`dns.cluster.local` stands above `ns.dns.cluster.local`: no data; CoreDNS denies it."""
    return case.place == "dns" and case.only_they_deny


@difference
def name_server_with_bind(case):
    """CoreDNS knows no addresses of its own where the block has `bind`: no NS, nothing at ns.dns."""
    return (case.place, case.question.kind) in (("apex", "NS"), ("server", "A")) and \
        bool(case.ours.answer) and (case.theirs.is_no_data or case.theirs.is_denied_name)


@difference
def name_server_in_any_case(case):
    """`ns.dns` is found in any spelling and denies other types; CoreDNS compares letters."""
    return case.place == "server" and case.only_they_deny


@difference
def aliases_for_every_type(case):
    """An ExternalName Service has a CNAME for every type."""
    return case.place == "external" and case.question.kind not in ("A", "AAAA", "CNAME") and \
        case.theirs.is_no_data and [record[2] for record in case.ours.answer] == ["CNAME"]


@difference
def ends_of_aliases(case):
    """An alias whose target does not exist, or has no such record, keeps its CNAME, with the code and
    the SOA of its end; CoreDNS says NOERROR, and nothing about targets in its own zone."""
    nothing = [record[2] for record in case.ours.answer if record[2] != "CNAME"] == []
    return case.place == "external" and case.question.kind in ("A", "AAAA") and nothing and \
        case.theirs.rcode == "NOERROR" and (case.theirs.is_no_data or
                                            case.theirs.answer == case.ours.answer)


@difference
def pods_in_any_spelling(case):
    """`pods verified`: CoreDNS compares the texts of addresses, catena the addresses."""
    spelled = case.question.name.split(".")[0]
    return case.place == "pod" and case.model.settings.pods == "verified" and \
        case.theirs.is_denied_name and "-0-0-" in spelled


@difference
def ways_back_to_hidden_namespaces(case):
    """`namespace_labels` hides addresses too; CoreDNS goes on giving their names."""
    return case.question.kind == "PTR" and bool(case.model.settings.namespace_labels) and \
        case.ours.is_denied_name and bool(case.theirs.answer) and \
        not any(case.model.is_exposed(record[3].split(".svc.")[0].rsplit(".", 1)[1])
                for record in case.theirs.answer)


@difference
def ways_back_from_slices_of_no_service(case):
    """A slice without a Service's name gives its addresses no names; CoreDNS makes a name with an empty
    label for them, cannot write it, and does not answer."""
    return case.question.kind == "PTR" and case.found is None and case.ours.is_denied_name and \
        case.theirs == NO_REPLY and any(service == "" for _, service, _ in case.model.by_endpoint[
            from_reverse(case.question.name)])


def named_difference(case):
    """The name of the difference that explains two answers; None if nothing does."""
    for function in DIFFERENCES:
        if function(case):
            return function.__name__
    return None
