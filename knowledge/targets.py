"""The places that an amending text names: "điểm c khoản 2 và khoản 3 Điều 14; Điều 20 Nghị định số …" -> refs.

Official texts name from small to large, and what is smaller belongs to the next larger unit only:
"điểm a và điểm b khoản 2, khoản 3 Điều 5" is two points of khoản 2 and the whole khoản 3
(Nghị định 78/2025/NĐ-CP, Phụ lục I). People type otherwise; for them there is `citation`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from knowledge.headings import annex_name
from knowledge.numbers import NUMBER, YEARLESS, normal_number
from knowledge.provision import POINT_LETTERS, Ref

_POINT: Final = r"[a-zđ]\d?(?!\w)"
_NUMBER_ITEM: Final = r"\d{1,3}(?:[a-zđ]\d?)?(?![\w/])"
_ANNEX_ITEM: Final = r"(?:[IVXLC]+[a-zđ]?|\d{1,2})(?:\.\d{1,2})*(?![\w/])"
_FORM_ITEM: Final = r"(?:[A-ZĐ]{1,4}[- ]?)?\d{1,3}[a-zđA-Z]?(?:\.\d{1,2})?(?![\w/])"
# Smaller than a point or a form, and no provision of its own: what it names is never taken for the whole around it.
_PART: Final = (
    r"\b(?:[Mm]ục|[Pp]hần|[Tt]iểu mục|[Tt]rang|[Gg]hi chú|[Tt]iết|[Đđ]oạn|[Dd]òng|[Cc]ột|[Hh]ạng|[Bb]ảng|[Ss]ố thứ tự)\s+(?:số\s+|thứ\s+)?"
    r"(?:\(?(?:\d+(?:\.\d+)*|[IVXLC]+|[a-zđ]|[A-H])\)?(?!\w)|cuối|hai|ba|tư|nhất|bìa|kính gửi|nơi nhận|căn cứ)"
    r"|\b[Kk]hoản\s+[IVXLC]+(?!\w)|\b[Đđ]iểm\s+\d+(?:\.\d+)*(?![\w/])"
)
_SEPARATOR: Final = r"\s*(?:[,;]|\bvà\b|\bđến\b|\bhoặc\b)\s*(?:và\s+)?"


def _several(unit: str, item: str) -> str:
    return rf"\b(?:các\s+|từ\s+)?{unit}\s*:?\s*({item}(?:{_SEPARATOR}(?:{unit}\s*)?{item})*)"


_TOKEN: Final = re.compile(
    "|".join(
        (
            rf"(?P<point>{_several('[Đđ]iểm', _POINT)})",
            rf"(?P<clause>{_several('[Kk]hoản', _NUMBER_ITEM)})",
            rf"(?P<article>{_several('[Đđ]iều', _NUMBER_ITEM)})",
            r"(?P<chapter>\b[Cc]hương\s+[IVXLC]+[a-zđ]?\b)",
            rf"(?P<part>{_PART})",
            rf"(?P<annex>{_several('[Pp]hụ lục(?: số)?', _ANNEX_ITEM)})",
            rf"(?P<form>{_several('(?:[Mm]ẫu|[Bb]iểu mẫu|[Bb]iểu)(?: số)?', _FORM_ITEM)})",
            rf"(?P<document>{NUMBER.pattern}|{YEARLESS.pattern})",
        )
    )
)
_ITEMS: Final = {"point": _POINT, "clause": _NUMBER_ITEM, "article": _NUMBER_ITEM, "annex": _ANNEX_ITEM, "form": _FORM_ITEM}
# What a title or a bracket says of earlier amendments is no target: the first number is.
_ASIDE: Final = re.compile(
    r"\((?!sau đây)[^()]*\)|,?\s*(?:đã\s+)?được\s+(?:sửa đổi|bổ sung|thay thế)[^;]*?(?=;|$|\bnhư sau\b|\btại (?:điểm|khoản|Điều)\b)"
    r"|\bsửa đổi\s*,?\s*(?:bổ sung)? một số (?:điều|quy định|nội dung)[^;]*?(?=;|$|\bnhư sau\b)"
)
_INCLUDING: Final = re.compile(r"(?<=\w),? (?:bao gồm(?: cả)?|kể cả)\b.*$")


@dataclass(frozen=True)
class Targets:
    """Places of one document; `document` "" where the words name none. Article None: relative to the context."""

    document: str
    refs: tuple[Ref, ...]


@dataclass
class _Pending:
    """What still waits for the larger unit around it."""

    points: list[str] = field(default_factory=list)
    clauses: list[tuple[str | None, list[str]]] = field(default_factory=list)

    def clause(self, number: str) -> None:
        self.clauses.append((number, self.points))
        self.points = []

    def close(self) -> list[tuple[str | None, list[str]]]:
        found = [*self.clauses, *([(None, self.points)] if self.points else [])]
        self.points, self.clauses = [], []
        return found


def targets(text: str, context: Ref | None = None) -> list[Targets]:
    """Return the places that `text` names, one entry a document, in the order of the text.

    `context` is the place that the sentences around speak of: "khoản 2" alone is one of its article,
    "điểm c" alone one of its clause. Words in brackets and "được sửa đổi, bổ sung bởi …" name no target.
    """
    pending = _Pending()
    open_refs: list[Ref] = []
    found: list[Targets] = []
    text = without_asides(text)
    for kind, value, joined in _tokens(_INCLUDING.sub("", text) if NUMBER.search(_INCLUDING.sub("", text)) else text):
        match kind:
            case "document":
                open_refs += _within(pending.close(), context)
                found.append(Targets(normal_number(value), tuple(open_refs)))
                open_refs = []
            case "part" if joined and pending.points and " " in pending.points[-1]:
                pending.points[-1] += f" {value}"  # "mục 1 phần I Phụ lục III" is one place
            case "point" | "part":
                pending.points.append(value)
            case "clause":
                pending.clause(value)
            case "annex" if _tells_which_form(open_refs, value):
                pass
            case _:
                open_refs += _placed(pending.close(), annex_name("Phụ lục", value) if kind == "annex" else value)
    open_refs += _within(pending.close(), context)
    if open_refs:
        number = found[0].document if found else ""
        if found and not found[0].refs:
            found[0] = Targets(number, tuple(open_refs))  # "… của Thông tư số A: khoản 1 Điều 2"
        else:
            found.append(Targets("", tuple(open_refs)))
    return found


def without_asides(text: str) -> str:
    """`text` without brackets and without what it tells of earlier amendments; quoted words are kept as they are."""
    return "".join(part if part.startswith("“") else _ASIDE.sub(" ", part) for part in re.split(r"(“[^“”]*[”’])", text))


def _tokens(text: str) -> Iterator[tuple[str, str, bool]]:
    """The units named: level, number or name, and whether nothing parts it from the one before."""
    end = 0
    for match in _TOKEN.finditer(text):
        adjoining, end = not text[end : match.start()].strip(), match.end()
        kind = str(match.lastgroup if match.lastgroup in (*_ITEMS, "chapter", "part") else next(k for k, v in match.groupdict().items() if v))
        if kind in ("document", "chapter", "part"):
            yield kind, match[0], adjoining
            continue
        items = re.findall(_ITEMS[kind], re.sub(r"(?i)\b(?:điểm|khoản|điều|phụ lục|mẫu|biểu|số|các|từ)\b", " ", match[0]))
        joined = re.findall(r"\bđến\b", match[0])
        for item in _ranged(items) if joined and len(items) == 2 else items:
            if kind == "form":
                yield kind, f"{'Biểu' if match[0].lower().startswith(('biểu số', 'các biểu', 'biểu ')) else 'Mẫu'} số {item}", False
            elif kind != "point" or item[0] in POINT_LETTERS:
                yield kind, item, False


def _ranged(items: Sequence[str]) -> list[str]:
    """"34 đến 36" -> 34, 35, 36; "a đến d" -> a, b, c, d."""
    first, last = items
    if first.isdigit() and last.isdigit() and 0 < int(last) - int(first) < 100:
        return [str(n) for n in range(int(first), int(last) + 1)]
    if first in POINT_LETTERS and last in POINT_LETTERS:
        return list(POINT_LETTERS[POINT_LETTERS.index(first) : POINT_LETTERS.index(last) + 1]) or list(items)
    return list(items)


def _tells_which_form(open_refs: list[Ref], annex: str) -> bool:
    """"Mẫu số 03 Phụ lục X": the annex belongs to the name of the forms before it and is no target itself."""
    forms = [at for at, ref in enumerate(open_refs) if ref.article and ref.article.startswith(("Mẫu", "Biểu")) and "Phụ lục" not in ref.article]
    for at in forms:
        open_refs[at] = replace(open_refs[at], article=f"{open_refs[at].article} {annex_name('Phụ lục', annex)}")
    return bool(forms)


def _placed(entries: Sequence[tuple[str | None, list[str]]], article: str) -> list[Ref]:
    if not entries:
        return [Ref("", article)]
    return [ref for clause, points in entries for ref in _points(Ref("", article, clause), points)]


def _points(ref: Ref, points: Sequence[str]) -> list[Ref]:
    return [Ref("", ref.article, ref.clause, p) for p in points] or [ref]


def _within(entries: Sequence[tuple[str | None, list[str]]], context: Ref | None) -> list[Ref]:
    if context is None:
        return []
    return [ref for clause, points in entries for ref in _points(Ref("", context.article, clause or context.clause), points)]
