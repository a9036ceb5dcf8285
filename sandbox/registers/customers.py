"""The customers: a third in both systems, a third in Severa, a third in Fortnox, and their ends (DESIGN 10)."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace

from sandbox.fortnox import FortnoxState
from sandbox.registers.expectations import Created, Difference, Left
from sandbox.registers.firms import Firm, Firms
from sandbox.registers.ledger import Ledger, Past, roles
from sandbox.registers.sides import CONTINUOUS, FORMS, card_of, put_in_fortnox, put_in_severa
from sandbox.severa import SeveraState
from sandbox.severa.shapes import Record
from severa_fortnox.work import Kind

FIRST_NUMBER = 10_001
#: The size for which the numbers of rare cases are stated.
FULL = 1000
IN_BOTH = {
    "inactive in both": 12,
    "inactive in Fortnox": 3,
    "inactive in Severa": 2,
    "another company": 3,
    "leading zeros": 4,
    "department": 4,
    "known to Fortnox only": 5,
    "known to Severa only": 5,
    "number spelled otherwise": 5,
}
IN_SEVERA = {
    "internal": 3,
    "inactive": 10,
    "prospect": 12,
    "prospect, project closed": 3,
    "no such terms": 2,
    "no such currency": 2,
    "no number": 2,
    "forbidden characters": 4,
    "website with scheme": 5,
    "no GLN": 3,
}
IN_FORTNOX = {"not numeric": 4, "inactive": 8, "folds together": 2, "leading zeros": 3, "only a name": 3}
DIFFERING, FOREIGN = 0.1, 0.03
_FORBIDDEN = [text for text in FORMS if text.endswith(" AB")]
_MARKUP = next(text for text in FORMS if text.startswith("<p>"))
#: The words of company forms, spelled out.
_FORMS = {" AB": " Aktiebolag", " HB": " Handelsbolag", " KB": " Kommanditbolag"}


@dataclass
class Customers:
    """Seeds the customers and states what becomes of them.

    Args:
        qualified: Severa customers that must be no prospects: they need an open project or an invoice.
        closed_only: Severa customers whose only project must be a closed one, which leaves them prospects.
    """

    severa: SeveraState
    fortnox: FortnoxState
    rng: random.Random
    past: Past
    ledger: Ledger = field(default_factory=lambda: Ledger(Kind.CUSTOMER))
    qualified: list[Record] = field(default_factory=list)
    closed_only: list[Record] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.firms = Firms(self.rng)
        self._forbidden = iter(_FORBIDDEN)

    def seed(self, total: int) -> None:
        """So many different customers."""
        rng, third = self.rng, total // 3
        abroad = {"foreign": FOREIGN}
        drawn = [
            *(("both", role) for role in roles(rng, third, FULL, IN_BOTH, {"differs": DIFFERING} | abroad)),
            *(("severa", role) for role in roles(rng, third, FULL, IN_SEVERA, abroad)),
            *(("fortnox", role) for role in roles(rng, total - 2 * third, FULL, IN_FORTNOX, abroad)),
        ]
        rng.shuffle(drawn)
        departments = [index for index, (_, role) in enumerate(drawn) if role == "department"]
        of_town = dict(
            zip(departments, self.firms.departments([FIRST_NUMBER + each for each in departments]), strict=False)
        )
        for index, (side, role) in enumerate(drawn):
            self.past.go_to(index / total)
            number = FIRST_NUMBER + index
            firm = of_town.get(index) or (
                self.firms.foreign(number) if role == "foreign" else self.firms.swedish(number)
            )
            getattr(self, f"_in_{side}")(firm, role)
        self.severa.next_number["customers"] = FIRST_NUMBER + total

    def _in_both(self, firm: Firm, role: str) -> None:
        ours, theirs = self._two_of(firm, role)
        number = f"0{firm.number}" if role == "leading zeros" else str(firm.number)
        is_active = {
            system: role not in {"inactive in both", f"inactive in {system}"} for system in ("Severa", "Fortnox")
        }
        customer = put_in_severa(self.severa, ours, isActive=is_active["Severa"])
        put_in_fortnox(self.fortnox, theirs, CustomerNumber=number, Active=is_active["Fortnox"])
        guid, name = customer["guid"], f"{firm.number} {ours.name}"
        if role == "inactive in both":
            self.ledger.skip([guid], [number], name, "inactive in both systems")
            return
        self.qualified.append(customer)
        if not all(is_active.values()):
            other = "Severa" if is_active["Severa"] else "Fortnox"
            self.ledger.refuse([guid], [number], name, f"active in {other} and {role}")
        elif role == "another company":
            self.ledger.refuse([guid], [number], name, f"{theirs.name} has that number in Fortnox")
        else:
            self._link(guid, number, ours, theirs)

    def _link(self, guid: str, number: str, ours: Firm, theirs: Firm) -> None:
        self.ledger.links.add((guid, number))
        if number != str(ours.number):
            self.ledger.noted[guid, number] = (number, str(ours.number))
        in_severa, in_fortnox = card_of(self.fortnox, ours), card_of(self.fortnox, theirs)
        for name in CONTINUOUS[Kind.CUSTOMER]:
            if in_severa[name] != in_fortnox[name]:
                self.ledger.differences.append(Difference(guid, number, name, in_severa[name], in_fortnox[name]))

    def _two_of(self, firm: Firm, role: str) -> tuple[Firm, Firm]:
        """The firm as Severa and as Fortnox has it."""
        match role:
            case "differs":
                pair = (firm, self._changed(firm))
                return pair if self.rng.random() < 0.5 else (pair[1], pair[0])
            case "known to Fortnox only":
                return self._poorer(firm), firm
            case "known to Severa only":
                return firm, self._poorer(firm)
            case "number spelled otherwise":
                spelled = (firm.organisation_number or "").replace("-", "")
                return replace(firm, organisation_number=spelled), firm
            case "another company":
                return firm, self.firms.swedish(firm.number)
        return firm, firm

    def _changed(self, firm: Firm) -> Firm:
        """The firm as somebody wrote it down who had other news of it."""
        firms = self.firms
        domain = (firm.email or "").partition("@")[2]
        form = next((form for form in _FORMS if firm.name.endswith(form)), "")
        changes: list[dict[str, object]] = [
            {"name": firm.name.removesuffix(form) + _FORMS.get(form, f", {firm.number}")},
            {"email": f"kundreskontra@{domain}"},
            {"billing": firms.place()},
            {"days": next(days for days in (30, 20, 10) if days != firm.days)},
            {"phone": next(phone for phone in iter(firms.phone, None) if phone != firm.phone)},
            {"notes": "Ny kontaktperson sedan i våras."},
        ]
        chosen = self.rng.sample(changes, self.rng.choice((1, 1, 1, 2)))
        return replace(firm, **{name: value for change in chosen for name, value in change.items()})  # type: ignore[arg-type]

    def _poorer(self, firm: Firm) -> Firm:
        return replace(firm, **{self.rng.choice(("email", "vat_number")): None})  # type: ignore[arg-type]

    def _in_severa(self, firm: Firm, role: str) -> None:
        more: dict[str, object] = {}
        noted: tuple[str, ...] = ()
        match role:
            case "internal":
                more = {"isInternal": True}
            case "inactive":
                more = {"isActive": False}
            case "no such terms":
                firm = replace(firm, days=17)
            case "no such currency":
                firm = replace(firm, currency="NOK")
            case "forbidden characters":
                name = next(self._forbidden)
                firm, noted = replace(firm, name=name, notes=_MARKUP), (FORMS[name],)
            case "website with scheme":
                firm = replace(firm, website=f"https://{firm.website or 'www.kunden.example'}")
            case "no GLN":
                firm = replace(firm, gln=None)
                more = {"eInvoiceAddress": f"0007:{firm.number}55", "eInvoiceOperator": "INEXCHANGE"}
                noted = (f"0007:{firm.number}55",)
        customer = put_in_severa(self.severa, firm, **more)
        guid, name = customer["guid"], f"{firm.number} {firm.name}"
        skips = {
            "internal": "the own company's card in Severa",
            "inactive": "inactive in Severa and not in Fortnox",
            "prospect": "a prospect: no open project, never invoiced",
            "prospect, project closed": "a prospect: its only project is closed, never invoiced",
        }
        refusals = {
            "no such terms": "no terms of payment in Fortnox have 17 days",
            "no such currency": "the currency NOK does not exist in Fortnox",
            "no number": "it has no number in Severa",
        }
        if role == "no number":
            self.severa.update("customers", customer, number=None)
        if role == "prospect, project closed":
            self.closed_only.append(customer)
        if role in skips:
            self.ledger.skip([guid], [], name, skips[role])
            return
        self.qualified.append(customer)
        if role in refusals:
            self.ledger.refuse([guid], [], name, refusals[role])
        else:
            created = Created(guid, str(firm.number), card_of(self.fortnox, firm), noted)
            self.ledger.created_in_fortnox.append(created)

    def _in_fortnox(self, firm: Firm, role: str) -> None:
        number, name = str(firm.number), f"{firm.number} {firm.name}"
        if role == "only a name":
            firm = Firm(firm.number, firm.name)
        if role == "not numeric":
            number = f"{self.rng.choice(('K-', 'WEB'))}{firm.number}"
        if role == "leading zeros":
            number = f"00{firm.number}"
        put_in_fortnox(self.fortnox, firm, CustomerNumber=number, Active=role != "inactive")
        if role == "inactive":
            self.ledger.skip([], [number], name, "inactive in Fortnox and not in Severa")
        elif role == "not numeric":
            why = "Severa's numbers are whole numbers, and this one has other characters"
            self.ledger.refuse([], [number], f"{number} {firm.name}", why)
        elif role == "folds together":
            twin = put_in_fortnox(self.fortnox, self.firms.swedish(firm.number), CustomerNumber=f"0{number}")
            why = "two cards have that number once leading zeros are left out"
            self.ledger.refused.append(Left((), (number, twin["CustomerNumber"]), name, why))
        else:
            noted = (number, str(firm.number)) if role == "leading zeros" else ()
            created = Created(number, str(firm.number), card_of(self.fortnox, firm), noted)
            self.ledger.created_in_severa.append(created)
