"""A problem as a mail: what failed, why in plain words, what to do, who must do it, where to look (DESIGN 9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from severa_fortnox.alerts.catalogue import explain
from severa_fortnox.store.problems import Problem
from severa_fortnox.work import Kind

#: SNS takes 100 printable ASCII characters as a subject.
_SUBJECT = 100


@dataclass(frozen=True)
class Mail:
    """One mail.

    Args:
        subject: at most 100 printable ASCII characters.
        body: plain text.
    """

    subject: str
    body: str


def problem_mail(problem: Problem, connection: str, links: Mapping[str, str], command: str) -> Mail:
    """The mail that tells a person about a problem.

    Args:
        connection: the connection's name.
        links: address of a record's page by system, with ``{id}`` in it.
        command: how the command line is called for this stack.
    """
    whole = _concerns_connection(problem)
    lines = [f"{_upper(problem.name)} {'does not work' if whole else 'could not be transferred'}.", ""]
    lines += _details(problem, connection)
    several = len(problem.reasons) > 1
    for number, reason in enumerate(problem.reasons, start=1):
        words = explain(reason)
        cause = words.cause.rstrip(".")  # a vendor's own sentence may end with one
        lines += ["", f"{number}. {cause}." if several else f"Why: {cause}."]
        if words.fix:
            lines += [f"   What to do: {words.fix}.", f"   Who: {words.who}."]
        lines.append(f"   Code: {reason.code}")
    lines += _where(problem, links)
    lines += ["", *_afterwards(problem, f"At once, from either: {command} retry {problem.connection}")]
    return Mail(_subject(f"Not {'working' if whole else 'transferred'}: {problem.name}"), "\n".join(lines) + "\n")


def resolved_mail(problem: Problem, connection: str) -> Mail:
    """The mail that says a problem is gone."""
    lines = [
        f"{_upper(problem.name)}: the problem is solved, nothing is left to do.",
        "",
        *_details(problem, connection),
    ]
    lines += ["", "It was:", *(f"- {explain(reason).cause}." for reason in problem.reasons)]
    return Mail(_subject(f"Solved: {problem.name}"), "\n".join(lines) + "\n")


def digest_mail(problems: Sequence[Problem], connection: str) -> Mail:
    """The daily reminder of what is open."""
    lines = [f"These problems of {connection} are open for more than a day:", ""]
    for problem in problems:
        lines.append(f"- {problem.name}: {'; '.join(explain(reason).cause for reason in problem.reasons)}.")
    return Mail(_subject(f"{len(problems)} open: {connection}"), "\n".join(lines) + "\n")


def _details(problem: Problem, connection: str) -> list[str]:
    named = (("Customer", "customer"), ("Amount", "amount"), ("Date", "date"))
    found = [f"{label}: {problem.detail[key]}" for label, key in named if problem.detail.get(key)]
    return [*found, f"Connection: {connection}"]


def _afterwards(problem: Problem, at_once: str) -> list[str]:
    if _kind(problem) in {Kind.CUSTOMER, Kind.PRODUCT, Kind.PROJECT}:
        again = "When it is mended it is looked at again by itself: as soon as the record changes, and once a day."
        return [again, at_once.replace(", from either", "")]
    if problem.subject.startswith("connection#registers"):
        return ["When it is mended the changes are taken up by themselves; until then they wait, and none is lost."]
    return [
        "When it is mended: an invoice that is in the ready status is tried again by itself; set it ready again if it",
        f"was moved to the failed status. {at_once}",
    ]


def _where(problem: Problem, links: Mapping[str, str]) -> list[str]:
    if _concerns_connection(problem):
        return []
    kind, id = _kind(problem), problem.subject.partition("#")[2]
    if kind != Kind.INVOICE:
        system = problem.detail.get("system", "severa").capitalize()
        named = [reason.values["number"] for reason in problem.reasons if reason.values.get("number")]
        also = [f"In Fortnox: {named[0]}"] if named and system == "Severa" else []
        return ["", f"In {system}: {problem.name} ({id})", *also]
    lines = ["", f"In Severa: {_page(links, 'severa', id) or f'{problem.name} ({id})'}"]
    # A reason about the invoice's customer names the customer's number, which is no place to look for the invoice.
    numbers = (reason.values for reason in problem.reasons if "customer" not in reason.values)
    number = next((values["number"] for values in numbers if "number" in values), None)
    if number:
        lines.append(f"In Fortnox: {_page(links, 'fortnox', number) or number}")
    return lines


def _page(links: Mapping[str, str], system: str, id: str) -> str:
    return links.get(system, "").replace("{id}", id)


def _kind(problem: Problem) -> str:
    return problem.subject.partition("#")[0]


def _concerns_connection(problem: Problem) -> bool:
    """Whether it is a problem of all records, a licence or a setting, and not of one."""
    return problem.subject.startswith("connection#")


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _subject(text: str) -> str:
    plain = text.translate(str.maketrans("åäöéøæÅÄÖÉØÆ", "aaoeoaAAOEOA")).encode("ascii", "replace").decode()
    printable = "".join(character if character.isprintable() else " " for character in plain)
    return " ".join(printable.split())[:_SUBJECT]
