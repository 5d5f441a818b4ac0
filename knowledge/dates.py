"""The day that a question names: "ngày 30/6/2025", "trước 1/7/2025", "hồi tháng 3/2025", "từ năm 2027", "hôm nay"."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum, auto
from typing import Final

from knowledge.vietnamese import clean, fold, strip_accents
from knowledge.wanted import Wanted, wanted

_FULL: Final = re.compile(
    r"(?P<before>trước|truoc)?\s*(?:(?:vào|vao|từ|tu|đến|den|tính đến|tại|tai|hồi|hoi|lúc|luc|(?P<after>sau)|kể từ|ke tu)\s+)*(?:ngày|ngay)?\s*"
    r"(?<![\d/])(?P<d>\d{1,2})\s*(?:/|-|\.|tháng|thang)\s*(?P<m>\d{1,2})\s*(?:/|-|\.|năm|nam)\s*(?P<y>(?:19|20)\d\d)(?![\d/])",
    re.IGNORECASE,
)
_ISO: Final = re.compile(r"(?<!\d)(?P<y>(?:19|20)\d\d)-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?!\d)")
_MONTH: Final = re.compile(
    r"(?P<before>trước|truoc)?\s*(?:(?:vào|vao|từ|tu|hồi|hoi|trong|lúc|luc|đến|den|(?P<after>sau))\s+)*(?:tháng|thang)\s*(?P<m>\d{1,2})\s*(?:/|-|năm|nam)\s*(?P<y>(?:19|20)\d\d)(?!\d)",
    re.IGNORECASE,
)
_YEAR: Final = re.compile(
    r"(?P<before>trước|truoc)?\s*(?:(?:vào|vao|từ|tu|hồi|hoi|trong|sang|đến|den|đầu|dau|(?P<after>sau))\s+)+(?:năm|nam)\s*(?P<y>(?:19|20)\d\d)(?!\d)",
    re.IGNORECASE,
)
_BARE_YEAR: Final = re.compile(r"\b(?:năm|nam)\s*(?P<y>(?:19|20)\d\d)(?!\d)", re.IGNORECASE)

# Parts of a year stand for a day in their middle: who asks about "cuối năm 2025" means no single day.
_PART: Final = re.compile(
    r"\b(?:(?:vao|hoi|tu|den)\s+)*(?P<part>dau|giua|cuoi)\s+nam\s+(?:(?P<y>(?:19|20)\d\d)(?!\d)|(?P<spoken>ngoai|nay|truoc|sau|toi))"
    r"|(?<!may )(?<!vai )(?<!nhieu )(?<!moi )(?<!hang )(?<!\d )\b(?:(?:hoi|trong)\s+)*(?:(?P<year>nam ngoai)|(?P<month>thang (?:truoc|vua roi|vua qua)))\b"
    r"(?!\s+(?:ngay|\d))"
)
_SHORT: Final = re.compile(r"\b(?:ngay|hom)\s+(?P<d>\d{1,2})(?:\s*[/-]\s*|\s+thang\s+)(?P<m>\d{1,2})(?!\s*(?:[/.-]|nam)?\s*\d)")
_NUMBERED: Final = re.compile(r"\d\s*/\s*[\w-]*[a-zđ][\w-]*\s*(?:ngày|ngay)?\s*$")
_MIDDLE: Final = {"dau": (2, 15), "giua": (6, 15), "cuoi": (12, 15)}

# "cụm thành lập trước 1/1/2010", "hạn nộp báo cáo 30/11/2026": the date belongs to the matter, not to the law.
_MATTER: Final = re.compile(
    r"(thành lập|hình thành|lập|nộp|cấp|ký|duyệt|quyết định|hoạt động|xây dựng|khởi công|báo cáo|gửi|hạn|xong|tiếp nhận|thẩm định|hết hạn|đăng ký|có hiệu lực)"
    r"(?:\s+(?:vào|từ|trước|sau|là|ngày|chót|cuối|xong|rồi))*$"
)


@dataclass(frozen=True)
class NamedDay:
    """The day, and the question without the words that named it."""

    day: date
    rest: str


def day_in(text: str, today: date) -> NamedDay | None:
    """Return the day that `text` asks about; None when it names none, or a day that does not exist.

    "trước" takes the day before, "sau" the day behind; a month or a year stands for its first day. A date behind a document's
    number ("ngày 15/3/2024 của Chính phủ") describes the document and is not the day asked about.
    """
    line = clean(text)
    bare = strip_accents(fold(line))
    if len(bare) == len(line) and (match := _PART.search(bare)) is not None and not _FULL.search(line):
        if _NUMBERED.search(bare[: match.start()]):
            return None
        return _spoken(match, line, today)
    for pattern in (_FULL, _ISO, _MONTH, _YEAR, _BARE_YEAR):
        match = pattern.search(line)
        if match is None:
            continue
        parts = match.groupdict()
        if re.match(r"\s*(của|cua)\s+(chính phủ|chinh phu|bộ|bo|thủ tướng|quốc hội)", fold(line[match.end() :])):
            return None
        if _NUMBERED.search(fold(line[: match.start("d")] if "d" in parts else line[: match.start()])):
            return None  # "Nghị quyết 04/NQ-CP ngày 10/1/2022"
        if _MATTER.search(fold(line[: match.start()]).strip()) and wanted(line) not in (Wanted.WHO, Wanted.WHERE):
            return None  # who signs or takes a file on a day is a question about the law of that day
        try:
            day = date(int(parts["y"]), int(parts.get("m") or 1), int(parts.get("d") or 1))
        except ValueError:
            return None
        if pattern is _BARE_YEAR:  # "điều kiện năm 2023": no single day is meant, its middle stands for it; this year is today
            return None if day.year == today.year else NamedDay(date(day.year, 7, 1), f"{line[: match.start()]} {line[match.end() :]}".strip())
        if parts.get("before"):
            day -= timedelta(days=1)
        elif parts.get("after"):
            day = _behind(day, pattern)
        return NamedDay(day, f"{line[: match.start()]} {line[match.end() :]}".strip())
    return None


def _behind(day: date, pattern: re.Pattern[str]) -> date:
    """The first day behind a day, a month or a year."""
    if pattern is _YEAR:
        return date(day.year + 1, 1, 1)
    return date(day.year + day.month // 12, day.month % 12 + 1, 1) if pattern is _MONTH else day + timedelta(days=1)


def impossible_day(text: str) -> str:
    """The day of `text` that no calendar has ("31/2/2025", "ngày 30/2"), as typed; "" where there is none."""
    bare = strip_accents(fold(clean(text)))
    short = _SHORT.search(bare) or (_SHORT.search(f"ngay {re.sub(r'^[^0-9]+', '', bare)}") if _ALONE.fullmatch(bare) else None)
    if short is not None and int(short["d"]) <= 31 and 1 <= int(short["m"]) <= 12 and _day(2024, int(short["m"]), int(short["d"])) is None:
        return f"{short['d']}/{short['m']}"
    match = _FULL.search(clean(text))
    if match is None or not (int(match["d"]) <= 31 and int(match["m"]) <= 12):  # "Nghị quyết 66.18/2026" is no day
        return ""
    if _day(int(match["y"]), int(match["m"]), int(match["d"])) is not None:
        return ""
    return f"{match['d']}/{match['m']}/{match['y']}"


def _spoken(match: re.Match[str], line: str, today: date) -> NamedDay | None:
    """"cuối năm 2025", "đầu năm ngoái", "tháng trước", "năm ngoái"."""
    rest = f"{line[: match.start()]} {line[match.end() :]}".strip()
    if match["part"]:
        shift = {"ngoai": -1, "truoc": -1, "sau": 1, "toi": 1}.get(match["spoken"] or "", 0)
        year = int(match["y"]) if match["y"] else today.year + shift
        return NamedDay(date(year, *_MIDDLE[match["part"]]), rest)
    if match["year"]:
        return NamedDay(date(today.year - 1, 7, 1), rest)
    return NamedDay((today.replace(day=1) - timedelta(days=1)).replace(day=15), rest)


class Side(Enum):
    """On which side of today a day without a year lies."""

    BEFORE = auto()
    AFTER = auto()
    NEAREST = auto()


_DAY_MONTH: Final = re.compile(
    r"\b(?:ngay|hom|vao|nop|tu|mung|ho so)\s+(?:ngay\s+|mung\s+)?(?P<d>\d{1,2})(?:\s*[/.-]\s*|\s+thang\s+)(?P<m>\d{1,2})(?![\d/-])"
)
_SPOKEN: Final = (
    (r"\bhom nay\b|\b(?:sang|chieu|trua) nay\b", 0), (r"\bhom qua\b", -1), (r"\bhom kia\b", -2), (r"\bngay kia\b|\bngay mot\b", 2),
    (r"\b(?:ngay|sang|chieu) mai\b|\bnop mai\b|\bmai (?:toi|em|minh|chung toi|cong ty|nop|se)\b", 1),
)


def told_day(text: str, today: date, side: Side = Side.NEAREST) -> date | None:
    """The day of something that happens to the one who writes: "3/12/2026", "ngày 5/1", "hôm nay"; None when none is told."""
    bare = strip_accents(fold(text))
    for pattern in (_FULL, _ISO):
        if (match := pattern.search(bare)) is not None:
            return _day(int(match["y"]), int(match["m"]), int(match["d"]))
    if (match := _DAY_MONTH.search(bare)) is not None:
        return _yearless(int(match["m"]), int(match["d"]), today, side)
    ahead = next((days for words, days in _SPOKEN if re.search(words, bare)), None)
    return None if ahead is None else today + timedelta(days=ahead)


_ALONE: Final = re.compile(
    r"\W*(?:(?:con|the|vao|nop|tu|ngay|hom|mung|(?P<before>truoc)|(?P<after>sau))\s+)*(?:(?P<d>\d{1,2})(?:\s*[/.-]\s*|\s+thang\s+)(?P<m>\d{1,2})(?:(?:\s*[/.-]\s*|\s+nam\s+)(?P<y>20\d\d))?"
    r"|(?:hom nay|hom qua|(?:ngay )?mai|sang mai|chieu mai))(?:\s+(?:thi sao|thi|sao|nhe|nha|a|vay))*\W*"
)


def only_day(text: str, today: date) -> date | None:
    """The day, where the message says nothing else: "ngày 3/12/2026", "trước 3/12 thì sao", "ngày mai"; without a year the nearest one."""
    match = _ALONE.fullmatch(strip_accents(fold(clean(text))))
    if match is None or (not match["y"] and "." in match[0].strip(" .")):  # "8.2" is a clause
        return None
    if not match["d"]:
        return told_day(f"nop {match[0].strip()}", today)
    day = _day(int(match["y"]), int(match["m"]), int(match["d"])) if match["y"] else _yearless(int(match["m"]), int(match["d"]), today, Side.NEAREST)
    shift = timedelta(days=1 if match["after"] else -1 if match["before"] else 0)
    return day + shift if day is not None else None


def _yearless(month: int, day: int, today: date, side: Side) -> date | None:
    near = [d for y in (today.year - 1, today.year, today.year + 1) if (d := _day(y, month, day)) is not None]
    if side is Side.BEFORE:
        near = [d for d in near if d <= today]
    elif side is Side.AFTER:
        near = [d for d in near if d >= today]
    return min(near, key=lambda d: abs((d - today).days), default=None)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
