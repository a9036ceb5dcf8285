"""The catalogue's words for customers, products and projects that are kept in step; as in `words`."""

from __future__ import annotations

from collections.abc import Mapping

#: What becomes of a record, or of a whole register.
REGISTERS: Mapping[str, tuple[str, str, str]] = {
    "in-step": ("-", "{record} is the same in both systems", ""),
    "gone": ("-", "{record} does not exist in {system} any more", ""),
    "ignored": ("-", "Somebody asked to leave it alone: {why}", ""),
    "ignored-but-needed": (
        "O",
        "The invoice needs {record}, but somebody asked to leave it, or what has its number in Fortnox, alone: {why}",
        "Undo that with the command ignore and --undo, link the two by hand, or choose another one on the invoice",
    ),
    "linked-gone-in-severa": (
        "I",
        "{record} is linked, but does not exist in Severa any more",
        "Nothing is deleted in Fortnox; make the record inactive there, or unlink it when it is to be linked anew",
    ),
    "linked-gone-in-fortnox": (
        "I",
        "{record} is linked, but does not exist in Fortnox any more",
        "Nothing is deleted in Severa; make the record inactive there, or unlink it when it is to be created anew",
    ),
    "creation-not-wanted": (
        "O",
        "{record} has no counterpart, and nothing new was asked for",
        "Leave out --no-create-missing",
    ),
    "customer-is-internal": ("-", "{customer} is your own company's card in Severa and never goes to Fortnox", ""),
    "linked-customer-is-internal": (
        "-",
        "{customer} is linked, but is your own company's card in Severa now, so it is left alone in both systems",
        "",
    ),
    "customer-prospect": (
        "-",
        "{customer} is a prospect in Severa: it has had neither an active project nor an invoice",
        "",
    ),
    "customer-inactive": ("-", "Customer {customer} is inactive in {where}", ""),
    "customer-not-taken-along": (
        "O",
        "Customer {customer} was there before this connection and has no counterpart",
        "Set transfer_all_customers, or load with --create-missing",
    ),
    "customer-never-taken-along": (
        "O",
        "Customer {customer} was there before this connection and has no counterpart",
        "Load with --create-missing",
    ),
    "customer-number-not-numeric": (
        "F",
        "Customer {customer} has letters or signs in its number in Fortnox; Severa's numbers are digits only",
        "Create the customer in Fortnox under a number of digits and make this card inactive, or ignore it",
    ),
    "customer-number-too-large": (
        "F",
        "The number of customer {customer} is too large for Severa, whose largest is 9223372036854775807",
        "Create the customer in Fortnox under a smaller number and make this card inactive, or ignore it",
    ),
    "customer-number-taken-in-severa": (
        "I",
        "Customer number {number} of {customer} belongs to other customers in Severa: {names}",
        "Give the customers in Severa numbers of their own; the number links the two systems",
    ),
    "customer-twin": (
        "I",
        "{customer} and {twin} in {system} have the same organisation number but different customer numbers",
        "Give both the same number if they are one customer, or link them; ignore one of them if they are not",
    ),
    "currency-missing-in-severa": (
        "S",
        "The currency {currency} of customer {customer} does not exist in Severa",
        "Add it in Severa under Settings > Currencies, or change the customer's currency in Fortnox",
    ),
    "payment-term-without-days": (
        "-",
        "The terms of payment {text} have no days in Fortnox, so they are not written to Severa",
        "",
    ),
    "payment-term-unknown": (
        "F",
        "The terms of payment {terms} of customer {customer} are not among those in Fortnox",
        "Choose terms of payment from the list on the customer card in Fortnox",
    ),
    "country-without-code": (
        "-",
        "The {field} {country} has no ISO code in Severa's country register, so it is not written to Fortnox",
        "",
    ),
    "country-unknown-in-severa": (
        "-",
        "The {field} {text} is not in Severa's country register, so it is not written to Severa",
        "",
    ),
    "too-long-for-severa": (
        "-",
        "The {field} {text} has more than {limit} characters, so it is not written to Severa",
        "",
    ),
    "organisation-number-malformed": (
        "-",
        "The organisation number {number} is not a Swedish one: it needs ten digits with a right check digit",
        "",
    ),
    "product-code-missing": (
        "S",
        "{name} has no code in Severa, and an article needs a number",
        "Give it a code in Severa, or make it inactive",
    ),
    "product-inactive": ("-", "Product {code} {name} is inactive in {where}", ""),
    "product-inactive-only-in-severa": (
        "S",
        "Product {code} {name} is inactive in Severa but article {code} is active in Fortnox",
        "Activate it in Severa, or make the article inactive in Fortnox too",
    ),
    "product-older-than-activation": (
        "O",
        "{code} {name} was in {where} before this connection, so it is only linked, and has no counterpart",
        "Load with --create-missing to create it in the other system too",
    ),
    "product-age-unknown": (
        "O",
        "Nothing says whether {code} {name} in {where} is newer than this connection, so it is only linked, and has no "
        "counterpart",
        "Set activated_on when it is empty; otherwise load with --create-missing to create it in the other system too",
    ),
    "article-code-differs": (
        "I",
        "{name} has the code {code} in Severa and is article {fortnox_code} in Fortnox: code and name must both agree",
        "Give both the same code, or rename one of them",
    ),
    "article-name-missing": ("F", "Article {code} has no name in Fortnox", "Give the article a name in Fortnox"),
    "vat-rate-missing": (
        "S",
        "Product {code} {name} has {rate} % VAT, a rate that Fortnox does not have",
        "Correct the VAT rate in Severa; Fortnox knows 0, 6, 12 and 25 %",
    ),
    "vat-rate-missing-in-severa": (
        "S",
        "Article {code} {name} has {rate} % VAT, a rate that is not active in Severa",
        "Add or activate the VAT rate in Severa under Settings > VAT rates, or correct it on the article in Fortnox",
    ),
    "project-only-in-fortnox": (
        "-",
        "Project {project} is only in Fortnox; projects go from Severa to Fortnox only",
        "",
    ),
    "projects-not-transferred": ("-", "The setting transfer_projects is off", ""),
    "project-closed": ("-", "Project {project} is closed in Severa and was never in Fortnox", ""),
    "project-closes-later": ("-", "Project {project} is closed in Severa and is completed in Fortnox on {day}", ""),
    "project-number-several": (
        "S",
        "The number of project {project} also belongs to {projects}",
        "Give each project a number of its own in Severa",
    ),
    "project-names-alike": (
        "-",
        "In Fortnox {project} has the same name as {projects}, because it shows 50 characters: {name}",
        "",
    ),
    # Whole registers
    "register-empty": (
        "O",
        "{system} has no {records} at all, but there are {links} links to it",
        "Check that the right company is connected and that its user may see them",
    ),
    "register-short": (
        "O",
        "{missing} of {links} linked {records} are missing in {system}",
        "Check that the right company is connected and that its user may see all of them",
    ),
    "mass-change": (
        "O",
        "{changes} of {links} linked {records} would change at once, more than mass_change_share allows ({share} %)",
        "Look at them in the comparison report; to let them through, load the {records} without leaving out a change "
        "(a load of only some of them releases nothing), or raise mass_change_share for a while",
    ),
}
