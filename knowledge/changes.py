"""What changed in the law held: old and new wording of a place side by side, and everything new since a day."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final

from knowledge.asked_news import Turn, Window
from knowledge.corpus import Corpus
from knowledge.plainly import plainly
from knowledge.provision import Document, Provision, Ref, Version, kind_of
from knowledge.status import Status, standing
from knowledge.vietnamese import fold, strip_accents

_PLACE: Final = re.compile(
    r"\b(?:thay doi|sua doi|khac|sua)\b.{0,25}\b(?:the nao|ra sao|gi|nhu nao|cho nao|diem nao|khong|chua|ntn)\b"
    r"|\bso sanh\b|\b(?:cu|truoc)\b.{0,12}\bva\b.{0,12}\b(?:moi|nay|sau)\b"
)


# "Điều này đã thay đổi thế nào", "nó có gì khác so với trước": nothing is said but of what was spoken of last.
_SAME: Final = re.compile(
    r"(?P<what>van ban|nghi dinh|thong tu|nghi quyet|quyet dinh|luat|dieu|khoan|diem|quy dinh|muc|doan|noi dung|cho|cai|no)?\s*(?:nay|do|ay|tren|kia)?\s*"
    r"(?P<rest>(?:(?:da|duoc|bi|co|gi|thay doi|sua doi|sua|bo sung|khac|moi|so voi|truoc|cu|truoc day|truoc kia|the nao|ra sao|nhu nao|nhu|the|nao|chua|khong"
    r"|ko|ntn|cho|diem|thi|vay|hay|hien nay|bay gio|a|nhi|ha)\s*)+)"
)
_TURNED: Final = re.compile(r"\b(?:thay doi|sua doi|sua|khac)\b")


class Op(StrEnum):
    """One run of words of a comparison."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True)
class Change:
    """One place on one day: the words before and since; `old` or `new` empty where it began or ended. `by` is what made it so."""

    ref: Ref
    since: date
    old: str
    new: str
    by: str = ""
    official: bool = True  # False: the lines of a digest are compared

    def compared(self) -> list[tuple[Op, str]]:
        """Old and new words as runs that are the same, removed or added."""
        return compared(self.old, self.new)


@dataclass(frozen=True)
class News:
    """What a day brought: a document that began or ended, or places of one that an amendment changed."""

    day: date
    document: Document
    kind: str  # "begins", "ends", "changed", "amended_unknown"
    refs: tuple[Ref, ...] = ()
    by: str = ""
    checked: bool = True
    repeals: bool = False  # "amended_unknown": the text that is not held repeals what it touches
    partly: bool = False  # "amended_unknown": the text is held, some of its orders could not be applied


def asks_for_changes(text: str) -> bool:
    """True for "Điều 8 thay đổi thế nào?"; the place is told by its citation."""
    return bool(_PLACE.search(strip_accents(fold(text))))


def same_place(text: str, context: Ref) -> Ref | None:
    """The place whose changes `text` asks for by "này": what was spoken of last, its article or its document; None for another question."""
    bare = " ".join(re.sub(r"[^\w\s]", " ", strip_accents(fold(text))).split())
    match = _SAME.fullmatch(re.sub(r"^(?:con|the|vay|vay thi)\s+", "", bare))
    if match is None or not _TURNED.search(match["rest"]) or not (match["what"] or context.article):
        return None
    if match["what"] in ("van ban", "nghi dinh", "thong tu", "nghi quyet", "quyet dinh", "luat"):
        return Ref(context.document)
    if match["what"] == "dieu":
        return context.article_ref
    return Ref(context.document, context.article, context.clause) if match["what"] == "khoan" else context


def changes(corpus: Corpus, ref: Ref, since: date | None = None, until: date | None = None) -> list[Change]:
    """The changes of `ref` and of what lies inside it, oldest first; between two days where they are given."""
    found = [c for p in corpus if ref.covers(p.ref) for c in _told(corpus, p)]
    found = [c for c in found if (since is None or c.since > since) and (until is None or c.since <= until)]
    return sorted(found, key=lambda c: c.since)


def changes_by(corpus: Corpus, number: str, target: str = "") -> list[Change]:
    """The changes that document `number` made, of `target` alone where it is given, in the order of the texts."""
    said = re.compile(rf"(?<![\w/]){re.escape(number)}(?![\w/])")
    places = [p for p in corpus if p.ref.document != number and target in ("", p.ref.document)]
    return [c for p in places for c in _told(corpus, p) if said.search(c.by)]


def _told(corpus: Corpus, provision: Provision) -> Iterator[Change]:
    """The changes of one provision; an end without new words is named by what ended it."""
    for change in _of(provision):
        found = standing(corpus, provision, change.since) if not change.new and not change.by else None
        by = f"{kind_of(found.by)} {found.by}".strip() if found and found.status is Status.REPEALED and found.by else ""
        yield replace(change, by=f"{found.basis} {by}".strip()) if found and by else change


def _of(provision: Provision) -> Iterator[Change]:
    versions = provision.wording if len(provision.wording) > 1 or not provision.plain else provision.plain
    begins = {v.since for v in versions if v.since is not None}
    ends = {v.until + timedelta(days=1) for v in versions if v.until is not None}
    for day in sorted(begins | ends):
        old, new = _on(versions, day - timedelta(days=1)), _on(versions, day)
        if (old.text if old else "") != (new.text if new else ""):
            yield Change(provision.ref, day, old.text if old else "", new.text if new else "", (new.by if new else "") or "", versions is provision.wording)


def _on(versions: Sequence[Version], day: date) -> Version | None:
    return next((v for v in versions if v.on(day)), None)


def news(corpus: Corpus, window: Window, today: date) -> list[News]:
    """What changes in the corpus on the days of `window`: what is to come, the next first, then what has been, the latest first."""
    since, until = window.since - timedelta(days=1), window.until
    found: list[News] = []
    for document in corpus.documents.values():
        begins, ends = document.in_force_from, document.in_force_to
        if begins is not None and since < begins <= until:
            found.append(News(begins, document, "begins", checked=document.checked))
        if ends is not None and since <= ends < until:
            found.append(News(ends + timedelta(days=1), document, "ends", checked=document.checked))
        by_day: dict[tuple[date, str], list[Ref]] = {}
        for provision in document.provisions:
            for change in _told(corpus, provision):
                if since < change.since <= until:
                    by_day.setdefault((change.since, _source(change.by)), []).append(change.ref.article_ref)
        found += [News(day, document, "changed", tuple(dict.fromkeys(refs)), by) for (day, by), refs in by_day.items()]
        for effect in corpus.effects.get(document.number, ()):
            relation = effect.relation
            if not effect.held and relation.since is not None and since < relation.since <= until and document.provisions:
                repeals, partly = relation.kind == "repeals", _held(corpus, effect.by)
                found.append(News(relation.since, document, "amended_unknown", (), effect.by, effect.checked, repeals, partly))
    asked = [n for n in dict.fromkeys(found) if window.turn is Turn.ANY or _turns(n, window.turn)]
    coming = sorted((n for n in asked if n.day > today), key=lambda n: n.day)
    return [*coming, *sorted((n for n in asked if n.day <= today), key=lambda n: n.day, reverse=True)]


def news_about(corpus: Corpus, found: Sequence[News], subject: str) -> list[News] | None:
    """Those of `found` that are of the subject, told by titles and headings; None where no document or article bears its name."""
    named = {d.number for d in corpus.documents.values() if _names(subject, " ".join((d.number, d.title, *d.aliases)))}
    headed = {p.ref for d in corpus.documents.values() for p in corpus.articles(d.number) if _names(subject, f"{p.chapter} {p.heading}")}
    if not named and not headed:
        return None
    around = {r.document for r in headed}
    touching = {
        e.by for number in named | around for e in corpus.effects.get(number, ())
        if number in named or any(r.document == number and e.relation.reaches(r) for r in headed)
    }
    kept: list[News] = []
    for item in found:
        whole = item.kind in ("begins", "ends") and item.document.number in around | touching
        if item.document.number in named or whole or (item.kind == "amended_unknown" and item.document.number in around and item.by in touching):
            kept.append(item)
        elif refs := tuple(r for r in item.refs if r in headed):
            kept.append(replace(item, refs=refs))
    return kept


def _held(corpus: Corpus, number: str) -> bool:
    return number in corpus.documents and bool(corpus.documents[number].provisions)


def _names(subject: str, words: str) -> bool:
    return f" {subject} " in f" {plainly(words)} "


def _turns(item: News, turn: Turn) -> bool:
    """True where the news is of that kind; a text that is said to repeal ends something as well."""
    return item.kind == turn or (turn is Turn.ENDS and item.kind == "amended_unknown" and item.repeals)


def _source(by: str) -> str:
    """The document in "khoản 1 Điều 29 Thông tư số 38/2025/TT-BCT"."""
    by = by.replace(" số ", " ")
    return re.sub(r"^.*?(?=(?:Nghị định|Thông tư|Luật|Nghị quyết|Quyết định)\b)", "", by)


def compared(old: str, new: str) -> list[tuple[Op, str]]:
    """Runs of words that stay, go and come; "cấp huyện" -> "cấp xã" is one run removed and one added."""
    before, after = old.split(), new.split()
    runs: list[tuple[Op, str]] = []
    for op, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if op == "equal":
            runs.append((Op.SAME, " ".join(before[a:b])))
            continue
        if b > a:
            runs.append((Op.REMOVED, " ".join(before[a:b])))
        if d > c:
            runs.append((Op.ADDED, " ".join(after[c:d])))
    return runs
