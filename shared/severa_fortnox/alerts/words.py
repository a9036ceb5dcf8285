"""The catalogue's words for our own reasons: code → (who can act, cause, fix).

Who: I whoever does the invoicing, F a Fortnox administrator, S a Severa administrator, O the operator, - nobody.
"""

from __future__ import annotations

from collections.abc import Mapping

from severa_fortnox.alerts.register_words import REGISTERS

Words = Mapping[str, tuple[str, str, str]]

#: Our own reasons.
OURS: Words = {
    # The invoice
    "no-rows": ("I", "The invoice has no rows", "Add rows in Severa, or delete the invoice"),
    "too-many-rows": (
        "I",
        "The invoice has {rows} rows, {with_texts} with its text rows; Fortnox takes {most}",
        "Split the invoice in Severa, or group its rows",
    ),
    "invoice-number-missing": (
        "S",
        "Severa numbers the invoices, but this one has no number",
        "Tick 'Invoice number' on the ready status in Severa's invoice statuses, then set the invoice ready again",
    ),
    "total-missing": ("I", "Severa gives no {field} for the invoice", "Open the invoice in Severa and save it again"),
    "total-currency-differs": (
        "I",
        "Severa gives {field} in {currency}, another currency than the invoice's",
        "Correct the invoice's currency in Severa",
    ),
    "totals-differ": (
        "I",
        "The rows come to {ours}, but Severa says {severa}; no usual rounding explains the difference",
        "Open the invoice in Severa, check its rows and save it again so that its totals are computed anew",
    ),
    "totals-rounded": ("-", "Severa rounds otherwise ({rounding}): Severa {severa}, Fortnox {ours}", ""),
    "fortnox-totals-differ": (
        "I",
        "{invoice} is in Fortnox as invoice {number}, but there {why}",
        "Open the invoice in Fortnox, correct the row or the customer's VAT type that makes the difference; it is "
        "compared again by itself",
    ),
    "original-not-linked": (
        "I",
        "The credit note credits invoice {original}, which this integration has not transferred",
        "Transfer the original invoice first, then set the credit note ready again if it was moved away",
    ),
    "currency-not-named": (
        "I",
        "Severa gives no currency for the invoice",
        "Set the currency on the invoice in Severa",
    ),
    "currency-missing": (
        "F",
        "The currency {currency} does not exist in Fortnox",
        "Add it in Fortnox under Settings > Currencies",
    ),
    "currency-rate-implausible": (
        "S",
        "The exchange rate for {currency} is {rate} in Severa",
        "Set the rate in Severa under Settings > Currencies, and save the invoice again",
    ),
    "payment-term-missing": (
        "F",
        "No terms of payment in Fortnox have {days} days",
        "Add terms of payment with the code {days} in Fortnox under Settings > Terms of payment",
    ),
    "unit-missing": (
        "F",
        "The unit {unit} ({where}) does not exist in Fortnox",
        "Add the unit in Fortnox under Settings > Units, spelled exactly like that, or change it in Severa",
    ),
    "billing-customer-missing": (
        "I",
        "The invoice names no billing customer",
        "Choose the billing customer on the invoice in Severa",
    ),
    # Rows
    "row-price-missing": ("I", "Row {row} ({text}) has no unit price", "Set the price in Severa; 0 is a price"),
    "row-currency-differs": (
        "I",
        "Row {row} ({text}) is in {currency}, another currency than the invoice",
        "Correct the row's currency in Severa",
    ),
    "row-vat-missing": ("I", "Row {row} ({text}) has no VAT rate", "Set the VAT rate in Severa; 0 is a rate"),
    "row-without-article-or-account": (
        "I",
        "Row {row} ({text}) gives neither one article (codes: {codes}) nor a four-digit sales account",
        "Set the product's or work type's code or sales account in Severa, or set fallback_article",
    ),
    "row-several-codes": (
        "-",
        "Row {row} ({text}) was merged from several codes ({codes}) and goes without an article of its own",
        "",
    ),
    "row-project-unclear": ("-", "Row {row} belongs to several projects or none ({projects}) and goes without one", ""),
    # VAT
    "vat-reverse-charge-with-vat": (
        "I",
        "The invoice is marked reverse charge, but has rows with {rates} % VAT",
        "Set those rows to 0 % in Severa, or remove the reverse charge mark",
    ),
    "vat-country-unknown": (
        "I",
        "The country {country} of the address is in no country register, so the VAT type cannot be told",
        "Choose the country from the list on the customer's address in Severa",
    ),
    "vat-country-missing": (
        "I",
        "The invoice has no VAT and its address no country, so the VAT type cannot be told",
        "Set the country of the customer's billing address in Severa and refresh it on the invoice",
    ),
    "vat-number-missing": (
        "I",
        "The invoice goes without VAT to {country} in the EU, but the customer has no VAT number",
        "Enter the VAT number on the customer in Severa, or charge VAT",
    ),
    "vat-type-contradiction": (
        "F",
        "The invoice is {derived}, but customer {customer} has VAT type {card} in Fortnox",
        "Correct the VAT type on the customer card in Fortnox, or the VAT of the invoice in Severa",
    ),
    # Customers
    "customer-number-missing": (
        "S",
        "Customer {customer} has no number in Severa",
        "Give the customer a number in Severa",
    ),
    "customer-internal": (
        "I",
        "{customer} is your own company's card in Severa",
        "Choose another billing customer; internal customers are never transferred",
    ),
    "customer-inactive-in-severa": (
        "I",
        "Customer {customer} is inactive in Severa ({fortnox} in Fortnox)",
        "Activate the customer in Severa, or make it inactive in Fortnox too; for an invoice, choose another customer",
    ),
    "customer-inactive-in-fortnox": (
        "F",
        "Customer {customer} is active in Severa but inactive in Fortnox",
        "Activate the customer in Fortnox, or make it inactive in Severa too",
    ),
    "customer-number-taken": (
        "I",
        "Customer number {number} is another company in Fortnox: {why}",
        "Give the customer a free number in Severa, or correct the number or name on the wrong card",
    ),
    "customer-number-folded": (
        "-",
        "Customer {severa} has the number {fortnox} in Fortnox; leading zeros and spaces do not count",
        "",
    ),
    "customer-numbers-fold-together": (
        "F",
        "The number of customer {customer} stands on several cards: {numbers}",
        "Renumber or merge them so that the number is one customer's; leading zeros and spaces do not count",
    ),
    "customer-name-missing": (
        "I",
        "Customer {customer} has no name in {system}, or one of spaces or invisible characters only",
        "Give the customer a name in {system}",
    ),
    "e-invoice-address-not-written": (
        "-",
        "The {field} {address} is not a GLN, so it is not written to Fortnox",
        "",
    ),
    "e-invoice-operator-not-written": (
        "-",
        "The e-invoice operator {operator} is not written to Fortnox, which has no field for it",
        "",
    ),
    # Products and projects
    "article-number-characters": (
        "S",
        "The code {code} of {name} cannot be an article number in Fortnox",
        "Use at most 50 characters, only letters, digits and _ - / \\ + $, in the code in Severa",
    ),
    "product-code-unknown": (
        "S",
        "No product with the code {code} exists in Severa any more",
        "Restore the product's code in Severa, or change the row",
    ),
    "product-code-ambiguous": (
        "S",
        "The code {code} belongs to several products in Severa: {names}",
        "Give each product a code of its own in Severa",
    ),
    "article-number-ambiguous": (
        "F",
        "Article numbers in Fortnox differ in nothing but upper and lower case: {names}",
        "Link the one that is meant by hand, and ignore the others",
    ),
    "product-inactive-in-severa": (
        "S",
        "Product {code} {name} is inactive in Severa and not in Fortnox",
        "Activate it in Severa, or create article {code} with the same name in Fortnox",
    ),
    "article-name-differs": (
        "I",
        "Article {code} is called {fortnox_name} in Fortnox and {name} in Severa: code and name must both agree",
        "Spell the name the same in both systems, or give the product another code",
    ),
    "article-inactive-in-fortnox": ("F", "Article {code} {name} is inactive in Fortnox", "Activate it in Fortnox"),
    "article-older-than-activation": (
        "F",
        "Product {code} {name} is older than this integration, so it is only linked, and Fortnox has no such article",
        "Create article {code} with exactly that name in Fortnox, or set create_articles to all",
    ),
    "product-name-missing": (
        "S",
        "Product {code} has no name in Severa, or one of spaces or invisible characters only",
        "Give the product a name in Severa",
    ),
    "project-name-missing": (
        "S",
        "Project {project} has no name in Severa, or one of spaces or invisible characters only",
        "Give the project a name in Severa",
    ),
    "project-number-missing": ("S", "Project {project} has no number in Severa", "Give the project a number in Severa"),
    "project-number-too-long": (
        "S",
        "The number of project {project} has more than {limit} characters",
        "Give the project a shorter number in Severa",
    ),
    "project-vanished": (
        "I",
        "Project {project} does not exist in Severa any more",
        "Remove it from the invoice, or restore it",
    ),
    "project-name-cut": (
        "-",
        "The project name has more than {limit} characters; it stands whole in the comments: {name}",
        "",
    ),
    **REGISTERS,
    # Attachments
    "attachment-not-pdf": (
        "I",
        "The attachment {file} is not a PDF; Fortnox takes only PDF files on invoices",
        "Replace it by a PDF, or remove it from the invoice",
    ),
    "attachment-too-big": (
        "I",
        "The attachment {file} has {megabytes} MB; Fortnox takes 5 MB",
        "Make the file smaller, or remove it from the invoice",
    ),
    "attachments-too-big": (
        "I",
        "The attachments have {megabytes} MB together; Fortnox sends 15 MB",
        "Make the files smaller, or remove some from the invoice",
    ),
    "attachments-not-sent": ("-", "Fortnox sends {most} attachments; also attached, but not sent: {files}", ""),
    # Texts
    "characters-replaced": ("-", "In {field}, characters Fortnox does not take were replaced: {characters}", ""),
    "text-shortened": (
        "-",
        "{field} has more than {limit} characters and was shortened; the whole text is: {text}",
        "",
    ),
    "value-not-written": (
        "-",
        "The {field} {text} is too long for Fortnox or has characters it does not take, so it is not written there",
        "",
    ),
    "text-continued": ("-", "{field} has more than {limit} characters and stands whole in the invoice text", ""),
    # Protocol
    "reference-found-several": (
        "F",
        "Several records ({kind}) in {system} carry our reference {reference}: {numbers}",
        "Cancel, renumber or remove all but one of them; it is then taken up by itself",
    ),
    "reference-disagrees": (
        "F",
        "Fortnox invoice {number} carries the reference of {invoice}, but {why}",
        "Correct or cancel it in Fortnox; the invoice is then taken up by itself",
    ),
    "refused-but-in-fortnox": (
        "F",
        "{invoice} was sent before its answer was lost and is in Fortnox as {numbers}, but would be refused now",
        "Mend the reasons below, or cancel the invoice in Fortnox",
    ),
    "taken-back-but-in-fortnox": (
        "F",
        "{invoice} was taken back in Severa after it was sent, and is in Fortnox as {numbers}",
        "Set it ready again in Severa to keep the Fortnox invoice, or cancel that one in Fortnox",
    ),
    "unfinished-in-fortnox": (
        "O",
        "{invoice} is in Fortnox as invoice {number}, but what comes after that keeps failing at {operation}",
        "Nothing, when that system is down: it is tried again. Otherwise look at the function's log",
    ),
    "cancelled-in-fortnox": (
        "I",
        "{invoice} was transferred before, and its Fortnox invoice {number} is cancelled or gone",
        "Make a new invoice in Severa; the old one is never sent a second time",
    ),
    "deleted-in-severa": ("-", "Invoice {invoice} does not exist in Severa any more", ""),
    "deleted-in-severa-after-sending": (
        "F",
        "Invoice {invoice} was deleted in Severa after it was sent; in Fortnox: {numbers}",
        "Cancel or credit the invoice in Fortnox, if it is there",
    ),
    "failed-status-refused": (
        "S",
        "Severa does not let a refused invoice be moved to the failed status: {text}",
        "Choose another failed_status in the settings, or permit the change in Severa",
    ),
    "already-linked-elsewhere": (
        "O",
        "{kind} {number} is linked to another record: {why}",
        "Correct the number in one of the systems, or remove the wrong link",
    ),
    "fortnox-number-not-for-severa": (
        "F",
        "Fortnox gave the invoice the number {number}, which Severa cannot hold",
        "Choose a number series of digits in Fortnox; set the number and status of this invoice in Severa by hand",
    ),
    # States
    "already-linked": ("-", "It is linked to {number} already", ""),
    "not-ready": ("-", "Its status is {status}, not the ready status", ""),
    "before-first-day": ("-", "It is dated {date}, before the first day {first} in the settings", ""),
    # Connection
    "setting-empty": (
        "O",
        "{text}",
        "Set it: severa-fortnox --stage <stage> settings set <connection> <setting> <value>",
    ),
    "no-answer": (
        "O",
        "{system} has not answered in a useful way for a while",
        "Nothing, when the system is down: it is tried again. Otherwise look at the function's log",
    ),
    "outcome-unknown": (
        "O",
        "Fortnox has lost its answer to {operation} several times; the invoice is searched for before every try",
        "Look in Fortnox for the invoice with our reference {reference}; if its own page shows an error for it, tell "
        "Fortnox's support",
    ),
    "bug": (
        "O",
        "Something in this integration failed: {what}",
        "Look at the function's log and report it; the work is kept in the dead-letter queue",
    ),
}
