"""The doors of the platforms that push: one POST route a channel, which answers 200 only when what came is kept.

    body within its limit ─▶ genuine? 401 ─▶ JSON? 415, 400 ─▶ take, committed ─▶ 200
                                                              └ not kept, or not in time ─▶ 503: the platform sends it again
"""

import asyncio
import json
import logging
from collections.abc import Mapping
from math import isfinite
from typing import Any, Final, Protocol

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.metrics import SILENT, Watch

BODY_LIMIT: Final = 2**20  # bytes
READ_SECONDS: Final = 10.0  # for a body to arrive
TAKE_SECONDS: Final = 2.0  # for it to be kept
UNFINISHED_MOST: Final = 200  # takings that outlasted their time and go on; more are not begun

_log: Final = logging.getLogger(__name__)


class Hook(Protocol):
    """A channel that is pushed to."""

    def genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        """True when the platform itself has sent this; names of `headers` are in lower case."""
        ...

    async def take(self, raw: Mapping[str, Any]) -> bool:
        """Keep what was pushed: committed when it returns, False where it was kept before or brings nothing; raises where it could not be kept."""
        ...


def hooks(channels: Mapping[str, Hook], *, watch: Watch = SILENT, seconds: float = TAKE_SECONDS) -> list[Route]:
    """Routes at /hook/<name> for `channels`; `watch` counts what is refused, `seconds` is the time to keep what came."""
    return [Route(f"/hook/{name}", _Door(name, hook, watch, seconds).enter, methods=["POST"]) for name, hook in channels.items()]


class _Refused(Exception):
    """What came is not taken: the status and one word for the counter."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


class _Door:
    """The endpoint of one channel. Nothing of a refused push is kept; it is counted, and some of many are told in the log."""

    def __init__(self, name: str, hook: Hook, watch: Watch, seconds: float) -> None:
        self._name, self._hook, self._watch, self._seconds = name, hook, watch, seconds
        self._taking: set[asyncio.Task[bool]] = set()
        self._failures = 0  # in a row
        self._refusals = 0

    async def enter(self, request: Request) -> Response:
        """Answer one push."""
        try:
            body = await _body(request)
            if not self._genuine(request.headers, body):
                raise _Refused(401, "forged")
            if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
                raise _Refused(415, "no_json")
            await self._kept(_object(body))
        except _Refused as refused:
            self._watch.rejected(self._name, refused.reason)
            self._tell(refused)
            # What has not been read of a body is never read: the connection ends instead.
            unread = {"connection": "close"} if refused.status in (408, 413) else None
            return JSONResponse({"error": refused.reason}, refused.status, unread)
        return JSONResponse({})

    def _tell(self, refused: _Refused) -> None:
        if refused.status == 503:
            return  # told where it failed
        self._refusals += 1
        if self._refusals & (self._refusals - 1) == 0:  # the 1st, 2nd, 4th, 8th … : a flood of them fills no disk
            _log.warning("a push to %s was refused (%d since the start): %d %s", self._name, self._refusals, refused.status, refused.reason)

    def _genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        try:
            return self._hook.genuine(headers, body)
        except Exception as error:  # whatever a stranger sends, it proves nothing
            _log.warning("a push to %s could not be checked: %s", self._name, type(error).__name__)
            return False

    async def _kept(self, raw: dict[str, Any]) -> None:
        """Have `raw` kept; a unit of work that takes too long or whose caller has left goes on to its end."""
        if len(self._taking) >= UNFINISHED_MOST:
            raise self._unkept("too many wait")
        task = asyncio.ensure_future(self._hook.take(raw))
        self._taking.add(task)
        task.add_done_callback(self._ended)
        try:
            async with asyncio.timeout(self._seconds):
                await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.gather(task, return_exceptions=True)
            raise
        except Exception as error:
            raise self._unkept(type(error).__name__) from None
        self._failures = 0

    def _unkept(self, why: str) -> _Refused:
        self._failures += 1
        if self._failures & (self._failures - 1) == 0:  # the 1st, 2nd, 4th, 8th … of a long outage
            _log.error("a push to %s was not kept (%d): %s", self._name, self._failures, why)
        return _Refused(503, "not_kept")

    def _ended(self, task: asyncio.Task[bool]) -> None:
        self._taking.discard(task)
        if not task.cancelled():
            task.exception()  # was told to whoever waited, or comes again with the next push


async def _body(request: Request) -> bytes:
    """The whole body; raises as soon as it is told or seen to be longer than it may."""
    told = request.headers.get("content-length", "").lstrip("0")
    if told.isascii() and told.isdigit() and (len(told) > len(str(BODY_LIMIT)) or int(told) > BODY_LIMIT):
        raise _Refused(413, "too_large")
    body = bytearray()
    try:
        async with asyncio.timeout(READ_SECONDS):
            async for chunk in request.stream():
                if len(body) + len(chunk) > BODY_LIMIT:
                    raise _Refused(413, "too_large")
                body += chunk
    except TimeoutError:
        raise _Refused(408, "too_slow") from None
    except ClientDisconnect:
        raise _Refused(400, "broken_off") from None
    return bytes(body)


def _object(body: bytes) -> dict[str, Any]:
    """The JSON object that `body` is."""
    try:
        raw = json.loads(body.decode(), parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError):
        raise _Refused(400, "malformed") from None
    if not isinstance(raw, dict):
        raise _Refused(400, "malformed")
    return raw


def _no_number(name: str) -> float:
    raise ValueError(name)  # NaN and the infinities are no JSON, and no database keeps them


def _finite(text: str) -> float:
    number = float(text)
    return number if isfinite(number) else _no_number(text)
