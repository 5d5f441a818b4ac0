"""The ingested originals in the data directory: files, their parsed form, one manifest that says what is held."""

import fcntl
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from knowledge.as_json import from_json, to_json
from knowledge.formats import check_file
from knowledge.numbers import number_in_name
from knowledge.parse import PARSER
from knowledge.provision import Document, TextStatus, slug
from knowledge.reading import SECONDS, Ocr, read_document
from knowledge.unreadable import Reason, UnreadableFile

Progress = Callable[[int, int, Path], None]

_MANIFEST: Final = "library.json"
_LOCK: Final = "library.lock"
_HELD: Final = "held"
_PARSED: Final = "document.json"
_RECOGNISED: Final = "recognised.txt"  # of scanned pages: a parser that changes needs no second recognition


class LibraryError(Exception):
    """Something about the library as a whole; the sub-classes carry the facts."""


class LibraryBusy(LibraryError):
    """Another process is ingesting into `folder`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder))
        self.folder = folder


class LibraryDamaged(LibraryError):
    """`path` is lost or changed and cannot be rebuilt from what is held."""

    def __init__(self, path: Path, detail: str) -> None:
        super().__init__(f"{path}: {detail}")
        self.path, self.detail = path, detail


@dataclass(frozen=True)
class Origin:
    """The address that a file was fetched from, and what its server says of that version."""

    url: str
    etag: str = ""
    modified: str = ""  # Last-Modified, as it was sent


@dataclass(frozen=True)
class Record:
    """One original: its document number, the name it came under, when, its digest and where it lies."""

    number: str
    name: str
    sha256: str
    ingested: str  # ISO, UTC
    folder: str
    derived: bool = False  # the number was told from the file's name
    origin: Origin | None = None
    previous: tuple["Record", ...] = ()


class NumberTaken(LibraryError):
    """`path` claims `number`, which `held` has with other content (in the library or in the same call)."""

    def __init__(self, number: str, path: Path, held: Record) -> None:
        super().__init__(f"{path}: {number} is held from {held.name}")
        self.number, self.path, self.held = number, path, held


class SameNumber(LibraryError):
    """Two files of one call, `first` and `second`, show the same `number` and are not the same file."""

    def __init__(self, number: str, first: Path, second: Path) -> None:
        super().__init__(f"{first}, {second}: both {number}")
        self.number, self.first, self.second = number, first, second


class Library:
    """The originals in one folder. Building it reads and writes nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)

    def records(self) -> list[Record]:
        """What is held, in the order of ingestion."""
        path = self.folder / _MANIFEST
        if not path.exists():
            if any((self.folder / _HELD).glob("*")):
                raise LibraryDamaged(path, "missing, and originals are held")
            return []
        try:
            return [_record(entry) for entry in json.loads(path.read_text(encoding="utf-8"))["held"]]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise LibraryDamaged(path, repr(error)) from error

    def documents(self) -> list[Document]:
        """Every document held. What was parsed by an older parser or is damaged is read from its original again."""
        return [self._document(record) for record in self.records()]

    def add(
        self,
        paths: Sequence[Path],
        *,
        numbers: Mapping[Path, str] | None = None,
        origins: Mapping[Path, Origin] | None = None,
        replace_held: bool = False,
        progress: Progress | None = None,
        seconds: float = SECONDS,
        ocr: Ocr | None = None,
    ) -> list[Document]:
        """Ingest all of `paths` or none; return their documents in order.

        `numbers` names the number of files that show none. `replace_held` puts a new text in the place of a
        held one of the same number, which is kept as a previous copy. `progress` is called with (done, total,
        path) before each file and once at the end. `origins` tells where files were fetched from; `ocr` how
        scanned pages are recognised, which are refused without it. Raises UnreadableFile, NumberTaken, SameNumber or LibraryBusy.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._locked(), tempfile.TemporaryDirectory(prefix=".staging-", dir=self.folder) as staging:
            held = {record.number: record for record in self.records()}
            before = list(held.values())
            documents, new = [], []
            came: dict[str, tuple[Path, str]] = {}
            for at, path in enumerate(map(Path, paths)):
                if progress:
                    progress(at, len(paths), path)
                given = (numbers or {}).get(path, ""), (origins or {}).get(path)
                document, record = _staged(Path(staging) / str(at), path, *given, seconds, ocr)
                documents.append(document)
                first, sha = came.setdefault(record.number, (path, record.sha256))
                if sha != record.sha256:
                    raise SameNumber(record.number, first, path)
                there = held.get(record.number)
                if there is not None and there.sha256 == record.sha256:
                    record = held[record.number] = replace(there, origin=record.origin or there.origin)
                    if self._intact(there):
                        continue
                elif there is not None:
                    if not replace_held:
                        raise NumberTaken(record.number, path, there)
                    record = replace(record, previous=(replace(there, previous=()), *there.previous))
                held[record.number] = record
                new.append((Path(staging) / str(at), record))
            if new or list(held.values()) != before:
                self._keep(new, list(held.values()))
            if progress and paths:
                progress(len(paths), len(paths), Path(paths[-1]))
            return documents

    def _keep(self, new: Sequence[tuple[Path, Record]], held: Sequence[Record]) -> None:
        """Move the staged folders in and then, as the one step that counts, write the manifest."""
        if not (self.folder / _MANIFEST).exists():
            self._write_manifest([])  # so that a manifest that is missing later has been lost
        (self.folder / _HELD).mkdir(exist_ok=True)
        for staged, record in new:
            target = self.folder / record.folder
            if target.exists() and not self._intact(record):
                shutil.rmtree(target)
            if not target.exists():
                staged.replace(target)
        _sync(self.folder / _HELD)
        self._write_manifest(held)

    def _write_manifest(self, held: Sequence[Record]) -> None:
        _write(self.folder / _MANIFEST, json.dumps({"held": [asdict(r) for r in held]}, ensure_ascii=False, indent=1))

    def _intact(self, record: Record) -> bool:
        """True when the original behind `record` is there, as it was ingested."""
        try:
            return _sha256(self.original(record)) == record.sha256
        except (OSError, LibraryDamaged):
            return False

    def original(self, record: Record) -> Path:
        """The path of the original file behind `record`."""
        found = sorted((self.folder / record.folder).glob("original*"))
        if not found:
            raise LibraryDamaged(self.folder / record.folder, "original missing")
        return found[0]

    def _document(self, record: Record) -> Document:
        parsed = self.folder / record.folder / _PARSED
        try:
            head, _, body = parsed.read_text(encoding="utf-8").partition("\n")
            if json.loads(head) == _stamp(record, body):
                return from_json(body)
        except (OSError, ValueError):
            pass
        return self._read_again(record, parsed)

    def _read_again(self, record: Record, parsed: Path) -> Document:
        original = self.original(record)
        if not self._intact(record):
            raise LibraryDamaged(original, "content differs from what was ingested")
        ocr = Ocr(kept=self.folder / record.folder / _RECOGNISED)
        document = read_document(original, record.number, ocr=ocr)
        document = replace(document, source=_source(record, document))
        with suppress(OSError):  # a read-only data directory still answers, only slower
            _write(parsed, _sealed(record, document))
        return document

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.folder / _LOCK).open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise LibraryBusy(self.folder) from error
            yield


def _staged(
    folder: Path, path: Path, number: str, origin: Origin | None, seconds: float, ocr: Ocr | None
) -> tuple[Document, Record]:
    """Copy `path` into `folder`, read the copy, write its parsed form beside it."""
    copy = _copied(folder, path)
    ocr = replace(ocr, kept=folder / _RECOGNISED) if ocr else None
    try:
        document = read_document(copy, number, seconds=seconds, ocr=ocr)
    except UnreadableFile as error:
        raise UnreadableFile(path, error.reason, error.detail) from error
    derived = "" if number else _derived(path, document)
    if derived:
        document = read_document(copy, derived, seconds=seconds, ocr=ocr)
    sha = _sha256(copy)
    record = Record(
        number=document.number,
        name=path.name.encode("utf-8", "replace").decode("utf-8"),
        sha256=sha,
        ingested=datetime.now(UTC).isoformat(timespec="seconds"),
        folder=f"{_HELD}/{slug(document.number)[:80]}-{sha[:12]}",
        derived=bool(derived),
        origin=origin,
    )
    document = replace(document, source=_source(record, document))
    _write(folder / _PARSED, _sealed(record, document))
    return document, record


def _derived(path: Path, document: Document) -> str:
    """The number that the file's name tells where its text shows none, or shows one by hand that was recognised."""
    shown = document.number
    if shown and not shown.startswith("/"):
        named = number_in_name(path.name) if any(p.text_status is TextStatus.OCR for p in document.provisions) else ""
        return named if named != shown else ""
    derived = number_in_name(path.name, shown=shown)
    if not derived:
        raise UnreadableFile(path, Reason.NO_NUMBER)
    return derived


def _copied(folder: Path, path: Path) -> Path:
    check_file(path)
    folder.mkdir()
    # The name is another's: only its ending is kept, and of that only plain letters.
    ending = "".join(re.findall(r"\.[a-z]{2,8}", "".join(path.suffixes[-2:]).lower()))
    copy = folder / f"original{ending}"
    shutil.copyfile(path, copy)
    return copy


def _source(record: Record, document: Document) -> str:
    kept = document.source or (record.origin.url if record.origin else record.name)
    return f"{kept} (số văn bản suy từ tên tệp)" if record.derived else kept


def _stamp(record: Record, body: str) -> dict[str, object]:
    return {"parser": PARSER, "sha256": record.sha256, "body": hashlib.sha256(body.encode()).hexdigest()}


def _sealed(record: Record, document: Document) -> str:
    body = to_json(document)
    return f"{json.dumps(_stamp(record, body))}\n{body}"


def _record(entry: Mapping[str, Any]) -> Record:
    previous = tuple(_record(old) for old in entry.get("previous", ()))
    return Record(
        number=entry["number"],
        name=entry["name"],
        sha256=entry["sha256"],
        ingested=entry["ingested"],
        folder=entry["folder"],
        derived=bool(entry.get("derived")),
        origin=Origin(**entry["origin"]) if entry.get("origin") else None,
        previous=previous,
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path: Path, text: str) -> None:
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    with aside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
