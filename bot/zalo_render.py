"""Shows a reply on Zalo: plain text in messages within the limit, choices as a numbered list; no message ends within a citation."""

import re
from dataclasses import replace
from typing import Final

from bot.split import cuts
from bot.telegram_render import clean
from handlers.message import Choice, Reply

TEXT_MAX: Final = 2000  # of one message; counted in UTF-16 units, which is the stricter of the two readings

_SPACE: Final = "[ \u00a0]"
_GLUE: Final = "\ue000"  # stands for a space at which nothing is cut; as long as one, and no space
_NUMBER: Final = r"\d[\d.]*/(?:\d{4}/)?[A-ZĐ][A-ZĐ\d-]+"
_KIND: Final = "(?:Nghị định|Thông tư(?: liên tịch)?|Quyết định|Nghị quyết|Chỉ thị|Công văn|Bộ luật|Luật|NĐ|TT|QĐ|NQ)".replace(" ", _SPACE)
_DOCUMENT: Final = rf"(?:{_KIND}{_SPACE}(?:số{_SPACE})?)?{_NUMBER}"
_UNIT: Final = (
    rf"(?:[Đđ]iểm|[Kk]hoản|[Đđ]iều|[Mm]ục|[Cc]hương|[Pp]hần|[Pp]hụ{_SPACE}lục|[Mm]ẫu){_SPACE}(?:số{_SPACE})?"
    r"(?:\d{1,3}[a-zđ]?|[a-zđ]\d?|[IVXLC]{1,6})\b"
)
# A citation from its smallest part to its document, a document by its number, a measure, a date in words.
_WHOLE: Final = re.compile(
    rf"\b(?:{_UNIT}(?:,?{_SPACE}(?:(?:và|hoặc|của|tại){_SPACE})?{_UNIT}){{0,5}}(?:,?{_SPACE}(?:(?:của|tại){_SPACE})?{_DOCUMENT})?"
    rf"|{_DOCUMENT}"
    rf"|ngày{_SPACE}\d{{1,2}}{_SPACE}tháng{_SPACE}\d{{1,2}}(?:{_SPACE}năm{_SPACE}\d{{4}})?"
    rf"|\d[\d.,]*{_SPACE}(?:ha|ngày|tháng|năm|giờ|m2|triệu|tỷ|đồng|%))"
)


def parts(reply: Reply, note: str = "") -> list[str]:
    """The messages of `reply`; `note` stands last. A notice's one choice is left out: its words say which command to type."""
    # Its number would mean the list that the person saw last, which is another one.
    notice = reply.facts.get("kind") == "report" and len(reply.choices) == 1
    blocks = tuple(replace(block, text=said) for block in reply.blocks if (said := clean(block.text.strip())))
    choices = tuple(Choice(clean(" ".join(choice.label.split())), choice.token) for choice in reply.choices)
    text = Reply(blocks, () if notice else choices).text().strip()
    return pieces("\n\n".join(filter(None, (text, note))))


def pieces(text: str, limit: int = TEXT_MAX) -> list[str]:
    """The parts of `text`, none longer than `limit` units, none blank."""
    glued = _WHOLE.sub(lambda found: re.sub(_SPACE, _GLUE, found[0]), text)
    return [text[begin:end] for begin, end in cuts(glued, limit)]
