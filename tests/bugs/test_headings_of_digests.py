"""The headings of NĐ 146's articles listed whole names of decrees, up to some 170 syllables as in the decree."""

from pathlib import Path

import pytest

from knowledge.corpus import load_digests
from knowledge.reading import read_here
from knowledge.vietnamese import syllables

LONGEST = 21  # syllables alike in a row


def alike(ours: list[str], theirs: list[str]) -> int:
    """The length of the longest run of syllables that both have."""
    best, before = 0, [0] * (len(theirs) + 1)
    for mine in ours:
        row = [0] * (len(theirs) + 1)
        for at, other in enumerate(theirs, 1):
            if mine == other:
                row[at] = before[at - 1] + 1
        best, before = max(best, *row), row
    return best


def test_no_heading_lists_whole_names() -> None:
    headings = {(d.number, p.ref.article): p.heading for d in load_digests() if d.number == "146/2025/NĐ-CP" for p in d.provisions}
    assert {place: len(syllables(h)) for place, h in headings.items() if len(syllables(h)) > 40} == {}


@pytest.mark.parametrize(("number", "name"), [("146/2025/NĐ-CP", "nd-146-2025.docx"), ("66.18/2026/NQ-CP", "nq-66.18-2026.docx")])
def test_headings_are_in_our_own_words(shared: Path, number: str, name: str) -> None:
    original = read_here(shared / "corpus" / "official" / name)
    theirs = {p.ref.article: syllables(p.heading) for p in original.provisions if p.level == "article"}
    ours = next(d for d in load_digests() if d.number == number).provisions
    long = {p.ref.article: n for p in ours if p.level == "article" and (n := alike(syllables(p.heading), theirs.get(p.ref.article, []))) > LONGEST}
    assert long == {}
