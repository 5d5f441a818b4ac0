"""Receipt numbers: easy to read aloud, not guessable, with a check digit; and the secret codes that open a report.

Nine random digits and one check digit of H. Damm's quasigroup of order 10, which finds every single wrong digit and
every swap of two neighbours: "CN 482 719 3056".
"""

import hashlib
import re
import secrets
import unicodedata
import uuid
from typing import Final

PREFIX: Final = "CN"
DIGITS: Final = 10
_DAMM: Final = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip
_LOOKALIKE: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "|": "1"})


def check_digit(digits: str) -> str:
    """The digit that follows `digits`."""
    row = 0
    for digit in digits:
        row = int(_DAMM[row][int(digit)])
    return str(row)


def is_valid(digits: str) -> bool:
    """True for ten digits whose last one checks the others."""
    return re.fullmatch(r"[0-9]{10}", digits) is not None and check_digit(digits) == "0"


def shown(number: str) -> str:
    """`number` in the groups that it is read in: "4827193056" -> "CN 482 719 3056"."""
    return f"{PREFIX} {number[:3]} {number[3:6]} {number[6:]}"


def parse(text: str) -> str | None:
    """The ten digits that `text` stands for, None when it is no receipt number.

    Spaces, dashes, dots, lower case, full-width figures, o for 0 and l for 1 are understood.
    """
    plain = re.sub(r"[\s.\-–—_/#:]+", "", unicodedata.normalize("NFKC", text)).upper()
    digits = plain.removeprefix(PREFIX).translate(_LOOKALIKE)
    return digits if is_valid(digits) else None


def hashed(code: str) -> str:
    """What is kept of a secret code: enough to know it again, not enough to tell it."""
    return hashlib.sha256(code.strip().encode()).hexdigest()


class RandomCodes:
    """Numbers, codes and ids from the system's secure random source."""

    def number(self) -> str:
        """A receipt number of ten digits."""
        digits = f"{secrets.randbelow(10 ** (DIGITS - 1)):0{DIGITS - 1}d}"
        return digits + check_digit(digits)

    def code(self) -> str:
        """A secret of 120 bits that may be typed: lower case letters and figures."""
        return secrets.token_hex(15)

    def id(self) -> str:
        """An id that is never shown."""
        return uuid.uuid4().hex
