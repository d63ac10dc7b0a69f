"""Numbers for somebody's simulator."""

from __future__ import annotations

import numpy as np
import pytest

from afil_core.contract import load_contract
from afil_core.errors import AfilError
from afil_core.testing import changed
from afil_policy.deploy.adapters import build_adapter


def test_an_action_is_sent_as_it_is_and_rest_is_what_the_contract_says() -> None:
    contract = changed(load_contract("gym"), {"action.rest": [0.5, -0.5]})
    adapter, command = build_adapter(contract), contract.commands["action"]
    (sent,) = adapter.commands(np.array([0.25, -1.0]), {}, 7, 9)
    decoded = command.decode(sent.cdr)
    assert (sent.topic, decoded.stamp_ns) == (command.topic, 7)
    assert decoded.value.tolist() == [0.25, -1.0]
    (rest,) = adapter.rest({}, 8)
    assert command.decode(rest.cdr).value.tolist() == [0.5, -0.5]


def test_options_that_it_does_not_have_are_refused() -> None:
    with pytest.raises(AfilError, match="options of command interface 'action': lead_steps"):
        build_adapter(load_contract("gym"), "", "{lead_steps: 2}")
