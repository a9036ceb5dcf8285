"""What we change on Fortnox's records: only what is set goes out, and a None that is set clears the field.

A field without None is required over there, and null is refused (`reference` fortnox 6.4). Its default is never sent.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from severa_fortnox.fortnox.models import ARTICLE_NAME, LONG, PROJECT_COMMENTS, PROJECT_NAME


class _Changes(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CustomerChanges(_Changes):
    """Changes of a customer card; its number never changes."""

    Name: str = Field(default="", min_length=1, max_length=LONG)
    Active: bool = True
    OrganisationNumber: str | None = Field(default=None, max_length=30)
    VATNumber: str | None = None
    VATType: str | None = None
    Type: str | None = None
    Currency: str | None = Field(default=None, min_length=3, max_length=3)
    TermsOfPayment: str | None = None
    Email: str | None = Field(default=None, max_length=LONG)
    WWW: str | None = Field(default=None, max_length=128)
    Phone1: str | None = Field(default=None, max_length=LONG)
    Comments: str | None = Field(default=None, max_length=LONG)
    GLN: str | None = Field(default=None, min_length=13, max_length=13)
    Address1: str | None = Field(default=None, min_length=1, max_length=LONG)
    Address2: str | None = Field(default=None, max_length=LONG)
    ZipCode: str | None = Field(default=None, max_length=10)
    City: str | None = Field(default=None, max_length=LONG)
    CountryCode: str | None = Field(default=None, min_length=2, max_length=2)
    DeliveryAddress1: str | None = Field(default=None, max_length=LONG)
    DeliveryAddress2: str | None = Field(default=None, max_length=LONG)
    DeliveryZipCode: str | None = Field(default=None, max_length=10)
    DeliveryCity: str | None = Field(default=None, max_length=LONG)
    DeliveryCountryCode: str | None = Field(default=None, min_length=2, max_length=2)
    VisitingAddress: str | None = Field(default=None, max_length=128)
    VisitingZipCode: str | None = Field(default=None, max_length=10)
    VisitingCity: str | None = Field(default=None, max_length=128)
    VisitingCountryCode: str | None = Field(default=None, min_length=2, max_length=2)


class ArticleChanges(_Changes):
    """Changes of an article; its number never changes."""

    Description: str = Field(default="", min_length=1, max_length=ARTICLE_NAME)
    Active: bool = True
    Type: str | None = None
    Unit: str | None = None
    VAT: Decimal | None = None


class ProjectChanges(_Changes):
    """Changes of a project; its number never changes, and no end date is set (see `models.ProjectPayload`)."""

    Description: str = Field(default="", min_length=1, max_length=PROJECT_NAME)
    Comments: str | None = Field(default=None, max_length=PROJECT_COMMENTS)
    StartDate: date | None = None
    Status: str | None = None
