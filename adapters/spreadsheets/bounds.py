"""What a spreadsheet may hold: looked at before anything reads it as a whole."""

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from adapters.zip_damage import ZIP_DAMAGE
from domain.errors import InvalidRequest

MEBIBYTE: Final = 1 << 20
CHUNK_BYTES: Final = 1 << 16
MEMBERS_MAX: Final = 10_000
COLUMNS_MAX: Final = 256
_DOCTYPES: Final = tuple("<!DOCTYPE".encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be"))
_KEPT: Final = max(map(len, _DOCTYPES)) - 1


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a spreadsheet may come to once it is unpacked."""

    unpacked_bytes: int = 100 * MEBIBYTE
    rows: int = 100_000

    def check_rows(self, number: int) -> None:
        """Refuse more rows than may be.

        Raises:
            InvalidRequest: with field ``file``.
        """
        if number > self.rows:
            msg = f"The sheet has more than {self.rows} rows: export it as CSV."
            raise InvalidRequest(msg, field="file")

    def check_size(self, size_bytes: int) -> None:
        """Refuse more bytes than may be.

        Raises:
            InvalidRequest: with field ``file``.
        """
        if size_bytes > self.unpacked_bytes:
            size = self.unpacked_bytes // MEBIBYTE
            msg = f"The spreadsheet is larger than {size} MiB unpacked: export it as CSV."
            raise InvalidRequest(msg, field="file")


def members_of(path: Path, bounds: Bounds) -> frozenset[str]:
    """Unpack a zip once without keeping it, and name its members: what it says of sizes is vain.

    Raises:
        InvalidRequest: with field ``file``: it is damaged, too large, or declares a document type.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
            if len(infos) > MEMBERS_MAX:
                bounds.check_size(bounds.unpacked_bytes + 1)
            size_bytes = 0
            for info in infos:
                size_bytes = _read(archive, info, size_bytes, bounds)
            return frozenset(info.filename for info in infos)
    except (*ZIP_DAMAGE, RuntimeError, OSError) as error:  # RuntimeError: it has a password
        msg = "The spreadsheet is damaged or has a password: save it again."
        raise InvalidRequest(msg, field="file") from error


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, size_bytes: int, bounds: Bounds) -> int:
    before = b""
    with archive.open(info) as member:
        while chunk := member.read(CHUNK_BYTES):
            size_bytes += len(chunk)
            bounds.check_size(size_bytes)
            seen = (before + chunk).upper()
            if any(mark in seen for mark in _DOCTYPES):
                msg = "The spreadsheet declares a document type, which no office program writes."
                raise InvalidRequest(msg, field="file")
            before = chunk[-_KEPT:]
    return size_bytes
