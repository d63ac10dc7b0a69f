"""A page and its plain parts."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar, Protocol

from jinja2 import Environment, PackageLoader, StrictUndefined

from afil_core.storage import write_text


class Part(Protocol):
    """Something on a page.

    Attributes:
        template: Name of its template, which sees the part as ``part``.
    """

    template: ClassVar[str]


@dataclass(frozen=True)
class Heading:
    """The heading of a section."""

    text: str
    template: ClassVar[str] = "heading.html"


@dataclass(frozen=True)
class Paragraph:
    """A paragraph."""

    text: str
    template: ClassVar[str] = "paragraph.html"


@dataclass(frozen=True)
class Note:
    """Sentences that must not be overlooked."""

    sentences: Sequence[str]
    template: ClassVar[str] = "note.html"


@dataclass(frozen=True)
class Figure:
    """A picture inside of the page, with its caption: PNG, or a file of another media type."""

    png: bytes
    caption: str
    media: str = "image/png"
    template: ClassVar[str] = "figure.html"

    @property
    def data(self) -> str:
        """The picture as base64."""
        return base64.b64encode(self.png).decode("ascii")


@dataclass(frozen=True)
class Video:
    """A film inside of the page, with its caption: WebM."""

    webm: bytes
    caption: str
    template: ClassVar[str] = "video.html"

    @property
    def data(self) -> str:
        """The film as base64."""
        return base64.b64encode(self.webm).decode("ascii")


@dataclass(frozen=True)
class Row:
    """Parts beside one another, as many as fit."""

    parts: Sequence[Part]
    template: ClassVar[str] = "row.html"


@dataclass(frozen=True)
class Page:
    """A whole document: one file that needs nothing else.

    Attributes:
        title: Its heading.
        parts: What is on it, in order.
        refresh_s: A browser that shows it reads it again so often, s; None for never.
    """

    title: str
    parts: Sequence[Part]
    refresh_s: int | None = None

    def html(self) -> str:
        """The text of the file."""
        return _environment().get_template("page.html").render(page=self)

    def write(self, place: Path) -> None:
        """Write the file in one step; its folder is made when missing.

        Raises:
            AfilError: When the disk refuses it.
        """
        write_text(place, self.html())


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("afil_core.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
