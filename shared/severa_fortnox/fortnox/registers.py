"""Fortnox's registers: customers, articles, projects, and the small ones that others point to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from severa_fortnox.errors import Bug, System
from severa_fortnox.fortnox.calls import FortnoxCalls
from severa_fortnox.fortnox.changes import ArticleChanges, CustomerChanges, ProjectChanges
from severa_fortnox.fortnox.models import (
    Article,
    ArticleItem,
    ArticlePayload,
    CompanyInformation,
    CurrencyCode,
    Customer,
    CustomerItem,
    CustomerPayload,
    Project,
    ProjectPayload,
    TermsOfPayment,
    Unit,
)
from severa_fortnox.fortnox.unknowns import Readings


class FortnoxRegisters:
    """The part of `FortnoxClient` that reads and writes registers.

    A list without filters is the whole register. Every list is complete or raises `errors.Retryable`; nothing is handed
    over before its last page is read. List items do not say whether a record is active: the list is asked for that.
    """

    _calls: FortnoxCalls
    _readings: Readings

    # Customers

    def customer(self, number: str) -> Customer:
        """One customer."""
        about = f"customer {number}"
        return self._calls.get("/3/customers/{number}", number=number, about=about).one(Customer, "Customer")

    def customers(self, active: bool | None = None, modified_since: datetime | None = None) -> Iterator[CustomerItem]:
        """The customers as list items.

        Args:
            active: only active ones or only inactive ones; None for both.
            modified_since: only those changed then or later, to the minute, with its offset.
        """
        filters = {**_active(active), **self._modified(modified_since, "GET /3/customers")}
        return self._calls.listed("/3/customers", CustomerItem, "Customers", "CustomerNumber", filters)

    def customers_numbered(self, number: str) -> list[CustomerItem]:
        """The customers whose number contains this; comparing is the caller's, because leading zeros may differ."""
        return self._customers_containing("customernumber", number)

    def customers_by_organisation_number(self, text: str) -> list[CustomerItem]:
        """The customers whose organisation number contains this text as it is; comparing is the caller's.

        Hyphens and spaces count: a number may be written in several ways, and each has to be asked for.
        """
        return self._customers_containing("organisationnumber", text)

    def create_customer(self, payload: CustomerPayload) -> Customer:
        """Create a customer."""
        about = f"customer {payload.CustomerNumber}"
        return self._calls.create("/3/customers", "Customer", payload, about).one(Customer, "Customer")

    def update_customer(self, number: str, changes: CustomerChanges) -> Customer:
        """Change what is set in the changes; a None that is set clears the field."""
        about = f"customer {number}"
        answer = self._calls.update("/3/customers/{number}", "Customer", changes, about, number=number)
        return answer.one(Customer, "Customer")

    # Articles

    def article(self, number: str) -> Article:
        """One article."""
        about = f"article {number}"
        return self._calls.get("/3/articles/{number}", number=number, about=about).one(Article, "Article")

    def articles(self, active: bool | None = None, modified_since: datetime | None = None) -> Iterator[ArticleItem]:
        """The articles as list items.

        Args:
            active: only active ones or only inactive ones; None for both.
            modified_since: only those changed then or later, to the minute, with its offset.
        """
        filters = {**_active(active), **self._modified(modified_since, "GET /3/articles")}
        return self._calls.listed("/3/articles", ArticleItem, "Articles", "ArticleNumber", filters)

    def articles_numbered(self, number: str) -> list[ArticleItem]:
        """The articles whose number contains this, in upper or lower case; comparing is the caller's."""
        filters = {"articlenumber": number}
        return list(self._calls.listed("/3/articles", ArticleItem, "Articles", "ArticleNumber", filters))

    def articles_described(self, text: str) -> list[ArticleItem]:
        """The articles whose description contains this text; comparing is the caller's."""
        filters = {"description": text}
        return list(self._calls.listed("/3/articles", ArticleItem, "Articles", "ArticleNumber", filters))

    def create_article(self, payload: ArticlePayload) -> Article:
        """Create an article."""
        about = f"article {payload.ArticleNumber}"
        return self._calls.create("/3/articles", "Article", payload, about).one(Article, "Article")

    def update_article(self, number: str, changes: ArticleChanges) -> Article:
        """Change what is set in the changes; a None that is set clears the field."""
        about = f"article {number}"
        answer = self._calls.update("/3/articles/{number}", "Article", changes, about, number=number)
        return answer.one(Article, "Article")

    # Projects

    def project(self, number: str) -> Project:
        """One project."""
        about = f"project {number}"
        return self._calls.get("/3/projects/{number}", number=number, about=about).one(Project, "Project")

    def projects(self, modified_since: datetime | None = None) -> Iterator[Project]:
        """The projects, completed or not, as list items: without their comments.

        Args:
            modified_since: only those changed then or later, to the minute, with its offset.
        """
        filters = self._modified(modified_since, "GET /3/projects")
        return self._calls.listed("/3/projects", Project, "Projects", "ProjectNumber", filters)

    def create_project(self, payload: ProjectPayload) -> Project:
        """Create a project."""
        about = f"project {payload.ProjectNumber}"
        return self._calls.create("/3/projects", "Project", payload, about).one(Project, "Project")

    def update_project(self, number: str, changes: ProjectChanges) -> Project:
        """Change what is set in the changes; a None that is set clears the field."""
        about = f"project {number}"
        answer = self._calls.update("/3/projects/{number}", "Project", changes, about, number=number)
        return answer.one(Project, "Project")

    # What the others point to

    def units(self) -> list[Unit]:
        """The company's units."""
        return list(self._calls.listed("/3/units", Unit, "Units", "Code"))

    def currencies(self) -> list[CurrencyCode]:
        """The currencies in the company's register."""
        return list(self._calls.listed("/3/currencies", CurrencyCode, "Currencies", "Code"))

    def terms_of_payment(self) -> list[TermsOfPayment]:
        """The company's terms of payment."""
        return list(self._calls.listed("/3/termsofpayments", TermsOfPayment, "TermsOfPayments", "Code"))

    def company(self) -> CompanyInformation:
        """Which company this is."""
        return self._calls.get("/3/companyinformation").one(CompanyInformation, "CompanyInformation")

    # Filters

    def _customers_containing(self, parameter: str, text: str) -> list[CustomerItem]:
        about = f"customer {text}"
        filters = {parameter: text}
        return list(self._calls.listed("/3/customers", CustomerItem, "Customers", "CustomerNumber", filters, about))

    def _modified(self, since: datetime | None, operation: str) -> dict[str, Any]:
        if since is None:
            return {}
        if since.tzinfo is None:
            raise Bug("a time without offset means another instant to Fortnox", system=System.OURS, operation=operation)
        return {"lastmodified": self._readings.lastmodified(since)}


def _active(wanted: bool | None) -> dict[str, Any]:
    return {} if wanted is None else {"filter": "active" if wanted else "inactive"}
