"""Which colors a phrase may have: the one it says, else the typical ones of its object."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from afil_core.schema import Schema, parse
from afil_perception.detect.palette import PALETTE, canonical_color

_FILE = "object_colors.yaml"


def _known(word: str) -> str:
    color = canonical_color(word.lower())
    if color is None:
        raise ValueError(f"is '{word}', which is no known color; use one of {', '.join(PALETTE)}")
    return color


ColorName = Annotated[str, AfterValidator(_known)]
"""A color of the palette, or a synonym of one, which becomes its palette name."""


def _several(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Colors = Annotated[tuple[ColorName, ...], BeforeValidator(_several)]
"""One color, or those that a thing may have: cars are red, blue and white."""


class Lexicon(Schema):
    """The file of typical colors.

    Attributes:
        colors: Colors by object.
    """

    colors: dict[str, Colors]


@cache
def shipped_colors() -> Mapping[str, tuple[str, ...]]:
    """Typical colors of everyday objects, as shipped: object to palette colors."""
    text = files("afil_perception.detect").joinpath(_FILE).read_text(encoding="utf-8")
    return parse(Lexicon, text, _FILE).colors


def colors_of(phrase: str, lexicon: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The palette colors of a noun phrase; none when neither it nor the lexicon says one.

    A color word before the noun counts first; a color word as the noun itself (*the orange*)
    is an object of the lexicon.
    """
    words = phrase.split()
    for word in words[:-1]:
        color = canonical_color(word)
        if color is not None:
            return (color,)
    for start in range(len(words)):
        rest = " ".join(words[start:])
        for noun in (rest, *_singulars(rest)):
            if noun in lexicon:
                return lexicon[noun]
    return ()


def _singulars(noun: str) -> list[str]:
    forms = []
    if noun.endswith("ies"):
        forms.append(noun[:-3] + "y")
    if noun.endswith("es"):
        forms.append(noun[:-2])
    if noun.endswith("s"):
        forms.append(noun[:-1])
    return forms
