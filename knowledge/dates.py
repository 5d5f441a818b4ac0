"""The day that a question names: "ngày 30/6/2025", "trước 1/7/2025", "hồi tháng 3/2025", "từ năm 2027"."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from knowledge.vietnamese import clean, fold
from knowledge.wanted import Wanted, wanted

_FULL: Final = re.compile(
    r"(?P<before>trước|truoc)?\s*(?:(?:vào|vao|từ|tu|đến|den|tính đến|tại|tai|hồi|hoi|lúc|luc|sau|kể từ|ke tu)\s+)*(?:ngày|ngay)?\s*"
    r"(?<![\d/])(?P<d>\d{1,2})\s*(?:/|-|\.|tháng|thang)\s*(?P<m>\d{1,2})\s*(?:/|-|\.|năm|nam)\s*(?P<y>(?:19|20)\d\d)(?![\d/])",
    re.IGNORECASE,
)
_ISO: Final = re.compile(r"(?<!\d)(?P<y>(?:19|20)\d\d)-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?!\d)")
_MONTH: Final = re.compile(
    r"(?P<before>trước|truoc)?\s*(?:(?:vào|vao|từ|tu|hồi|hoi|trong|lúc|luc|đến|den)\s+)*(?:tháng|thang)\s*(?P<m>\d{1,2})\s*(?:/|-|năm|nam)\s*(?P<y>(?:19|20)\d\d)(?!\d)",
    re.IGNORECASE,
)
_YEAR: Final = re.compile(
    r"(?P<before>trước|truoc)?\s*(?:(?:vào|vao|từ|tu|hồi|hoi|trong|sang|đến|den|đầu|dau)\s+)+(?:năm|nam)\s*(?P<y>(?:19|20)\d\d)(?!\d)",
    re.IGNORECASE,
)


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

    "trước" takes the day before; a month or a year stands for its first day. A date behind a document's
    number ("ngày 15/3/2024 của Chính phủ") describes the document and is not the day asked about.
    """
    line = clean(text)
    for pattern in (_FULL, _ISO, _MONTH, _YEAR):
        match = pattern.search(line)
        if match is None:
            continue
        parts = match.groupdict()
        if re.match(r"\s*(của|cua)\s+(chính phủ|chinh phu|bộ|bo|thủ tướng|quốc hội)", fold(line[match.end() :])):
            return None
        if _MATTER.search(fold(line[: match.start()]).strip()) and wanted(line) not in (Wanted.WHO, Wanted.WHERE):
            return None  # who signs or takes a file on a day is a question about the law of that day
        try:
            day = date(int(parts["y"]), int(parts.get("m") or 1), int(parts.get("d") or 1))
        except ValueError:
            return None
        if parts.get("before"):
            day -= timedelta(days=1)
        return NamedDay(day, f"{line[: match.start()]} {line[match.end() :]}".strip())
    return None
