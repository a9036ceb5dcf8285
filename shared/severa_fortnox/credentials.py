"""Secrets, from AWS Secrets Manager: one for the Fortnox app of the stack, one for each connection (DESIGN 5)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from severa_fortnox.errors import Misconfigured, System

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


class FortnoxApp(BaseModel):
    """The Fortnox app this stack is registered as."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    client_id: str
    client_secret: str = Field(repr=False)


class ConnectionSecret(BaseModel):
    """What opens one connection's Severa organisation."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    severa_client_id: str
    severa_client_secret: str = Field(repr=False)


Secret = TypeVar("Secret", FortnoxApp, ConnectionSecret)


class Credentials:
    """The secrets of one stack.

    Args:
        client: boto3's Secrets Manager client.
        prefix: of all names, ``severa-fortnox/<stage>``.
    """

    def __init__(self, client: SecretsManagerClient, prefix: str) -> None:
        self._client = client
        self._prefix = prefix

    def app(self) -> FortnoxApp:
        """The Fortnox app.

        Raises:
            Misconfigured: the secret is missing or incomplete; the text says which and how to write it.
        """
        return self._read(self.app_name, FortnoxApp)

    def connection(self, id: str) -> ConnectionSecret:
        """A connection's secret.

        Raises:
            Misconfigured: as `app`.
        """
        return self._read(self.connection_name(id), ConnectionSecret)

    @property
    def app_name(self) -> str:
        """The name of the Fortnox app's secret."""
        return f"{self._prefix}/fortnox-app"

    def connection_name(self, id: str) -> str:
        """The name of a connection's secret."""
        return f"{self._prefix}/connection/{id}"

    def put(self, name: str, secret: FortnoxApp | ConnectionSecret) -> None:
        """Write a secret, new or over the old one."""
        text = secret.model_dump_json()
        try:
            self._client.create_secret(Name=name, SecretString=text)
        except self._client.exceptions.ResourceExistsException:
            self._client.put_secret_value(SecretId=name, SecretString=text)

    def _read(self, name: str, model: type[Secret]) -> Secret:
        try:
            text = self._client.get_secret_value(SecretId=name)["SecretString"]
        except self._client.exceptions.ResourceNotFoundException:
            raise _unusable(name, "does not exist") from None
        try:
            return model.model_validate(json.loads(text))
        except (ValidationError, json.JSONDecodeError):
            fields = ", ".join(model.model_fields)
            # Without the cause: a validation error quotes what it read.
            raise _unusable(name, f"is not JSON with the fields {fields}") from None


def _unusable(name: str, what: str) -> Misconfigured:
    return Misconfigured(
        f"the secret {name} {what}; write it with: severa-fortnox --stage <stage> connection secrets <connection>",
        system=System.OURS,
        operation="read secret",
        code="secret-unusable",
    )
