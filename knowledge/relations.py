"""How a document stands to others: what it amends, repeals, replaces, guides or suspends, and what does so to it."""

from dataclasses import dataclass
from datetime import date

from knowledge.corpus import Corpus
from knowledge.provision import Relation


@dataclass(frozen=True)
class Link:
    """One relation as a reader sees it; `incoming` when the `other` document does it to this one.

    `articles` are the touched articles that are known, `since` and `until` the days of the effect.
    """

    kind: str
    other: str
    incoming: bool
    since: date | None = None
    until: date | None = None
    articles: tuple[str, ...] = ()
    checked: bool = True


def links(corpus: Corpus, number: str) -> list[Link]:
    """The relations of a document, one for each kind, other document and day; what is done to it first, latest first."""
    document = corpus.documents.get(number)
    found: dict[tuple[bool, str, str, date | None], list[tuple[Relation, bool]]] = {}
    for effect in corpus.effects.get(number, ()):
        found.setdefault((True, effect.relation.kind, effect.by, effect.relation.since), []).append((effect.relation, effect.checked))
    for relation in document.relations if document else ():
        found.setdefault((False, relation.kind, relation.target, relation.since), []).append((relation, document.checked if document else True))
    rows = []
    for (incoming, kind, other, since), same in found.items():
        articles = dict.fromkeys(a for relation, _ in same for a in (*relation.articles, *relation.at_least))
        checked = all(c for _, c in same)
        rows.append(Link(kind, other, incoming, since, same[0][0].until, tuple(articles), checked))
    return sorted(rows, key=lambda link: (link.incoming, link.since or date.min), reverse=True)
