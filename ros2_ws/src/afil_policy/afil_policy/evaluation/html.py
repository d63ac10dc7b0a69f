"""The report as one HTML file that needs nothing else."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape

from afil_policy.evaluation.table import Table

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;color:#1f2328;max-width:62rem;margin:2rem auto;
padding:0 1rem}h1{font-size:1.7rem}h2{font-size:1.2rem;margin-top:2.2rem}
table{border-collapse:collapse;margin:1rem 0}th,td{border:1px solid #d0d7de;padding:.4rem .8rem;
text-align:left}th{background:#f6f8fa}figure{margin:1rem 0}img{max-width:100%;
image-rendering:auto}figcaption{color:#57606a;font-size:.9rem}.charts{display:flex;
flex-wrap:wrap;gap:1rem}.charts svg{width:28rem;max-width:100%;border:1px solid #d0d7de}
.note{border-left:4px solid #d1570b;background:#fff8f2;padding:.6rem 1rem}
.t{font:600 13px sans-serif}.a{font:11px sans-serif;text-anchor:end;fill:#57606a}
.e{font:11px sans-serif;text-anchor:middle;fill:#57606a}.l{font:11px sans-serif}
.g{stroke:#eaeef2}.c{fill:none;stroke-width:1.6}
"""


def page(title: str, parts: Sequence[str]) -> str:
    """A whole document.

    Args:
        title: Heading of the page.
        parts: HTML of its sections, in order.
    """
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title>"
        f'<meta name="viewport" content="width=device-width">'
        f"<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>"
        f"{''.join(parts)}</body></html>"
    )


def heading(text: str) -> str:
    """A section's heading."""
    return f"<h2>{escape(text)}</h2>"


def paragraph(text: str) -> str:
    """A paragraph."""
    return f"<p>{escape(text)}</p>"


def note(sentences: Sequence[str]) -> str:
    """A list that must not be overlooked."""
    items = "".join(f"<li>{escape(s)}</li>" for s in sentences)
    return f'<div class="note"><ul>{items}</ul></div>'


def table(content: Table) -> str:
    """A table."""
    head = "".join(f"<th>{escape(cell)}</th>" for cell in content.header)
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
        for row in content.rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def figure(png: bytes, caption: str) -> str:
    """A picture inside of the page."""
    data = base64.b64encode(png).decode("ascii")
    return (
        f'<figure><img alt="{escape(caption)}" src="data:image/png;base64,{data}">'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )


def charts(svgs: Sequence[str]) -> str:
    """Charts beside one another."""
    return f'<div class="charts">{"".join(svgs)}</div>'
