"""Why a file could not be read as a legal text."""

from enum import StrEnum
from pathlib import Path


class Reason(StrEnum):
    """What stands in the way; the words for the user are found at the edge."""

    MISSING = "missing"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNKNOWN_KIND = "unknown_kind"
    WRONG_NAME = "wrong_name"  # content and extension disagree and the content is none that we read
    CORRUPT = "corrupt"
    ENCRYPTED = "encrypted"
    LEGACY_DOC = "legacy_doc"  # no program that reads it is installed
    SCANNED = "scanned"  # pages are pictures of their text
    NO_OCR = "no_ocr"  # the programs that recognise such pages are not installed
    TOO_MANY_PAGES = "too_many_pages"  # more pictures than are recognised
    BOMB = "bomb"
    NO_ARTICLE = "no_article"
    NO_NUMBER = "no_number"
    OLD_FONT = "old_font"  # letters of TCVN3 or VNI: they mean Vietnamese only in their own fonts
    TIMEOUT = "timeout"
    MEMORY = "memory"


class UnreadableFile(Exception):
    """A file that was not read: `path` and `reason`; `detail` is for the log, in no user's language."""

    def __init__(self, path: Path, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{path}: {reason}" + (f" ({detail})" if detail else ""))
        self.path, self.reason, self.detail = path, reason, detail
