"""Which days, and which kind of change, a message asks the news of: "có gì mới từ 1/3/2027", "tháng này có gì mới"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from knowledge.plainly import LONGEST, plainly
from knowledge.vietnamese import clean, fold, strip_accents

EARLIEST: Final = date(1945, 9, 2)  # no text held is older
_WHAT: Final = r"(?:(?:nhung|cac) )?(?:quy dinh|van ban|vb|vbpl|nghi dinh|nd|thong tu|tt|nghi quyet|nq|luat|dieu khoan)"
_NEWS: Final = re.compile(
    rf"\bco (?:gi|{_WHAT}(?: gi| nao)?) (?:moi|thay doi)\b|\b(?:gi|{_WHAT} nao) (?:moi|thay doi|vua sua)\b"
    rf"|\bnhung (?:thay doi|diem moi)\b|\bco thay doi (?:gi|nao)\b(?! (?:ve|trong|o) )|\b(?:quy dinh|van ban) moi nhat\b"
)
# "văn bản nào sắp hết hiệu lực", "có gì sắp có hiệu lực", "tháng này nghị định nào hết hiệu lực"
_FORCE: Final = r"(?:het (?:hieu luc|han|ap dung)|thoi ap dung|bi bai bo|co hieu luc)"
_SOON: Final = r"(?:sap toi|sap|toi day|thoi gian toi|se)"
_TURNS: Final = re.compile(
    rf"\b(?:gi|{_WHAT}(?: nao| gi)?) (?:{_SOON} )+{_FORCE}\b|^{_SOON} (?:co )?(?:gi|{_WHAT}) (?:nao |gi )?(?:se |sap )?{_FORCE}\b"
    r"|\bco gi (?:het (?:hieu luc|han)|co hieu luc)\b"
)
_WHICH: Final = re.compile(rf"\b{_WHAT} (?:nao|gi)(?: se| sap| da| vua)? (?:het (?:hieu luc|han)|thoi ap dung|bi bai bo|co hieu luc)\b")
_ENDS: Final = re.compile(r"\bhet (?:hieu luc|han|ap dung)\b|\bthoi ap dung\b|\bbi bai bo\b")
_BEGINS: Final = re.compile(r"(?<!con )\bco hieu luc\b")
_AHEAD: Final = re.compile(rf"\b{_SOON}\b")

_Y: Final = r"(?P<y>(?:19|20)\d\d)(?![\d/])"
_DAY: Final = re.compile(
    r"(?P<lead>(?:\b(?:truoc|den|toi|het|tu|sau|ke tu|tinh tu|ngay|vao|khi|luc|hoi|trong)\s+)*)(?<![\d/])(?P<d>\d{1,2})\s*(?:/|-|\.|thang)\s*(?P<m>\d{1,2})"
    rf"(?:\s*(?:/|-|\.|nam)\s*{_Y})?(?![\d/-])"
)
_MONTH: Final = re.compile(
    r"(?P<lead>(?:\b(?:truoc|den|toi|het|tu|sau|ke tu|trong|vao)\s+)*)\bthang\s*"
    rf"(?:(?P<m>\d{{1,2}})(?!\s*/\s*\d{{1,2}}/)(?:\s*(?:/|-|nam)\s*{_Y})?|(?P<spoken>nay|sau|toi|truoc|roi|vua roi|qua))\b"
)
_YEAR: Final = re.compile(rf"(?P<lead>(?:\b(?:truoc|den|toi|het|tu|sau|ke tu|dau|trong|vao)\s+)*)\bnam\s*(?:{_Y}|(?P<spoken>nay|sau|toi|ngoai|truoc))")
_WEEK: Final = re.compile(r"\btuan (?P<spoken>nay|sau|toi|truoc|roi|qua|vua roi)\b")
_QUARTER: Final = re.compile(r"\bquy (?P<spoken>nay|sau|toi|truoc|roi|qua|vua roi)\b")
_SPAN: Final = re.compile(r"\b(?P<n>\d{1,3}) (?P<unit>ngay|tuan|thang|nam) (?P<side>qua|vua qua|gan day|truoc|toi|sau|nua)\b")
_SINCE: Final = re.compile(r"\b(?:tu|sau|ke tu|tinh tu|dau)\b")
_UNTIL: Final = re.compile(r"\b(?:truoc|den|toi|het)\b")
_SHIFT: Final = {"nay": 0, "sau": 1, "toi": 1, "truoc": -1, "roi": -1, "vua roi": -1, "qua": -1, "ngoai": -1}
_LENGTH: Final = {"ngay": 1, "tuan": 7, "thang": 30, "nam": 365}
# What stands around the subject of such a message.
_AROUND: Final = frozenset((
    "co", "gi", "moi", "nhat", "nhung", "cac", "diem", "thay", "doi", "vua", "sua", "nao", "khong", "chua", "vay", "the", "thi", "la", "nhi", "a",
    "ha", "em", "anh", "chi", "cho", "hoi", "xin", "biet", "toi", "trong", "o", "lai", "day", "tro", "hien", "nay", "va", "da", "duoc", "quy",
    "dinh", "van", "ban", "nghi", "thong", "quyet", "luat", "dieu", "khoan", "het", "hieu", "luc", "gan", "ke", "tinh", "tu", "den", "sau", "truoc",
    "ngay", "thang", "nam", "sap", "se",
))
_ABOUT: Final = re.compile(r"\b(?:ve|linh vuc|lien quan|doi voi)\b")


class Turn(StrEnum):
    """Which news is asked for."""

    ANY = "any"
    BEGINS = "begins"
    ENDS = "ends"


@dataclass(frozen=True)
class Window:
    """The first and the last day, both inside, the kind of change, and the subject in plain words, "" for all."""

    since: date
    until: date = date.max
    turn: Turn = Turn.ANY
    about: str = ""


def asks_for_news(text: str) -> bool:
    """True for "có gì mới từ 1/7/2025?", "văn bản nào sắp hết hiệu lực?"; a document that is cited is for the caller to see."""
    if len(text) > LONGEST:
        return False
    bare = _bare(text)
    return bool(_NEWS.search(bare) or _TURNS.search(bare) or (_WHICH.search(bare) and next(_named(bare, date(2000, 1, 1)), None) is not None))


def window_of(text: str, today: date, chosen: date | None = None) -> Window:
    """The days that `text` asks about; from `chosen`, else the first of this year on where it names none, what is to come included."""
    bare = _bare(text)
    turn = Turn.ENDS if _ENDS.search(bare) else Turn.BEGINS if _BEGINS.search(bare) else Turn.ANY
    named = list(_named(bare, today))
    since = next((a for a, _ in named if a is not None), None)
    until = next((b for _, b in reversed(named) if b is not None), None)
    if since is None and until is None:
        return Window(today + timedelta(days=1) if _AHEAD.search(bare) else chosen or date(today.year, 1, 1), turn=turn)
    if since is None:
        since = today if until is not None and until > today else EARLIEST
    return Window(since, until if until is not None and until >= since else date.max, turn)


def subject_of(text: str) -> tuple[str, bool]:
    """What else the message names, in plain words ("có gì mới về khuyến công" -> "khuyen cong"), and whether it says "về" of it."""
    bare = _bare(text)
    for pattern in (_SPAN, _DAY, _MONTH, _YEAR, _QUARTER, _WEEK, _NEWS, _TURNS, _WHICH):
        bare = pattern.sub(" ", bare)
    parts = [_stripped(part) for part in _ABOUT.split(plainly(bare))]
    return next((part for part in reversed(parts) if part), ""), len(parts) > 1


def _stripped(text: str) -> str:
    """The words less those around them that name nothing."""
    words = text.split()
    while words and words[0] in _AROUND:
        words.pop(0)
    while words and words[-1] in _AROUND:
        words.pop()
    return " ".join(words)


def _bare(text: str) -> str:
    return strip_accents(fold(clean(text)))


def _named(bare: str, today: date) -> Iterator[tuple[date | None, date | None]]:
    """First and last day of each time that is named, None for an open end."""
    for match in _SPAN.finditer(bare):
        length = timedelta(days=int(match["n"]) * _LENGTH[match["unit"]])
        ahead = match["side"] in ("toi", "sau", "nua")
        yield (today, today + length) if ahead else (today - length, today)
        bare = _blank(bare, match)
    for pattern, ends in ((_DAY, _day_ends), (_MONTH, _month_ends), (_YEAR, _year_ends), (_QUARTER, _quarter_ends), (_WEEK, _week_ends)):
        found = [(match, ends(match, today)) for match in pattern.finditer(bare)]
        for match, pair in found:
            if pair is None:
                continue
            bare = _blank(bare, match)
            first, last = pair
            lead = match.groupdict().get("lead") or ""
            if _SINCE.search(lead):
                yield first if "sau" not in lead.split() else last + timedelta(days=1), None
            elif _UNTIL.search(lead):
                yield None, first - timedelta(days=1) if "truoc" in lead.split() else last
            else:
                yield first, None if pattern is _DAY else last


def _blank(bare: str, match: re.Match[str]) -> str:
    return f"{bare[: match.start()]}{' ' * len(match[0])}{bare[match.end() :]}"


def _day_ends(match: re.Match[str], today: date) -> tuple[date, date] | None:
    years = [int(match["y"])] if match["y"] else [today.year - 1, today.year, today.year + 1]
    near = [d for y in years if (d := _date(y, int(match["m"]), int(match["d"]))) is not None]
    day = min(near, key=lambda d: abs((d - today).days), default=None)
    return None if day is None else (day, day)


def _month_ends(match: re.Match[str], today: date) -> tuple[date, date] | None:
    if match["spoken"]:
        at = today.year * 12 + today.month - 1 + _SHIFT[match["spoken"]]
    elif 1 <= int(match["m"]) <= 12:
        at = (int(match["y"]) if match["y"] else today.year) * 12 + int(match["m"]) - 1
    else:
        return None
    return date(at // 12, at % 12 + 1, 1), date((at + 1) // 12, (at + 1) % 12 + 1, 1) - timedelta(days=1)


def _year_ends(match: re.Match[str], today: date) -> tuple[date, date]:
    year = int(match["y"]) if match["y"] else today.year + _SHIFT[match["spoken"]]
    return date(year, 1, 1), date(year, 12, 31)


def _quarter_ends(match: re.Match[str], today: date) -> tuple[date, date]:
    at = (today.year * 4 + (today.month - 1) // 3 + _SHIFT[match["spoken"]]) * 3
    return date(at // 12, at % 12 + 1, 1), date((at + 3) // 12, (at + 3) % 12 + 1, 1) - timedelta(days=1)


def _week_ends(match: re.Match[str], today: date) -> tuple[date, date]:
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=_SHIFT[match["spoken"]])
    return monday, monday + timedelta(days=6)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
