"""The documents that the product knows: shipped digests, known entries, ingested originals, merged."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import yaml

from knowledge.consolidate import Unapplied, consolidate
from knowledge.orders import Order
from knowledge.parse import normal_number, parse_digest, read_date
from knowledge.provision import Document, Provision, Ref, Relation, kind_of, point_order
from knowledge.vietnamese import fold, strip_accents

DIGESTS: Final = Path(__file__).parent / "decrees"


class DigestError(ValueError):
    """A digest or a list of known documents that cannot be read: file and reason."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path, self.reason = path, reason


@dataclass(frozen=True)
class Effect:
    """What document `by` does to another one, as its relation says; `held` when the text of `by` is held."""

    relation: Relation
    by: str
    held: bool
    checked: bool


class Corpus:
    """All documents by number, and every provision by its place. Built once, read by everyone."""

    def __init__(self, documents: Iterable[Document], applied: Sequence[Order] = (), unapplied: Sequence[Unapplied] = ()) -> None:
        self.applied, self.unapplied = tuple(applied), tuple(unapplied)  # orders of amending texts
        self.documents: dict[str, Document] = {d.number: d for d in documents}
        self.provisions: list[Provision] = [p for d in self.documents.values() for p in d.provisions]
        self.by_ref: dict[Ref, Provision] = {p.ref: p for p in self.provisions}
        self._children: dict[Ref, list[Provision]] = {}
        for provision in self.provisions:
            parent = provision.ref.parent
            if parent is not None and parent.article is not None:
                self._children.setdefault(parent, []).append(provision)

    def __iter__(self) -> Iterator[Provision]:
        return iter(self.provisions)

    def get(self, ref: Ref) -> Provision | None:
        """The provision at `ref`, None where the corpus holds none."""
        return self.by_ref.get(ref)

    def children(self, ref: Ref) -> Sequence[Provision]:
        """Clauses of an article, points of a clause, in the order of the text."""
        return self._children.get(ref, ())

    def parents(self, ref: Ref) -> list[Provision]:
        """The provisions around `ref`, innermost first."""
        found = []
        up = ref.parent
        while up is not None and up.article is not None:
            if (provision := self.by_ref.get(up)) is not None:
                found.append(provision)
            up = up.parent
        return found

    @cached_property
    def by_key(self) -> Mapping[str, Provision]:
        """Every provision by its short ASCII key."""
        return {p.ref.key: p for p in self.provisions}

    def articles(self, number: str) -> list[Provision]:
        """The articles and annexes of a document, in order."""
        document = self.documents.get(number)
        return [p for p in document.provisions if p.level == "article"] if document else []

    def find_documents(self, number: str, year: str | None = None, kind: str = "") -> list[Document]:
        """Documents with this bare number ("32"), of this year and kind where they are given."""
        found = []
        for document in self.documents.values():
            bare, _, rest = document.number.partition("/")
            if bare.lstrip("0") != number.lstrip("0"):
                continue
            if year and not rest.startswith(year):
                continue
            if kind and _kind_key(document.kind or kind_of(document.number)) != _kind_key(kind):
                continue
            found.append(document)
        return found

    @cached_property
    def effects(self) -> Mapping[str, Sequence[Effect]]:
        """What other documents do to each document, by its number."""
        found: dict[str, list[Effect]] = {}
        for document in self.documents.values():
            for relation in document.relations:
                held = document.completeness != "known"
                found.setdefault(relation.target, []).append(Effect(relation, document.number, held, document.checked))
            for relation in document.amended_unknown:
                found.setdefault(document.number, []).append(Effect(relation, relation.target, False, True))
        return found


def _kind_key(kind: str) -> str:
    return strip_accents(fold(kind))


# --- reading the shipped files -----------------------------------------------------------------------


def load_digests(folder: Path = DIGESTS) -> list[Document]:
    """Read every digest (`*.md`) and the list of known documents (`known.yaml`) of `folder`."""
    documents = [read_digest(path) for path in sorted(folder.glob("*.md"))]
    held = {d.number for d in documents}
    known = folder / "known.yaml"
    if known.exists():
        documents += [d for d in read_known(known) if d.number not in held]
    return documents


def read_digest(path: Path) -> Document:
    """Read one digest file: YAML front matter, then Markdown as docs/digests.md describes."""
    text = path.read_text(encoding="utf-8")
    if not text.startswith("---\n") or "\n---\n" not in text[4:]:
        raise DigestError(path, "no front matter")
    head, body = text[4:].split("\n---\n", 1)
    try:
        facts = yaml.safe_load(head)
    except yaml.YAMLError as error:
        raise DigestError(path, f"front matter: {error}") from error
    if not isinstance(facts, dict) or "number" not in facts:
        raise DigestError(path, "front matter without a number")
    return parse_digest([_written_out(line) for line in body.split("\n")], _document(facts, default="digest"))


def _written_out(line: str) -> str:
    """Digests are written with UBND and HĐND; people read, and decrees write, the full names."""
    if line.lstrip().startswith("?"):
        return line
    return line.replace("UBND", "Ủy ban nhân dân").replace("HĐND", "Hội đồng nhân dân")


def read_known(path: Path) -> list[Document]:
    """Read documents that exist but whose text is not held."""
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    except yaml.YAMLError as error:
        raise DigestError(path, str(error)) from error
    return [_document(entry, default="known") for entry in entries]


def _document(facts: Mapping[str, Any], default: str) -> Document:
    number = normal_number(str(facts["number"]))
    return Document(
        number=number,
        kind=str(facts.get("kind") or kind_of(number)),
        issuer=str(facts.get("issuer") or ""),
        territory=str(facts.get("territory") or "VN"),
        title=str(facts.get("title") or ""),
        issued=_date(facts.get("issued")),
        in_force_from=_date(facts.get("in_force_from")),
        in_force_to=_date(facts.get("in_force_to")),
        in_force_to_reason=str(facts.get("in_force_to_reason") or ""),
        completeness=str(facts.get("completeness") or default),
        checked=bool(facts.get("checked", True)),
        source=str(facts.get("source") or ""),
        note=str(facts.get("note") or ""),
        aliases=tuple(str(a) for a in facts.get("aliases") or ()),
        relations=tuple(_relation(r, "target") for r in facts.get("relations") or ()),
        amended_unknown=tuple(_relation(r, "by") for r in facts.get("amended_unknown") or ()),
    )


def _relation(facts: Mapping[str, Any], target: str) -> Relation:
    sure, at_least = facts.get("articles") or (), facts.get("at_least") or ()
    return Relation(
        kind=str(facts.get("type") or "amends"),
        target=normal_number(str(facts[target])),
        since=_date(facts.get("from")),
        until=_date(facts.get("to")),
        articles=tuple(str(a).removeprefix("Điều ") for a in sure),
        at_least=tuple(str(a).removeprefix("Điều ") for a in at_least),
        clauses=tuple(str(c) for c in facts.get("clauses") or ()),
        basis=str(facts.get("basis") or ""),
        says=str(facts.get("says") or ""),
    )


def _date(value: Any) -> date | None:
    return value if isinstance(value, date) else read_date(str(value)) if value else None


def assemble(digests: Iterable[Document], originals: Iterable[Document]) -> Corpus:
    """The corpus that is searched: originals laid over digests, amendments applied, what was not applied kept."""
    done = consolidate(merge(digests, originals))
    return Corpus(done.documents, done.applied, done.unapplied)


# --- merging digest and original ----------------------------------------------------------------------


def merge(digests: Iterable[Document], originals: Iterable[Document]) -> list[Document]:
    """Lay ingested originals over the digests of the same number.

    The original gives the structure and the words, the digest the plain line and the questions. Where
    the digest knows a later version of a provision, the original's words end on the day before it.
    """
    merged = {d.number: d for d in digests}
    for original in originals:
        digest = merged.get(original.number)
        merged[original.number] = _laid(original, digest) if digest and digest.completeness != "known" else (
            _known_facts(original, digest) if digest else original
        )
    return list(merged.values())


def _known_facts(original: Document, known: Document) -> Document:
    return replace(original, relations=(), aliases=known.aliases, in_force_from=original.in_force_from or known.in_force_from)


def _laid(original: Document, digest: Document) -> Document:
    plain = {p.ref: p for p in digest.provisions}
    provisions = []
    for provision in original.provisions:
        own = plain.pop(provision.ref, None)
        if own is None:
            provisions.append(provision)
            continue
        later = [v.since for v in own.plain if v.since is not None]
        ends = [v.until for v in own.plain if v.until is not None]
        until = min(later) - timedelta(days=1) if later else max(ends) if ends and len(ends) == len(own.plain) else None
        wording = tuple(replace(v, until=until) for v in provision.wording)
        provisions.append(
            replace(
                provision, wording=wording, plain=own.plain, gist=own.gist, questions=own.questions,
                heading=provision.heading or own.heading,
            )
        )
    # Units that only the digest has (inserted by an amendment, or an annex listed by procedure).
    place: dict[str | None, int] = {}
    for provision in [*provisions, *plain.values()]:
        place.setdefault(provision.ref.article, len(place))
    provisions += plain.values()
    return replace(
        digest,
        issued=digest.issued or original.issued,
        completeness=original.completeness,
        source=original.source or digest.source,
        provisions=tuple(sorted(provisions, key=lambda p: (place[p.ref.article], *_text_order(p.ref)))),
    )


def _text_order(ref: Ref) -> tuple[str, str]:
    clause = re.sub(r"\d+", lambda m: m[0].zfill(4), ref.clause or "")
    return clause, point_order(ref.point)
