"""Lines of a legal text (official or digest) -> a Document with its provisions.

The steps, each in its own file: `quotations` finds what is quoted, `articles` where articles begin,
`structure` (official) or `digest` (Markdown) walks the lines, `units` makes provisions of what they
gathered, `preamble` reads what the text says of itself. docs/parser.md has the rules.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from knowledge.digest import DigestReader
from knowledge.numbers import NUMBER, normal_number, read_date
from knowledge.preamble import read_effect, read_preamble
from knowledge.provision import Document, TextStatus, kind_of
from knowledge.structure import OfficialReader
from knowledge.units import digest_provision, official_provision
from knowledge.vietnamese import clean, squeeze

__all__ = ["NUMBER", "PARSER", "normal_number", "parse", "parse_digest", "read_date"]

PARSER: Final = 5  # goes up when the same lines give another document: what was parsed before is read again

_FOOTNOTE: Final = re.compile(r"\[\d{1,3}\]")
_PAGE: Final = re.compile(r"^[-–—\s]*\d{1,3}[-–—\s]*$")
_ENCLOSED: Final = (
    "Các điều là của văn bản ban hành kèm theo; điều của chính văn bản ban hành mang tên riêng."  # a fact for readers
)


def parse(lines: Sequence[str], *, number: str = "", status: TextStatus = TextStatus.OFFICIAL) -> Document:
    """Return the document that `lines` hold; `number` wins over the number that the text shows.

    A text with no article and no annex gives a document without provisions: the caller decides whether
    that is an error. Provision text keeps the words of the source in NFC, white space folded.
    """
    tidy = [squeeze(_FOOTNOTE.sub("", clean(line))) for raw in lines for line in raw.split("\n")]
    tidy = [line for line in tidy if line and not _PAGE.match(line)]
    head = read_preamble(tidy)
    reader = OfficialReader(tidy)
    shown = number or head.number
    provisions = tuple(official_provision(unit, shown, status) for unit in reader.read())
    in_force, until = read_effect(provisions, head.issued)
    return Document(
        number=shown,
        kind=kind_of(shown) or head.kind,
        issuer=head.issuer,
        territory=head.territory,
        title=head.title,
        issued=head.issued,
        in_force_from=in_force,
        in_force_to=until,
        completeness="extract" if head.partial else "full",
        note=_ENCLOSED if reader.articles.enclosed >= 0 else "",
        provisions=provisions,
    )


def parse_digest(lines: Iterable[str], document: Document) -> Document:
    """Return `document` with the provisions of a digest's Markdown body (docs/digests.md)."""
    units = DigestReader([clean(line).rstrip() for line in lines]).read()
    return replace(document, provisions=tuple(digest_provision(unit, document.number) for unit in units))
