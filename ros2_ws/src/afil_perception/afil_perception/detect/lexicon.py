"""Which color a phrase has: the one it says, else the typical one of its object."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from afil_core.errors import AfilError
from afil_core.strict_yaml import parse_mapping
from afil_perception.detect.palette import PALETTE, canonical_color


@cache
def shipped_colors() -> Mapping[str, str]:
    """Typical colors of everyday objects, as shipped: object to palette color."""
    name = "object_colors.yaml"
    text = files("afil_perception.detect").joinpath(name).read_text(encoding="utf-8")
    section = parse_mapping(text, name)
    return {key: section.text(key, tuple(PALETTE)) for key in section.keys()}  # noqa: SIM118


def lexicon_with(additions: Mapping[str, str]) -> dict[str, str]:
    """The shipped lexicon with a configuration's additions.

    Raises:
        AfilError: When an addition names no color of the palette.
    """
    lexicon = dict(shipped_colors())
    for noun, word in additions.items():
        color = canonical_color(word.lower())
        if color is None:
            known = ", ".join(PALETTE)
            raise AfilError(
                f"detector.color.typical_colors.{noun}: '{word}' is no known color; "
                f"use one of: {known}"
            )
        lexicon[noun.lower()] = color
    return lexicon


def color_of(phrase: str, lexicon: Mapping[str, str]) -> str | None:
    """The palette color of a noun phrase; None when neither it nor the lexicon says one.

    A color word before the noun counts first; a color word as the noun itself (*the orange*)
    is an object of the lexicon.
    """
    words = phrase.split()
    for word in words[:-1]:
        color = canonical_color(word)
        if color is not None:
            return color
    for start in range(len(words)):
        rest = " ".join(words[start:])
        for noun in (rest, *_singulars(rest)):
            if noun in lexicon:
                return lexicon[noun]
    return None


def _singulars(noun: str) -> list[str]:
    forms = []
    if noun.endswith("ies"):
        forms.append(noun[:-3] + "y")
    if noun.endswith("es"):
        forms.append(noun[:-2])
    if noun.endswith("s"):
        forms.append(noun[:-1])
    return forms
