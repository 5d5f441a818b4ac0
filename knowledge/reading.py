"""Reads one file as a document in a child process with limits of memory and time: a hostile file harms only that."""

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from knowledge.as_json import from_json, to_json
from knowledge.formats import Lines, kind_of_file, read_lines
from knowledge.parse import normal_number, parse, parse_digest, read_date
from knowledge.provision import Document, kind_of
from knowledge.unreadable import Reason, UnreadableFile

MEMORY: Final = 1024 * 1024 * 1024
SECONDS: Final = 60.0
_KILLED: Final = {-signal.SIGXCPU, -signal.SIGKILL}


def read_document(path: Path, number: str = "", *, seconds: float = SECONDS, memory: int = MEMORY) -> Document:
    """Return the document in `path`; `number` wins over the one in the text. Raise UnreadableFile.

    The number may come back empty where the text shows none: the caller decides. The child gets `memory`
    bytes of address space and `seconds` of wall-clock and processor time, and answers in JSON.
    """
    path = Path(path)
    kind_of_file(path)  # cheap refusals need no child
    command = [sys.executable, "-X", "utf8", "-m", "knowledge.reading", str(memory), str(seconds), number, str(path.absolute())]
    root = str(Path(__file__).parent.parent)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))}
    try:
        done = subprocess.run(  # noqa: S603  our own interpreter and module; the path is an argument, no shell
            command, check=False, capture_output=True, timeout=seconds, env=environment, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableFile(path, Reason.TIMEOUT) from error
    return _answer(path, done)


def _answer(path: Path, done: subprocess.CompletedProcess[bytes]) -> Document:
    if done.returncode in _KILLED:
        raise UnreadableFile(path, Reason.TIMEOUT, f"signal {-done.returncode}")
    try:
        facts, _, rest = done.stdout.decode("utf-8").partition("\n")
        answer = json.loads(facts)
        if "reason" in answer:
            raise UnreadableFile(path, Reason(answer["reason"]), str(answer.get("detail", "")))
        return from_json(rest)
    except ValueError as error:
        said = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        reason = Reason.MEMORY if "MemoryError" in said or "out of memory" in said.lower() else Reason.CORRUPT
        raise UnreadableFile(path, reason, f"exit {done.returncode}: {said[:200]}") from error


def read_here(path: Path, number: str = "") -> Document:
    """Return the document in `path`, read in this process without limits: for trusted files and for the child."""
    read = read_lines(path)
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
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    whole = max(1, int(seconds) + 1)
    resource.setrlimit(resource.RLIMIT_CPU, (whole, whole + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _main(arguments: list[str]) -> None:
    memory, seconds, number, name = arguments
    path = Path(name)
    _limit(int(memory), float(seconds))
    try:
        body = to_json(read_here(path, number))
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
