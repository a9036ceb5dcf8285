"""Fortnox as the integration sees it: one company, its registers and invoices, and the vendor's way of saying no."""

from sandbox.fortnox.simulator import FortnoxSimulator
from sandbox.fortnox.state import Company, FortnoxState
from sandbox.fortnox.switches import Switches

__all__ = ["Company", "FortnoxSimulator", "FortnoxState", "Switches"]
