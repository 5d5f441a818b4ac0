"""What is indexed: for each provision its text in context and each everyday question under it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from knowledge.corpus import Corpus
from knowledge.provision import Provision
from knowledge.query import Vocabulary

STAND_IN: Final = 25  # words of a unit that stand for a question about it


@dataclass(frozen=True)
class Passages:
    """The rows of an index, all in the order of `units`.

    `texts[i]` belongs to `units[i]`; `questions[j]` belongs to unit `owners[j]`; `articles[k]` is the
    whole text of the article that units with `article_of[i] == k` lie in.
    """

    units: Sequence[Provision]
    texts: Sequence[str]
    questions: Sequence[str]
    owners: Sequence[int]
    articles: Sequence[str]
    article_of: Sequence[int]


def passages(corpus: Corpus, vocabulary: Vocabulary) -> Passages:
    """Gather the rows of `corpus`, abbreviations written out; provisions without any words are left out."""
    units = [p for p in corpus if p.plain or p.wording or p.gist or p.questions or corpus.children(p.ref)]
    order: dict[tuple[str, str | None], int] = {}
    article_of = [order.setdefault((p.ref.document, p.ref.article), len(order)) for p in units]
    whole: list[list[str]] = [[] for _ in order]
    questions: list[str] = []
    owners: list[int] = []
    expanded = {p.ref.document for p in units if p.questions}
    for at, unit in enumerate(units):
        if unit.level == "article":
            whole[article_of[at]].append(f"{unit.heading} {unit.gist}")
        whole[article_of[at]].append(_own(unit))
        asked = unit.questions if unit.ref.document in expanded else _stand_in(unit)
        questions += asked
        owners += [at] * len(asked)
    written = vocabulary.written
    return Passages(
        units, [written(_in_context(corpus, u)) for u in units], [written(q) for q in questions], owners,
        [written(" ".join(parts)) for parts in whole], article_of,
    )


def _stand_in(unit: Provision) -> tuple[str, ...]:
    """What stands for the questions of a text without a digest: its headings, and how each unit begins.

    The ranking weighs a question more than a text, so a text without any would never come first.
    """
    if unit.level == "article":
        return (unit.heading,) if unit.heading else ()
    begins = " ".join(_own(unit).split()[:STAND_IN])
    return (f"{unit.heading} {begins}".strip(),) if begins else ()


def _own(unit: Provision) -> str:
    """All versions of the unit's own words, plain and official."""
    return " ".join(v.text for v in (*unit.plain, *unit.wording))


def _in_context(corpus: Corpus, unit: Provision) -> str:
    """Heading, the lead of the clause around a point, own words, and a clause's points below it."""
    parts = [unit.heading]
    if unit.level == "article":
        parts += [unit.gist, _own(unit)]
        if not corpus.children(unit.ref) or all(c.level == "point" for c in corpus.children(unit.ref)):
            parts += [_own(child) for child in corpus.children(unit.ref)]
    elif unit.level == "clause":
        parts += [_own(unit), *(_own(child) for child in corpus.children(unit.ref))]
    else:
        parts += [_lead(p) for p in corpus.parents(unit.ref) if p.level == "clause"]
        parts.append(_own(unit))
    return " ".join(p for p in parts if p)


def _lead(unit: Provision) -> str:
    text = _own(unit)
    return text[:200]
