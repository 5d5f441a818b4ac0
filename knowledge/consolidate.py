"""Applies the orders of amending texts to the documents held: versions with their days, and what could not be applied.

A pure function of the documents: take an amending text out and yesterday's wording is back. Nothing is
guessed: an order whose place, words or new wording are not there is listed, and the places it touches
are marked as amended by a text that the product could not read.
"""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from knowledge.headings import proper_names, sentence
from knowledge.headings import rank as depth
from knowledge.licences import licence, openings, regulated
from knowledge.orders import NewUnit, Order, OrderKind, orders
from knowledge.provision import TAIL, Document, Provision, Ref, Relation, Version, point_order, weakest
from knowledge.units import parted
from knowledge.vietnamese import fold

_DAY: Final = timedelta(days=1)
_WORDS: Final = (OrderKind.REWORD, OrderKind.ADD_WORDS)


class Why(StrEnum):
    """Why an order was not applied."""

    NOT_HELD = "not_held"  # the amended document is not held
    NO_SUCH_PLACE = "no_such_place"
    NO_SUCH_WORDS = "no_such_words"
    NO_NEW_WORDING = "no_new_wording"  # it lies in an attachment, a table or a picture
    ALREADY_THERE = "already_there"  # something else already stands where it would be inserted
    NOT_ENTITLED = "not_entitled"  # a text of lower rank amends none of higher rank
    ENDED = "ended"  # the place had ended before
    NESTED = "nested"  # the place orders an amendment itself; what that one amends is marked, not changed
    NO_DAY = "no_day"  # the amending text does not say from when it is the law


@dataclass(frozen=True)
class Unapplied:
    """An order, or one of its places, that was not applied."""

    order: Order
    ref: Ref
    why: Why


@dataclass(frozen=True)
class Consolidated:
    """The documents with every order applied that could be; what was applied and what was not."""

    documents: tuple[Document, ...]
    applied: tuple[Order, ...]
    unapplied: tuple[Unapplied, ...]


def consolidate(documents: Iterable[Document]) -> Consolidated:
    """Return the documents with the orders applied of those whose official words are held."""
    held = {d.number: d for d in documents}
    found = [(o, d.number, at) for d in held.values() if any(p.wording for p in d.provisions) for at, o in enumerate(orders(d))]
    found += [(o, by, len(found)) for by, o in _licences(held, found)]
    found = [(_placed(o, held), by, at) for o, by, at in found if not o.procedure]
    # By day; words before units, so that a text's new wording is not reworded by itself; longer words first.
    found.sort(key=lambda row: (row[0].since or date.max, row[0].kind not in _WORDS, -len(row[0].old), row[1], row[2]))
    titles = {_title(d.title): d.number for d in held.values() if d.title}
    texts: dict[str, _Text] = {}
    applied: list[Order] = []
    unapplied: list[Unapplied] = []
    relations: dict[str, list[Relation]] = {}
    batch: dict[tuple[str, str, date | None], list[Order]] = {}
    for order, source, _ in found:
        number = order.document if order.document in held else titles.get(_title(order.document), order.document)
        if number == source or not number:
            continue
        relations.setdefault(source, []).extend(_relations(order, number))
        document = held.get(number)
        if document is None or not document.provisions:
            unapplied.append(Unapplied(order, Ref(number), Why.NOT_HELD))
            continue
        if _rank(source) < _rank(number):
            unapplied.append(Unapplied(order, Ref(number), Why.NOT_ENTITLED))
            continue
        text = texts.setdefault(number, _Text(document))
        if nested := [o for o, by, _ in found if by == number and any(replace(r, document=number).covers(o.place) for r in order.refs)]:
            unapplied.append(Unapplied(order, replace(order.refs[0], document=number), Why.NESTED))
            for touched in (o for o in nested if o.document in held):
                texts.setdefault(touched.document, _Text(held[touched.document])).mark(touched, order)
        if order.kind in _WORDS and order.since is not None:
            batch.setdefault((number, source, order.since), []).append(order)
            continue
        for key in [k for k in batch if k[0] == number and k[2] <= (order.since or date.max)]:  # type: ignore[operator]
            done, failed = texts[number].reword(batch.pop(key))
            applied, unapplied = [*applied, *done], [*unapplied, *failed]
        failed = text.apply(order)
        unapplied += failed
        if len(failed) < max(1, len(order.refs)):
            applied.append(order)
    for (number, _, _), waiting in batch.items():
        done, failed = texts[number].reword(waiting)
        applied, unapplied = [*applied, *done], [*unapplied, *failed]
    for number, text in texts.items():
        held[number] = text.document()
    for number, more in relations.items():
        known = {(r.kind, r.target) for r in held[number].relations}
        new = tuple(dict.fromkeys(r for r in more if (r.kind, r.target) not in known))
        held[number] = replace(held[number], relations=(*held[number].relations, *new))
    return Consolidated(tuple(held.values()), tuple(applied), tuple(unapplied))


def _licences(held: Mapping[str, Document], found: Sequence[tuple[Order, str, int]]) -> list[tuple[str, Order]]:
    """Suspensions of a licence that name no document: one order for each document held that regulates it, from the day all is said."""
    grouped: dict[tuple[str, str], list[tuple[frozenset[str], Order]]] = {}
    for order, by, _ in found:
        acts, paper = licence(order.procedure)
        if paper:
            grouped.setdefault((by, paper), []).append((acts, order))
    orders_of: list[tuple[str, Order]] = []
    places = {document.number: openings(document) for document in held.values()} if grouped else {}
    for (by, paper), group in grouped.items():
        acts = frozenset(act for acts, _ in group for act in acts)
        last = max((o for _, o in group), key=lambda o: o.since or date.max)
        for document in held.values():
            older = document.issued is None or held[by].issued is None or document.issued < (held[by].issued or date.max)
            refs = regulated(places[document.number], acts, paper) if document.number != by and older and _rank(by) >= _rank(document.number) else []
            orders_of += [(by, replace(last, document=document.number, refs=(ref,), procedure="")) for ref in refs]
    return orders_of


def _placed(order: Order, held: Mapping[str, Document]) -> Order:
    """A suspended part of an annex as the document held names it: "điểm 2 khoản I mục B Phụ lục VI" -> clause B.I.2."""
    document = held.get(order.document)
    if order.kind is not OrderKind.SUSPEND or document is None:
        return order
    clauses = {(p.ref.article, p.ref.clause) for p in document.provisions if p.ref.clause}

    def place(ref: Ref) -> Ref:
        if ref.clause is not None or ref.point is None or " " not in ref.point:
            return ref
        clause = ".".join(reversed(re.findall(r"\w+ ([\w.]+)", ref.point)))
        there = any(a == ref.article and c and (c == clause or c.startswith(f"{clause}.")) for a, c in clauses)
        return Ref(ref.document, ref.article, clause) if there else ref

    return replace(order, refs=tuple(place(r) for r in order.refs))


def _relations(order: Order, target: str) -> list[Relation]:
    """What the order says of its document as a whole, for lists of relations; only a whole article or document is repealed."""
    ends = order.kind in (OrderKind.REPEAL, OrderKind.END)
    found = []
    for ref in order.refs or (Ref(target),):
        kind = "suspends" if order.kind is OrderKind.SUSPEND else "repeals" if ends and ref.clause is None and ref.point is None else "amends"
        articles, clauses = ((ref.article,) if ref.article else ()), ((ref.clause,) if ref.clause else ())
        found.append(Relation(kind, target, order.since, articles, order.place.place(), order.until, clauses=clauses))
    return found


class _Text:
    """One document while orders are applied to it."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._provisions = list(document.provisions)
        self._place = {p.ref: at for at, p in enumerate(self._provisions)}
        self._unknown: list[Relation] = []
        self._end: tuple[date, str] | None = None

    def document(self) -> Document:
        """The document as it is after all orders."""
        own = self._document
        if self._end is not None and (own.in_force_to is None or self._end[0] < own.in_force_to):
            own = replace(own, in_force_to=self._end[0], in_force_to_reason=self._end[1])
        unknown = (*own.amended_unknown, *dict.fromkeys(self._unknown))
        return replace(own, provisions=tuple(self._provisions), amended_unknown=unknown)

    def apply(self, order: Order) -> list[Unapplied]:
        """Apply one order; return what of it could not be."""
        if order.since is None:
            return [self._failed(order, ref, Why.NO_DAY) for ref in order.refs or (Ref(self._document.number),)]
        if order.kind is OrderKind.END:
            self._end = (order.since - _DAY, str(order.place))
            return []
        if order.kind is OrderKind.SUSPEND:  # a relation of the suspending document says it; the words stay
            return [Unapplied(order, ref, Why.NO_SUCH_PLACE) for ref in order.refs if not self._held_place(ref)]
        return [failed for ref in order.refs if (failed := self._unit(order, self._resolved(ref))) is not None]

    def _held_place(self, ref: Ref) -> bool:
        """True when the document has the place, or what lies inside it: the section "B.I" is its clauses."""
        inside = f"{ref.clause}." if ref.clause else ""
        same = (p.ref for p in self._provisions if p.ref.article == ref.article)
        return ref in self._place or any(inside and (other.clause or "").startswith(inside) for other in same)

    def _failed(self, order: Order, ref: Ref, why: Why) -> Unapplied:
        kind = "repeals" if order.kind is OrderKind.REPEAL else "amends"
        articles = (ref.article,) if ref.article else ()
        clauses = (ref.clause,) if ref.clause and self._place.get(Ref(ref.document, ref.article, ref.clause)) is not None else ()
        if not articles or Ref(ref.document, ref.article) in self._place:
            self._unknown.append(Relation(kind, order.place.document, order.since, articles, order.place.place(), clauses=clauses))
        return Unapplied(order, ref, why)

    def mark(self, touched: Order, by: Order) -> None:
        """The places of `touched` are amended by `by` in a way that was not applied."""
        for ref in touched.refs:
            self._failed(replace(by, kind=OrderKind.REPLACE), self._resolved(ref), Why.NESTED)

    def _resolved(self, ref: Ref) -> Ref:
        """The ref as this document names it: "Mẫu số 3 Phụ lục X" may be kept as "Mẫu số 03"."""
        ref = replace(ref, document=self._document.number)
        if ref in self._place or ref.article is None or ref.article[0].isdigit():
            return ref
        loose = {_loose(p.ref.article): p.ref.article for p in self._provisions if p.level == "article" and p.ref.article}
        for name in (ref.article, ref.article.partition(" Phụ lục")[0]):
            if (kept := loose.get(_loose(name))) is not None:
                return replace(ref, article=kept)
        return ref

    # units ----------------------------------------------------------------------------------------------

    def _unit(self, order: Order, ref: Ref) -> Unapplied | None:
        there = ref in self._place
        if order.kind is OrderKind.REPEAL:
            return self._repeal(order, ref)
        if _is_division(ref):
            return self._division(order, ref)
        if order.kind is OrderKind.INSERT:
            if there and self._live(ref, order):
                return self._failed(order, ref, Why.ALREADY_THERE)
            if not there and ref.article_ref not in self._place and ref.clause is not None:
                return self._failed(order, ref, Why.NO_SUCH_PLACE)
        elif not there:
            return self._failed(order, ref, Why.NO_SUCH_PLACE)
        elif self._ended(ref, order):
            return self._failed(order, ref, Why.ENDED)
        elif order.kind is OrderKind.RENAME and not order.units:
            self._rename(ref, order)
            return None
        units = [u for u in order.units if replace(ref, document=u.ref.document).covers(self._resolved(u.ref))]
        if not units:
            return self._failed(order, ref, Why.NO_NEW_WORDING)
        if there:
            self._close(ref, order, below=order.kind is not OrderKind.RENAME)
        for unit in units:
            self._put(unit, order)
        return None

    def _division(self, order: Order, ref: Ref) -> Unapplied | None:
        """Rename, replace or insert a Chương or a Mục: its articles and its name."""
        inside = self._inside(ref)
        if order.kind is not OrderKind.INSERT and not inside:
            return self._failed(order, ref, Why.NO_SUCH_PLACE)
        named, there = {r.article for r in inside}, set(self._place)
        if order.kind is OrderKind.RENAME:
            if not order.new:
                return self._failed(order, ref, Why.NO_NEW_WORDING)
        else:
            if not order.units:
                return self._failed(order, ref, Why.NO_NEW_WORDING)
            for article in inside if order.kind is OrderKind.REPLACE else ():
                self._close(article, order, below=True)
            for unit in order.units:
                self._put(unit, order)
            named = {u.ref.article for u in order.units}
        if order.new:
            self._name_division(order, [at for at, p in enumerate(self._provisions) if p.ref.article in named], there)
        return None

    def _inside(self, ref: Ref) -> list[Ref]:
        """The articles of a Chương, or of a Mục in it."""
        return [p.ref for p in self._provisions if p.level == "article" and _in_chapter(p.chapter, ref)]

    def _name_division(self, order: Order, inside: Sequence[int], there: Container[Ref]) -> None:
        """Give the provisions at `inside` the name that the order brings; what was not `there` before never had another."""
        lines = (line for p in self._document.provisions for v in p.wording for line in v.text.split("\n"))
        label, _, title = order.new.partition(". ")
        name = f"{label}. {sentence(title, proper_names(lines))}" if title else label
        for at in inside:
            provision = self._provisions[at]
            parts = [p for p in provision.chapter.split(" · ") if p]
            renamed = any(_same_division(p, label) for p in parts)
            around = [p for p in parts if depth(p) < depth(name)]
            deeper = [p for p in parts if depth(p) > depth(name)] if renamed else []
            chapter = " · ".join([*around, name, *deeper])
            if provision.ref not in there:
                self._provisions[at] = replace(provision, chapter=chapter)
                continue
            before = tuple(v for v in provision.chapters or (Version(provision.chapter),) if v.since is None or v.since != order.since)
            chapters = (*_ended(before, order), Version(chapter, order.since, None, str(order.place)))
            self._provisions[at] = replace(provision, chapter=chapter, chapters=chapters)

    def _repeal(self, order: Order, ref: Ref) -> Unapplied | None:
        """End a place; a chapter is its articles."""
        inside = [ref] if ref in self._place else []
        if _is_division(ref):
            inside = self._inside(ref)
        for place in inside:
            self._close(place, order, below=True)
        return None if inside else self._failed(order, ref, Why.NO_SUCH_PLACE)

    def _ended(self, ref: Ref, order: Order) -> bool:
        """True when everything at the place had ended before the order's day."""
        before = (order.since or date.max) - _DAY
        versions = [v for p in self._provisions if ref.covers(p.ref) for v in (*p.wording, *p.plain)]
        return bool(versions) and all(v.until is not None and v.until < before for v in versions)

    def _live(self, ref: Ref, order: Order) -> bool:
        """True when words stand there that neither ended before nor come from a digest of this very amendment."""
        provision = self._provisions[self._place[ref]]
        since = order.since or date.min
        return any(v.on(since) and v.since != since for v in (*provision.wording, *provision.plain))

    def _close(self, ref: Ref, order: Order, *, below: bool) -> None:
        """End the words at `ref`, and of what lies inside, on the day before the order."""
        for at, provision in enumerate(self._provisions):
            if provision.ref == ref or (below and ref.covers(provision.ref)):
                same_day = tuple(v for v in provision.wording if v.since is None or v.since != order.since)  # a rewording of that day gives way
                wording, plain = _ended(same_day, order), _ended(provision.plain, order)
                self._provisions[at] = replace(provision, wording=wording, plain=plain)
        around = self._place.get(ref.article_ref)
        if around is not None:  # the sentence on the whole article knows no days
            self._provisions[around] = replace(self._provisions[around], gist="")

    def _put(self, unit: NewUnit, order: Order) -> None:
        ref = self._resolved(unit.ref)
        own, closing = parted(unit.text.split("\n"))
        if closing and (tail := self._behind(ref)) is not None:
            self._put(NewUnit(tail, "\n".join(closing)), order)
            unit = replace(unit, text="\n".join(own))
        version = Version(unit.text, order.since, None, str(order.place), text_status=order.text_status)
        at = self._place.get(ref)
        if at is None:
            self._insert(ref, unit, version, order)
            return
        provision = self._provisions[at]
        self._close(ref, order, below=False)
        provision = self._provisions[at]
        self._provisions[at] = _with(provision, version)
        if unit.heading and unit.heading != provision.heading:
            self._rename(ref, replace(order, new=unit.heading))

    def _behind(self, ref: Ref) -> Ref | None:
        """The closing paragraph behind `ref` where that is the last point of its clause: amending texts count it as of the point."""
        tail = replace(ref, point=TAIL)
        if ref.point is None or tail not in self._place:
            return None
        points = [p.ref for p in self._provisions if p.ref.point not in (None, TAIL) and p.ref.parent == ref.parent]
        return tail if points and points[-1] == ref else None

    def _insert(self, ref: Ref, unit: NewUnit, version: Version, order: Order) -> None:
        around = self._provisions[self._place[ref.article_ref]] if ref.article_ref in self._place else None
        before = [at for at, p in enumerate(self._provisions) if _numbered(p.ref) == _numbered(ref) and _order_key(p.ref) <= _order_key(ref)]
        at = (before[-1] + 1) if before else len(self._provisions)
        chapter = around.chapter if around else (self._provisions[at - 1].chapter if at else "")
        heading = unit.heading or (around.heading if around else "")
        wording = (version,) if version.text else ()
        self._provisions.insert(at, Provision(ref, chapter, heading, wording, text_status=order.text_status))
        self._place = {p.ref: n for n, p in enumerate(self._provisions)}

    def _rename(self, ref: Ref, order: Order) -> None:
        for at, provision in enumerate(self._provisions):
            if provision.ref.article_ref == ref.article_ref:
                before = provision.headings or (Version(provision.heading),)
                headings = (*_ended(before, order), Version(order.new, order.since, None, str(order.place)))
                self._provisions[at] = replace(provision, heading=order.new, headings=headings)

    # words ----------------------------------------------------------------------------------------------

    def reword(self, orders: Sequence[Order]) -> tuple[list[Order], list[Unapplied]]:
        """Apply the rewordings of one text and day in one pass: none changes what another has put there."""
        places = {(at, ref): self._resolved(ref) for at, order in enumerate(orders) for ref in order.refs or (Ref(self._document.number),)}
        found: set[tuple[int, Ref]] = set()
        behind = {key: self._behind(place) for key, place in places.items()}
        for here, provision in enumerate(self._provisions):
            mine = [(key, orders[key[0]]) for key, place in places.items() if place.covers(provision.ref) or behind[key] == provision.ref]
            if mine:
                found |= self._reworded(here, provision, mine)
        failed = [
            self._failed(orders[at], place, Why.NO_SUCH_WORDS if place.article is None or place in self._place else Why.NO_SUCH_PLACE)
            for (at, ref), place in places.items() if (at, ref) not in found
        ]
        return [order for at, order in enumerate(orders) if any(key[0] == at for key in found)], failed

    def _reworded(self, here: int, provision: Provision, mine: Sequence[tuple[tuple[int, Ref], Order]]) -> set[tuple[int, Ref]]:
        since = mine[0][1].since or date.max
        old = next((v for v in reversed(provision.wording) if v.since is None or v.since < since), Version(""))
        base = old.text
        heading = provision.headings[-1].text if provision.headings else provision.heading
        # A digest that knows this amendment has its own line from that day on.
        known = {key for key, _ in mine if any(v.since == since for v in provision.plain)}
        hits = {key for key, order in mine if _pattern(order.old).search(base) or (provision.level == "article" and _pattern(order.old).search(heading))}
        changing = [order for key, order in mine if key in hits]
        text = _one_pass(base, changing)
        if text != base:
            self._close(provision.ref, changing[0], below=False)
            rewording = [o for o in changing if _pattern(o.old).search(base)]
            mark = weakest([old.text_status or provision.text_status, *(o.text_status for o in rewording)])
            self._provisions[here] = _with(self._provisions[here], Version(text, since, None, _places(rewording), text_status=mark))
        if provision.level == "article" and (title := _one_pass(heading, changing)) != heading:
            self._rename(provision.ref, replace(changing[0], new=title))
        return hits | known


def _with(provision: Provision, version: Version) -> Provision:
    """The provision with one more version; each version keeps the mark of the text that its words came from."""
    before = tuple(v if v.text_status else replace(v, text_status=provision.text_status) for v in provision.wording)
    wording = (*before, version)
    return replace(provision, wording=wording, text_status=weakest(v.text_status for v in wording if v.text_status) or provision.text_status)


def _ended(versions: Sequence[Version], order: Order) -> tuple[Version, ...]:
    """The versions with those ended that are open on the order's day; what begins later, or that day, stays."""
    since = order.since or date.min
    return tuple(
        v if (v.since is not None and v.since >= since) or (v.until is not None and v.until < since) else replace(v, until=since - _DAY) for v in versions
    )


def _pattern(words: str) -> re.Pattern[str]:
    """`words` as whole words; capitals do not count: "Cơ quan …" begins a sentence."""
    return re.compile(rf"(?<!\w){re.escape(words)}(?!\w)", re.IGNORECASE)


def _one_pass(text: str, orders: Sequence[Order]) -> str:
    """`text` with the words of all orders changed at once, longer ones first; a capital at the head is kept."""
    by_words = {o.old.casefold(): o for o in reversed(orders)}
    if not by_words:
        return text
    longest = sorted((o.old for o in by_words.values()), key=lambda w: -len(w))
    every = re.compile(rf"( ?)(?<!\w)({'|'.join(re.escape(w) for w in longest)})(?!\w)", re.IGNORECASE)

    def change(match: re.Match[str]) -> str:
        order, space, old = by_words[match[2].casefold()], match[1], match[2]
        if order.kind is OrderKind.ADD_WORDS:
            both = f"{order.new} {old}" if order.before else f"{old}{'' if order.new[:1] in ',;.' else ' '}{order.new}"
            return space + both
        if not order.new:
            return "" if space else " " if match.start() and match.string[match.start() - 1 : match.start()].isalnum() else ""
        before, found, after = order.new.casefold().partition(order.old.casefold())
        around = match.string[max(0, match.start(2) - len(before)) : match.end(2) + len(after)]
        if found and around.casefold() == order.new.casefold():
            return match[0]  # the new words stand there already
        head = old[:1].isupper() and (order.old[:1].islower() or match.start(2) == 0)
        return space + (order.new[:1].upper() + order.new[1:] if head else order.new)

    changed = every.sub(change, text)
    if all(o.new for o in orders):
        return changed
    # Two marks that a removal has brought together are one.
    return re.sub(r"[,;.]\s*([,;.])", lambda m: m[0] if m[0] in text else m[1], changed).strip()


def _places(orders: Sequence[Order]) -> str:
    """The places of orders of one text: "khoản 4 Điều 2, khoản 9 Điều 2 Nghị định số 21/2026/NĐ-CP"."""
    *first, last = dict.fromkeys(o.place for o in orders)
    return ", ".join([*(ref.place() for ref in first), str(last)])


def _rank(number: str) -> int:
    """The rank of a text by its sign: law, decree, Prime Minister, ministry, province; 9 where the sign does not tell."""
    sign = number.rsplit("/", maxsplit=1)[-1]
    for rank, pattern in enumerate((r"(?:QĐ|NQ|CT)-(?:UBND|HĐND)", r"TT|TTLT|QĐ-B|CT-B|QĐ-(?!TTg)", r"(?:QĐ|CT|CĐ)-TTg", r"NĐ-CP|NQ-CP", r"QH|UBTVQH|PL"), 1):
        if re.match(pattern, sign):
            return rank
    return 9 if "/" not in number else 3


def _title(text: str) -> str:
    """A law's name for comparison: "Luật Địa chất và khoáng sản" and "Địa chất và khoáng sản" are one."""
    return re.sub(r"^(?:bộ )?luật ", "", fold(text))


def _is_division(ref: Ref) -> bool:
    """True for a Chương, or a Mục of one: "Mục 2 Chương III"."""
    return bool(ref.article and ref.article.startswith("Chương")) and (ref.point is None or ref.point.startswith(("Mục", "mục")))


def _in_chapter(label: str, ref: Ref) -> bool:
    parts = label.split(" · ")
    return all(any(_same_division(part, name) for part in parts) for name in (ref.article, ref.point) if name)


def _same_division(part: str, name: str) -> bool:
    return part.partition(".")[0].strip().casefold() == name.casefold()


def _loose(name: str | None) -> str:
    words = fold(name or "").replace(" số", "").split()
    return " ".join(w.lstrip("0") if w[0].isdigit() or w[0] == "0" else w for w in words)


def _numbered(ref: Ref) -> bool:
    """True for what lies in an article, False in an annex or a form."""
    return bool(ref.article and ref.article[0].isdigit())


def _order_key(ref: Ref) -> tuple[tuple[int, str], tuple[int, str], tuple[int, str]]:
    return _number(ref.article), _number(ref.clause), (0, point_order(ref.point))


def _number(text: str | None) -> tuple[int, str]:
    digits = "".join(c for c in text or "" if c.isdigit())
    return (int(digits) if digits else 0), (text or "").replace("đ", "d~")
