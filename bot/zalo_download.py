"""Fetches what people send from where Zalo keeps it: https, public addresses, bounded in size and time."""

import asyncio
import logging
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from ipaddress import ip_address
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from bot import zalo_texts as words
from bot.fetch import is_public
from bot.zalo_http import Failed
from handlers.message import File

FILE_MAX: Final = 20 * 2**20  # bytes

_REDIRECTS: Final = (301, 302, 303, 307, 308)
_MAX_REDIRECTS: Final = 5
_PICTURES: Final = (".jpg", ".jpeg", ".png", ".gif", ".webp")
_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True)
class Download:
    """Fetches what a person sent from where the platform keeps it: https, public addresses, also behind redirects."""

    seconds: float = 25.0
    most: int = FILE_MAX
    tries: int = 2
    schemes: tuple[str, ...] = ("https",)
    allowed: Callable[[str], bool] = is_public

    async def fetch(self, file: File) -> File:
        """`file` with its content, or with the trouble why not."""
        if file.size > self.most:
            return replace(file, trouble="too_large")
        try:
            async with asyncio.timeout(self.seconds):
                content = await self._tried(file.remote)
        except Exception as error:  # its text may hold the address, which is the person's
            _log.warning(words.NOT_FETCHED, str(error) if isinstance(error, Failed) else type(error).__name__)
            return replace(file, trouble="gone")
        return replace(file, trouble="too_large") if content is None else replace(file, content=content)

    async def _tried(self, url: str) -> bytes | None:
        for left in reversed(range(self.tries)):
            try:
                return await self._content(url)
            except aiohttp.ClientError:
                if not left:
                    raise
        raise AssertionError("unreachable")

    async def _content(self, url: str) -> bytes | None:
        """What lies at `url`; None where it is too large."""
        connector = aiohttp.TCPConnector(resolver=_Looked(self.allowed), use_dns_cache=False)
        headers = {"Accept-Encoding": "identity"}
        async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False) as session:
            for _ in range(_MAX_REDIRECTS + 1):
                self._check(url)
                async with session.get(url, headers=headers, allow_redirects=False) as response:
                    if response.status in _REDIRECTS and (target := response.headers.get("Location")):
                        url = urljoin(url, target)
                        continue
                    if response.status != 200 or response.headers.get("Content-Encoding", "identity").lower() != "identity":
                        raise Failed(f"HTTP {response.status}")
                    return await self._body(response)
        raise Failed("too many redirects")

    async def _body(self, response: aiohttp.ClientResponse) -> bytes | None:
        if (response.content_length or 0) > self.most:
            return None
        content = bytearray()
        async for piece in response.content.iter_chunked(2**16):
            content += piece
            if len(content) > self.most:
                return None
        return bytes(content)

    def _check(self, url: str) -> None:
        """Refuse what is no address to fetch from; names are looked at when they are resolved, addresses here."""
        where = urlsplit(url)
        if where.scheme not in self.schemes or not where.hostname or "@" in where.netloc:
            raise Failed("no https address")
        with suppress(ValueError):
            if not self.allowed(str(ip_address(where.hostname))):
                raise Failed("no public address")


class _Looked(AbstractResolver):
    """Gives only addresses that were looked at, so that a name cannot mean another one a moment later."""

    def __init__(self, allowed: Callable[[str], bool]) -> None:
        self._inner, self._allowed = aiohttp.ThreadedResolver(), allowed

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        if not all(self._allowed(one["host"]) for one in found):
            raise Failed("no public address")
        return found

    async def close(self) -> None:
        await self._inner.close()


def picture(url: str, number: str) -> File:
    """A picture at `url`, sent with message `number`."""
    with suppress(ValueError):
        if (ending := PurePosixPath(urlsplit(url).path).suffix.lower()) in _PICTURES:
            return File(f"anh-{number}{ending}", 0, remote=url)
    return File(f"anh-{number}.jpg", 0, remote=url)
