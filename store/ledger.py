"""The ledger of erasures: a file beside the database, so that a backup that is restored can be erased again.

Keep it apart from the backups of the database: a restored ledger would forget what was erased after it.
"""

import io
import json
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from reports.model import Tombstone


class Ledger:
    """One line an erasure: the keyed hash of the identity, the ids of its reports, when. No personal datum."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, stones: Iterable[Tombstone]) -> None:
        """Append, durably."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab+") as raw, io.TextIOWrapper(raw, encoding="utf-8", write_through=True) as file:
            if raw.tell() and self._path.read_bytes()[-1:] != b"\n":
                file.write("\n")  # a line that a crash has cut stays alone
            for stone in stones:
                file.write(json.dumps({"mark": stone.mark, "reports": stone.reports, "erased_at": stone.erased_at.isoformat()}) + "\n")
            file.flush()
            os.fsync(raw.fileno())

    def read(self) -> list[Tombstone]:
        """Every erasure that the file names; a last line that a crash has cut is left out."""
        if not self._path.exists():
            return []
        found = []
        for line in self._path.read_text(encoding="utf-8").splitlines():
            try:
                row = json.loads(line)
                found.append(Tombstone(row["mark"], tuple(row["reports"]), datetime.fromisoformat(row["erased_at"])))
            except (ValueError, KeyError, TypeError):
                continue
        return found

    def merged(self, others: Iterable[Tombstone]) -> list[Tombstone]:
        """What the file names and `others`; those that it lacks, after a crash between commit and file, are added."""
        held = self.read()
        marks = {(s.mark, s.erased_at) for s in held}
        if lacking := [s for s in others if (s.mark, s.erased_at) not in marks]:
            self.add(lacking)
        return [*held, *lacking]
