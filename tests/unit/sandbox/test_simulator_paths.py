"""The same path reaches a simulator with a socket and without one."""

from __future__ import annotations

import httpx
import pytest

from sandbox.fortnox import FortnoxSimulator, FortnoxState
from sandbox.simulator import InProcess, serve


@pytest.mark.parametrize("encoded", ["RESA%2F324", "%C3%85R-1"])
def test_a_number_is_decoded_alike(encoded: str) -> None:
    simulator = FortnoxSimulator(FortnoxState(), rate=None)
    httpx.Client(transport=InProcess(simulator)).get(f"http://fortnox.test/3/articles/{encoded}")
    server = serve(simulator, 0)
    try:
        httpx.get(f"http://127.0.0.1:{server.bind_addr[1]}/3/articles/{encoded}")
    finally:
        server.stop()
    without, with_socket = (call.path for call in simulator.journal.calls)
    assert without == with_socket and "%" not in without
