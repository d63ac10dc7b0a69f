from __future__ import annotations

import math

import pytest

from afil_core.errors import AfilError
from afil_core.optional import optional


def test_a_package_that_is_there_is_imported() -> None:
    assert optional("math", "a test") is math


def test_one_that_is_not_is_a_sentence_with_the_command() -> None:
    with pytest.raises(AfilError, match="head 'x' needs .* nowhere_to_be_found, .*pip install"):
        optional("nowhere_to_be_found.inside", "head 'x'")
