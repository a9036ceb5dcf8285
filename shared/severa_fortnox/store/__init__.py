"""DynamoDB: what must be remembered between two runs."""

from severa_fortnox.store.store import Store

__all__ = ["Store"]
