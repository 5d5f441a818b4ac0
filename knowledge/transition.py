"""Old rules or new: which texts changed the law after a file was handed in, and what their transitional provisions are."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from knowledge.corpus import Corpus
from knowledge.plainly import LONGEST, plainly
from knowledge.provision import Provision

_RULES: Final = r"(?:quy dinh|luat|nghi dinh|thong tu|van ban)"
_OLD_OR_NEW: Final = re.compile(
    rf"\bcu hay (?:la )?(?:{_RULES} )?moi\b|\bmoi hay (?:la )?(?:{_RULES} )?cu\b|\b(?:theo|ap dung|dung|xet|tinh) (?:theo )?{_RULES} nao\b"
    r"|\b(?:nghi dinh|nd|thong tu|tt|luat) \d[\d ]*hay (?:la )?(?:theo )?(?:nghi dinh|nd|thong tu|tt|luat)? ?\d"
)
_FILE: Final = re.compile(r"\b(?:nop|gui|tiep nhan|tham dinh|phe duyet|duyet|giai quyet|do dang|chua xong|dang xet|dang lam|ho so|de an)\b")
# What such a question says beside its subject.
_BESIDE: Final = re.compile(
    rf"\b(?:cu hay|moi hay|cu|moi|hay la|hay|theo|ap dung|{_RULES}|nao|thi|nop|gui|ngay|truoc|sau|tu|vao|ho so|chua xong|do dang|dang|da|duoc|toi"
    r"|em|minh|chung toi"
    r"|lam|tiep|giai quyet|xet|phai|co|khong|va|ma|neu|la|nay|se|cho|hoi|don|khi)\b|[\d/.-]+"
)
_TRANSITION: Final = re.compile(r"chuyển tiếp", re.IGNORECASE)
_CHANGING: Final = ("amends", "repeals", "replaces", "overrides")


@dataclass(frozen=True)
class Turn:
    """A text that changed the law on a day; `provision` is its transitional one, None where none is held."""

    by: str
    since: date
    held: bool
    checked: bool
    provision: Provision | None = None


def asks_which_rules(text: str) -> bool:
    """True for "nộp hồ sơ ngày 10/9/2026 theo quy định cũ hay mới"."""
    if len(text) > LONGEST:
        return False
    bare = plainly(text)
    return bool(_OLD_OR_NEW.search(bare) and _FILE.search(bare))


def still_open(text: str) -> bool:
    """True where the day that is told is that of the change itself: "nộp trước 15/9/2026", "đang thẩm định ngày 15/9/2026"."""
    return bool(re.search(r"\btruoc (?:ngay )?\d|\bdang\b|\bdo dang\b", plainly(text)))


def subject(text: str) -> str:
    """What the file is about: the question less what asks for old or new; "" where it does not say."""
    return " ".join(_BESIDE.sub(" ", plainly(text)).split())


def turns(corpus: Corpus, documents: Iterable[str], after: date, until: date) -> list[Turn]:
    """What changed these documents after one day and up to another, the latest first."""
    found: dict[str, Turn] = {}
    for number in documents:
        document = corpus.documents[number]
        begins = document.in_force_from
        if begins is not None and after < begins <= until and any(r.kind in _CHANGING for r in document.relations):
            found[number] = Turn(number, begins, bool(document.provisions), document.checked, _transitional(corpus, number))
        for effect in corpus.effects.get(number, ()):
            since = effect.relation.since
            if effect.relation.kind in _CHANGING and since is not None and after < since <= until:
                by = corpus.documents.get(effect.by)
                held = by is not None and bool(by.provisions)
                checked = effect.checked and (by is None or by.checked)
                found[effect.by] = Turn(effect.by, since, held, checked, _transitional(corpus, effect.by) if held else None)
    return sorted(found.values(), key=lambda t: t.since, reverse=True)


def _transitional(corpus: Corpus, number: str) -> Provision | None:
    articles = corpus.articles(number)
    headed = next((p for p in articles if _TRANSITION.search(p.heading)), None)
    return headed or next((p for p in corpus.documents[number].provisions if any(_TRANSITION.search(v.text) for v in (*p.plain, *p.wording))), None)
