"""What a person decides about one connection: one validated value, kept versioned in the store.

Every setting says in its description what it does, in the words the command line shows.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator


class Main(StrEnum):
    """Which system a value is taken from."""

    SEVERA = "severa"
    FORTNOX = "fortnox"


class FreeTexts(StrEnum):
    """Where the texts above and below the rows go; Fortnox prints one invoice text (Remarks) and rows."""

    ROWS = "rows"
    REMARKS = "remarks"


class Settings(BaseModel):
    """The settings of one connection.

    The rule behind each is in DESIGN 10; the five statuses are those of `reference` product 2h.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, validate_assignment=True)

    ready_status: str | None = Field(default=None, description="Severa invoice status that invoices are picked from")
    transferred_status: str | None = Field(
        default=None, description="Severa invoice status set when the invoice is in Fortnox"
    )
    failed_status: str | None = Field(
        default=None,
        description="Severa invoice status set when an invoice is refused; empty: leave it where it is",
    )
    sent_status: str | None = Field(default=None, description="Severa status set when Fortnox sent it; not used yet")
    paid_status: str | None = Field(default=None, description="Severa status set when it is paid; not used yet")
    invoice_number_main: Main = Field(
        default=Main.FORTNOX, description="System that numbers the invoices; the other one takes its number over"
    )
    invoice_sent_from: Main = Field(
        default=Main.FORTNOX,
        description="System that sends the invoice to the customer; from Severa its reference number becomes the OCR",
    )
    attachments: bool = Field(default=False, description="Copy the invoice's PDF attachments to Fortnox")
    free_texts: FreeTexts = Field(
        default=FreeTexts.ROWS, description="Where free texts 1 and 2 go: text rows, or the invoice text"
    )
    fallback_article: str | None = Field(
        default=None,
        description="Fortnox article for a row that has several codes or none; empty: use the row's account",
    )
    create_articles: Literal["newer", "all"] = Field(
        default="newer",
        description="Create a missing article only when it is newer than the activation, or always",
    )
    activated_on: datetime | None = Field(
        default=None, description="When the connection was added; products and articles older than this are only linked"
    )
    invoices_from: date | None = Field(
        default=None, description="Ignore invoices dated before this day; empty: take all in the ready status"
    )
    customer_main: Main = Field(
        default=Main.SEVERA,
        description="System that changes of customers are taken from; a new choice holds for later changes only. New "
        "customers go both ways",
    )
    product_main: Main = Field(
        default=Main.SEVERA,
        description="System that changes of products are taken from; a new choice holds for later changes only. New "
        "products go both ways",
    )
    transfer_all_customers: bool = Field(
        default=False,
        description="Copy the customers that were there before the connection too, from the main system to the other "
        "one; inactive and internal ones and mere prospects never",
    )
    transfer_projects: bool = Field(
        default=True, description="Create Severa's projects in Fortnox; no: only those that an invoice needs"
    )
    project_closing: Literal["leave_open", "complete", "complete_after_days"] = Field(
        default="leave_open",
        description="What becomes of a Fortnox project whose Severa project is closed: it is left open, completed at "
        "once, or completed after project_closing_days",
    )
    project_closing_days: int = Field(
        default=30,
        ge=1,
        le=365,
        description="Days after the closing until the Fortnox project is completed (1 to 365); used when "
        "project_closing is complete_after_days",
    )
    rename_projects: bool = Field(
        default=False, description="Rename the Fortnox project when the Severa project is renamed"
    )
    postal_address: bool = Field(
        default=True, description="Keep Severa's postal address as the delivery address in Fortnox"
    )
    article_register: Literal["products", "worktypes"] = Field(
        default="products", description="Severa register that a new Fortnox article is created in"
    )
    mass_change_share: int = Field(
        default=30,
        ge=1,
        le=100,
        description="Percent of a register (1 to 100) that one load or catch-up may change before it stops and asks",
    )

    @model_validator(mode="after")
    def _statuses_differ(self) -> Settings:
        if self.ready_status is not None:
            for name in ("transferred_status", "failed_status", "sent_status", "paid_status"):
                if getattr(self, name) == self.ready_status:
                    raise ValueError(
                        f"{name} is the same status as ready_status: the invoice would be picked up again and again; "
                        "choose another Severa status"
                    )
        if self.failed_status is not None and self.failed_status == self.transferred_status:
            raise ValueError(
                "failed_status is the same status as transferred_status: a refused invoice would look transferred; "
                "choose another Severa status"
            )
        return self


def changed(settings: Settings, name: str, value: object) -> Settings:
    """The settings with one value replaced, validated as a whole.

    Raises:
        ValueError: no such setting, or not a valid value; the text says what would be.
    """
    if name not in Settings.model_fields:
        known = ", ".join(sorted(Settings.model_fields))
        raise ValueError(f"there is no setting {name!r}; the settings are: {known}")
    try:
        return Settings.model_validate({**settings.model_dump(), name: value})
    except ValidationError as error:
        reasons = "; ".join(item["msg"].removeprefix("Value error, ") for item in error.errors())
        raise ValueError(f"{name} = {value!r}: {reasons}") from error
