"""Reads the entries of a YAML data file; whatever is wrong is told with its file and entry."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from knowledge.parse import normal_number
from knowledge.provision import Ref


class EntryError(ValueError):
    """An entry that cannot be read: file, entry and reason."""

    def __init__(self, path: Path, entry: str, reason: str) -> None:
        super().__init__(f"{path}: {entry}: {reason}")
        self.path, self.entry, self.reason = path, entry, reason


class Entry:
    """One mapping of a data file; each reader checks the kind of the field it returns."""

    def __init__(self, path: Path, name: str, raw: Any, fields: Collection[str], optional: Collection[str] = ()) -> None:
        self.path, self.name = path, name
        if not isinstance(raw, Mapping):
            raise self.error("not a mapping")
        missing, unknown = set(fields) - set(raw), set(raw) - set(fields) - set(optional)
        if missing or unknown:
            raise self.error(f"missing {sorted(missing)}, unknown {sorted(map(str, unknown))}")
        self.raw: Mapping[str, Any] = raw

    def error(self, reason: str) -> EntryError:
        """The error that names this file and entry."""
        return EntryError(self.path, self.name, reason)

    def text(self, field: str) -> str:
        """A text that is not empty."""
        value = self.raw[field]
        if not isinstance(value, str) or not value.strip():
            raise self.error(f"{field} is no text")
        return value

    def maybe_text(self, field: str) -> str | None:
        """A text, or None."""
        return None if self.raw[field] is None else self.text(field)

    def maybe_count(self, field: str) -> int | None:
        """A whole number above 0, or None."""
        value = self.raw[field]
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
            raise self.error(f"{field} is no count")
        return value

    def flag(self, field: str) -> bool:
        """True or false."""
        value = self.raw[field]
        if not isinstance(value, bool):
            raise self.error(f"{field} is neither true nor false")
        return value

    def maybe_day(self, field: str) -> date | None:
        """A date written as 2026-01-02, or None."""
        value = self.raw[field]
        if value is not None and type(value) is not date:
            raise self.error(f"{field} is no date")
        return value

    def texts(self, field: str) -> tuple[str, ...]:
        """A list of texts, which may be empty."""
        value = self.raw[field]
        if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
            raise self.error(f"{field} is no list of texts")
        return tuple(value)

    def ref(self, field: str) -> Ref:
        """A place: document, article, clause, point."""
        return self._place(field, self.raw[field])

    def refs(self, field: str) -> tuple[Ref, ...]:
        """A list of places; a field that is absent is an empty one."""
        return tuple(self._place(field, place) for place in listed(self, field, self.raw.get(field, [])))

    def _place(self, field: str, raw: Any) -> Ref:
        inside = Entry(self.path, f"{self.name}, {field}", raw, ("document", "article", "clause", "point"))
        return Ref(
            normal_number(inside.text("document")), inside.text("article"), inside.maybe_text("clause"), inside.maybe_text("point"),
        )


def listed(entry: Entry, field: str, raw: Any) -> Sequence[Any]:
    """`raw` where it is a list."""
    if not isinstance(raw, list):
        raise entry.error(f"{field} is no list")
    return raw


def read_entries(path: Path) -> list[tuple[str, Any]]:
    """The entries of a file that is one list, each with its id (or its position) as its name; every id stands once."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    except yaml.YAMLError as error:
        raise EntryError(path, "the file", str(error)) from error
    if not isinstance(raw, list):
        raise EntryError(path, "the file", "not a list")
    named = [(str(e["id"]) if isinstance(e, Mapping) and "id" in e else f"entry {n}", e) for n, e in enumerate(raw, 1)]
    once(path, [name for name, _ in named])
    return named


def once(path: Path, names: Sequence[str], within: str = "") -> None:
    """Raise where a name stands twice."""
    for name in names:
        if names.count(name) > 1:
            raise EntryError(path, f"{within}{name}", "stands twice")
