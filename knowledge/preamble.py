"""What a text says of itself before its first article and in its last ones: number, issuer, title, dates."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from knowledge.headings import ARTICLE, CHAPTER, proper_names, sentence
from knowledge.numbers import NUMBER, YEARLESS, day_of, normal_number, read_date
from knowledge.provision import Provision
from knowledge.vietnamese import fold, one_line

_KINDS: Final = (
    "BỘ LUẬT|LUẬT|PHÁP LỆNH|NGHỊ ĐỊNH|NGHỊ QUYẾT|THÔNG TƯ LIÊN TỊCH|THÔNG TƯ|QUYẾT ĐỊNH|CHỈ THỊ|CÔNG ĐIỆN|VĂN BẢN HỢP NHẤT"
)
_KIND: Final = re.compile(rf"^({_KINDS})(?![\wÀ-ỹ])[\s.:]*(.*)$")
_BASIS: Final = re.compile(r"^(?:Căn cứ|Theo đề nghị|Xét |Để thực hiện|Thực hiện |-|_|\()")
_SHOWN: Final = re.compile(r"^\|?\s*(?:Luật số|Nghị quyết số|Bộ luật số|Số)\s*:?\s*(.*)$", re.IGNORECASE)
_OPEN_NUMBER: Final = re.compile(r"/\s*((?:19|20)\d\d)\s*/\s*((?:NĐ|NQ|QĐ|TTLT|TT)(?:\s*-\s*[A-ZĐ]{2,12})*)")
_SIGNED_ON: Final = re.compile(r"ngày\s+(\d{1,2})\s+tháng\s+(\d{1,2})\s+năm\s+(\d{4})")
_PROVINCE: Final = re.compile(r"^(?:ỦY|UỶ) BAN NHÂN DÂN|^HỘI ĐỒNG NHÂN DÂN")
_BANNER: Final = "VĂN BẢN QUY PHẠM PHÁP LUẬT"  # stands above the letterhead in some collections
_RULE: Final = re.compile(r"[\s_\-–—*=]{2,}$")
_SELF: Final = r"(?:Nghị định|Thông tư liên tịch|Thông tư|Bộ luật|Luật|Quyết định|Nghị quyết|Quy chế|Chỉ thị) này"
_SINCE: Final = re.compile(
    rf"{_SELF}[^.;]{{0,60}}?có hiệu lực(?: thi hành)?,?\s*(?:kể )?(?:từ ngày|từ)\s+([^.,;]{{2,60}})", re.IGNORECASE
)
_AFTER: Final = re.compile(
    rf"{_SELF}[^.;]{{0,60}}?có hiệu lực(?: thi hành)? sau\s+(\d{{1,3}})\s*(?:\([^)]*\)\s*)?ngày,?\s*(?:kể )?từ ngày", re.IGNORECASE
)
_SPAN: Final = re.compile(
    rf"{_SELF}[^.;]{{0,60}}?có hiệu lực(?: thi hành)? (?:kể )?từ ngày [^.;]{{8,40}}? đến (?:hết )?ngày\s+([^.,;]{{8,40}})",
    re.IGNORECASE,
)
_EFFECT: Final = re.compile(r"hiệu lực|thi hành", re.IGNORECASE)
_UNTIL: Final = re.compile(
    rf"{_SELF}[^.;]{{0,80}}?hết hiệu lực (?:thi hành )?(?:kể )?từ ngày\s+(\d{{1,2}}\s*(?:tháng|/)\s*\d{{1,2}}\s*(?:năm|/)\s*\d{{4}})",
    re.IGNORECASE,
)


@dataclass
class Head:
    """What stands before the first article; empty where the text does not say it."""

    number: str = ""
    kind: str = ""
    issuer: str = ""
    territory: str = "VN"
    title: str = ""
    issued: date | None = None
    partial: bool = False


def read_preamble(lines: Sequence[str]) -> Head:
    """Read number, kind, issuer, territory, title and date of signing from the beginning of `lines`.

    A draft whose number is still open gives "/2023/TT-BGTVT".
    """
    top = _top(lines)
    text = "\n".join(top)
    head = Head(number=_number(top), issued=_issued(text))
    head.partial = "KHÔNG PHẢI TOÀN VĂN" in text or bool(re.search(r"\btrích\b", text[:300], re.IGNORECASE))
    head.kind, head.title = _kind_and_title(top, lines)
    head.issuer, head.territory = _issuer(top, lines)
    return head


def _top(lines: Sequence[str]) -> list[str]:
    top: list[str] = []
    for line in lines[:80]:
        if ARTICLE.match(line) or (CHAPTER.match(line) and len(top) > 3):
            break
        top.append(line)
    return top


def _number(top: Sequence[str]) -> str:
    """The number stands in the letterhead; a number in the legal bases is another text's."""
    before = []
    for line in top:
        if _BASIS.match(line) and not line.startswith(("-", "_", "(")):
            break
        before.append(line)
    for line in before:
        shown = _SHOWN.match(line)
        if shown and (match := NUMBER.search(shown[1]) or YEARLESS.search(shown[1])):
            return normal_number(match[0])
        if shown and (match := _OPEN_NUMBER.search(line)):
            return re.sub(r"\s+", "", f"/{match[1]}/{match[2]}")
    for line in before:
        if match := NUMBER.search(line):
            return normal_number(match[0])
    return ""


def _issued(text: str) -> date | None:
    letterhead = re.split(r"\n(?:Căn \w?\w?ứ|Để thực hiện|Theo đề nghị)", text)[0]  # recognised pages have "Căn rứ"
    match = _SIGNED_ON.search(letterhead)
    return day_of(int(match[3]), int(match[2]), int(match[1])) if match else None


def _kind_and_title(top: Sequence[str], lines: Sequence[str]) -> tuple[str, str]:
    for at, line in enumerate(top):
        match = _KIND.match(line)
        if match is None:
            continue
        title = [match[2]] if match[2] else []
        for following in top[at + 1 : at + 8]:
            if _BASIS.match(following) or " | " in following or (title and not _goes_on(title[-1], following)):
                break
            title.append(following)
        return match[1].capitalize(), _as_written(" ".join(title), lines)
    return "", ""


def _goes_on(line: str, following: str) -> bool:
    """True when a title was broken between these lines."""
    return (following.isupper() and line.isupper()) or (line.endswith(",") and following[:1].islower())


def _as_written(title: str, lines: Sequence[str]) -> str:
    """A title in capitals, spelled as the text itself spells it in a sentence ("ban hành Nghị định về …")."""
    title = one_line(title)
    if not title.isupper():
        return title
    wanted = fold(title)
    for line in lines[:300]:
        folded = fold(line)
        at = folded.find(wanted)
        while at >= 0 and len(folded) == len(line):
            found = line[at : at + len(title)]
            if not found[1:].isupper():
                return found[:1].upper() + found[1:]
            at = folded.find(wanted, at + 1)
    return sentence(title, proper_names(lines))


def _issuer(top: Sequence[str], lines: Sequence[str]) -> tuple[str, str]:
    cells = [_RULE.sub("", one_line(line.split("|")[0])) for line in top[:3]]
    cells = [re.split(r"\s+CỘNG H(?:ÒA|OÀ)", re.sub(r"\s*[-_–]{3,}.*$", "", cell))[0] for cell in cells]
    first = next((cell for cell in cells if cell and not cell.startswith("[") and cell != _BANNER), "")
    if not first.isupper() or len(first) > 80 or _KIND.match(first):
        return "", "VN"
    if not _PROVINCE.match(first):
        return " - ".join(_as_written(part, lines) for part in first.split(" - ")), "VN"
    place = re.sub(r"^.*NHÂN DÂN\s*", "", first) or next((c for c in cells[cells.index(first) + 1 :] if c.isupper()), "")
    named = " ".join(word.capitalize() for word in place.split())
    body = sentence(re.sub(r"(NHÂN DÂN).*$", r"\1", first))
    kind = re.match(r"(Tỉnh|Thành Phố)\s+", named)
    bare = named[kind.end() :] if kind else named
    return one_line(f"{body} {kind[1].lower() if kind else ''} {bare}"), bare or "VN"


def read_effect(provisions: Sequence[Provision], issued: date | None) -> tuple[date | None, date | None]:
    """Return the first day on which the text is in force and the last one, as far as it says so."""
    texts = [p.wording[0].text for p in provisions if p.wording and _own(p)]
    said = [p.wording[0].text for p in provisions if p.wording and _own(p) and _EFFECT.search(p.heading)]
    since = _since(said, issued) or _since(texts[-12:], issued)
    until = None
    for text in said or texts:
        if match := _UNTIL.search(text):
            day = read_date(match[1])
            until = day - timedelta(days=1) if day else None
            break
        if match := _SPAN.search(text):
            until = read_date(match[1])
            break
    return since, until


def _own(provision: Provision) -> bool:
    article = provision.ref.article or ""
    return article[:1].isdigit() or article.startswith("Điều ")


def _since(texts: Sequence[str], issued: date | None) -> date | None:
    """The rule comes before its exceptions, so the first sentence counts; "kể từ ngày ký" is the day of signing."""
    for text in texts:
        found: date | None = None
        if match := _SINCE.search(text):
            found = read_date(match[1]) or (issued if re.match(r"ký\b", match[1]) else None)
        elif (match := _AFTER.search(text)) and issued:
            found = issued + timedelta(days=int(match[1]))
        if found:
            return found
    return None
