"""Measures how well scanned pages are recognised: syllables of a scan against those of the same text as docx.

    python -m benchmarks.ocr ../shared/corpus/official/tt-23-2024-bct.scanned.pdf ../shared/corpus/official/tt-23-2024-bct.docx

A syllable is right when it stands in its place in the longest common run of both texts. Articles are compared one by
one, annexes and forms as a whole. docs/performance.md keeps the results.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from difflib import SequenceMatcher
from pathlib import Path

from knowledge.ocr import scanned_lines
from knowledge.parse import parse
from knowledge.provision import Document, Provision, TextStatus
from knowledge.reading import read_here
from knowledge.vietnamese import strip_accents, syllables


def words(provisions: Sequence[Provision]) -> list[str]:
    """The syllables of headings and wording, in order."""
    return [s for p in provisions for s in syllables(f"{p.heading} {p.wording[0].text if p.wording else ''}")]


def articles(document: Document) -> dict[str, list[Provision]]:
    """Provisions by article; what belongs to none is under "annexes"."""
    found: dict[str, list[Provision]] = {}
    for provision in document.provisions:
        article = provision.ref.article or ""
        found.setdefault(article if article[:1].isdigit() else "annexes", []).append(provision)
    return found


def right(wanted: Sequence[str], read: Sequence[str]) -> int:
    """How many of `wanted` stand in `read`, in order."""
    return sum(block.size for block in SequenceMatcher(None, wanted, read, autojunk=False).get_matching_blocks())


def compared(wanted: Document, read: Document, form: Callable[[str], str]) -> dict[str, tuple[int, int]]:
    """For articles and annexes: syllables that are right, and all of them."""
    sides = [{name: [form(s) for s in words(held)] for name, held in articles(d).items()} for d in (wanted, read)]
    sums = {"articles": (0, 0), "annexes and forms": (0, 0)}
    for name, given in sides[0].items():
        kind = "annexes and forms" if name == "annexes" else "articles"
        hits, total = sums[kind]
        sums[kind] = hits + right(given, sides[1].get(name, [])), total + len(given)
    return sums


def main() -> None:
    """Recognise, compare, print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scan", type=Path)
    parser.add_argument("text", type=Path)
    options = parser.parse_args()
    wanted = read_here(options.text)
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        lines = scanned_lines(options.scan, Path(folder) / "recognised.txt")
        took = time.perf_counter() - began
    read = parse(lines, number=wanted.number, status=TextStatus.OCR)
    print(f"{datetime.now(UTC):%Y-%m-%d}, {options.scan.name}: {took:.0f} s\n")
    print("| part | syllables | right | right but for marks |\n|---|---|---|---|")
    exact, bare = compared(wanted, read, str), compared(wanted, read, strip_accents)
    for part, (hits, total) in exact.items():
        print(f"| {part} | {total} | {100 * hits / max(total, 1):.1f} % | {100 * bare[part][0] / max(total, 1):.1f} % |")
    for level in ("article", "clause", "point"):
        theirs, ours = ({p.ref for p in d.provisions if p.level == level and (p.ref.article or "")[:1].isdigit()} for d in (wanted, read))
        print(f"\n{level}s: {len(theirs & ours)} of {len(theirs)} found, {len(ours - theirs)} too many")


if __name__ == "__main__":
    main()
