"""A whole connection opened at the keyboard, as the functions open it: the same limits, tokens and secrets."""

from __future__ import annotations

from enum import StrEnum

from severa_fortnox.flows.session import Session
from severa_fortnox.wiring import Aws, Sessions, VendorEnvironment
from severa_fortnox.work import Kind
from severa_fortnox_cli.stack import Stack


class RegisterName(StrEnum):
    """The registers, as a person types them."""

    CUSTOMERS = "customers"
    PRODUCTS = "products"
    PROJECTS = "projects"

    @property
    def kind(self) -> Kind:
        """What its records are."""
        return Kind(self.value.removesuffix("s"))


class _AtTheKeyboard(Sessions):
    even_off = True


def open_session(stack: Stack, id: str) -> Session:
    """The connection, switched on or not.

    Raises:
        errors.Misconfigured: it does not exist, or its secrets are not usable.
    """
    names = stack.names
    variables = VendorEnvironment(
        stage=names.secrets_prefix.rpartition("/")[2],
        state_table=names.state_table,
        log_table=names.log_table,
        transfer_log_years=names.transfer_log_years,
        alert_topic_arn=names.alert_topic_arn,
        invoice_queue_url=names.invoice_queue_url,
        register_queue_url=names.register_queue_url,
        severa_record_link=names.severa_record_link,
        fortnox_record_link=names.fortnox_record_link,
        secrets_prefix=names.secrets_prefix,
        severa_api_url=names.severa_api_url,
        fortnox_api_url=names.fortnox_api_url,
        fortnox_auth_url=names.fortnox_auth_url,
    )
    return _AtTheKeyboard(variables, Aws(stack.aws), stack.clock).session(id)
