"""The content of attachments in the data directory, by its hash: written durably, read whole, removed when erased."""

import asyncio
import hashlib
import os
import re
import tempfile
import time
from collections.abc import Collection
from pathlib import Path


class Files:
    """One folder. A name is the SHA-256 of the content, so nothing that a person wrote becomes a path."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, content: bytes) -> str:
        """Keep `content` and return its hash; it is on the disk when this returns."""
        return await asyncio.to_thread(self._put, content)

    async def get(self, digest: str) -> bytes:
        """The content with this hash; FileNotFoundError where there is none."""
        return await asyncio.to_thread(self.path(digest).read_bytes)

    async def remove(self, digests: Collection[str]) -> None:
        """Remove content; what is gone already is no error."""
        for digest in digests:
            await asyncio.to_thread(self.path(digest).unlink, missing_ok=True)

    async def sweep(self, used: Collection[str], older_than: float) -> int:
        """Remove content that no row names and that is older than some seconds: what a crash has left behind."""
        return await asyncio.to_thread(self._sweep, frozenset(used), time.time() - older_than)

    def path(self, digest: str) -> Path:
        """Where the content with this hash lies."""
        if not re.fullmatch(r"[0-9a-f]{64}", digest):
            raise FileNotFoundError(digest)
        return self._folder / digest[:2] / digest

    def _put(self, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        path = self.path(digest)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".new-", delete=False) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # or the name may be lost with the power
        finally:
            os.close(folder)
        return digest

    def _sweep(self, used: frozenset[str], before: float) -> int:
        gone = [p for p in self._folder.glob("??/*") if p.name not in used and p.stat().st_mtime < before]
        for path in gone:
            path.unlink(missing_ok=True)
        return len(gone)
