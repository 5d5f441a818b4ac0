"""The lines of an official text -> its units: articles by a chain of growing numbers, annexes and forms after them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from knowledge.articles import Articles, find_articles
from knowledge.headings import (
    CHAPTER,
    CLAUSE,
    PART,
    POINT,
    SECTION,
    SIGNATURE,
    SUBCLAUSE,
    Heading,
    annex,
    follows,
    form,
    listed_title,
    opens_part,
    proper_names,
    rank,
    roman,
    sentence,
    sub_annex,
    sub_division,
    title_below,
)
from knowledge.provision import POINT_LETTERS
from knowledge.quotations import quoted
from knowledge.units import Unit, part_closing
from knowledge.vietnamese import one_line

_PROVENANCE: Final = re.compile(r"^\(?(?:Ban hành )?[Kk]èm theo\b.{0,200}\)*$")
_DOTTED_POINT: Final = re.compile(r"^([a-zđ])\.\s+(.*)$")
_TITLE_WITHIN: Final = 12


@dataclass
class _Annex:
    """Where the reader stands in an annex: its name, its part (A), its section (II), whether inside a form.

    Without a name: not in an annex yet, or in an article again.
    """

    name: str = ""
    part: str = ""
    section: str = ""
    division: str = ""
    form: bool = False

    def __bool__(self) -> bool:
        return bool(self.name)

    def prefix(self) -> str:
        return ".".join(filter(None, (self.part, self.section)))


class OfficialReader:
    """Walks the lines once and keeps where it stands: chapter, article, clause, point; or annex and form."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = list(lines)
        self.quoted = quoted(self.lines)
        self.articles: Articles = find_articles(self.lines, self.quoted)
        self.names = proper_names(self.lines)
        self.units: list[Unit] = []
        self.unit: Unit | None = None
        self.chapter: list[str] = []
        self.annex = _Annex()
        self.clause_number = 0
        self.clause = ""
        self.forms: list[tuple[str, str, str]] = []  # name, division, annex; the place is the temporary name
        self.untitled = False
        self.ended = False

    def read(self) -> list[Unit]:
        """Return the units in the order of the text."""
        for at, line in enumerate(self.lines):
            if line and not self._heading(at, line) and self.unit is not None and not self.ended:
                self._inside(at, line, self.unit)
        part_closing(self.units, self.unit)
        self._name_forms()
        self._bare_articles()
        return self.units

    # headings ---------------------------------------------------------------------------------------

    def _heading(self, at: int, line: str) -> bool:
        if at in self.articles.starts:
            number, title = self.articles.starts[at]
            self.annex = _Annex()
            self._open(number, title)
            return True
        if at == self.articles.enclosed:
            self._leave()
            self.chapter = []
            return True
        if self.quoted[at]:
            return False
        if at > self.articles.last and self._annex_or_form(at, line):
            return True
        if not self.annex:
            if self._chapter(at, line):
                return True
            if SIGNATURE.match(line) and not self.articles.any_before_enclosed(at):
                self.ended = True
                return True
        return False

    def _chapter(self, at: int, line: str) -> bool:
        match = CHAPTER.match(line)
        if match is None:
            return False
        kind, title = match[1].capitalize(), match[3]
        if title and not (title.isupper() or match[1].isupper() or kind == "Mục"):
            return False  # "Chương II Nghị định này" at the start of a wrapped line
        if not title:
            title = self._capitals(at + 1)
        label = f"{kind} {match[2].upper()}" + (f". {self._sentence(title)}" if title else "")
        self.chapter = [c for c in self.chapter if rank(c) < rank(label)] + [label]
        self._leave()
        return True

    def _capitals(self, at: int) -> str:
        """Take and return the title in capitals that begins at line `at`, over as many lines as it has."""
        taken = []
        while at < len(self.lines) and self.lines[at].isupper() and " | " not in self.lines[at]:
            line = self.lines[at]
            if at in self.articles.starts or CHAPTER.match(line) or annex(line) or form(line) or (self.annex and opens_part(line)):
                break
            taken.append(line)
            self.lines[at] = ""
            at += 1
        return " ".join(taken)

    def _annex_or_form(self, at: int, line: str) -> bool:
        found = annex(line)
        if found is not None and self._is_annex(found, line):
            self._open_annex(at, found)
            return True
        if not self.annex:
            return False
        found = form(line)
        if (found or annex(line)) and self._just_opened_form():
            return True  # the name of the form that this one replaces: part of its title
        if found is not None:
            self._open_form(at, found)
            return True
        divided = sub_annex(line)
        if divided and self._next_division(divided[0]):
            self._open_division(at, *divided)
            return True
        below = sub_division(line)
        if below and self.annex.division and below[0].partition(".")[0] == self.annex.division.rpartition(" ")[2]:
            part_closing(self.units, self.unit)
            name = f"Tiểu mục {below[0]} {self.annex.division}"
            self.annex = _Annex(self.annex.name, division=self.annex.division)
            self._open(self._fresh(f"{name} {self.annex.name}"), self._sentence(below[1] or self._capitals(at + 1)))
            return True
        return self._form_section(at, line)

    def _is_annex(self, found: Heading, line: str) -> bool:
        if not self.annex:
            return True
        if self._just_opened_form():
            return False  # "Mẫu số 01" over "PHỤ LỤC III": the annex of another text that the form replaces
        return found.name != "Phụ lục" or (line.isupper() and self.annex.name.startswith("Phụ lục (") and not found.title)

    def _open_annex(self, at: int, found: Heading) -> None:
        self._leave()
        self.chapter = []
        self.annex = _Annex(self._fresh(found.name))
        title = found.title or self._capitals(at + 1)
        self._open(self.annex.name, self._sentence(title))
        self.untitled = not title

    def _open_division(self, at: int, name: str, title: str) -> None:
        part_closing(self.units, self.unit)
        self.annex = _Annex(self.annex.name, division=name)
        self._open(self._fresh(f"{name} {self.annex.name}"), self._sentence(title or self._capitals(at + 1)))

    def _sentence(self, title: str) -> str:
        return sentence(title, self.names)

    def _next_division(self, name: str) -> bool:
        kind, _, number = name.rpartition(" ")
        here, _, last = self.annex.division.rpartition(" ")
        value, before = (int(n) if n.isdigit() else roman(n) for n in (number, last or "0"))
        return value == (before + 1 if kind == here else 1)

    def _open_form(self, at: int, found: Heading) -> None:
        self.annex.form = True
        place, title = self.annex.name, found.title
        if (whole := annex(title)) is not None:  # "Mẫu số 01 Phụ lục I.4"
            place, title = whole.name, whole.title
        section = self.annex.division or (f"Phần {self.annex.prefix()}" if self.annex.prefix() else "")
        self.forms.append((found.name, section, place))
        listed = [line for unit in self.units if unit.article == self.annex.name for line in unit.lines]
        below = self.lines[at + 1 : at + _TITLE_WITHIN]
        title = self._sentence(title) or listed_title(found.name, listed) or title_below(below, self.names)
        self._open(f"\0{len(self.forms) - 1}", title)

    def _just_opened_form(self) -> bool:
        unit = self.unit
        return unit is not None and unit.article.startswith("\0") and not unit.lines and not unit.clause

    def _form_section(self, at: int, line: str) -> bool:
        """A section heading right above a form ends the forms of the section before: "II. LĨNH VỰC HÓA CHẤT"."""
        match = SECTION.match(line)
        if match is None or not line.isupper() or roman(match[1]) != roman(self.annex.section) + 1:
            return False
        below = next((following for following in self.lines[at + 1 : at + 4] if following), "")
        if not form(below):
            return False
        self._section(match[1], match[2])
        return True

    # content ----------------------------------------------------------------------------------------

    def _inside(self, at: int, line: str, unit: Unit) -> None:
        if self.untitled:
            self.untitled = False
            if not CLAUSE.match(line) and not SECTION.match(line) and " | " not in line and len(line) < 400:
                if not _PROVENANCE.match(line):
                    unit.heading = one_line(line)
                return
        if self.annex and not unit.lines and _PROVENANCE.match(line):
            return
        plain = self.quoted[at] or " | " in line or self.annex.form
        if plain or not (self._annex_level(line) or self._clause(at, line) or self._point(unit, line)):
            unit.add(line)

    def _annex_level(self, line: str) -> bool:
        """Parts (A.) and sections (II.) of an annex."""
        if not self.annex:
            return False
        if (match := SECTION.match(line)) and roman(match[1]) == roman(self.annex.section) + 1:
            self._section(match[1], match[2])
            return True
        match = PART.match(line)
        if match is None or not match[2][:6].isupper() or ord(match[1]) - ord("A") != self._part_count():
            return False
        part_closing(self.units, self.unit)
        self.annex.part, self.annex.section = match[1], ""
        self._restart()
        self._add(f"{match[1]}.0", None).add(match[2])
        return True

    def _part_count(self) -> int:
        return ord(self.annex.part) - ord("A") + 1 if self.annex.part else 0

    def _section(self, number: str, title: str) -> None:
        part_closing(self.units, self.unit)
        self.annex.section = number
        self.annex.form = False
        self._restart()
        if self.unit is not None and self.unit.article.startswith("\0"):
            self.unit = next(u for u in reversed(self.units) if not u.article.startswith("\0"))
        self._add(f"{self.annex.prefix()}.0", None).add(title)

    def _clause(self, at: int, line: str) -> bool:
        if (match := CLAUSE.match(line)) and self._next_clause(at, int(match[1]), match[2]):
            part_closing(self.units, self.unit)
            self.clause_number, self.clause = int(match[1]), match[1] + match[2]
            self._add(self._in_section(self.clause), None).add(match[3])
            return True
        if (match := SUBCLAUSE.match(line)) and int(match[2]) == self.clause_number and self._next_sub(match[1]):
            part_closing(self.units, self.unit)
            self.clause = match[1]
            self._add(self._in_section(match[1]), None).add(match[3])
            return True
        return False

    def _next_clause(self, at: int, number: int, letter: str) -> bool:
        if letter:
            return number == self.clause_number
        if number == self.clause_number + 2 and self.clause_number and not self.annex:
            return not self._still_to_come(at, number - 1)  # the official text left a number out
        return number == self.clause_number + 1

    def _still_to_come(self, at: int, number: int) -> bool:
        """True when clause `number` stands between line `at` and the next article."""
        for below in range(at + 1, len(self.lines)):
            if below in self.articles.starts or annex(self.lines[below]) or SIGNATURE.match(self.lines[below]):
                return False
            match = CLAUSE.match(self.lines[below])
            if match and int(match[1]) == number and not self.quoted[below]:
                return True
        return False

    def _next_sub(self, number: str) -> bool:
        """2.1 comes after 2, 2.2 after 2.1 or 2.1.3, 2.1.1 after 2.1."""
        new, here = ([int(n) for n in text.rstrip("abcdđ").split(".")] for text in (number, self.clause))
        if len(new) == len(here) + 1:
            return new[:-1] == here and new[-1] == 1
        return len(new) <= len(here) and new[:-1] == here[: len(new) - 1] and new[-1] == here[len(new) - 1] + 1

    def _in_section(self, clause: str) -> str:
        prefix = self.annex.prefix()
        return f"{prefix}.{clause}" if prefix else clause

    def _point(self, unit: Unit, line: str) -> bool:
        match = POINT.match(line)
        if match is None:
            return self._dotted_point(unit, line)
        letter, digit = match[1], match[2]
        if digit:
            if unit.point is None or letter != unit.point[0]:
                return False
        elif not follows(letter, unit.point) or (self._maybe_roman(letter) and not follows_at_once(letter, unit.point)):
            return False
        self._add(unit.clause, letter + digit).add(match[3])
        return True

    def _maybe_roman(self, letter: str) -> bool:
        """Annexes go one level lower with i), ii), v): such a letter must be the very next one."""
        return bool(self.annex) and letter in "ivx"

    def _dotted_point(self, unit: Unit, line: str) -> bool:
        """"d. …" after "c) …": a slip of the pen in the official text."""
        match = _DOTTED_POINT.match(line)
        if match is None or unit.point is None or not follows_at_once(match[1], unit.point):
            return False
        self._add(unit.clause, match[1]).add(match[2])
        return True

    # units ------------------------------------------------------------------------------------------

    def _open(self, article: str, heading: str) -> None:
        part_closing(self.units, self.unit)
        self._restart()
        self.untitled = self.ended = False
        self.unit = Unit(article, chapter=" · ".join(self.chapter), heading=one_line(heading))
        self.units.append(self.unit)

    def _add(self, clause: str | None, point: str | None) -> Unit:
        here = self.unit or self.units[-1]
        self.unit = Unit(here.article, clause, point, here.chapter, here.heading)
        self.units.append(self.unit)
        return self.unit

    def _leave(self) -> None:
        part_closing(self.units, self.unit)
        self.unit = None

    def _restart(self) -> None:
        self.clause_number, self.clause = 0, "0"

    def _fresh(self, name: str) -> str:
        taken = {u.article for u in self.units}
        fresh, count = name, 2
        while fresh in taken:
            fresh, count = f"{name} ({count})", count + 1
        return fresh

    def _name_forms(self) -> None:
        """Name forms as the text cites them: with part and annex where numbers begin anew."""
        names = [name for name, _, _ in self.forms]
        alone = len(set(names)) == len(names)
        final: dict[str, str] = {}
        for at, (name, section, place) in enumerate(self.forms):
            full = name if alone else " ".join(filter(None, (name, section, place)))
            fresh, count = full, 2
            while fresh in final.values():
                fresh, count = f"{full} ({count})", count + 1
            final[f"\0{at}"] = fresh
        for unit in self.units:
            unit.article = final.get(unit.article, unit.article)

    def _bare_articles(self) -> None:
        """An article that is nothing but its first line has that line as its words, not as its title.

        A title ends without its full stop.
        """
        holders = {u.article for u in self.units if u.clause or u.point}
        for unit in self.units:
            if (unit.article[:1].isdigit() or unit.article.startswith("Điều ")) and not unit.lines and unit.article not in holders:
                unit.lines, unit.heading = [unit.heading], ""
            unit.heading = unit.heading.rstrip(".")


def follows_at_once(letter: str, here: str | None) -> bool:
    """True when no letter is missing between `here` and `letter`."""
    if here is None:
        return letter == "a"
    return letter in POINT_LETTERS and POINT_LETTERS.index(letter) == POINT_LETTERS.index(here[0]) + 1
