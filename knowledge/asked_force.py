"""Whether a message asks only if, since when or until when a document is the law, and which of its clauses says so."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from knowledge.corpus import Corpus
from knowledge.plainly import LONGEST, plainly
from knowledge.provision import Document, Provision

_FORCE: Final = re.compile(
    r"\bhieu luc\b|\b(?:con|het)(?: \w+)? (?:ap dung|gia tri|dung|xai|hieu luc|su dung)\b|\b(?:con|van con|bi) (?:song|bai bo|thay the)\b|\bthoi ap dung\b"
)
# What such a question may hold beside the document's own title; anything else is a subject of its own.
_BESIDE: Final = re.compile(
    r"\b(?:con|het|co|chua|da|van|bi|dang|duoc|hieu luc|thi hanh|ap dung|gia tri|dung|xai|su dung|song|bai bo|thay the|thoi|khong|phai|hay|roi|nua|den|toi|tu"
    r"|bao gio|khi nao|luc nao|bao lau|ngay|thang|nam|gio|bay gio|hien nay|hien tai|hom nay|hien|nay|nao|la|thi|vay|ha|a|nhi|nhe|the|ma|ve|cua|cho|toi|em"
    r"|anh|chi|hoi|biet|xin|vui long|van ban|quy dinh|nghi dinh|thong tu|quyet dinh|nghi quyet|luat|chi thi|so|do|khi"
    r"|kg|hok|z|v|k|bh|vao|trong|cung|may|ad|oi|va|voi|ca|deu)\b|\d+"
)
_BEGIN: Final = re.compile(r"\b(?:tu bao gio|tu khi nao|tu ngay nao|tu luc nao|khi nao co|bao gio co|co hieu luc chua|chua co hieu luc|bat dau)\b")
_HEADED: Final = re.compile(r"^\W*hiệu lực|hiệu lực (?:thi hành|áp dụng)|^điều khoản.*hiệu lực|điều khoản thi hành", re.IGNORECASE)


def asks_for_force(text: str, title: str) -> bool:
    """True where `text`, less its citations, asks for nothing but the force of the document of this title."""
    if len(text) > LONGEST:
        return False
    bare = plainly(text)
    words = set(plainly(title).split())
    return bool(_FORCE.search(bare)) and all(w in words for w in _BESIDE.sub(" ", bare).split())


_KINDS: Final = re.compile(r"\b(nghi dinh|thong tu|nghi quyet|quyet dinh|chi thi)\b")


_IT: Final = re.compile(
    r"\b(?:(?P<text>van ban|nghi dinh|nd|thong tu|tt|nghi quyet|nq|quyet dinh|qd|chi thi|luat)|dieu|khoan|diem|quy dinh|muc|phu luc|cai)"
    r" (?:nay|do|tren|kia)\b|\bno\b"
)


def force_of_it(text: str) -> bool | None:
    """Whether "còn hiệu lực không?" is asked of the text that was spoken of (True), of its place (False), or of neither (None)."""
    if len(text) > LONGEST:
        return None
    bare = plainly(text)
    match = _IT.search(bare)
    rest = _IT.sub(" ", bare)
    which = re.search(r"(?<!khi )(?<!luc )(?<!ngay )\bnao\b", bare)  # "nghị định nào hết hiệu lực" asks of others
    if which or not _FORCE.search(rest) or _BESIDE.sub(" ", rest).split():
        return None
    return match is not None and match["text"] is not None


def document_by_title(text: str, corpus: Corpus) -> Document | None:
    """The one document that a question on its force calls by an alias ("Luật Hóa chất 2007"), or held one whose kind and title it tells without its number."""
    bare = plainly(text) if len(text) <= LONGEST else ""
    kind = _KINDS.search(bare)
    if _FORCE.search(bare) and (called := _by_alias(bare, corpus)) is not None:
        return called
    words = _BESIDE.sub(" ", bare).split()
    if kind is None or not words or not _FORCE.search(bare):
        return None
    found = [d for d in corpus.documents.values() if d.provisions and plainly(d.kind) == kind[1] and asks_for_force(text, d.title)]
    # "khuyến công" is a whole title of one decree, and a part of an amending one's.
    shortest = min((len(d.title) for d in found), default=0)
    found = [d for d in found if len(d.title) == shortest]
    return found[0] if len(found) == 1 else None


_ENTITLED: Final = 5  # words from which on a message is a document's title


def entitled(text: str, corpus: Corpus) -> Document | None:
    """The one held document whose title the message tells and nothing else: "quy chế quản lý CCN Lào Cai"."""
    bare = plainly(text) if len(text) <= LONGEST else ""
    words = [w for w in _BESIDE.sub(" ", bare).split() if w not in ("noi", "gi", "nhung", "tinh", "xem", "nhu", "gom")]
    if len(words) < _ENTITLED:
        return None
    found = [d for d in corpus.documents.values() if d.provisions and set(words) <= set(plainly(d.title).split())]
    return found[0] if len(found) == 1 else None


def _by_alias(bare: str, corpus: Corpus) -> Document | None:
    """The document whose alias the question holds, beside what asks for force and nothing else."""
    for document in corpus.documents.values():
        for alias in map(plainly, document.aliases):
            if f" {alias} " in f" {bare} " and not _BESIDE.sub(" ", bare.replace(alias, " ")).split():
                return document
    return None


def effect_clause(corpus: Corpus, document: Document, text: str = "") -> Provision | None:
    """The clause by which the document begins, or ends where it has an end and its beginning is not asked for; else its article on effect."""
    headed = [p for p in corpus.articles(document.number) if _HEADED.search(p.heading)]
    headed.sort(key=lambda p: "hiệu lực" not in p.heading.lower())
    inside = [p for article in headed for p in _within(corpus, article)] or list(document.provisions)
    begins, ends = document.in_force_from, document.in_force_to
    days = [d for d in (ends, ends + timedelta(days=1) if ends else None) if d] if ends and not _BEGIN.search(plainly(text)) else []
    for day in (*days, *([begins] if begins else [])):
        named = _day_pattern(day)
        found = next((p for p in inside if p.level != "point" and named.search(_words(p)) and re.search(r"hiệu lực|áp dụng", _words(p).lower())), None)
        if found is not None:
            return found
    return headed[0] if headed else None


def _within(corpus: Corpus, provision: Provision) -> Iterator[Provision]:
    for child in corpus.children(provision.ref):
        yield from _within(corpus, child)
    yield provision


def _words(provision: Provision) -> str:
    return " ".join(v.text for v in (*provision.plain, *provision.wording))


def _day_pattern(day: date) -> re.Pattern[str]:
    return re.compile(rf"(?<!\d)0?{day.day}\s*(?:/|-|tháng)\s*0?{day.month}\s*(?:/|-|năm)\s*{day.year}(?!\d)")
