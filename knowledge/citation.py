"""Finds citations such as "điểm c k1 Đ8 NĐ32" or "dieu 8 khoan 2 nd 32/2024" in what people type.

Works on folded text with or without accents. A citation is put together from mentions of a point, a
clause, an article and a document, written from small to large (as decrees do) or from large to small.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product
from typing import Final

from knowledge.vietnamese import clean, fold, strip_accents

_KINDS: Final = (
    (r"nghị định|nghi dinh|nđịnh|ndinh|nđ|nd", "Nghị định"),
    (r"thông tư liên tịch|thong tu lien tich|ttlt", "Thông tư liên tịch"),
    (r"thông tư|thong tu|tt", "Thông tư"),
    (r"quyết định|quyet dinh|qđịnh|qdinh|qđ|qd", "Quyết định"),
    (r"nghị quyết|nghi quyet|nq", "Nghị quyết"),
    (r"chỉ thị|chi thi|ct", "Chỉ thị"),
    (r"luật|luat", "Luật"),
)
_KIND: Final = "|".join(k for k, _ in _KINDS)
_SIGN: Final = r"(?:n[đd]|tt|ttlt|q[đd]|nq|ct|c[đd]|vbhn|qh\d*)(?:\s*-\s*[a-zđ]{2,10}){0,3}"

_DOCUMENT: Final = re.compile(
    rf"(?<![^\W_])(?:(?P<kind>{_KIND})\s*(?:số|so)?\s*[:.]?\s*)?"
    rf"(?P<number>\d{{1,4}}(?:\.\d{{1,3}})?)\s*/\s*(?P<year>(?:19|20)\d\d|\d\d)(?:\s*/\s*(?P<sign>{_SIGN}))?(?![^\W_])"
    rf"|(?<![^\W_])(?P<kind2>{_KIND})\s*(?:số|so)?\s*[:.]?\s*(?P<number2>\d{{1,4}}(?:\.\d{{1,3}})?)(?:\s*/\s*(?P<sign2>{_SIGN}))?"
    rf"(?:\s*(?:năm|nam|-|/)\s*(?P<year2>(?:19|20)\d\d))?(?![\w/]|\s*(?:%|ngày|ngay\b))"
    rf"|(?<![^\W_])(?P<number3>\d{{1,4}})\s*/\s*(?P<sign3>n[đd]\s*-?\s*cp|tt\s*-\s*[a-z]{{2,5}})(?![^\W_])",
)
_ANNEX: Final = re.compile(r"(?<![^\W_])(?:phụ lục|phu luc|pl)\s*(?:số|so)?\s*\.?\s*(?P<annex>[ivxlc]{1,6}|\d{1,2})(?![^\W_])")
_FORM: Final = re.compile(r"(?<![^\W_])(?P<what>biểu mẫu|bieu mau|biểu|bieu|mẫu|mau)\s*(?:số|so)?\s*\.?\s*(?P<form>\d{1,2})(?![^\W_])")


def _list(unit: str) -> str:
    """A list or range of numbers, the unit's own word repeated or not: "1, khoản 2 và 3", "34 đến Điều 36"."""
    return rf"\d{{1,3}}[a-zđ]?(?:\s*(?:,|;|và|va|&|\s-\s|đến|den|tới|toi)\s*(?:(?:{unit})\s*)?\d{{1,3}}[a-zđ]?(?![^\W_]|\s*/))*"


_ARTICLES: Final = _list("điều|dieu|đ|d")
_CLAUSES: Final = _list("khoản|khoan|k")
_ARTICLE: Final = re.compile(
    rf"(?<![^\W_])(?:điều|dieu|điêu|đ|d)\s*\.?\s*(?P<list>{_ARTICLES})"
    r"(?P<deep>(?:\.\d{1,3}[a-z]?)(?:\.[a-zđ](?![^\W_]))?)?(?![^\W_])"
)
_CLAUSE: Final = re.compile(rf"(?<![^\W_])(?:khoản|khoan|khỏan|k)\s*\.?\s*(?P<list>{_CLAUSES})(?![^\W_])")
_POINT: Final = re.compile(
    r"(?<![^\W_])(?:điểm|diem|điêm|đ\.|p)\s*(?P<list>[a-eg-ik-vxyđ]\d?(?:\s*(?:,|;|và|va|&)\s*(?:(?:điểm|diem)\s*)?[a-eg-ik-vxyđ]\d?(?![^\W_]))*)(?![^\W_])"
)
_BARE: Final = re.compile(r"(?<![^\W_/])(\d{1,3})\.(\d{1,2})(?:\.([a-zđ]))?(?![\w/.])")

_ENGLISH: Final = tuple(
    (re.compile(rf"(?<![^\W_])(?:{word})(?=\s+(?:no\.?\s*)?[\da-z])"), said)
    for word, said in (
        ("article", "điều"), ("clause", "khoản"), ("point", "điểm"), ("decree", "nghị định"), ("circular", "thông tư"), ("annex|appendix", "phụ lục"),
    )
)
_LAW: Final = (
    r"(?P<law>(?:bo )?luat(?! (?:nay|do|ay|moi|cu|hien|nao|gi|khac|so|quy|co|noi|thi|la)\b)"
    r"(?: (?!(?:quy|noi|co|thi|la|ai|nam|ve|sua|thay|con|duoc|khi|hien|nay|nhu|bi|khong|ko|giao|sau|truoc|ngay|hoi|dieu|khoan|diem)\b|so \d)"
    r"[a-z]+(?![^\W_])){1,7}+)"
)
_LAW_BEHIND: Final = re.compile(rf"\bdieu \d{{1,3}}[a-z]?,? (?:cua )?{_LAW}(?!\s*(?:so )?\d{{1,3}}/)")
_LAW_BEFORE: Final = re.compile(rf"\b{_LAW}(?: (?:nam )?20\d\d)?,? dieu \d{{1,3}}\b")
_RANGE: Final = re.compile(r"(\d+)[a-zđ]?\s*(?:đến|den|tới|toi|\s-\s)\s*(?:điều|dieu|khoản|khoan)?\s*(\d+)")
_LEVELS: Final = ("point", "clause", "article", "document")


@dataclass(frozen=True)
class DocumentMention:
    """A document as typed: bare number, year and kind where they stand."""

    number: str
    year: str | None = None
    kind: str = ""


@dataclass(frozen=True)
class Citation:
    """One cited place; parts that were not typed are None."""

    document: DocumentMention | None = None
    article: str | None = None
    clause: str | None = None
    point: str | None = None


@dataclass(frozen=True)
class _Mention:
    start: int
    end: int
    level: str
    values: tuple[object, ...]


def find_citations(text: str) -> list[Citation]:
    """Return the citations of `text` in the order typed, lists and short ranges (up to 20) opened up."""
    return _assemble(_mentions(_spread(text)))


def documents_named(text: str) -> list[DocumentMention]:
    """Return every document that is named, with a place or without, in the order typed."""
    return [v for m in _mentions(_spread(text)) if m.level == "document" for v in m.values if isinstance(v, DocumentMention)]


def law_by_name(text: str) -> str:
    """The law that an article is cited of by its name alone ("điều 21 luật đất đai"), as typed; "" where there is none."""
    line = clean(text)
    bare = strip_accents(fold(line))
    match = _LAW_BEHIND.search(bare) or _LAW_BEFORE.search(bare)
    return line[slice(*match.span("law"))].strip() if match and len(bare) == len(line) else ""


def without_citations(text: str) -> str:
    """Return the folded text with everything that cites taken out: what is asked beside the place."""
    folded = _spread(text)
    for mention in sorted(_mentions(folded), key=lambda m: -m.start):
        folded = folded[: mention.start] + " " + folded[mention.end :]
    return " ".join(folded.split())


def _spread(text: str) -> str:
    """The folded text, glued places set apart ("k2đ8nđ32" -> "k2 đ8 nđ32"), English words of places in Vietnamese."""
    apart = re.sub(r"(?<=\d)(?=(?:đ|d|k|nđ|nd|tt)\.?\d)", " ", fold(text))
    for english, vietnamese in _ENGLISH:
        apart = english.sub(vietnamese, apart)
    return apart


def _mentions(text: str) -> list[_Mention]:
    found: list[_Mention] = []
    for finder in (_documents, _annexes, _forms, _points, _articles, _clauses):
        # A later finder never reads what an earlier one has taken: the "2024" of a number is no clause.
        taken = [(m.start, m.end) for m in found]
        found += [m for group in finder(text) if not any(s < group[0].end and group[0].start < e for s, e in taken) for m in group]
    levels = {m.level for m in found}
    if "document" in levels and "article" not in levels:
        taken = [(m.start, m.end) for m in found]
        found += [m for group in _bare(text) if not any(s < group[0].end and group[0].start < e for s, e in taken) for m in group]
    return sorted(found, key=lambda m: (m.start, m.end))


Groups = Iterator[list[_Mention]]  # what one match mentions; the first of a group spans the match


def _documents(text: str) -> Groups:
    for match in _DOCUMENT.finditer(text):
        number = match["number"] or match["number2"] or match["number3"]
        if match["number"] and not (match["kind"] or match["sign"]) and not _plausible(match):
            continue
        sign = match["sign"] or match["sign2"] or match["sign3"] or ""
        year = match["year"] or match["year2"]
        year = f"20{year}" if year and len(year) == 2 else year
        mention = DocumentMention(number.lstrip("0") or "0", year, _kind(match["kind"] or match["kind2"] or sign))
        yield [_Mention(match.start(), match.end(), "document", (mention,))]


def _annexes(text: str) -> Groups:
    for match in _ANNEX.finditer(text):
        annex = match["annex"]
        yield [_Mention(match.start(), match.end(), "article", (f"Phụ lục {annex.upper() if not annex.isdigit() else annex}",))]


def _forms(text: str) -> Groups:
    for match in _FORM.finditer(text):
        what = "Biểu số" if match["what"] in ("biểu", "bieu") else "Mẫu số"
        yield [_Mention(match.start(), match.end(), "article", (f"{what} {match['form'].zfill(2)}",))]


def _points(text: str) -> Groups:
    for match in _POINT.finditer(text):
        if _is_point(text, match):
            letters = re.findall(r"(?<![^\W_])[a-zđ]\d?(?![^\W_])", match["list"])
            yield [_Mention(match.start(), match.end(), "point", tuple(letters))]


def _articles(text: str) -> Groups:
    for match in _ARTICLE.finditer(text):
        at = match.end()
        clause, _, point = (match["deep"] or "").strip(".").partition(".")
        inner = [("clause", clause), ("point", point)]
        yield [_Mention(match.start(), at, "article", _numbers(match["list"])), *(_Mention(at, at, level, (v,)) for level, v in inner if v)]


def _clauses(text: str) -> Groups:
    for match in _CLAUSE.finditer(text):
        yield [_Mention(match.start(), match.end(), "clause", _numbers(match["list"]))]


def _bare(text: str) -> Groups:
    """"nd 32 8.2.c": figures with dots beside a document, when no article is named."""
    for match in _BARE.finditer(text):
        at = match.end()
        inner = [("clause", match[2]), ("point", match[3])]
        yield [_Mention(match.start(), at, "article", (match[1],)), *(_Mention(at, at, level, (v,)) for level, v in inner if v)]


def _plausible(match: re.Match[str]) -> bool:
    """A bare "32/2024" is a document; "15/10" or "3/2025" after "tháng" is a date."""
    before = match.string[max(0, match.start() - 8) : match.start()]
    if re.search(r"(tháng|thang|ngày|ngay|\d/|hồi|hoi)\s*$", before) or len(match["year"]) == 2:
        return False
    return int(match["number"].split(".")[0]) > 12 or not before.strip()


def _is_point(text: str, match: re.Match[str]) -> bool:
    """"p a" and "đ. a" only beside a clause; "điểm a" always."""
    if match[0][:2] in ("đi", "di"):
        return True
    return bool(re.match(r"\s*(?:khoản|khoan|k)\s*\d", text[match.end() :]))


def _kind(text: str) -> str:
    head = re.split(r"[\s-]", text.strip())[0] if text and re.match(_SIGN, text) else text
    for pattern, kind in _KINDS:
        if re.fullmatch(pattern, text) or re.fullmatch(pattern, head):
            return kind
    return ""


def _numbers(text: str) -> tuple[str, ...]:
    values = [v.lstrip("0") or "0" for v in re.findall(r"\d{1,3}[a-zđ]?", text)]
    if match := _RANGE.search(text):
        first, last = int(match[1]), int(match[2])
        if first < last <= first + 20:
            return tuple(str(n) for n in range(first, last + 1))
    return tuple(dict.fromkeys(values))


def _assemble(mentions: Sequence[_Mention]) -> list[Citation]:
    """Put mentions together; in "khoản 1 Điều 8 và khoản 2 Điều 9" a smaller level after a larger opens a new one."""
    groups: list[_Group] = []
    rising: bool | None = None  # True: typed from small to large, False: from large to small
    last = -1
    for mention in mentions:
        rank = _LEVELS.index(mention.level)
        if not groups:
            groups.append({mention.level: mention.values})
        elif mention.level == "document":
            _fill(groups, mention)
        elif mention.level in groups[-1]:
            _again(groups, mention, rank, last, rising)
        elif last >= 0 and rank > last:
            rising = True if rising is None else rising
            _fill(groups, mention)
        elif rising:
            groups.append({mention.level: mention.values})
        else:
            rising = False
            groups[-1][mention.level] = mention.values
        last = rank
    return [c for group in groups for c in _open(group)]


_Group = dict[str, tuple[object, ...]]


def _fill(groups: Sequence[_Group], mention: _Mention) -> None:
    """A larger level belongs to every group before it that has none yet."""
    for group in reversed(groups):
        if mention.level in group:
            break
        group[mention.level] = mention.values


def _again(groups: list[_Group], mention: _Mention, rank: int, last: int, rising: bool | None) -> None:
    """The level stands already: the list goes on, or a new citation begins, inside the same larger place when falling."""
    current = groups[-1]
    if rank == last and rising is not False:
        current[mention.level] = (*current[mention.level], *mention.values)
    else:
        groups.append((_inherit(current, rank) if rising is False else {}) | {mention.level: mention.values})


def _inherit(group: _Group, rank: int) -> _Group:
    return {level: values for level, values in group.items() if _LEVELS.index(level) > rank}


def _open(group: _Group) -> list[Citation]:
    document = group.get("document", (None,))[0]
    base = Citation(document if isinstance(document, DocumentMention) else None)
    places = product(*(group.get(level, (None,)) for level in ("article", "clause", "point")))
    return [replace(base, article=_str(a), clause=_str(c), point=_str(p)) for a, c, p in islice(places, 40)]


def _str(value: object) -> str | None:
    return None if value is None else str(value)
