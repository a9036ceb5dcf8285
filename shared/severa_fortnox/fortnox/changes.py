"""What we change on Fortnox's records: only what is set goes out, and a None that is set clears the field.

A field without None is required over there, and null is refused (`reference` fortnox 6.4). Its default is never sent.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from severa_fortnox.fortnox.models import ARTICLE_NAME, LONG, PROJECT_COMMENTS, PROJECT_NAME, CustomerFields


class _Changes(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CustomerChanges(CustomerFields):
    """Changes of a customer card; its number never changes."""

    Name: str = Field(default="", min_length=1, max_length=LONG)
    Active: bool = True
    Address2: str | None = Field(default=None, max_length=LONG)
    DeliveryAddress2: str | None = Field(default=None, max_length=LONG)


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
