"""What a record may refer to: each reference must exist in its register."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.fortnox.errors import Code, Invented, Refused
from sandbox.fortnox.shapes import Record

if TYPE_CHECKING:
    from sandbox.fortnox.state import FortnoxState


def require_currency(state: FortnoxState, code: str) -> Record:
    """The currency's card."""
    card = state.currencies.get(code)
    if card is None:
        raise Refused(f'Valutan "{code}" finns inte.', Invented.UNKNOWN_CURRENCY)
    return card


def require_terms(state: FortnoxState, code: str | None) -> str:
    """The code as the register spells it: in capitals."""
    if code and code.upper() not in state.terms_of_payment:
        raise Refused(f'Betalningsvillkoret "{code}" finns inte.', Invented.UNKNOWN_TERMS)
    return (code or "").upper()


def require_project(state: FortnoxState, number: str | None) -> None:
    """The project exists, or none is meant."""
    if number and number not in state.projects:
        raise Refused("Kan inte hitta projektet.", Code.NO_PROJECT)


def require_unit(state: FortnoxState, code: str | None) -> None:
    """The unit exists, or none is meant."""
    if code and code not in state.units:
        raise Refused(f'Enheten "{code}" finns inte.', Invented.UNKNOWN_UNIT)


def require_cost_centre(state: FortnoxState, code: str | None) -> None:
    """The cost centre exists, or none is meant."""
    if code and code not in state.company.cost_centres:
        raise Refused(f'Kostnadsstället "{code}" finns inte.', Invented.UNKNOWN_COST_CENTRE)


def require_price_list(state: FortnoxState, code: str | None) -> None:
    """The price list exists, or none is meant."""
    if code and code not in state.company.price_lists:
        raise Refused(f'Prislistan "{code}" finns inte.', Invented.UNKNOWN_PRICE_LIST)


def require_account(state: FortnoxState, number: int | str | None) -> None:
    """The account exists and is active, or none is meant."""
    account = state.accounts.get(str(number))
    if number and (account is None or not account["Active"]):
        raise Refused(f'Kunde inte hitta konto "{number}".', Code.DOCUMENT_ACCOUNT)
