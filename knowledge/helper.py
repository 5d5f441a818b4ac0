"""Runs a helper program of the system on a file: no shell, limits of time, memory and output, nothing of ours in its environment."""

import os
import resource
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from knowledge.unreadable import Reason, UnreadableFile

MAX_OUTPUT: Final = 50 * 1024 * 1024
MEMORY: Final = 1024 * 1024 * 1024


def program(name: str) -> str:
    """Return the path of a program on PATH, "" where it is not installed."""
    return shutil.which(name) or ""


def can_recognise() -> bool:
    """True where what reads scanned pages is installed: pdftoppm, tesseract and its Vietnamese."""
    tesseract = program("tesseract")
    if not tesseract or not program("pdftoppm"):
        return False
    listed = subprocess.run([tesseract, "--list-langs"], check=False, capture_output=True, timeout=20)  # noqa: S603
    return b"vie" in listed.stdout.split()


def output(path: Path, command: Sequence[str], folder: Path, *, seconds: float, memory: int = MEMORY) -> bytes:
    """Return what `command` prints about `path`; `folder` is its scratch folder and home. Raise UnreadableFile.

    Each file that it writes, its output among them, ends at MAX_OUTPUT bytes.
    """
    said = folder / ".stdout"
    environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder), "LANG": "C.UTF-8", "OMP_THREAD_LIMIT": "1"}
    with said.open("wb") as out, (folder / ".stderr").open("wb") as err:
        with _limits(memory):
            process = subprocess.Popen(  # noqa: S603  the path of the file is absolute and an argument of its own
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=folder, env=environment
            )
        try:
            status = process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise UnreadableFile(path, Reason.TIMEOUT, command[0]) from error
        finally:
            process.kill()  # nothing happens where it has ended
            process.wait()
    if said.stat().st_size >= MAX_OUTPUT:
        raise UnreadableFile(path, Reason.BOMB, f"{command[0]} prints more than {MAX_OUTPUT} bytes")
    if status:
        complaint = (folder / ".stderr").read_bytes()[:2000].decode("utf-8", "replace").strip()
        reason = Reason.ENCRYPTED if "ncrypted" in complaint else Reason.CORRUPT
        raise UnreadableFile(path, reason, f"{Path(command[0]).name}: exit {status}: {complaint[:200]}")
    return said.read_bytes()


@contextmanager
def _limits(memory: int) -> Iterator[None]:
    """What is started inside inherits these limits; our own come back at the end."""
    wanted = {resource.RLIMIT_AS: memory, resource.RLIMIT_FSIZE: MAX_OUTPUT}
    before = {kind: resource.getrlimit(kind) for kind in wanted}
    for kind, limit in wanted.items():
        hard = before[kind][1]
        resource.setrlimit(kind, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
    try:
        yield
    finally:
        for kind, limits in before.items():
            resource.setrlimit(kind, limits)
