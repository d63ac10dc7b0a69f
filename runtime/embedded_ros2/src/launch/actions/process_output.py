"""Lines out of pieces of output."""

import codecs
import logging
from collections.abc import Callable


class LineWriter:
    """Collects output until a line is whole, and logs it.

    Args:
        logger: where the lines go.
        form: makes the text to log out of a line.
        keep: whether all output is kept in ``text``.
    """

    def __init__(self, logger: logging.Logger, form: Callable[[str], str], *, keep: bool) -> None:
        self._logger = logger
        self._form = form
        self._keep = keep
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._pending = ""
        self.text = ""

    def write(self, data: bytes) -> None:
        """Take a piece of output."""
        text = self._decoder.decode(data)
        if self._keep:
            self.text += text
        *lines, self._pending = (self._pending + text).split("\n")
        for line in lines:
            self._logger.info(self._form(line.removesuffix("\r")))

    def flush(self) -> None:
        """Log what is left without a line's end."""
        rest, self._pending = self._pending + self._decoder.decode(b"", final=True), ""
        self._decoder.reset()
        if rest:
            self._logger.info(self._form(rest))
