"""Calls Zalo over HTTP: no error carries an address or a secret, and who refuses for too many calls is left alone."""

import json
import logging
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import aiohttp

from bot import zalo_texts as words
from bot.channels import Later

RATE: Final = 429
_log: Final = logging.getLogger(__name__)


class Failed(Exception):
    """A call was not carried out, as far as is known; its text holds no address and no secret."""


@dataclass(frozen=True)
class Answer:
    """What a platform answered: HTTP status, JSON object ("" keys for none), and how long it asks to wait, in seconds."""

    status: int
    body: Mapping[str, Any]
    wait: float | None = None


class Http:
    """Calls a platform. Nothing is opened before the first call; no error that leaves it carries an address or one of `secrets`."""

    def __init__(self, seconds: float, *secrets: str) -> None:
        self._seconds, self._secrets = seconds, set[str]()
        self.hide(*secrets)
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    async def post(
        self, url: str, *, json: Mapping[str, Any] | None = None, form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None, seconds: float | None = None,
    ) -> Answer:  # fmt: skip
        """POST `json` or `form` and return what was answered, whatever its status; raises Failed where there is no JSON object in it."""
        return await self._asked("POST", url, seconds, json=json, data=form, headers=headers)

    async def get(self, url: str, headers: Mapping[str, str]) -> Answer:
        """GET `url`, otherwise as `post`."""
        return await self._asked("GET", url, None, headers=headers)

    async def _asked(self, method: str, url: str, seconds: float | None, **request: Any) -> Answer:
        try:
            limit = aiohttp.ClientTimeout(total=seconds or self._seconds)
            session = self._opened()
            # No redirect: it would carry the token to another host.
            async with session.request(method, url, timeout=limit, allow_redirects=False, **request) as response:
                return _answer(response.status, response.headers.get("Retry-After", ""), await response.read())
        except Failed as error:
            failure = error
        except Exception as error:  # whatever goes wrong below, its text may hold the address, and that the token
            failure = Failed(type(error).__name__)
        raise failure.with_traceback(None) from None

    def hide(self, *secrets: str) -> None:
        """Let these stand in no log either."""
        self._secrets.update(secret for secret in secrets if len(secret) > 5)

    def safe(self, text: object) -> str:
        """`text` of the platform as it may stand in a log: one line, of a bounded length, without a secret."""
        said = str(text)
        for secret in sorted(self._secrets, key=len, reverse=True):  # one may be a part of another
            said = said.replace(secret, "***")
        return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", said)[:300]

    async def close(self) -> None:
        """Close the connections and open no others."""
        self._closed = True
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._closed:
            raise Failed("the channel has ended")
        if self._session is None:
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        return self._session


def _answer(status: int, wait: str, raw: bytes) -> Answer:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        body = None
    asked = float(wait) if wait.isdecimal() and len(wait) < 8 else None
    if isinstance(body, dict):
        return Answer(status, body, asked)
    if status == RATE:
        return Answer(status, {}, asked)
    raise Failed(f"HTTP {status} without JSON")


class Flood:
    """Leaves a platform alone that has refused for too many calls: 1 s, 2 s, 4 s … in this process, until a call succeeds."""

    def __init__(self, first: float = 1.0, most: float = 300.0) -> None:
        self._first, self._most = first, most
        self._refusals, self._until = 0, 0.0

    def check(self) -> None:
        """Raise Later while the platform is to be left alone."""
        if (left := self._until - time.monotonic()) > 0:
            raise Later(left, "too many calls")

    def refused(self, asked: float | None = None) -> Later:
        """How long to wait after a refusal; calls that were under way at the same time count as one."""
        left = self._until - time.monotonic()
        if left <= 0:
            left = max(min(self._first * 2 ** min(self._refusals, 20), self._most), min(asked or 0.0, 3600.0))
            self._refusals += 1
            self._until = time.monotonic() + left
            _log.warning(words.FLOOD, left)
        return Later(left, "too many calls")

    def passed(self) -> None:
        """A call has succeeded."""
        self._refusals, self._until = 0, 0.0
