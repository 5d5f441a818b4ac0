"""Document numbers and dates as Vietnamese texts and file names write them."""

import re
from datetime import date
from typing import Final

from knowledge.vietnamese import fold, one_line, strip_accents

_SIGN: Final = r"(?:NĐ|ND|NQ|QĐ|QD|TTLT|TT|CT|CĐ|VBHN|QH\d*|L-CTN)(?:\s*-\s*[A-ZĐ]{2,12})*"
NUMBER: Final = re.compile(
    rf"\b(\d{{1,4}}(?:\.\d{{1,3}})?)\s*/\s*((?:19|20)\d\d)\s*/\s*({_SIGN})",
    re.IGNORECASE,
)
# Directives and single decisions carry no year: 07/CT-TTg, 2646/QĐ-BCT.
YEARLESS: Final = re.compile(r"\b(\d{1,5})\s*/\s*((?:CT|CĐ|QĐ|QD|NQ)\s*-\s*[A-ZĐ]{2,12})\b", re.IGNORECASE)
_DATE: Final = re.compile(r"(\d{1,2})\s*(?:/|-|\.|tháng)\s*(\d{1,2})\s*(?:/|-|\.|năm)\s*(\d{4})")
_SPELLED: Final = {"ND": "NĐ", "QD": "QĐ", "TTG": "TTg", "HDND": "HĐND", "CTN": "CTN"}

# Kinds whose number needs no issuer; "nq", "qd", "tt" and "ct" alone leave the issuer open.
_WHOLE: Final = {"nd": "NĐ-CP"}
_SIGNS: Final = {"tt": "TT", "nq": "NQ", "qd": "QĐ", "ct": "CT", "ttlt": "TTLT", "vbhn": "VBHN"}
_NAME: Final = re.compile(r"(?:^|[^a-z])(nd|tt|nq|qd|ct|ttlt|vbhn|luat)[-_ .]*(\d{1,4}(?:\.\d{1,3})?)[-_ .]+(.*)$")
_NUMBER_FIRST: Final = re.compile(r"^(\d{1,4})[-_ ]((?:19|20)\d\d)[-_ ](nd|tt|nq|qd|ct|ttlt|vbhn)[-_ ]([a-z]{2,12}(?:[-_ ][a-z]{2,12})?)\b")
_QUALIFIERS: Final = re.compile(r"[-_ .]*\b(?:extract|partial|scanned|ocr|signed|final|ban|copy)\b.*$")


def normal_number(text: str) -> str:
    """Return a document number in its official form: "155/2020/nd-cp" -> "155/2020/NĐ-CP".

    Where `text` shows no number it comes back as one line.
    """
    if match := NUMBER.search(text):
        return f"{_padded(match[1])}/{match[2]}/{_sign(match[3])}"
    if match := YEARLESS.search(text):
        return f"{_padded(match[1])}/{_sign(match[2])}"
    return one_line(text)


def _padded(number: str) -> str:
    return number.lstrip("0").zfill(2) if "." not in number else number


def _sign(sign: str) -> str:
    parts = re.sub(r"\s+", "", sign).upper().split("-")
    return "-".join(_SPELLED.get(part, part) for part in parts)


def read_date(text: str) -> date | None:
    """Read a Vietnamese or ISO date: "15 tháng 10 năm 2025", "15/10/2025", "2025-10-15"; None when it is none."""
    if match := re.search(r"(\d{4})-(\d{1,2})-(\d{1,2})", text):
        return day_of(int(match[1]), int(match[2]), int(match[3]))
    if match := _DATE.search(text):
        return day_of(int(match[3]), int(match[2]), int(match[1]))
    return None


def day_of(year: int, month: int, day: int) -> date | None:
    """Return the date, None where the calendar has no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None



def number_in_name(name: str, shown: str = "") -> str:
    """Return the number in a file's `name`, "" where it is open. "nd-45-2012.txt" -> "45/2012/NĐ-CP".

    `shown` is the rest of a number that the text leaves to be filled in: "/2023/TT-BGTVT" in a draft whose file
    is called "tt-37-bgtvt.pdf" gives "37/2023/TT-BGTVT".
    """
    stem = _QUALIFIERS.sub("", strip_accents(fold(re.sub(r"(?:\.[A-Za-z]{2,8}){1,2}$", "", name))))
    if match := _NUMBER_FIRST.match(stem):
        return _joined(match[1], match[2], match[3], match[4])
    match = _NAME.search(stem)
    if match is None:
        return ""
    kind, number, rest = match[1], match[2], re.split(r"[-_ .]+", match[3].strip("-_ ."))
    year = rest.pop(0) if rest and re.fullmatch(r"(?:19|20)\d\d", rest[0]) else ""
    if not year:
        kept = re.fullmatch(r"/((?:19|20)\d\d)/([^/]+)", shown)
        return normal_number(f"{number}/{kept[1]}/{kept[2]}") if kept and _agree(kind, rest, kept[2]) else ""
    if kind == "luat":
        return f"{number}/{year}/{rest[0].upper()}" if rest and re.fullmatch(r"qh\d+", rest[0]) else ""
    return _joined(number, year, kind, "-".join(rest))


def _joined(number: str, year: str, kind: str, issuer: str) -> str:
    if kind in _WHOLE and issuer in ("", "cp"):
        return normal_number(f"{number}/{year}/{_WHOLE[kind]}")
    several = r"[a-z]{2,12}(?:[- _][a-z]{2,12})?" if kind == "ttlt" else r"[a-z]{2,12}"  # "qd-16-2026-lao-cai" names a province
    if kind in _SIGNS and re.fullmatch(several, issuer):
        return normal_number(f"{number}/{year}/{_SIGNS[kind]}-{re.sub('[ _]', '-', issuer)}")
    return ""


def _agree(kind: str, rest: list[str], sign: str) -> bool:
    plain = strip_accents(sign.lower()).split("-")
    return plain[0] == kind and rest[: len(plain) - 1] == plain[1:]
