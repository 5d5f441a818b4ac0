"""Reads one file as a document in a child process with limits of memory and time: a hostile file harms only that."""

import json
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from knowledge.as_json import from_json, to_json
from knowledge.formats import Lines, kind_of_file, read_lines
from knowledge.helper import can_recognise
from knowledge.parse import normal_number, parse, parse_digest, read_date
from knowledge.provision import Document, kind_of
from knowledge.unreadable import Reason, UnreadableFile

MEMORY: Final = 1024 * 1024 * 1024
SECONDS: Final = 60.0
OCR_SECONDS: Final = 1800.0
_STEP: Final = 0.5  # how often the pages that are done are looked for, seconds
_PAGE: Final = re.compile(rb"^page (\d+) of (\d+)$", re.MULTILINE)
_KILLED: Final = {-signal.SIGXCPU, -signal.SIGKILL}


@dataclass(frozen=True)
class Ocr:
    """How scanned pages are recognised: within `seconds`, told page by page, the text kept in `kept`.

    What `kept` holds from an earlier time is not recognised again.
    """

    seconds: float = OCR_SECONDS
    pages: Callable[[int, int], None] | None = None
    kept: Path | None = None


def read_document(
    path: Path, number: str = "", *, seconds: float = SECONDS, memory: int = MEMORY, ocr: Ocr | None = None
) -> Document:
    """Return the document in `path`; `number` wins over the one in the text. Raise UnreadableFile.

    The number may come back empty where the text shows none: the caller decides. The child gets `memory`
    bytes of address space and `seconds` of wall-clock and processor time, and answers in JSON. Scanned pages are
    read with `ocr` only, in a second child with its own time.
    """
    path = Path(path)
    kind_of_file(path)  # cheap refusals need no child
    with tempfile.TemporaryDirectory(prefix="caunoi-") as folder:
        try:
            return _in_child(path, [str(memory), str(seconds), number, str(path.absolute())], Path(folder), seconds)
        except UnreadableFile as error:
            if error.reason is not Reason.SCANNED or ocr is None:
                raise
        kept = (ocr.kept or Path(folder) / "recognised.txt").absolute()
        if not kept.exists() and not can_recognise():
            raise UnreadableFile(path, Reason.NO_OCR)
        arguments = [str(memory), str(ocr.seconds), number, str(path.absolute()), str(kept)]
        return _in_child(path, arguments, Path(folder), ocr.seconds, ocr.pages)


def _in_child(
    path: Path, arguments: Sequence[str], folder: Path, seconds: float, pages: Callable[[int, int], None] | None = None
) -> Document:
    """Run this module as a program; what it and its helpers leave behind goes with `folder`."""
    command = [sys.executable, "-X", "utf8", "-m", "knowledge.reading", *arguments]
    root = str(Path(__file__).parent.parent)
    search = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": search, "TMPDIR": str(folder)}
    answer, said = folder / "answer", folder / "said"
    with answer.open("wb") as out, said.open("wb") as err:
        child = subprocess.Popen(  # noqa: S603  our own interpreter and module; the path is an argument, no shell
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment, start_new_session=True
        )
        try:
            _wait(child, said, seconds, pages)
        except subprocess.TimeoutExpired as error:
            raise UnreadableFile(path, Reason.TIMEOUT) from error
        finally:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)  # with its helpers, which are of its session
            child.wait()
    return _answer(path, child.returncode, answer.read_bytes(), said.read_bytes())


def _wait(child: subprocess.Popen[bytes], said: Path, seconds: float, pages: Callable[[int, int], None] | None) -> None:
    if pages is None:
        child.wait(seconds)
        return
    end, told = time.monotonic() + seconds, 0
    while True:
        left = end - time.monotonic()
        with suppress(subprocess.TimeoutExpired):
            child.wait(min(_STEP, max(left, 0)))
        done = _PAGE.findall(said.read_bytes())
        for page, total in done[told:]:
            pages(int(page), int(total))
        told = len(done)
        if child.returncode is not None:
            return
        if left <= 0:
            raise subprocess.TimeoutExpired(child.args, seconds)


def _answer(path: Path, status: int, answered: bytes, errors: bytes) -> Document:
    if status in _KILLED:
        raise UnreadableFile(path, Reason.TIMEOUT, f"signal {-status}")
    try:
        facts, _, rest = answered.decode("utf-8").partition("\n")
        answer = json.loads(facts)
        if "reason" in answer:
            raise UnreadableFile(path, Reason(answer["reason"]), str(answer.get("detail", "")))
        return from_json(rest)
    except ValueError as error:
        said = errors.decode("utf-8", "replace").strip().rpartition("\n")[2]
        reason = Reason.MEMORY if "MemoryError" in said or "out of memory" in said.lower() else Reason.CORRUPT
        raise UnreadableFile(path, reason, f"exit {status}: {said[:200]}") from error


def read_here(path: Path, number: str = "", recognised: Path | None = None) -> Document:
    """Return the document in `path`, read in this process without limits: for trusted files and for the child.

    Scanned pages are recognised where `recognised` says where their text is kept.
    """
    read = read_lines(path, recognised)
    document = _digest(path, read, number) if read.facts.get("completeness") == "digest" else _original(read, number)
    if not document.provisions:
        raise UnreadableFile(path, Reason.NO_ARTICLE)
    return document


def _original(read: Lines, number: str) -> Document:
    given = number or str(read.facts.get("number") or "")
    document = parse(read.lines, number=normal_number(given) if given else "", status=read.status)
    return replace(document, **_told(read.facts))


def _digest(path: Path, read: Lines, number: str) -> Document:
    given = normal_number(number or str(read.facts.get("number") or ""))
    if not given:
        raise UnreadableFile(path, Reason.NO_NUMBER)
    empty = replace(Document(given, kind_of(given), completeness="digest"), **_told(read.facts))
    return parse_digest(read.lines, empty)


def _told(facts: Mapping[str, object]) -> dict[str, Any]:
    """What a front matter says of the document, by field name; only what it does say."""
    told: dict[str, Any] = {}
    for name in ("kind", "issuer", "territory", "title", "in_force_to_reason", "completeness", "source", "note"):
        if facts.get(name):
            told[name] = str(facts[name])
    for name in ("issued", "in_force_from", "in_force_to"):
        value = facts.get(name)
        day = value if isinstance(value, date) else read_date(str(value)) if value else None
        if day:
            told[name] = day
    if isinstance(facts.get("checked"), bool):
        told["checked"] = facts["checked"]
    aliases = facts.get("aliases")
    if isinstance(aliases, list):
        told["aliases"] = tuple(str(a) for a in aliases)
    return told


def _limit(memory: int, seconds: float) -> None:
    """Soft limits: a helper program may be given more memory than its file's reader."""
    whole = max(1, int(seconds) + 1)
    for kind, limit in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, whole), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))


def _main(arguments: list[str]) -> None:
    memory, seconds, number, name, *kept = arguments
    path = Path(name)
    _limit(int(memory), float(seconds))
    try:
        body = to_json(read_here(path, number, Path(kept[0]) if kept else None))
        head = "{}"
    except UnreadableFile as error:
        head, body = json.dumps({"reason": error.reason.value, "detail": error.detail}), ""
    except MemoryError:
        head, body = json.dumps({"reason": Reason.MEMORY.value}), ""
    except RecursionError as error:
        head, body = json.dumps({"reason": Reason.BOMB.value, "detail": str(error)}), ""
    sys.stdout.buffer.write(f"{head}\n{body}".encode())


if __name__ == "__main__":
    _main(sys.argv[1:])
