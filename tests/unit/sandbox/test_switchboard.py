"""Two companies behind one address: a token reaches the company that gave it, and no other."""

from __future__ import annotations

from typing import Any

from werkzeug.test import Client

from sandbox.fortnox import FortnoxSimulator, FortnoxState
from sandbox.registers.switchboard import Switchboard
from sandbox.severa import SeveraSimulator, SeveraState


def test_a_severa_client_reaches_its_own_organisation() -> None:
    simulators = [SeveraSimulator(SeveraState(seed=seed)) for seed in (1, 2)]
    for number, simulator in enumerate(simulators):
        simulator.access.add_client(f"client-{number}", "secret")
        simulator.state.add_customer(name=f"Kund {number}", number=1001)
    caller = Client(Switchboard(simulators))
    for number in (0, 1):
        asked = {"client_id": f"client-{number}", "client_secret": "secret"}
        token: Any = caller.post("/rest-api/v1/token", json=asked).json
        headers = {"Authorization": f"Bearer {token['access_token']}", "Client_Id": f"client-{number}"}
        customers: Any = caller.get("/rest-api/v1/customers", headers=headers).json
        assert [each["name"] for each in customers] == [f"Kund {number}"]
    assert caller.get("/rest-api/v1/customers").status_code == 401


def test_a_fortnox_tenant_reaches_its_own_company() -> None:
    states = [FortnoxState(tenant_id=tenant) for tenant in (1, 2)]
    for state in states:
        state.add_customer(CustomerNumber="1", Name=f"Kund {state.tenant_id}")
    caller = Client(Switchboard([FortnoxSimulator(state) for state in states]))
    for state in states:
        app = (state.grants.client_id, state.grants.client_secret)
        asked = {"grant_type": "client_credentials"}
        headers = {"TenantId": str(state.tenant_id)}
        token: Any = caller.post("/oauth-v1/token", data=asked, auth=app, headers=headers).json
        bearer = {"Authorization": f"Bearer {token['access_token']}", "Accept": "application/json"}
        card: Any = caller.get("/3/customers/1", headers=bearer).json
        assert card["Customer"]["Name"] == f"Kund {state.tenant_id}"
    assert caller.get("/3/customers/1").status_code == 401
