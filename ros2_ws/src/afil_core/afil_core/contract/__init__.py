"""The robot contract: the one place where topics get meaning."""

from afil_core.contract.compare import differences
from afil_core.contract.contract import Contract
from afil_core.contract.document import ContractDocument, RecordedImage, RecordedTopic
from afil_core.contract.load import (
    load_contract,
    parse_contract,
    read_contract,
    shipped_contracts,
)
from afil_core.topics import Qos

__all__ = [
    "Contract",
    "ContractDocument",
    "Qos",
    "RecordedImage",
    "RecordedTopic",
    "differences",
    "load_contract",
    "parse_contract",
    "read_contract",
    "shipped_contracts",
]
