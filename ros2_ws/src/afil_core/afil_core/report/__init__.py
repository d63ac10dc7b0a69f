"""Reports: HTML pages that need nothing else, from parts that every stage shares.

A part is a small class with the values that its template shows; another one is a class and a
file in ``templates/``. Everything is escaped::

    page = Page("Dataset", [Heading("Episodes"), table, Figure(png, "the first frame")])
    page.write(folder / "report.html")
"""

from afil_core.report.chart import Chart
from afil_core.report.page import Figure, Heading, Note, Page, Paragraph, Part, Row, Video
from afil_core.report.table import Table

__all__ = [
    "Chart",
    "Figure",
    "Heading",
    "Note",
    "Page",
    "Paragraph",
    "Part",
    "Row",
    "Table",
    "Video",
]
