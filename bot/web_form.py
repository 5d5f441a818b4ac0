"""What a browser sends: the form within limits, a day, the signed identity and the nonce of a form."""

import asyncio
import hashlib
import hmac
import re
import secrets
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import date
from typing import Final

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response

TEXT_LIMIT: Final = 20_000  # characters of one message
BODY_LIMIT: Final = 1024 * 1024  # bytes of one form without its files; enough to show a text over TEXT_LIMIT again
FILES_LIMIT: Final = 20 * 1024 * 1024  # bytes of all files of one form
FILES_MOST: Final = 5  # files of one form
_UPLOADS: Final = asyncio.Semaphore(8)  # forms read at the same time, each of which may hold its files in memory
YEAR: Final = 365 * 24 * 3600
COOKIE: Final = "cau_noi"

_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})", re.ASCII)
_LOCAL = re.compile(r"(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4})", re.ASCII)
# Control characters and halves of surrogate pairs: no letters, and no browser shows them alike.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]+")


class BadDay(ValueError):
    """`text` is no day."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class NoSuchDay(BadDay):
    """`text` is written as a day, but no calendar has it: 30/2/2026."""


def read_day(text: str | None) -> date | None:
    """Read "2025-07-01" or "1/7/2025"; None for nothing typed; raise BadDay."""
    text = _UNSEEN.sub(" ", text or "").strip()
    if not text:
        return None
    match = _ISO.fullmatch(text) or _LOCAL.fullmatch(text)
    if match is None:
        raise BadDay(text[:40])
    try:
        return date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError as error:
        raise NoSuchDay(f"{int(match['day'])}/{int(match['month'])}/{match['year']}") from error


@dataclass(frozen=True)
class Form:
    """What was submitted on the chat page."""

    text: str
    choice: str | None
    day: str
    nonce: str
    files: tuple[tuple[str, bytes], ...] = ()  # names as given, contents


async def read_form(request: Request) -> Form:
    """Read the form of `request`; raise HTTPException 413 over its limit, 400 and 415 for what is no form."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    limit = BODY_LIMIT if kind != "multipart/form-data" else FILES_LIMIT + BODY_LIMIT
    try:
        if kind == "multipart/form-data":
            async with _UPLOADS:
                parser = MultiPartParser(request.headers, _counted(request, limit), max_files=FILES_MOST, max_fields=10, max_part_size=BODY_LIMIT)
                data = await parser.parse()
                files = [(f.filename, await f.read()) for f in data.getlist("file") if isinstance(f, UploadFile) and f.filename]
                await data.close()
        elif kind == "application/x-www-form-urlencoded":
            data, files = await FormParser(request.headers, _counted(request, limit), max_fields=10).parse(), []
        else:
            raise HTTPException(415)
    except MultiPartException as error:
        raise HTTPException(413 if "Too many files" in error.message else 400) from error
    except (UnicodeError, KeyError) as error:
        raise HTTPException(400) from error
    return Form(
        text=_UNSEEN.sub(" ", _field(data, "text").replace("\r\n", "\n").replace("\r", "\n")).strip(),
        choice=_field(data, "choice")[:200] or None,
        day=_field(data, "as_of"),
        nonce=_field(data, "nonce"),
        files=tuple((_UNSEEN.sub(" ", name)[:255], content) for name, content in files),
    )


async def _counted(request: Request, limit: int) -> AsyncGenerator[bytes]:
    """The body of `request`; HTTPException 413 once it is longer than `limit`."""
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise HTTPException(413)
        yield chunk


def _field(data: FormData, name: str) -> str:
    value = data.get(name, "")
    return value if isinstance(value, str) else ""


class Identities:
    """Issues and checks identities and nonces; `secret` signs both, nothing is stored."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 16:
            raise ValueError("secret is shorter than 16 bytes")
        self._secret = secret

    def read(self, request: Request) -> str | None:
        """The identity that the request's cookie carries, None for no cookie or a forged one."""
        person, _, mark = request.cookies.get(COOKIE, "").partition(".")
        return person if person and self._same(mark, "identity", person) else None

    def fresh(self) -> str:
        """A new random identity."""
        return secrets.token_urlsafe(18)

    def give(self, request: Request, response: Response, person: str) -> None:
        """Set the cookie of `person` on `response`."""
        set_cookie(request, response, COOKIE, f"{person}.{self._mark('identity', person)}")

    def nonce(self, person: str) -> str:
        """A nonce for one form shown to `person`."""
        grain = secrets.token_urlsafe(12)
        return f"{grain}.{self._mark('nonce', person, grain)}"

    def accepts(self, person: str, nonce: str) -> bool:
        """True when `nonce` was issued to `person`."""
        grain, _, mark = nonce.partition(".")
        return bool(grain) and self._same(mark, "nonce", person, grain)

    def _mark(self, *parts: str) -> str:
        return hmac.new(self._secret, "|".join(parts).encode(errors="replace"), hashlib.sha256).hexdigest()[:32]

    def _same(self, mark: str, *parts: str) -> bool:
        return hmac.compare_digest(mark.encode(errors="replace"), self._mark(*parts).encode())


def set_cookie(request: Request, response: Response, name: str, value: str) -> None:
    """Set a cookie for a year that scripts cannot read; over https it never travels without it."""
    response.set_cookie(name, value, max_age=YEAR, path="/", secure=request.url.scheme == "https", httponly=True, samesite="lax")
