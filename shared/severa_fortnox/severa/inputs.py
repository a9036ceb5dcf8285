"""Severa's records as we create them: only documented properties, and only those that were given go out.

A default here is never sent; it says what Severa takes for granted.

Source: Severa's OpenAPI document (`reference` severa 6, 8). A change of a record is patch operations instead
(`severa.unknowns.replace`).
"""
# ruff: noqa: N815  Severa's own names

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

#: The longest company registration number; no other length is published.
KVK_NUMBER = 25


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Reference(_Input):
    """Another record, by its guid."""

    guid: str


class CustomerInput(_Input):
    """A new customer; without a number Severa gives it the next one."""

    name: str = Field(min_length=1)
    number: int | None = None
    isActive: bool = True
    kvkNumber: str | None = Field(default=None, max_length=KVK_NUMBER)
    vatNumber: str | None = None
    email: str | None = None
    website: str | None = None
    notes: str | None = None
    currency: Reference | None = None
    paymentTerm: int | None = None
    eInvoiceAddress: str | None = None


class AddressInput(_Input):
    """A new address of a customer, with any of the three roles."""

    addressline: str | None = None
    city: str | None = None
    postalCode: str | None = None
    country: Reference | None = None
    phone: str | None = None
    isBillingAddress: bool = False
    isPostalAddress: bool = False
    isVisitAddress: bool = False


class ProductInput(_Input):
    """A new product."""

    name: str = Field(min_length=1)
    code: str | None = None
    isActive: bool = True
    measurementUnit: str | None = None
    vatRate: Decimal | None = None
    type: str | None = None  # FixedFees, Materials, Subcontracting


class WorkTypeInput(_Input):
    """A new work type, which has neither unit nor VAT rate."""

    name: str = Field(min_length=1)
    code: str | None = None
    isActive: bool = True
    isProductive: bool = False
