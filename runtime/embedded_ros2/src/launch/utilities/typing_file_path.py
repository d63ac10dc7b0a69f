"""What may stand where a file path is expected."""

import os
from typing import Union

FilePath = Union[str, bytes, "os.PathLike[str]"]
