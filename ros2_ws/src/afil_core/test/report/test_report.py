"""Pages of parts: escaped, in one file, drawn from any numbers."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from afil_core.errors import AfilError
from afil_core.report import Chart, Figure, Heading, Note, Page, Paragraph, Row, Table

EVIL = "<script>alert('x')</script> & \"more\""


def test_every_text_is_escaped() -> None:
    page = Page(
        EVIL,
        [
            Heading(EVIL),
            Paragraph(EVIL),
            Note([EVIL]),
            Table((EVIL,), ((EVIL,),)),
            Figure(b"png", EVIL),
            Row([Chart(EVIL, {EVIL: [1.0, 2.0]}), Chart(EVIL, {})]),
        ],
    )
    html = page.html()
    assert "<script" not in html
    assert html.count("&lt;script&gt;") == 13
    assert ElementTree.fromstring(html).tag == "html", "every tag is closed"


def test_a_page_is_one_file_that_needs_nothing_else(tmp_path) -> None:
    place = tmp_path / "new" / "page.html"
    Page("Title", [Figure(b"\x89PNG", "a picture")]).write(place)
    text = place.read_text(encoding="utf-8")
    assert not re.search(r'(src|href)="(?!data:)', text)
    assert 'src="data:image/png;base64,iVBORw=="' in text
    assert "font:" in text


def test_a_page_that_can_not_be_written_is_a_sentence(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(AfilError, match="cannot be written"):
        Page("Title", []).write(tmp_path / "file" / "page.html")


def test_a_table_is_aligned_in_a_terminal() -> None:
    table = Table(("success", "a"), (("long name", "1"), ("x", "2")))
    assert table.text().splitlines() == ["success    a", "long name  1", "x          2"]


def test_curves_survive_zeros_gaps_and_nothing() -> None:
    chart = Chart("bc", {"train": [1.0, 0.1, 0.01], "reg": [0.0, float("nan"), 0.2]})
    assert [len(line.points.split()) for line in chart.lines] == [3, 1]
    html = Page("t", [chart]).html()
    assert html.count("<polyline") == 2
    assert "nan" not in html.lower().replace("nance", "")
    for values in ({"train": [0.0]}, {}, {"train": []}):
        assert "nothing to draw" in Page("t", [Chart("bc", values)]).html()


def test_a_chart_spans_its_values_from_bottom_to_top() -> None:
    chart = Chart("loss", {"train": [1.0, 0.1, 0.01]})
    ys = [float(point.split(",")[1]) for point in chart.lines[0].points.split()]
    assert ys == [30.0, 118.0, 206.0]
    assert [label.text for label in chart.grid] == ["1e-2", "1e-1", "1e0"]
    assert [step.text for step in chart.steps] == ["1", "2", "3"]
    assert len({label.y for label in Chart("x", dict.fromkeys("abcdef", [1.0])).legend}) == 2
