"""A provision as a value: what is cited, how it prints as law, how it keys as short ASCII."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Final

from knowledge.vietnamese import fold, one_line, strip_accents

# đ is a letter of its own between d and e; there is no f, j, w, z (Nghị định 78/2025/NĐ-CP, Phụ lục I).
POINT_LETTERS: Final = tuple("abcdđeghiklmnopqrstuvxy")

# What stands behind the last point of a clause is a place of its own, named as amending texts name it: "đoạn cuối khoản 2".
TAIL: Final = "đoạn cuối"

_KINDS: Final = {
    "NĐ-CP": "Nghị định",
    "NQ-CP": "Nghị quyết",
    "TT": "Thông tư",
    "TTLT": "Thông tư liên tịch",
    "QĐ": "Quyết định",
    "NQ": "Nghị quyết",
    "CT": "Chỉ thị",
    "CĐ": "Công điện",
    "VBHN": "Văn bản hợp nhất",
    "QH": "Luật",
}


def kind_of(number: str) -> str:
    """Return the kind that a document number shows: "32/2024/NĐ-CP" -> "Nghị định"; "" when it shows none."""
    sign = number.rsplit("/", maxsplit=1)[-1] if "/" in number else ""
    if re.fullmatch(r"QH\d+", sign):
        return "Luật"
    for mark, kind in _KINDS.items():
        if sign == mark or sign.startswith(mark + "-"):
            return kind
    return ""


def slug(text: str) -> str:
    """Return `text` as ASCII for keys: "32/2024/NĐ-CP" -> "32-2024-nd-cp", "Phụ lục II" -> "phu-luc-ii"."""
    plain = strip_accents(re.sub(r"(?<=\d)đ\b", "dd", fold(text)))  # "Mẫu 1đ" is not "Mẫu 1d"
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _point_slug(point: str) -> str:
    # d and đ must never meet in a key.
    return slug(point) if " " in point else point.replace("đ", "dd")


def point_order(point: str | None) -> str:
    """A key that sorts points as the law does: none, a … d, đ, e …, and what stands behind them last."""
    return "~" if point == TAIL else (point or "").replace("đ", "d~")


@dataclass(frozen=True, order=True)
class Ref:
    """A place in a document: number, article ("8", "3a", "Phụ lục III"), clause, point.

    `article` None means the whole document. A clause of an annex with Roman sections is written
    section.clause: "II.3". Prints as law from small to large (Nghị định 30/2020/NĐ-CP, Phụ lục II).
    """

    document: str
    article: str | None = None
    clause: str | None = None
    point: str | None = None

    @property
    def key(self) -> str:
        """Short ASCII key, e.g. `32-2024-nd-cp.8.1.c`; đ is spelled dd; a missing clause before a point is 0."""
        parts = [slug(self.document)]
        if self.article is not None:
            parts.append(slug(self.article))
        if self.clause is not None or self.point is not None:
            parts.append(slug(self.clause or "0"))
        if self.point is not None:
            parts.append(_point_slug(self.point))
        return ".".join(parts)

    @property
    def parent(self) -> "Ref | None":
        """The provision around this one, None for a whole document."""
        if self.point is not None:
            return replace(self, point=None)
        if self.clause is not None:
            return replace(self, clause=None)
        return replace(self, article=None) if self.article is not None else None

    @property
    def article_ref(self) -> "Ref":
        """The article (or annex) that holds this provision."""
        return Ref(self.document, self.article)

    def covers(self, other: "Ref") -> bool:
        """True when `other` is this provision or lies inside it."""
        return (
            self.document == other.document
            and self.article in (None, other.article)
            and self.clause in (None, other.clause)
            and self.point in (None, other.point)
        )

    @property
    def label(self) -> str:
        """What stands before the unit in the text: "a)", "2."; "" for an article, a section, the words behind the points."""
        if self.point is not None:
            return "" if self.point == TAIL else f"{self.point})"
        return f"{self.clause.rpartition('.')[2]}." if self.clause and not self.clause.endswith(".0") else ""

    def place(self) -> str:
        """The place without the document: "điểm c khoản 1 Điều 8"; "" for a whole document."""
        parts = []
        if self.point is not None:
            parts.append(self.point if " " in self.point else f"điểm {self.point}")  # "mục 3.1" of an annex is no điểm
        if self.clause is not None:
            section, _, number = self.clause.rpartition(".")
            if section and not section[0].isdigit():
                parts.append(f"khoản {number} Mục {section}" if number != "0" else f"Mục {section}")
            else:
                parts.append(f"khoản {self.clause}")
        if self.article is not None:
            parts.append(f"Điều {self.article}" if self.article[0].isdigit() else self.article)
        return " ".join(parts)

    def __str__(self) -> str:
        kind = kind_of(self.document)
        document = f"{kind} số {self.document}" if kind else self.document
        return f"{self.place()} {document}".strip()


class TextStatus(StrEnum):
    """Where the words come from: the official text, our own digest, or a machine reading of a scan."""

    OFFICIAL = "official"
    DIGEST = "digest"
    OCR = "ocr"


def weakest(statuses: Iterable["TextStatus"]) -> "TextStatus | None":
    """The mark of words that come from several texts: a machine reading before a digest before the official text; None for none."""
    found = set(statuses)
    return next((s for s in (TextStatus.OCR, TextStatus.DIGEST, TextStatus.OFFICIAL) if s in found), None)


@dataclass(frozen=True)
class Version:
    """The words of a provision on the days `since` to `until` (both included, None = open)."""

    text: str
    since: date | None = None
    until: date | None = None
    by: str | None = None  # what made it so, printable: "khoản 4 Điều 1 Nghị định 235/2025/NĐ-CP"
    disputed: str | None = None  # what another public copy says instead
    text_status: TextStatus | None = None  # of the text that these words come from; None: as the provision says

    def on(self, day: date) -> bool:
        """True when these are the words of `day`."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class Provision:
    """One article, clause or point: its place, its heading, its own words and the questions it answers.

    `wording` holds the official words, `plain` our digest lines; either may be empty. A lead sentence
    belongs to the article or clause it opens, not to the points below it. `gist` is the digest's one or
    two sentences on a whole article. `chapter` and `heading` are those of the Điều or annex around it.
    `text_status` is the weakest mark that any of its official words has; `text_status_on` is that of a day.
    """

    ref: Ref
    chapter: str = ""
    heading: str = ""
    wording: tuple[Version, ...] = ()
    plain: tuple[Version, ...] = ()
    gist: str = ""
    questions: tuple[str, ...] = ()
    text_status: TextStatus = TextStatus.DIGEST
    headings: tuple[Version, ...] = ()  # where an amendment gave another heading: each with its days
    chapters: tuple[Version, ...] = ()  # where an amendment gave another name to the Chương or Mục around it

    @property
    def level(self) -> str:
        """"article", "clause" or "point"."""
        if self.ref.point is not None:
            return "point"
        return "article" if self.ref.clause is None else "clause"

    def titled(self, day: date) -> str:
        """The heading on `day`."""
        return next((v.text for v in self.headings if v.on(day)), self.heading)

    def chaptered(self, day: date) -> str:
        """The names of the Chương and Mục around it on `day`."""
        return next((v.text for v in self.chapters if v.on(day)), self.chapter)

    def worded(self, day: date) -> Version | None:
        """The official words on `day`, None where they are not held."""
        return next((v for v in self.wording if v.on(day)), None)

    def text_status_on(self, day: date) -> TextStatus:
        """Where the official words of `day` come from; as the provision says where it has none on that day."""
        version = self.worded(day)
        return version.text_status if version and version.text_status else self.text_status

    def plainly(self, day: date) -> Version | None:
        """The digest line on `day`, None where there is none."""
        return next((v for v in self.plain if v.on(day)), None)

    def said(self, day: date) -> Version | None:
        """The best text for `day`: plain line first, official words where there is no digest."""
        return self.plainly(day) or self.worded(day)


@dataclass(frozen=True)
class Relation:
    """One document's effect on another: amends, repeals, replaces, guides, suspends or overrides.

    `articles` empty means all of it, or that the touched articles are not known; then `at_least` names
    those that a source mentions. `clauses` narrows one article. `basis` is the place that says so,
    `says` one plain sentence for users.
    """

    kind: str
    target: str
    since: date | None = None
    articles: tuple[str, ...] = ()
    basis: str = ""
    until: date | None = None
    at_least: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    says: str = ""

    def on(self, day: date) -> bool:
        """True when the effect holds on `day`."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)

    def reaches(self, ref: Ref) -> bool:
        """True when `ref` lies in what is touched, or around it (an article with one touched clause)."""
        if self.articles and ref.article not in self.articles:
            return False
        if not self.clauses or ref.clause is None:
            return True
        return any(ref.clause == c or ref.clause.startswith(f"{c}.") for c in self.clauses)


@dataclass(frozen=True)
class Document:
    """A legal text and what is known about it; `provisions` in the order of the text.

    `completeness` is "full", "extract", "digest" or "known" (exists, text not held). `checked` is
    False where only a secondary source speaks. `amended_unknown` are amendments whose text is not held.
    """

    number: str
    kind: str = ""
    issuer: str = ""
    territory: str = "VN"
    title: str = ""
    issued: date | None = None
    in_force_from: date | None = None
    in_force_to: date | None = None
    in_force_to_reason: str = ""
    completeness: str = "full"
    checked: bool = True
    source: str = ""
    note: str = ""
    aliases: tuple[str, ...] = ()
    relations: tuple[Relation, ...] = ()
    amended_unknown: tuple[Relation, ...] = ()
    provisions: tuple[Provision, ...] = field(default=(), repr=False)

    @property
    def name(self) -> str:
        """How the document is called in a sentence: "Nghị định số 32/2024/NĐ-CP"."""
        kind = self.kind or kind_of(self.number)
        return one_line(f"{kind} số {self.number}" if kind else self.number)
