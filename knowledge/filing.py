"""The day on which a message says that a file is handed in: "tôi nộp hồ sơ ngày 3/12/2026", "nop hom nay"."""

import re
from datetime import date
from typing import Final

from knowledge.dates import Side, told_day
from knowledge.plainly import LONGEST, plainly

_FILES: Final = re.compile(r"\bnop\b|\b(?:gui|dua) (?:(?:bo|du|xong|toan bo|ca) )*(?:ho so|don|van ban de nghi|de nghi|giay to)\b")
# A deadline is no filing, a report is no file, and a question on the law of a day is for search.
_ELSE: Final = re.compile(
    r"\b(?:truoc ngay|cham nhat|han nop|han chot|qua han|tre han|nop bao cao|gui bao cao|bao cao (?:dinh ky|nam|quy|thang|\d)|thue|phat|le phi|nop phi|nop tien"
    r"|ai (?:ky|duyet|quyet|cap|giai quyet)|(?:luat|nghi dinh|thong tu|quy dinh|van ban) (?:nao|cu|moi)|cu hay|moi hay"
    r"|hay (?:theo )?(?:nghi dinh|thong tu|luat)|o dau|cho ai|co duoc|duoc khong|co phai)\b"
)
_PAST: Final = re.compile(r"\b(?:da|vua|moi|lo) (?:nop|gui|dua)\b|\b(?:nop|gui) (?:hom|roi|xong)\b")
_FUTURE: Final = re.compile(r"\b(?:se|dinh|du kien|sap|tinh|neu|muon) (?:\w+ )?(?:nop|gui|dua)\b|\bnop (?:mai|ngay mai)\b")

# What such a message says besides its subject.
_BESIDE: Final = re.compile(
    r"\b(?:thi|khi nao|bao gio|bao lau|chung nao|ngay nao|may ngay|han|hoi|cho biet|tinh)\b.*$"
    r"|\b(?:hom (?:nay|qua|kia|roi|truoc)?|(?:ngay|sang|chieu) (?:mai|nay|kia|mot)|mai|nop|gui|dua|ho so|don|van ban de nghi|giay to|bo|du|xong"
    r"|thang|nam|mung|vao|vua|moi|da|se|dinh|du kien|sap|lo|neu|cong ty|doanh nghiep|don vi|hop tac xa|xa|ubnd|uy ban nhan dan|len|so cong thuong|ben)\b"
)


def filed_day(text: str, today: date) -> date | None:
    """The day of filing that `text` tells, a day without a year being the one nearest to `today`; None where it tells none."""
    if len(text) > LONGEST:
        return None
    bare = plainly(text)
    if not _FILES.search(bare) or _ELSE.search(bare):
        return None
    side = Side.BEFORE if _PAST.search(bare) else Side.AFTER if _FUTURE.search(bare) else Side.NEAREST
    return told_day(text, today, side)


def filed_subject(text: str) -> str:
    """What is left of such a message when the filing and its day are taken away: "lap cum cong nghiep", "" for none."""
    return " ".join(_BESIDE.sub(" ", plainly(text)).split())
