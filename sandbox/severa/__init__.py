"""A simulator of Severa's REST API, as strict as the vendor is known to be (`reference` severa 11).

state = SeveraState(seed=1)
invoice = state.add_invoice(state.add_customer(name="Acme AB"), rows=[Row()])
severa = SeveraSimulator(state)
severa.access.add_client("id", "secret")
"""

from sandbox.severa.access import EVERY_SCOPE
from sandbox.severa.app import SeveraSimulator
from sandbox.severa.invoicing import Row, RowType
from sandbox.severa.readings import Readings
from sandbox.severa.state import SeveraState

__all__ = ["EVERY_SCOPE", "Readings", "Row", "RowType", "SeveraSimulator", "SeveraState"]
