"""Contracts by the robot's name, or from a file."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from afil_core import schema
from afil_core.contract.contract import Contract
from afil_core.contract.document import ContractDocument
from afil_core.errors import AfilError


def shipped_contracts() -> list[str]:
    """Names of the contracts that come with AFIL."""
    folder = resources.files("afil_core") / "contracts"
    return sorted(p.name[: -len(".yaml")] for p in folder.iterdir() if p.name.endswith(".yaml"))


def load_contract(name_or_path: str, namespace: str = "") -> Contract:
    """Load a shipped contract by robot name, or any contract by the path of its YAML file.

    Args:
        name_or_path: Name of a robot, or path of a ``.yaml`` file.
        namespace: Namespace of the robot's relative topics.

    Raises:
        AfilError: When there is no such contract, or the file breaks the schema.
    """
    path = Path(name_or_path)
    if name_or_path in shipped_contracts():
        resource = resources.files("afil_core") / "contracts" / f"{name_or_path}.yaml"
        contract = parse_contract(resource.read_text(encoding="utf-8"), f"{name_or_path}.yaml")
    elif path.suffix in (".yaml", ".yml"):
        document = schema.load(ContractDocument, path, what="contract file")
        contract = Contract(document, str(path))
    else:
        raise AfilError(
            f"unknown robot '{name_or_path}'; "
            f"{schema.nearest(name_or_path, shipped_contracts())}use one of "
            f"{', '.join(shipped_contracts())}, or the path of a contract .yaml file"
        )
    return contract.within(namespace) if namespace.strip("/") else contract


def parse_contract(text: str, source: str) -> Contract:
    """Parse and check the YAML text of a contract.

    Args:
        text: The YAML text.
        source: File name for error sentences.

    Raises:
        AfilError: Naming the file and the key that is wrong, missing or unknown.
    """
    return _parsed(text, source)


# The bags of a dataset hold one text: it is checked once, for the first of them.
@lru_cache(maxsize=16)
def _whole(text: str) -> Contract | None:
    try:
        return Contract(schema.parse(ContractDocument, text, ""))
    except AfilError:
        return None


def _parsed(text: str, source: str) -> Contract:
    # The file's name belongs into the sentence only.
    return _whole(text) or Contract(schema.parse(ContractDocument, text, source), source)


def read_contract(data: Any, source: str) -> Contract:
    """Check the plain data of a contract; see :func:`parse_contract`."""
    return Contract(schema.read(ContractDocument, data, source), source)
