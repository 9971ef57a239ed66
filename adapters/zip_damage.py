"""What damage to a zip makes ``zipfile`` raise: one list for all who read one that people bring."""

import zlib
from lzma import LZMAError
from typing import Final
from zipfile import BadZipFile, LargeZipFile

ZIP_DAMAGE: Final = (
    *(BadZipFile, LargeZipFile, EOFError),
    NotImplementedError,  # a way of packing that zipfile does not know, as damage may name one
    *(zlib.error, LZMAError),  # ways that it knows: their own errors come through
)
