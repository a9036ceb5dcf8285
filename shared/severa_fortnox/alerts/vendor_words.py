"""The catalogue's words for what the two systems answer: system and code → (who can act, cause, fix).

Who: as in `alerts/words.py`.
"""

from __future__ import annotations

from severa_fortnox.alerts.words import Words

#: What the two systems answer, by system and code; {text} is their own sentence.
VENDORS: Words = {
    "fortnox-2000637": (
        "I",
        "Customer number already used in Fortnox, perhaps by a deleted customer: {text}",
        "Give the customer another number in Severa",
    ),
    "fortnox-2000013": (
        "I",
        "Article number already used in Fortnox: {text}",
        "Give the product another code in Severa, or name it as the article",
    ),
    "fortnox-2000106": ("I", "A value must be letters and digits only: {text}", "Correct the value named"),
    "fortnox-2000108": ("I", "A value must be a number: {text}", "Correct the value named"),
    "fortnox-2000134": ("O", "A value must be true or false: {text}", "Report it; the integration sent a wrong value"),
    "fortnox-2000204": ("I", "Fortnox does not find the customer: {text}", "Check the customer number in both systems"),
    "fortnox-2000321": ("O", "A read-only field was sent: {text}", "Report it; the integration sent a wrong field"),
    "fortnox-2000359": (
        "I",
        "A text has characters Fortnox does not take: {text}",
        "Remove the unusual characters in Severa and report which they were",
    ),
    "fortnox-2000423": ("F", "Fortnox does not find an account: {text}", "Add the account in Fortnox for that year"),
    "fortnox-2000861": (
        "I",
        "The invoice number is taken in Fortnox: {text}",
        "Give the invoice a free number in Severa; check that the two number series do not overlap",
    ),
    "fortnox-2001302": (
        "I",
        "Fortnox does not find an article: {text}",
        "Create the article in Fortnox, or correct the product's code in Severa",
    ),
    "fortnox-2001304": (
        "F",
        "Fortnox does not find an account of a row: {text}",
        "Add the account in Fortnox, set its default accounts, or correct the sales account in Severa",
    ),
    "fortnox-2001265": ("F", "An account is missing or inactive in Fortnox: {text}", "Add or activate the account"),
    "fortnox-2001339": (
        "F",
        "The connected user may not use invoices in Fortnox: {text}",
        "Give the user rights for invoicing, check that the right company was chosen, and connect again",
    ),
    "fortnox-2001161": ("F", "Fortnox does not find a project: {text}", "Create the project in Fortnox"),
    "fortnox-2001103": (
        "F",
        "The Fortnox company has no API licence: {text}",
        "Buy the integration licence, give it to the connected user, and connect again",
    ),
    "fortnox-2001101": (
        "F",
        "The Fortnox company has no licence for what is asked: {text}",
        "Buy the licence, give it to the connected user, and connect again",
    ),
    "fortnox-2000663": (
        "F",
        "The connection was not granted a right it needs: {text}",
        "Connect again and accept all rights",
    ),
    "fortnox-2000664": (
        "F",
        "The connection was not granted a right it needs: {text}",
        "Connect again and accept all rights",
    ),
    "fortnox-2001427": (
        "F",
        "Fortnox does not permit what is asked: {text}",
        "Check the licences and rights of the connected user, and connect again",
    ),
    "fortnox-2003330": (
        "F",
        "Fortnox does not permit what is asked: {text}",
        "Check the licences and rights of the connected user, and connect again",
    ),
    "fortnox-missing.rights": (
        "F",
        "The connection lacks a right in Fortnox: {text}",
        "Check the licences and rights of the connected user, and connect again",
    ),
    "fortnox-2000310": ("F", "Fortnox does not let us in: {text}", "Connect the Fortnox company again"),
    "fortnox-2000311": ("F", "Fortnox does not let us in: {text}", "Connect the Fortnox company again"),
    "fortnox-2003275": ("F", "Fortnox does not let us in: {text}", "Connect the Fortnox company again"),
    "fortnox-invalid_grant": (
        "F",
        "Fortnox does not accept our refresh token any more: {text}",
        "Connect the Fortnox company again",
    ),
    "fortnox-invalid_client": (
        "O",
        "Fortnox does not accept the app's client id and secret: {text}",
        "Correct the app's secret in Secrets Manager",
    ),
    "fortnox-1000030": ("O", "Fortnox refused the answer type: {text}", "Report it"),
    "fortnox-1000031": ("O", "Fortnox refused the content type: {text}", "Report it"),
    "fortnox-401": ("F", "Fortnox does not accept our access: {text}", "Connect the Fortnox company again"),
    "fortnox-refused": (
        "I",
        "Fortnox refused it: {text} (code {code})",
        "Correct what Fortnox names and try again; if it is unclear, send this mail to Fortnox's support",
    ),
    "severa-AuthenticationRequired": (
        "S",
        "Severa does not accept our client id and secret: {text}",
        "Make new client credentials in Severa under Settings > Integrations > REST API and store them",
    ),
    "severa-InsufficientApiScope": (
        "S",
        "The Severa client credentials lack a scope: {text}",
        "Add the scope to the client credentials in Severa under Settings > Integrations > REST API",
    ),
    "severa-AddonMissing": ("S", "Severa needs an add-on for this: {text}", "Switch the add-on on in Severa"),
    "severa-PermissionDenied": ("S", "Severa does not permit it: {text}", "Give the client credentials the right"),
    "severa-InvalidOperation": (
        "S",
        "Severa does not permit the change: {text}",
        "Check whether the invoice's status forbids changes (Not editable), and whether the statuses are set rightly",
    ),
    "severa-refused": (
        "I",
        "Severa refused it: {text} (code {code})",
        "Correct what Severa names and try again",
    ),
    "fortnox-closed": (
        "F",
        "Fortnox does not let us do it: {text} (code {code})",
        "Check the company's licences and the connected user's rights, and connect the Fortnox company again",
    ),
    "severa-closed": (
        "S",
        "Severa does not let us do it: {text} (code {code})",
        "Check in Severa that the organisation and its REST API are active and the client credentials have the rights",
    ),
    "ours-closed": ("O", "{text}", "Look at the settings of the connection and the stack"),
    "store-closed": ("O", "The store does not let us do it: {text}", "Look at the function's log and its role"),
    "ours-refused": ("O", "{text}", "Look at the settings of the connection"),
    "store-refused": ("O", "The store refused it: {text}", "Look at the function's log"),
}
