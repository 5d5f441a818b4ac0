"""A provision while its lines are still being gathered, and what becomes of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from knowledge.numbers import read_date
from knowledge.provision import Provision, Ref, TextStatus, Version
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

    def closing_lines(self) -> list[str]:
        """Take away and return the paragraphs after a point that close its whole clause.

        Only what follows a full stop and opens a sentence of its own, outside a quotation, closes the
        clause; a dash or a paragraph after ":" or ";" still belongs to the point, and so do all paragraphs
        of a point that announces them: "d) Trách nhiệm của các cơ quan:".
        """
        for at in range(1, len(self.lines)):
            if self.lines[at - 1].endswith(":") and not self.lines[at].startswith(_BULLETS):
                break
            ended = self.lines[at - 1].endswith(".") and _SENTENCE.match(self.lines[at])
            if ended and balanced(self.lines[:at]):
                tail, self.lines = self.lines[at:], self.lines[:at]
                return tail
        return []


def hand_back_closing(units: Sequence[Unit], last: Unit | None) -> None:
    """Move the paragraphs that close a clause from its `last` point to the clause itself."""
    if last is None or last.point is None or len(last.lines) < 2:
        return
    holder = next((u for u in reversed(units) if (u.article, u.clause, u.point) == (last.article, last.clause, None)), None)
    if holder is not None:
        holder.lines.extend(last.closing_lines())


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
