"""Type hashes of REP 2011."""

from __future__ import annotations


class TypeHash:
    """Version and 32 octets."""

    __slots__ = ["_value", "_version"]

    def __init__(self, version: int = -1, value: bytes = bytes(32)) -> None:
        self.version = version
        self.value = value

    @property
    def version(self) -> int:
        """Version; -1 is unset."""
        return self._version

    @version.setter
    def version(self, value: int) -> None:
        assert isinstance(value, int)
        self._version = value

    @property
    def value(self) -> bytes:
        """The octets."""
        return self._value

    @value.setter
    def value(self, value: bytes) -> None:
        assert isinstance(value, bytes)
        self._value = value

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TypeHash):
            return False
        return (self.version, self.value) == (other.version, other.value)

    def __hash__(self) -> int:
        return hash((self.version, self.value))

    def __str__(self) -> str:
        if self.version <= 0 or len(self.value) != 32:
            return "INVALID"
        return f"RIHS{self.version:02d}_{self.value.hex()}"
