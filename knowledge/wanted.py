"""What fact a question asks for, the sentence that gives it, and figures or bodies it gets wrong."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from knowledge.vietnamese import fold, one_line, strip_accents, syllables


class Wanted(StrEnum):
    """The kind of fact that is asked for."""

    DURATION = "duration"
    DAY = "day"
    AMOUNT = "amount"
    WHO = "who"
    WHERE = "where"
    LIST = "list"
    WHETHER = "whether"
    ANY = "any"


# What is asked -> alternatives over the unaccented question; the first kind that matches counts.
_ASKED: Final = tuple(
    (kind, re.compile(rf"\b(?:{'|'.join(alternatives)})\b"))
    for kind, alternatives in (
        (Wanted.DURATION, (
            "bao lau", "may ngay", "bao nhieu ngay", "may hom", "bao nhieu lau", "trong vong may", "thoi han", "may thang", "may nam",
            "thoi gian (?:bao|la|toi da|giai quyet|tham dinh|xu ly)", "bao nhieu (?:thang|nam|hom)",
        )),
        (Wanted.DAY, (
            "khi nao", "ngay nao", "luc nao", "truoc ngay", "han (?:chot|cuoi|nop)", "muon nhat", "cham nhat", "ngay may", "thang may", "tu ngay",
        )),
        (Wanted.LIST, (
            "ho so (?:gom|can|co|gi)", "gom nhung", "gom gi", "giay to (?:gi|nao)", "dieu kien (?:gi|nao|la gi|ra sao)", "can (?:nhung )?(?:gi|giay)",
            "nhung (?:giay to|dieu kien|noi dung|ai|doi tuong|truong hop|tai lieu|gi)", "cac (?:buoc|truong hop|dieu kien|noi dung)",
        )),
        (Wanted.WHERE, (
            "nop o dau", "nop dau", "gui dau", "gui o dau", "o dau", "cho nao", "noi nao", "gui cho ai", "nop cho ai", "gui ai", "nop cho", "gui ve dau",
        )),
        (Wanted.WHO, ("ai", "cap nao", "co quan nao", "don vi nao", "(?<!co )so nao", "(?<!can )bo nao", "tham quyen", "do ai", "nguoi nao", "ben nao")),
        (Wanted.AMOUNT, (
            "bao nhieu", "may (?:bo|ban|phan tram|ha|hecta|lan|trieu|diem|dong|m)", "muc (?:ho tro|toi da|nao|bao)", "toi da", "toi thieu", "ty le",
            "phan tram", "nhieu nhat", "it nhat", "(?<!mo )rong", "lon nhat", "nho nhat",
        )),
        (Wanted.WHETHER, (
            "(?:khong|ko|k|chua|duoc khong|dung khong|phai khong|ha|a)$", "co duoc", "co phai", "duoc phep", "co can", "co bat buoc", "duoc khong",
        )),
    )
)
_NUMBER: Final = r"\d+(?:[.,]\d+)?"
_TIME: Final = re.compile(rf"({_NUMBER})\s*(ngày làm việc|ngày|tháng|năm|giờ|quý|tuần)", re.IGNORECASE)
_FIGURE: Final = re.compile(
    rf"({_NUMBER})\s*(%|phần trăm|phan tram|ha\b|hecta|héc ta|hec ta|m2|m²|bộ|bo\b|bản|ban\b|ngày làm việc|ngay lam viec|ngày|ngay\b"
    r"|tháng|thang\b|năm|nam\b|triệu đồng|trieu dong|triệu|trieu\b|tỷ đồng|tỷ|ty\b|đồng|điểm số|lần|lan\b|giờ|gio\b)",
    re.IGNORECASE,
)
_UNITS: Final = {
    "phần trăm": "%", "phan tram": "%", "hecta": "ha", "héc ta": "ha", "hec ta": "ha", "bo": "bộ", "ban": "bản", "ngay lam viec": "ngày",
    "ngày làm việc": "ngày", "ngay": "ngày", "thang": "tháng", "nam": "năm", "trieu dong": "triệu", "triệu đồng": "triệu", "trieu": "triệu",
    "tỷ đồng": "tỷ", "ty": "tỷ", "lan": "lần", "gio": "giờ", "m²": "m2",
}
_UNIT_ASKED: Final = re.compile(r"\b(?:bao nhieu|may)\s+(phan tram|ha|hecta|hec ta|hec|bo|ban|ngay|thang|nam|trieu|ty|lan|gio)\b")
_UNIT_NAMES: Final = {
    "phan tram": "%", "hecta": "ha", "hec ta": "ha", "hec": "ha", "bo": "bộ", "ban": "bản", "ngay": "ngày", "thang": "tháng", "nam": "năm",
    "trieu": "triệu", "ty": "tỷ", "lan": "lần", "gio": "giờ",
}
_BODY_NAMES: Final = (
    "(?:Chủ tịch )?(?:Ủy ban nhân dân|UBND|Hội đồng nhân dân)(?: các)? cấp (?:tỉnh|huyện|xã)",
    "Thủ tướng Chính phủ", "Chính phủ", "Bộ trưởng Bộ Công Thương", "Bộ Công Thương", "Sở Công Thương",
    "Bộ (?:Tài chính|Kế hoạch và Đầu tư|Xây dựng|Nội vụ|Nông nghiệp và Môi trường|Tài nguyên và Môi trường)",
    "Sở (?:Tài chính|Xây dựng|Nông nghiệp và Môi trường|Kế hoạch và Đầu tư)",
    "Trung tâm (?:phục vụ hành chính công|khuyến công[^,.;]{0,12})", "Cục Đổi mới sáng tạo, Chuyển đổi xanh và Khuyến công",
    "Cục Công [Tt]hương địa phương", "Cục Công nghiệp địa phương", "Cục Hóa chất", "Cục Xuất nhập khẩu", "Cục (?:[A-ZĐ][^\\W\\d_]*[ ]?){1,4}(?<! )",
    "[Cc]hủ đầu tư hạ tầng", "Hội đồng [a-zđà-ỹ ]{4,40}",
)
BODIES: Final = re.compile("|".join(_BODY_NAMES))
_OWNER: Final = re.compile(rf"^(?:Quyền hạn|Trách nhiệm|Nhiệm vụ|Thẩm quyền)[^.]{{0,40}} của ({BODIES.pattern})$")
_EXCEPTION: Final = ("Riêng", "Trừ", "Nếu", "Trường hợp", "Với", "Đối với")
_SENTENCE: Final = re.compile(r"(?<=[.;])\s+(?=[A-ZĐÀ-Ỹ])|\n+")


@dataclass(frozen=True)
class Mismatch:
    """A figure of the question that the provision does not have, and what it has in that unit."""

    asked: str
    found: tuple[str, ...]


def wanted(question: str) -> Wanted:
    """Return the kind of fact that `question` asks for."""
    bare = strip_accents(one_line(fold(question))).rstrip("?!. ")
    for kind, pattern in _ASKED:
        if pattern.search(bare):
            return kind
    return Wanted.ANY


def sentences(text: str) -> list[str]:
    """Split plain text into sentences; a semicolon before a capital also ends one."""
    return [s.strip() for s in _SENTENCE.split(text) if s.strip()]


def unit_asked(question: str) -> str:
    """The unit in which the question wants its figure: "bao nhiêu ha" -> "ha"; "" where it names none."""
    match = _UNIT_ASKED.search(strip_accents(one_line(fold(question))))
    return _UNIT_NAMES.get(match[1], match[1]) if match else ""


def best_sentence(parts: Iterable[str], content: Sequence[str], kind: Wanted, unit: str = "") -> str:
    """The sentence to say first: it holds the kind of fact asked for, in its `unit`, and shares enough with the question.

    "" when the question asks for no single fact, or no sentence is a clear answer: then the words are
    better read in their own order than a wrong one pulled forward.
    """
    asked = set(content)
    said = [(s, {strip_accents(w) for w in syllables(s)}) for part in parts for s in sentences(part)]
    # A word that stands in one sentence only tells more than one that stands in all.
    weight = {w: 1 / n for w in asked if (n := sum(w in own for _, own in said))}
    whole = sum(weight.values()) or 1.0
    scores = []
    for order, (sentence, own) in enumerate(said):
        share = sum(weight.get(w, 0.0) for w in own) / whole
        clear = holds(sentence, kind) and (not weight or share >= 0.25) and (not unit or unit in figures(sentence))
        scores.append(share - 0.0005 * len(sentence) - 0.01 * order if clear else -1.0)
    if not scores or max(scores) == -1.0:
        return ""
    best = scores.index(max(scores))
    # "không dưới 10 ha. Riêng miền núi: không dưới 5 ha": a rule and its exception are said together.
    with_next = best + 1 < len(said) and said[best + 1][0].startswith(_EXCEPTION)
    return f"{said[best][0]} {said[best + 1][0]}" if with_next else said[best][0]


def holds(sentence: str, kind: Wanted) -> bool:
    """True when the sentence has a fact of that kind in it."""
    if kind is Wanted.DURATION:
        return bool(_TIME.search(sentence))
    if kind is Wanted.DAY:
        return bool(re.search(r"\d{1,2}/\d{1,2}|ngày \d|trước ngày|hằng năm|hàng năm|tháng \d", sentence)) or bool(_TIME.search(sentence))
    if kind is Wanted.AMOUNT:
        return bool(_FIGURE.search(sentence)) or bool(re.search(r"\d", sentence))
    if kind in (Wanted.WHO, Wanted.WHERE):
        return bool(BODIES.search(sentence))
    if kind is Wanted.LIST:
        return sentence.rstrip().endswith(":")
    return False


def headline(sentence: str, kind: Wanted, heading: str = "", unit: str = "") -> str:
    """The bare fact, where the sentence holds exactly one of the kind (and the `unit`) asked for; "" otherwise.

    Who acts stands first in the sentence, or, in an article on one body's duties, in the heading.
    """
    if kind is Wanted.DURATION:
        found = list(dict.fromkeys(f"{m[1]} {m[2]}" for m in _TIME.finditer(sentence)))
    elif kind is Wanted.AMOUNT:
        figured = [m for m in _FIGURE.finditer(sentence) if not unit or _UNITS.get(m[2].lower(), m[2].lower()) == unit]
        found = list(dict.fromkeys(f"{m[1]}{'' if m[2] == '%' else ' '}{m[2]}" for m in figured))
    elif kind in (Wanted.WHO, Wanted.WHERE):
        first = BODIES.match(sentence)
        owner = _OWNER.search(heading)
        if kind is Wanted.WHO and (first or owner):
            return "" if first else owner[1] if owner else ""  # the sentence itself begins with the body
        found = list(dict.fromkeys(m[0] for m in BODIES.finditer(sentence)))
    else:
        return ""
    return found[0] if len(found) == 1 else ""


def figures(text: str) -> dict[str, list[str]]:
    """Figures by unit: "60% … 75 ha" -> {"%": ["60"], "ha": ["75"]}."""
    found: dict[str, list[str]] = {}
    for match in _FIGURE.finditer(text):
        unit = _UNITS.get(match[2].lower(), match[2].lower())
        found.setdefault(unit, []).append(match[1].lstrip("0").replace(",", ".") or "0")
    return found


def mismatches(question: str, text: str) -> list[Mismatch]:
    """Figures in the question that the text does not have although it speaks in that unit."""
    asked, said = figures(one_line(question)), figures(text)
    found = []
    for unit, values in asked.items():
        there = list(dict.fromkeys(said.get(unit, ())))
        # A figure between those of a range is no mistake: "6 ha" where the text has 5, 10 and 75.
        sizes = [float(v) for v in there]
        wrong = [v for v in values if there and v not in there and not (len(sizes) > 1 and min(sizes) <= float(v) <= max(sizes))]
        if wrong and len(there) <= 4:
            join = "" if unit == "%" else " "
            found.append(Mismatch(f"{wrong[0]}{join}{unit}", tuple(f"{v}{join}{unit}" for v in there)))
    return found


def owner_of(heading: str) -> str:
    """The body whose duties an article lists, by its heading: "Trách nhiệm của Ủy ban nhân dân cấp tỉnh"; "" for none."""
    match = _OWNER.search(heading)
    return match[1] if match else ""


_CONFIRMS: Final = re.compile(
    r"\b(dung khong|phai khong|co phai|dung ko|phai ko|a$|ha$|nhi$|dung chua)\b|\b(nghe noi|theo quy dinh thi|vi|do) "
    # "UBND xã có được quyết định … không": who decides is taken for granted, and asked
    r"|\bco (?:duoc |quyen |tham quyen |duoc quyen |duoc phep )+(?:tu |ra |ky )*(?:quyet dinh|phe duyet|thanh lap|ban hanh|cap|lap|ky)\b"
)


def wrong_body(question: str, text: str, heading: str = "") -> Mismatch | None:
    """A body that the question takes for granted while the text, or its heading, names one of another level."""
    bare = strip_accents(fold(question))
    if not _CONFIRMS.search(bare):
        return None
    levels = {level for level in ("tinh", "huyen", "xa") if re.search(rf"\b(ubnd|uy ban( nhan dan)?|chu tich|cap)( cap)? {level}\b", bare)}
    said = list(dict.fromkeys(m[0] for m in BODIES.finditer(text))) or [m[1] for m in _OWNER.finditer(heading)]
    said_levels = {strip_accents(b.split()[-1]).lower() for b in said if re.search(r"cấp (tỉnh|huyện|xã)$", b)}
    if len(levels) == 1 and len(said_levels) == 1 and not levels & said_levels:
        level = {"tinh": "tỉnh", "huyen": "huyện", "xa": "xã"}[next(iter(levels))]
        return Mismatch(f"UBND cấp {level}", tuple(b for b in said if re.search(r"cấp (tỉnh|huyện|xã)$", b))[:2])
    return None
