"""Former options of commands answer with their present name."""

from __future__ import annotations

import argparse

import pytest

from afil_core.errors import AfilError
from afil_core.process.arguments import renamed


@pytest.fixture
def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="train")
    parser.add_argument("--dataset", default="demos")
    renamed(parser, "--data", "--dataset")
    return parser


@pytest.mark.parametrize("words", [["--data", "mine"], ["--data=mine"], ["--data"]])
def test_a_former_option_names_the_present_one(parser, words) -> None:
    with pytest.raises(AfilError, match="^--data is called --dataset now; rename it$"):
        parser.parse_args(words)


def test_it_leaves_no_trace_where_it_is_not_given(parser) -> None:
    assert parser.parse_args(["--dataset", "mine"]) == argparse.Namespace(dataset="mine")
    assert "--data " not in parser.format_help()
