"""A dozen records of each kind of end: what a load makes of them, what people edit then, and what must be there after.

The company is small so that it is loaded and edited within seconds at the vendors' own pace.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.fortnox import FortnoxState
from sandbox.registers.ends import End
from sandbox.registers.firms import Firm, Place
from sandbox.registers.ledger import past
from sandbox.registers.sides import Sides, put_in_fortnox, put_in_severa
from sandbox.severa import SeveraState
from sandbox.severa.shapes import Record
from severa_fortnox.errors import System
from severa_fortnox.work import Kind

SEVERA, FORTNOX = System.SEVERA, System.FORTNOX
STORGATAN = Place("Storgatan 2", "411 01", "Göteborg")
BOX = Place("Box 118", "221 00", "Lund")
HAFEN = Place("Hafenstraße 21", "68159", "Mannheim", "DE")
SETTINGS = {
    "customer_main": "severa",
    "product_main": "fortnox",
    "create_articles": "all",
    "project_closing": "complete",
}


@dataclass(frozen=True)
class Stated:
    """One record and what must become of it.

    Args:
        to: the system that is written to, or would be when an edit is refused; None for a link, and for two records
            that are not linked.
        is_met: whether it has come about, in both systems.
        subject: whose problem says why it is refused; "" when only load and report tell.
    """

    name: str
    kind: Kind
    end: End
    to: System | None
    is_met: Callable[[], bool]
    subject: str = ""


@dataclass
class Showcase:
    """The company in both systems."""

    severa: SeveraState = field(default_factory=lambda: SeveraState(seed=11))
    fortnox: FortnoxState = field(default_factory=lambda: FortnoxState(tenant_id=1000002))

    def __post_init__(self) -> None:
        severa, fortnox = self.severa, self.fortnox
        with past(severa, fortnox):
            self._put(Firm(9001, "Fjällräven Bygg AB", billing=STORGATAN, visiting=HAFEN, phone="08-465 004 17"))
            put_in_fortnox(fortnox, Firm(9002, "Kustens El AB", billing=STORGATAN, visiting=HAFEN, postal=BOX))
            same = Firm(9003, "Lindgrens Åkeri AB", billing=BOX, email="faktura@lindgren.example")
            self._put(same)
            put_in_fortnox(fortnox, same)
            self._put(Firm(9004, "Öbergs Måleri AB", billing=BOX, email="ny@oberg.example"))
            put_in_fortnox(fortnox, Firm(9004, "Öbergs Måleri AB", billing=BOX, email="gammal@oberg.example"))
            self._put(Firm(9005, "Vinterns Färg AB", billing=BOX))
            put_in_fortnox(fortnox, Firm(9005, "Sommarens Tak HB", billing=BOX))
            severa.add_product(name="Licens", code="LIC", unit="st", vat_rate=25)
            severa.add_work_type(name="Konsulttid", code="KON")
            fortnox.add_article(ArticleNumber="RESA", Description="Resa", Type="SERVICE", Unit="km", VAT=25)
            severa.add_product(name="Kurs", code="KURS", unit="h", vat_rate=25)
            fortnox.add_article(ArticleNumber="KURS", Description="Kurs", Type="SERVICE", Unit="st", VAT=25)
            owner = self._customer(9003)
            severa.add_project(owner, name="Vindkartering", number=9102)
            fortnox.add_project(ProjectNumber="9102", Description="Vindkartering", StartDate="2026-01-02")

    def loaded(self) -> list[Stated]:
        """What a load of everything makes of it."""
        customer, product, project = Kind.CUSTOMER, Kind.PRODUCT, Kind.PROJECT
        return [
            Stated("9001 with both addresses", customer, "created", FORTNOX, lambda: self._agree(customer, 9001)),
            Stated("9002 with three addresses", customer, "created", SEVERA, lambda: self._agree(customer, 9002)),
            Stated("9003, the same in both", customer, "linked", None, lambda: self._agree(customer, 9003)),
            Stated("9004, whose e-mail differs", customer, "linked", None, lambda: self._agree(customer, 9004)),
            Stated(
                "9004's e-mail", customer, "updated", FORTNOX, lambda: self._card(9004)["Email"] == "ny@oberg.example"
            ),
            Stated("9005, two companies", customer, "refused", None, self._is_untouched),
            Stated("Licens", product, "created", FORTNOX, lambda: "LIC" in self.fortnox.articles),
            Stated("Konsulttid", product, "created", FORTNOX, lambda: "KON" in self.fortnox.articles),
            Stated("Resa", product, "created", SEVERA, lambda: self._product("RESA") == ("km", 25)),
            Stated("Kurs", product, "linked", None, lambda: self._product("KURS") is not None),
            Stated("Kurs's unit", product, "updated", SEVERA, lambda: self._product("KURS") == ("st", 25)),
            Stated("Löpande 9001", project, "created", FORTNOX, lambda: "13001" in self.fortnox.projects),
            Stated("Löpande 9003", project, "created", FORTNOX, lambda: "13003" in self.fortnox.projects),
            Stated("Löpande 9004", project, "created", FORTNOX, lambda: "13004" in self.fortnox.projects),
            Stated("Löpande 9005", project, "created", FORTNOX, lambda: "13005" in self.fortnox.projects),
            Stated("Vindkartering", project, "linked", None, lambda: "9102" in self.fortnox.projects),
        ]

    def edit(self) -> list[tuple[Kind, str]]:
        """People work on in both systems; the answer is what Fortnox tells of it."""
        severa, fortnox = self.severa, self.fortnox
        severa.update("customers", self._customer(9003), email="ny@lindgren.example")
        severa.update("customers", self._customer(9001), paymentTerm=17)
        self._put(Firm(9007, "Nattens Städ AB", billing=STORGATAN))
        closed = next(iter(severa.all("projects", number=9102)))
        severa.update("projects", closed, isClosed=True, closedDate=severa.today().isoformat())
        # Severa is the main system for customers: what is typed in Fortnox is taken back.
        fortnox.customers["9002"]["Phone1"] = "070-174 06 09"
        put_in_fortnox(fortnox, Firm(9006, "Morgonens Kaffe AB", billing=BOX))
        # And Fortnox for products.
        fortnox.articles["RESA"]["Unit"] = "st"
        for register, number in ((fortnox.customers, "9002"), (fortnox.articles, "RESA")):
            register.touch(number)
        return [(Kind.CUSTOMER, "9002"), (Kind.CUSTOMER, "9006"), (Kind.PRODUCT, "RESA")]

    def followed(self) -> list[Stated]:
        """What those edits come to."""
        customer, product, project = Kind.CUSTOMER, Kind.PRODUCT, Kind.PROJECT
        refused = f"{customer}#{self._customer(9001)['guid']}"
        return [
            Stated(
                "9003's new e-mail",
                customer,
                "updated",
                FORTNOX,
                lambda: self._card(9003)["Email"] == "ny@lindgren.example",
            ),
            Stated("9002's phone, taken back", customer, "updated", FORTNOX, lambda: not self._card(9002)["Phone1"]),
            Stated("9007", customer, "created", FORTNOX, lambda: self._agree(customer, 9007)),
            Stated("9006", customer, "created", SEVERA, lambda: self._agree(customer, 9006)),
            Stated(
                "9001: 17 days, no such terms",
                customer,
                "refused",
                FORTNOX,
                lambda: self._card(9001)["TermsOfPayment"] == "30",
                refused,
            ),
            Stated("Resa's unit", product, "updated", SEVERA, lambda: self._product("RESA") == ("st", 25)),
            Stated("Löpande 9007", project, "created", FORTNOX, lambda: "13007" in self.fortnox.projects),
            Stated(
                "Vindkartering closed",
                project,
                "updated",
                FORTNOX,
                lambda: self.fortnox.projects["9102"]["Status"] == "COMPLETED",
            ),
        ]

    def twice(self) -> list[str]:
        """Numbers that Severa has more than once; Fortnox cannot."""
        numbers = [str(each["number"]) for each in self.severa.records["customers"].values()]
        codes = [each["code"] for name in ("products", "work_types") for each in self.severa.records[name].values()]
        return sorted({each for every in (numbers, codes) for each in every if each and every.count(each) > 1})

    def _put(self, firm: Firm) -> None:
        """In Severa, with a project, so that it is no prospect."""
        customer = put_in_severa(self.severa, firm)
        self.severa.add_project(customer, name=f"Löpande {firm.number}", number=firm.number + 4000)

    def _customer(self, number: int) -> Record:
        return next(iter(self.severa.all("customers", number=number)))

    def _card(self, number: int) -> Record:
        return self.fortnox.customers[str(number)]

    def _is_untouched(self) -> bool:
        """Whether 9005 is still the company that it was, in both."""
        names = [each["name"] for each in self.severa.all("customers", number=9005)]
        return names == ["Vinterns Färg AB"] and self._card(9005)["Name"] == "Sommarens Tak HB"

    def _product(self, code: str) -> tuple[str | None, int] | None:
        found = next(iter(self.severa.all("products", code=code)), None)
        return None if found is None else (found["measurementUnit"], int(found["vatRate"]))

    def _agree(self, kind: Kind, number: int) -> bool:
        """Whether both have it, and the same in every field that is kept in step."""
        ours = next(iter(self.severa.all("customers", number=number)), None)
        if ours is None or str(number) not in self.fortnox.customers:
            return False
        differing = Sides(self.severa, self.fortnox).disagreeing(kind, ours["guid"], str(number))
        # Taken along later, or refused.
        return not differing
