"""A provision while its lines are still being gathered, and what becomes of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from knowledge.numbers import read_date
from knowledge.provision import TAIL, Provision, Ref, TextStatus, Version
from knowledge.quotations import balanced
from knowledge.vietnamese import one_line

_TAG: Final = re.compile(r"\{([^{}]*)\}")
_SENTENCE: Final = re.compile(r"[A-ZĐÀ-Ỹ]|\d{1,3}\.\s")  # or a clause whose number the text gave twice

_BULLETS: Final = ("-", "–", "+", "•", "*")


@dataclass
class Unit:
    """One article, clause or point; `versions` are those that a digest has closed already."""

    article: str
    clause: str | None = None
    point: str | None = None
    chapter: str = ""
    heading: str = ""
    lines: list[str] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    gist: str = ""

    def add(self, line: str) -> None:
        """Add a line of text, if there is any on it."""
        if line.strip():
            self.lines.append(line.strip())

    def close_version(self) -> None:
        """Keep what was gathered as one version, to begin the next."""
        if self.lines:
            self.versions.append(tagged_version("\n".join(self.lines)))
            self.lines = []


def parted(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the lines of a clause's last point: its own, and the paragraphs behind it that close the whole clause.

    Only what follows a full stop and opens a sentence of its own, outside a quotation, closes the
    clause; a dash or a paragraph after ":" or ";" still belongs to the point, and so do all paragraphs
    of a point that announces them: "d) Trách nhiệm của các cơ quan:".
    """
    for at in range(1, len(lines)):
        if lines[at - 1].endswith(":") and not lines[at].startswith(_BULLETS):
            break
        ended = lines[at - 1].endswith(".") and _SENTENCE.match(lines[at])
        if ended and balanced(lines[:at]):
            return list(lines[:at]), list(lines[at:])
    return list(lines), []


def part_closing(units: list[Unit], last: Unit | None) -> None:
    """Give the paragraphs behind the `last` point of a clause a unit of their own, behind all its points."""
    if last is None or last.point is None or last.point == TAIL:
        return
    last.lines, closing = parted(last.lines)
    if not closing:
        return
    place = (last.article, last.clause)
    tail = next((u for u in units if (u.article, u.clause, u.point) == (*place, TAIL)), None)
    if tail is None:
        tail = Unit(*place, TAIL, last.chapter, last.heading)
        units.insert(max(at for at, u in enumerate(units) if (u.article, u.clause) == place) + 1, tail)
    else:
        tail.close_version()
    tail.lines.extend(closing)


def tagged_version(raw: str) -> Version:
    """Return the version that a digest line with its {tags} states: from, until, by what, disputed."""
    since = until = by = disputed = None
    for tag in _TAG.findall(raw):
        if match := re.search(r"đến\s+([\d/.-]+)", tag):
            until = read_date(match[1])
        if match := re.search(r"từ\s+([\d/.-]+)", tag):
            since = read_date(match[1])
        if match := re.search(r"theo\s+(.+)$", tag):
            by = one_line(match[1])
        if match := re.search(r"tranh chấp:\s*(.+)$", tag):
            disputed = one_line(match[1])
    return Version(_folded(_TAG.sub("", raw).split("\n")), since, until, by, disputed)


def digest_provision(unit: Unit, number: str) -> Provision:
    """Return the provision of a digest: its text is our own plain words."""
    versions = [*unit.versions, *([tagged_version("\n".join(unit.lines))] if unit.lines else [])]
    ref = Ref(number, unit.article, unit.clause, unit.point)
    return Provision(
        ref, unit.chapter, unit.heading, plain=tuple(versions), gist=unit.gist, questions=tuple(unit.questions)
    )


def official_provision(unit: Unit, number: str, status: TextStatus) -> Provision:
    """Return the provision of an official text: its words are kept, white space folded."""
    text = _folded(unit.lines)
    ref = Ref(number, unit.article, unit.clause, unit.point)
    wording = (Version(text),) if text else ()
    return Provision(ref, unit.chapter, unit.heading, wording=wording, text_status=status)


def _folded(lines: Sequence[str]) -> str:
    return "\n".join(one_line(line) for line in lines).strip()
