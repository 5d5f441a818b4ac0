"""Is a provision the law on a day: in force, amended by a text that is not held, repealed, suspended …"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from knowledge.corpus import Corpus, Effect
from knowledge.orders import OrderKind
from knowledge.provision import Provision, Ref, Version


class Status(StrEnum):
    """The state of a provision on a day (DESIGN.md, "The law as data")."""

    IN_FORCE = "in_force"
    AMENDED_UNKNOWN = "amended_unknown"
    REPEALED = "repealed"
    EXPIRED = "expired"
    NOT_YET = "not_yet"
    SUSPENDED = "suspended"


@dataclass(frozen=True)
class Standing:
    """The status and the facts behind it.

    `by` is the number of the document that made it so, `since` from when, `until` the last day on
    which the words shown were the law; `says` a sentence of the corpus; `checked` False where only a
    secondary source speaks; `certain` False where it is not known whether this very article is touched.
    """

    status: Status
    by: str = ""
    since: date | None = None
    until: date | None = None
    says: str = ""
    basis: str = ""
    checked: bool = True
    certain: bool = True
    partly: bool = False  # the amending text is held, one of its orders could not be applied
    kind: str = ""  # of the relation that made it so: "amends", "repeals", "suspends"


def _issued_by(corpus: Corpus, number: str, day: date) -> bool:
    """True when the document existed on `day`; of a document without a day of issue its number's year tells."""
    document = corpus.documents.get(number)
    if document is not None and document.issued is not None:
        return document.issued <= day
    year = re.search(r"/((?:19|20)\d\d)/", number)
    return year is None or int(year[1]) <= day.year


def standing(corpus: Corpus, provision: Provision, day: date) -> Standing:
    """Return the standing of `provision` on `day`; the gravest reason wins."""
    document = corpus.documents[provision.ref.document]
    if document.in_force_from is not None and day < document.in_force_from:
        replaced = [r.target for r in document.relations if r.kind == "replaces" and _issued_by(corpus, r.target, day)]
        return Standing(Status.NOT_YET, by=", ".join(replaced), since=document.in_force_from)
    if document.in_force_to is not None and day > document.in_force_to:
        since = document.in_force_to + timedelta(days=1)
        order = next((o for o in corpus.applied if o.kind is OrderKind.END and o.document == document.number and o.since == since), None)
        by, basis = (order.place.document, order.place.place()) if order else ("", "")
        return Standing(Status.EXPIRED, by, until=document.in_force_to, says=document.in_force_to_reason, basis=basis)
    own = _by_versions(corpus, provision, day)
    if own is not None:
        return own
    effects = [e for e in corpus.effects.get(document.number, ()) if e.relation.on(day) and e.relation.reaches(provision.ref)]
    for effect in effects:
        if effect.relation.kind == "repeals" and effect.relation.articles and effect.checked:
            return _from(effect, Status.REPEALED)
    for effect in effects:
        if effect.relation.kind == "suspends":
            return _from(effect, Status.SUSPENDED)
    for effect in effects:
        if effect.relation.kind in ("amends", "repeals") and not effect.held:
            if effect.relation.kind == "repeals" and not effect.relation.articles:
                continue
            found = _from(effect, Status.AMENDED_UNKNOWN, provision)
            amending = corpus.documents.get(effect.by)
            return replace(found, partly=amending is not None and bool(amending.provisions) and amending.completeness != "known")
    for effect in effects:
        if effect.relation.kind == "amends" and effect.relation.says:
            return _from(effect, Status.IN_FORCE)
    return Standing(Status.IN_FORCE)


def last_before(versions: Sequence[Version], day: date) -> Version | None:
    """The last words that had ended before `day`."""
    ended = [v for v in versions if v.until is not None and v.until < day]
    return max(ended, key=lambda v: v.until or day, default=None)


def _from(effect: Effect, status: Status, provision: Provision | None = None) -> Standing:
    relation = effect.relation
    certain = bool(relation.articles) or provision is None or provision.ref.article in relation.at_least
    until = relation.since - timedelta(days=1) if relation.since else None
    return Standing(status, effect.by, relation.since, until, relation.says, relation.basis, effect.checked, certain, kind=relation.kind)


def _by_versions(corpus: Corpus, provision: Provision, day: date) -> Standing | None:
    versions = (*provision.plain, *provision.wording)
    if not versions or any(v.on(day) for v in versions):
        return None
    later = [v.since for v in versions if v.since is not None and v.since > day]
    if later:
        return Standing(Status.NOT_YET, since=min(later))
    ends = [v.until for v in versions if v.until is not None and v.until < day]
    return _ended(corpus, provision.ref, max(ends)) if ends else None


def _ended(corpus: Corpus, ref: Ref, until: date) -> Standing:
    """The standing of words that were the law up to `until`: by which order of a held text, else by which known text they ended."""
    since = until + timedelta(days=1)
    orders = [o for o in corpus.applied if o.since == since and o.document == ref.document and any(_reaches(r, ref) for r in o.refs)]
    order = next((o for o in orders if o.kind is OrderKind.REPEAL), orders[0] if orders else None)
    if order is not None:
        kind = "repeals" if order.kind is OrderKind.REPEAL else "amends"
        return Standing(Status.REPEALED, order.place.document, since, until, basis=order.place.place(), kind=kind)
    effects = [e for e in corpus.effects.get(ref.document, ()) if e.relation.since == since and e.relation.reaches(ref)]
    for effect in sorted(effects, key=lambda e: e.relation.kind != "repeals"):
        if effect.relation.kind in ("repeals", "amends"):
            return replace(_from(effect, Status.REPEALED), until=until)
    return Standing(Status.REPEALED, since=since, until=until)


def _reaches(target: Ref, ref: Ref) -> bool:
    """True where an order on `target` is one on `ref`; "Mẫu số 3 Phụ lục X" may be kept as "Mẫu số 03"."""
    loose = replace(target, article=ref.article) if target.article and ref.article and _loose(target.article) == _loose(ref.article) else target
    return loose.covers(ref)


def _loose(article: str) -> str:
    return re.sub(r"\b0+(?=\d)", "", re.sub(r"(?<=.) Phụ lục\b.*$", "", article)).replace(" số", "").casefold()
