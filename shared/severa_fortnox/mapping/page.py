"""The field tables as a page of documentation: `python -m severa_fortnox.mapping.page > docs/field-mapping.md`."""

from __future__ import annotations

from collections.abc import Iterable

from severa_fortnox.mapping.fields import CUSTOMER, PRODUCT, PROJECT, Field, When

_HEAD = """# Which field goes where

Made from `shared/severa_fortnox/mapping/fields.py` by `make docs`; a test fails when it is stale.

"Always" means: whenever the record changes in its main system (`customer_main`, `product_main`; Severa for projects).
An empty field of the main system empties the other one's too, except where the table says that it is kept; and what
only the other system had when two records were linked stays until the main system has a value.
A value that the other system has no form for (an e-invoice address that is no GLN, a country without a code, an e-mail
address with forbidden characters) is reported once, and what stood there before is removed: it would be wrong beside
the rest. What a person enters there afterwards stays until the main system's value changes.
"""

_WORDS = {When.ALWAYS: "always", When.CREATE_ONLY: "at creation only", When.IF_EMPTY: "only if empty"}

_TABLES = (
    ("Customers", "both ways", CUSTOMER),
    ("Products, work types and travel expense types", "both ways", PRODUCT),
    ("Projects", "from Severa to Fortnox, internal ones too: costs are booked on them", PROJECT),
)


def page() -> str:
    """The whole page as Markdown."""
    return _HEAD + "".join(_table(title, direction, fields) for title, direction, fields in _TABLES)


def _table(title: str, direction: str, fields: Iterable[Field]) -> str:
    head = (
        f"\n## {title}\n\nCreated {direction}.\n\n"
        "| field | Severa | Fortnox | written | limit | when too long | when emptied | note |\n"
        "|---|---|---|---|---|---|---|---|\n"
    )
    return head + "".join(f"| {' | '.join(_cells(field))} |\n" for field in fields)


def _cells(field: Field) -> tuple[str, ...]:
    emptied = "" if field.when is not When.ALWAYS else "emptied too" if field.clears else "kept"
    limit = "" if field.limit is None else str(field.limit)
    return (
        field.label,
        f"`{field.severa}`",
        f"`{field.key}`",
        _WORDS[field.when],
        limit,
        field.too_long if limit else "",
        emptied,
        field.note,
    )


if __name__ == "__main__":
    print(page(), end="")
