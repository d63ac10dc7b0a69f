"""The robot contract: the one place where topics get meaning."""

from afil_core.contract.compare import differences
from afil_core.contract.load import load_contract, parse_contract, shipped_contracts
from afil_core.contract.model import Contract
from afil_core.contract.schema import (
    Action,
    ActionDimension,
    CommandTopic,
    Limits,
    ObservationStream,
    Qos,
)

__all__ = [
    "Action",
    "ActionDimension",
    "CommandTopic",
    "Contract",
    "Limits",
    "ObservationStream",
    "Qos",
    "differences",
    "load_contract",
    "parse_contract",
    "shipped_contracts",
]
