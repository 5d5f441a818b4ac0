"""The Markdown body of a digest -> its units: headings by #, clauses by "1.", points by "a)", questions by "?"."""

import re
from collections.abc import Sequence
from typing import Final

from knowledge.headings import ARTICLE, CHAPTER, CLAUSE, POINT, SECTION, annex_name, rank, roman, sentence
from knowledge.provision import POINT_LETTERS
from knowledge.units import Unit, part_closing
from knowledge.vietnamese import fold, one_line

_ANNEX: Final = re.compile(r"^(Phụ lục|Mẫu|Biểu|Mục|Nhóm)\b\s*(?:số\s+)?([\w-]+)?\s*[.:]\s*(.*)$", re.IGNORECASE)
_FURTHEST: Final = 30
_DATED: Final = re.compile(r"\{(?:từ|đến)\s+\d[^{}]*\}")
_PART: Final = re.compile(r"\(phần ([A-HĐ])\)")


class DigestReader:
    """Walks the lines once and keeps where it stands."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.units: list[Unit] = []
        self.unit: Unit | None = None
        self.chapter: list[str] = []
        self.annex = False
        self.section = ""
        self.clause_number = 0

    def read(self) -> list[Unit]:
        """Return the units in the order of the text."""
        for raw in self.lines:
            line = _bare(raw)
            if not line or self._extra(line):
                continue
            marked = raw.lstrip().startswith("#")
            if not (marked and (self._article(line) or self._annex(line) or self._chapter(line))):
                self._inside(line)
        self._close_points()
        return self.units

    def _extra(self, line: str) -> bool:
        """Lines that are not the provision's text: questions and the article's gist."""
        if line.startswith("?"):
            if self.unit:
                self.unit.questions.append(one_line(line[1:]).rstrip("?").strip())
            return True
        if fold(line).startswith("tóm lược:") and self.unit:
            self.unit.gist = one_line(line.split(":", 1)[1])
            return True
        return False

    def _article(self, line: str) -> bool:
        match = ARTICLE.match(line)
        if match is None:
            return False
        self.annex = False
        self._open((match[1] or match[4]) + (match[2] or match[5] or ""), match[3] or "")
        return True

    def _annex(self, line: str) -> bool:
        match = _ANNEX.match(line)
        if match is None or line.startswith("Chương") or SECTION.match(line):
            return False
        if match[1].lower() == "mục" and self._divides_chapter(match[2] or ""):
            return False
        self.annex = True
        self._open(annex_name(match[1], match[2] or ""), match[3])
        return True

    def _divides_chapter(self, number: str) -> bool:
        """A Mục inside a Chương is a heading of articles, elsewhere it is cited by itself."""
        return bool(self.chapter) and not self.annex and number.isdigit()

    def _chapter(self, line: str) -> bool:
        match = CHAPTER.match(line)
        if match is None:
            return False
        label = f"{match[1].capitalize()} {match[2].upper()}" + (f". {sentence(match[3])}" if match[3] else "")
        self.chapter = [c for c in self.chapter if rank(c) < rank(label)] + [label]
        self._close_points()
        self.unit = None
        return True

    def _inside(self, line: str) -> None:
        unit = self.unit
        if unit is None:
            return
        if self.annex and (match := SECTION.match(line)) and self._section(unit, match[1], match[2]):
            return
        if (match := CLAUSE.match(line)) and self._next_clause(int(match[1])):
            self._close_points()
            self.clause_number = int(match[1])
            number = match[1] + match[2]
            self._go_to(unit, f"{self.section}.{number}" if self.section else number, None).add(match[3])
        elif (match := POINT.match(line)) and match[1] in POINT_LETTERS:
            self._go_to(unit, unit.clause, match[1] + match[2]).add(match[3])
        else:
            if _DATED.search(line) and any(_DATED.search(held) for held in unit.lines):
                unit.close_version()  # two lines of an article's own words, each with its days
            unit.add(line)

    def _section(self, unit: Unit, number: str, title: str) -> bool:
        """Open the section "II", or "B.II" where the annex has parts (its title says "(phần B)")."""
        part, _, last = self.section.rpartition(".")
        named = _PART.search(title)
        if named and named[1] != part:
            part, last = named[1], ""
        if roman(number) != roman(last) + 1:
            return False
        self._close_points()
        self.section = f"{part}.{number}" if part else number
        self.clause_number = 0
        self._go_to(unit, f"{self.section}.0", None).add(title)
        return True

    def _next_clause(self, number: int) -> bool:
        """A digest of an extract may skip clauses; the same number again is its other version, or 2a after 2."""
        return self.clause_number <= number <= self.clause_number + _FURTHEST

    def _open(self, article: str, heading: str) -> None:
        self._close_points()
        self.section, self.clause_number = "", 0
        if self.annex:
            self.chapter = []
        self.unit = Unit(article, chapter=" · ".join(self.chapter), heading=one_line(heading).rstrip("."))
        self.units.append(self.unit)

    def _go_to(self, here: Unit, clause: str | None, point: str | None) -> Unit:
        """Return the unit at this place of the article: a new one, or the same again for its next version."""
        place = (here.article, clause, point)
        same = next((u for u in reversed(self.units) if (u.article, u.clause, u.point) == place), None)
        if same is not None:
            same.close_version()
            self.unit = same
        else:
            self.unit = Unit(here.article, clause, point, here.chapter, here.heading)
            self.units.append(self.unit)
        return self.unit

    def _close_points(self) -> None:
        part_closing(self.units, self.unit)


def _bare(line: str) -> str:
    text = re.sub(r"^#+\s*", "", line.strip())
    return re.sub(r"^[-*]\s+", "", text).replace("**", "")
