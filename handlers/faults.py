"""Which provision a text is about: the one that it cites, and those that it may mean."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from knowledge.citation import find_citations
from knowledge.corpus import Corpus
from knowledge.provision import Provision, Ref

LIKELY: Final = 3


@dataclass(frozen=True)
class Found:
    """`named` is what a text cites or a token points to, `likely` what a search finds; both empty where the law cannot be asked."""

    named: Ref | None = None
    likely: tuple[Ref, ...] = ()


class Faults:
    """Finds provisions in what people write."""

    def __init__(self, corpus: Callable[[], Corpus], search: Callable[[str], Sequence[Provision]]) -> None:
        self._corpus, self._search = corpus, search

    def in_text(self, text: str) -> Found:
        """The provision that `text` cites with its document, and the three that a search finds."""
        likely = dict.fromkeys(p.ref for p in self._search(text)) if text.strip() else {}
        return Found(self.named(text), tuple(likely)[:LIKELY])

    def named(self, text: str) -> Ref | None:
        """The place that `text` cites; its article or document where the place itself is not held."""
        corpus = self._corpus()
        for citation in find_citations(text):
            mention = citation.document
            held = corpus.find_documents(mention.number, mention.year, mention.kind) if mention else []
            if len(held) != 1:
                continue
            ref: Ref | None = Ref(held[0].number, citation.article, citation.clause, citation.point)
            while ref is not None and ref.article is not None and corpus.get(ref) is None:
                ref = ref.parent
            return ref or Ref(held[0].number)
        return None

    def by_key(self, key: str) -> Ref | None:
        """The place with this key."""
        provision = self._corpus().by_key.get(key)
        return provision.ref if provision else None
