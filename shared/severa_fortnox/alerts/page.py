"""The catalogue as a page of documentation: `python -m severa_fortnox.alerts.page > docs/errors.md`."""

from __future__ import annotations

from severa_fortnox.alerts.catalogue import codes, template

_HEAD = """# Why something was not transferred

Made from `shared/severa_fortnox/alerts/` by `make docs`; a test fails when it is stale. Words in braces are filled in.

| code | cause | what to do | who |
|---|---|---|---|
"""


def page() -> str:
    """The whole page as Markdown."""
    rows = []
    for code in codes():
        words = template(code)
        cells = (f"`{code}`", words.cause, words.fix or "nothing, it is for information", str(words.who))
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n")
    return _HEAD + "".join(rows)


if __name__ == "__main__":
    print(page(), end="")
