"""The lines that open a part of a legal text: chapter, article, clause, point, section, annex, form."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from knowledge.numbers import NUMBER, normal_number
from knowledge.provision import POINT_LETTERS
from knowledge.vietnamese import one_line

ARTICLE: Final = re.compile(
    r"^Điều\s+(\d{1,3})([a-zđ]?)\s*(?:[.:]\s*|\s+(?=[A-ZĐÀ-Ỹ]))(.*)$|^Điều\s+(\d{1,3})([a-zđ]?)\s*$"
)
CHAPTER: Final = re.compile(r"^(Phần|Chương|Mục|Tiểu mục)\s+([IVXLC]+|\d+|thứ \w+)\b\s*[.:]?\s*(.*)$", re.IGNORECASE)
# In an amending text: "Mục 11", "Chương VIIa. TÊN"
DIVISION: Final = re.compile(r"^(Phần|Chương|Mục|Tiểu mục)\s+((?:[IVXLC]+|\d+)[a-zđ]?)(?![\w])\s*[.:]?\s*(.*)$", re.IGNORECASE)
# "01.01.2020" is a date, "1.5 lần" a figure: no digit follows the full stop of a clause.
CLAUSE: Final = re.compile(r"^(\d{1,3})([a-zđ]?)\s*[.]\s*(?!\d)(.*)$")
SUBCLAUSE: Final = re.compile(r"^((\d{1,3})(?:\.\d{1,2}){1,3})\.?\s+(?=\D)(.+)$")
POINT: Final = re.compile(r"^([a-zđ])(\d?)\)\s*(.*)$")
SECTION: Final = re.compile(r"^([IVXL]{1,8})\s*[.]\s*(.+)$")
PART: Final = re.compile(r"^([A-HĐ])\s*[.]\s*(.+)$")
SIGNATURE: Final = re.compile(
    r"^\|?\s*(Nơi nhận\s*:|TM\.\s|KT\.\s|TL\.\s|TUQ\.\s|Q\.\s|CHỦ TỊCH QUỐC HỘI|PHỤ LỤC KÈM THEO"
    r"|(?:Luật|Nghị quyết|Bộ luật) này (?:đã )?được Quốc hội)",
    re.IGNORECASE,
)

_ROMAN_NUMBER: Final = r"[IVXLC]+(?:\.\d{1,2})*[a-zđ]?"
_ANNEX: Final = re.compile(rf"^PHỤ LỤC(?:\s+(?:SỐ\s+)?({_ROMAN_NUMBER}|\d{{1,2}}(?:\.\d{{1,2}})*[A-Za-zđ]?)(?![\w]))?\s*[.:]?\s*(.*)$")
_ANNEX_LOWER: Final = re.compile(rf"^Phụ lục(?:\s+số)?(?:\s+({_ROMAN_NUMBER}|\d{{1,2}}(?:\.\d{{1,2}})*[A-Za-zđ]?))?\s*$")
_FORM: Final = re.compile(
    r"^(Mẫu|MẪU|Biểu mẫu|BIỂU MẪU|Biểu|BIỂU)(?:\s+(số|SỐ))?\s*:?\s*(\d{1,3}(?:\.\d{1,2})?[a-zA-Zđ]?\d?(?:[/-][\w-]{1,12})?)"
    r"(?![\w])\s*([.:]?)\s*(.*)$"
)
_SUB_ANNEX: Final = re.compile(r"^(Mục|Phần|MỤC|PHẦN)\s+(\d{1,2}|[IVX]{1,5})\s*[.:]?\s*(.*)$")
_SUB_DIVISION: Final = re.compile(r"^(?:Tiểu mục|TIỂU MỤC)\s+(\d{1,2}\.\d{1,2})\s*[.:]?\s*(.*)$")
# Not VI and XI: "VI PHẠM", "XI MĂNG".
_NUMERALS: Final = frozenset(("I", "II", "III", "IV", "V", "VII", "VIII", "IX", "X", "XII"))
_ALWAYS: Final = re.compile(r"\b(?:chính phủ|quốc hội|thủ tướng|(?:nghị định|thông tư|quyết định|nghị quyết|luật)(?= số))\b")
_WORD: Final = re.compile(r"[^\W\d_]+")
_LETTERHEAD: Final = ("CỘNG HÒA", "CỘNG HOÀ", "ĐỘC LẬP")
_TITLE: Final = re.compile(r"^[^\W\d_]{2}[^|]{4,}$")
_GENERIC: Final = re.compile(r"^(?:Quyết định|Giấy \w+(?: \w+)?|Thông báo|Báo cáo|Tờ trình|Đơn đề nghị|Văn bản đề nghị|Phiếu \w+)$")
_COMPLETES: Final = re.compile(r"^(?:về |v/v |làm |cấp |gửi |đề nghị )[^|]{5,200}$", re.IGNORECASE)
_RANKS: Final = ("Phần", "Chương", "Mục", "Tiểu mục")


@dataclass(frozen=True)
class Heading:
    """A heading that is cited by name: "Phụ lục II", "Mẫu số 03"; `title` is what stands on the same line."""

    name: str
    title: str = ""


def annex(line: str) -> Heading | None:
    """Return the annex that `line` opens; a sentence about an annex opens none."""
    if len(line) >= 200 or " | " in line:
        return None
    match = _ANNEX.match(line)
    if match:
        if len(line) > 60 and line.endswith((";", ".")):
            return None
        return Heading(annex_name("Phụ lục", match[1] or ""), match[2] or "")
    match = _ANNEX_LOWER.match(line)
    return Heading(annex_name("Phụ lục", match[1] or "")) if match else None


def form(line: str) -> Heading | None:
    """Return the form (Mẫu, Biểu) that `line` opens."""
    match = _FORM.match(line) if " | " not in line and len(line) < 300 else None
    if match is None:
        return None
    rest = match[5]
    if rest and not match[4] and not (rest[0].isupper() or rest[0] == "("):
        return None  # "Mẫu số 03 về dự toán …" goes on as a sentence
    if line.endswith(";"):
        return None
    kind = match[1].lower().capitalize()
    return Heading(f"{kind} số {match[3]}" if match[2] else f"{kind} {match[3]}", rest)


def listed_title(name: str, rows: Iterable[str]) -> str:
    """Return the title that an annex's own list gives to the form `name`: "Mẫu số 02 | Quyết định thành lập …"."""
    listed = next((cells for row in rows if name in (cells := row.split(" | "))[:-1]), [name])
    return max(listed[listed.index(name) + 1 :], key=len, default="")


def title_below(lines: Iterable[str], names: Mapping[str, str]) -> str:
    """Return the title in a form's first `lines`: those in capitals below its letterhead, and what completes "QUYẾT ĐỊNH".

    Where the form replaces one of another text, the name of that one stands first: "PHỤ LỤC III", "Mẫu số 03. …".
    """
    replaced: list[str] = []
    title = after = ""
    for line in lines:
        if (other := form(line) or annex(line)) is not None:
            if title or after:
                break
            replaced.append(f"{other.name}. {sentence(other.title, names)}" if other.title else other.name)
            if other.title:
                break
        elif _TITLE.match(line) and line.isupper() and not line.startswith(_LETTERHEAD):
            title = f"{title} {line}"
        else:
            after = line
            if title:
                break
    title = sentence(title, names)
    if _GENERIC.match(title) and _COMPLETES.match(after):
        title = f"{title} {after[:1].lower()}{after[1:]}"
    return one_line(" ".join([*replaced, title]))


def sub_annex(line: str) -> tuple[str, str] | None:
    """Return number and title of a "Mục 2" or "Phần II" that divides an annex."""
    match = _SUB_ANNEX.match(line) if " | " not in line else None
    if match is None or (match[3] and not match[3].isupper()):
        return None
    return f"{match[1].capitalize()} {match[2]}", match[3]


def opens_part(line: str) -> bool:
    """True for "A. LĨNH VỰC …" or "I. …": no title goes on with it."""
    return (match := PART.match(line) or SECTION.match(line)) is not None and match[1] in ("A", "I")


def sub_division(line: str) -> tuple[str, str] | None:
    """Return number and title of a "Tiểu mục 2.1" that divides a Mục of an annex."""
    match = _SUB_DIVISION.match(line) if " | " not in line else None
    return (match[1], match[2]) if match and (not match[2] or match[2].isupper()) else None


def annex_name(kind: str, number: str) -> str:
    """Return how an annex or form is cited: ("phụ lục", "ii") -> "Phụ lục II", ("biểu", "01") -> "Biểu số 01"."""
    kind = kind.lower().capitalize()
    if kind in ("Mẫu", "Biểu"):
        return f"{kind} số {number}".strip()
    roman = number.upper() if re.fullmatch(r"[ivxlc]+", number) else number
    return f"{kind} {roman}".strip()


def sentence(title: str, names: Mapping[str, str] | None = None) -> str:
    """Titles set in capitals read better as a sentence, with the `names` of the text; mixed case is kept."""
    title = one_line(title)
    if not title.isupper():
        return title
    known = names or {}
    small = _WORD.sub(lambda match: match[0] if match[0] in _NUMERALS else known.get(match[0].lower(), match[0].lower()), title)
    small = NUMBER.sub(lambda match: normal_number(match[0]), _ALWAYS.sub(lambda match: match[0].capitalize(), small))
    return small[:1].upper() + small[1:]


def proper_names(lines: Iterable[str]) -> dict[str, str]:
    """Return the words that a text never writes small, as it writes them: "asean" -> "ASEAN", "việt" -> "Việt".

    The first word of a sentence and words among words in capitals prove nothing.
    """
    small: set[str] = set()
    seen: Counter[str] = Counter()
    for line in lines:
        words = list(_WORD.finditer(line))
        for before, match, after in zip([None, *words], words, [*words[1:], None], strict=False):
            if match[0].islower():
                small.add(match[0])
                continue
            inside = before is not None and line[before.end() : match.start()] == " "
            among = match[0].isupper() and any(beside is not None and beside[0].isupper() for beside in (before, after))
            seen[match[0]] += inside and not among
    return {word.lower(): word for word, count in reversed(seen.most_common()) if count > 1 and word.lower() not in small}


def rank(label: str) -> int:
    """Return the depth of a chapter label: Phần 0, Chương 1, Mục 2, Tiểu mục 3."""
    return next(at for at, kind in enumerate(_RANKS) if label.startswith(kind))


_ROMAN: Final = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}


def roman(text: str) -> int:
    """Return the value of a Roman numeral, 0 for ""."""
    values = [_ROMAN.get(c, 0) for c in text.upper()]
    return sum(-v if v < max(values[i + 1 :], default=0) else v for i, v in enumerate(values))


def follows(letter: str, here: str | None) -> bool:
    """True when point `letter` may come after point `here`: a first, then the next letter, one may be missing.

    `here` may carry a digit (d1). The alphabet is the law's own: đ follows d, there is no f, j, w, z.
    """
    if letter not in POINT_LETTERS:
        return False
    if here is None:
        return letter == "a"
    ahead = POINT_LETTERS.index(letter) - POINT_LETTERS.index(here[0])
    return 1 <= ahead <= 2
