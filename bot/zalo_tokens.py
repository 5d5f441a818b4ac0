"""The tokens of an Official Account: renewed by one process at a time, and no pair is ever lost."""

import asyncio
import hashlib
import json
import logging
import os
import re
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from bot import zalo_texts as words
from bot.channels import Later, whole
from bot.telegram_pace import Pace
from bot.zalo_http import Answer, Failed, Http
from bot.zalo_intake import string, whole_number
from handlers.post import Post, TokenPair

RATE_LIMIT: Final = -32  # Zalo's number for too many calls
_REUSED: Final = -14020
_RENEW: Final = "/v4/oa/access_token"
log: Final = logging.getLogger(__name__)


@dataclass(frozen=True)
class OaPace(Pace):
    """Times in seconds of what only an Official Account does."""

    early: float = 600.0  # an access token is renewed so long before it expires
    lease: float = 90.0  # of who renews: longer than the call
    others: float = 30.0  # how long a renewal by somebody else is waited for
    look: float = 0.1
    keep: float = 60.0  # how often the token is looked at where nothing is sent
    keep_most: float = 3600.0


class Alarm(Exception):
    """The account cannot be used until a human has mended it: Zalo's error number and what it says."""

    def __init__(self, code: int | str, said: str = "") -> None:
        super().__init__(code, said)
        self.code, self.said = code, said


@dataclass(frozen=True)
class _Spooled:
    name: str
    after: str  # the hash of the refresh token that was used up
    pair: TokenPair


class Spool:
    """One file that holds a pair from the answer that gave it until it is committed; whoever has the lease may use it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, name: str, old: str, pair: TokenPair) -> bytes:
        """Keep `pair`, which came for the refresh token `old`: durably, and for this user's eyes only. Returns what was written."""
        kept = {"name": name, "after": _hashed(old), "access": pair.access, "refresh": pair.refresh, "expires_at": pair.expires_at.isoformat()}
        content, new = json.dumps(kept).encode(), self._path.with_name(f".{self._path.name}.new")
        self._path.parent.mkdir(parents=True, exist_ok=True)
        new.unlink(missing_ok=True)
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as file:  # noqa: PTH123
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # or the name may be lost with the power
        finally:
            os.close(folder)
        return content

    def read(self) -> _Spooled | None:
        """What is kept; None where nothing is, or nothing that can be read."""
        try:
            kept = json.loads(self._path.read_bytes())
            expires_at = datetime.fromisoformat(kept["expires_at"]).astimezone(UTC)
            return _Spooled(str(kept["name"]), str(kept["after"]), TokenPair(str(kept["access"]), str(kept["refresh"]), expires_at))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.error(words.OA_BAD_SPOOL, type(error).__name__)
            return None

    def remove(self, content: bytes | None = None) -> None:
        """Remove the file, with `content` only where it still holds that. One that stays is known to be old, so that is no error."""
        with suppress(OSError):
            if content is None or self._path.read_bytes() == content:
                self._path.unlink()


class Tokens:
    """The tokens of one app: valid ones are given out, and renewed by one process at a time. No transaction is open during a call."""

    # The order is: claim a lease; read the pair again; take up what the last one spooled; call; spool; commit; remove the spool.
    # A pair only ever takes the place of the one whose refresh token it came for, so nobody who was late undoes a newer one.

    def __init__(
        self, app_id: str, app_secret: str, oauth: str, http: Http, post: Post, spool: Spool, now: Callable[[], datetime], pace: OaPace,
    ) -> None:  # fmt: skip
        self._app_id, self._app_secret, self._url, self._http, self._post = app_id, app_secret, f"{oauth.rstrip('/')}{_RENEW}", http, post
        self._spool, self._now, self._pace = spool, now, pace
        self._name, self._me = f"zalo_oa:{app_id}", uuid.uuid4().hex
        self._lease, self._early = timedelta(seconds=pace.lease), timedelta(seconds=pace.early)
        self._mine = asyncio.Lock()  # one renewal at a time in this process

    async def begin(self, refresh: str) -> None:
        """Keep the first refresh token, which an authorisation gave; ValueError for none."""
        if not (refresh := refresh.strip()) or not refresh.isascii():
            raise ValueError("a refresh token is a line of ASCII characters")
        async with self._post.work() as work:
            await work.tokens.begin(self._name, refresh, self._now())
        await asyncio.to_thread(self._spool.remove)

    async def start(self) -> None:
        """Take up what a process that ended between answer and commit has left."""
        await whole(self._alone(self._adopted, ""))

    async def access(self, dead: str = "") -> str:
        """An access token that is valid and not `dead`. Raises Alarm, Later, Failed, or what the database raises."""
        pair = await self._pair()
        return pair.access if self._usable(pair, dead) else await whole(self._alone(self._renewed, dead))

    async def until(self) -> datetime:
        """How long the access token is valid, after a renewal where one is due. Raises what `access` raises."""
        await self.access()
        return (await self._pair()).expires_at

    async def _pair(self) -> TokenPair:
        async with self._post.look() as work:
            pair = await work.tokens.get(self._name)
        if pair is None:
            raise Alarm("unauthorised")
        self._http.hide(pair.access, pair.refresh)
        return pair

    def _usable(self, pair: TokenPair, dead: str) -> bool:
        return bool(pair.access) and pair.access != dead and pair.expires_at - self._now() > self._early

    async def _alone(self, step: Callable[[str], Awaitable[str]], dead: str) -> str:
        """Do `step` while nobody else does; where somebody does, wait for what comes of it."""
        async with self._mine:
            clock = asyncio.get_running_loop().time
            end, waited = clock() + self._pace.others, step == self._renewed  # what was adopted is looked for even where a pair seems good
            while True:
                pair = await self._pair()
                if waited and self._usable(pair, dead):
                    return pair.access
                async with self._post.work() as work:
                    claimed = await work.tokens.claim(self._name, self._me, self._now(), self._lease)
                if claimed:
                    return await self._leased(step, dead)
                if clock() > end:
                    raise Later(self._pace.others, "the token is being renewed elsewhere")
                await asyncio.sleep(self._pace.look)
                waited = True

    async def _leased(self, step: Callable[[str], Awaitable[str]], dead: str) -> str:
        try:
            return await step(dead)
        finally:
            with suppress(Exception):  # where the database is down, the lease ends by itself, and this process may take it again
                async with self._post.work() as work:
                    await work.tokens.free(self._name, self._me)

    async def _renewed(self, dead: str) -> str:
        """The access token after a renewal, or of somebody who was faster."""
        await self._adopted(dead)
        pair = await self._pair()
        if self._usable(pair, dead):
            return pair.access
        if pair.alarm.startswith(str(_REUSED)):
            raise Alarm(_REUSED, pair.alarm.partition(" ")[2])
        answer = await self._http.post(
            self._url, headers={"secret_key": self._app_secret},
            form={"app_id": self._app_id, "grant_type": "refresh_token", "refresh_token": pair.refresh},
        )  # fmt: skip
        new = self._given(answer)
        if new is None:
            return await self._not_given(answer, pair, dead)
        self._http.hide(new.access, new.refresh)
        content = None
        try:
            content = await asyncio.to_thread(self._spool.write, self._name, pair.refresh, new)
        except OSError as error:  # the commit may still succeed
            log.error(words.OA_NOT_SPOOLED, type(error).__name__)
        async with self._post.work() as work:
            replaced = await work.tokens.replace(self._name, pair.refresh, new)
            await work.tokens.free(self._name, self._me)
        if content is not None:
            await asyncio.to_thread(self._spool.remove, content)
        log.info(words.OA_RENEWED, new.expires_at.isoformat(timespec="minutes"))
        return new.access if replaced else (await self._pair()).access

    async def _adopted(self, dead: str) -> str:
        """Put the spooled pair in its place where that is the newer one, and return the access token as it stands then."""
        pair, spooled = await self._pair(), await asyncio.to_thread(self._spool.read)
        if spooled is None or spooled.name != self._name:
            return pair.access
        # After a new authorisation (no access token yet) nothing but its own successor is newer.
        if spooled.after == _hashed(pair.refresh) or (pair.access and spooled.pair.expires_at > pair.expires_at):
            async with self._post.work() as work:
                await work.tokens.replace(self._name, pair.refresh, spooled.pair)
            log.warning(words.OA_ADOPTED)
        elif not pair.access:
            return pair.access
        await asyncio.to_thread(self._spool.remove)
        return (await self._pair()).access

    def _given(self, answer: Answer) -> TokenPair | None:
        access, refresh = string(answer.body.get("access_token")), string(answer.body.get("refresh_token"))
        if not access or not refresh:
            return None
        told = str(answer.body.get("expires_in", ""))  # "90000", a string
        return TokenPair(access, refresh, self._now() + timedelta(seconds=int(told) if re.fullmatch(r"\d{1,8}", told) else 3600))

    async def _not_given(self, answer: Answer, pair: TokenPair, dead: str) -> str:
        code = whole_number(answer.body.get("error"))
        if code is None:
            raise Failed("unreadable answer")
        if code == RATE_LIMIT:
            raise Later(answer.wait or 60.0, "too many calls")
        now = await self._pair()
        if now.refresh != pair.refresh and self._usable(now, dead):  # somebody whose lease had ended was faster after all
            return now.access
        said = self._http.safe(answer.body.get("message") or answer.body.get("error_description") or answer.body.get("error_name") or "")
        async with self._post.work() as work:
            await work.tokens.alarm(self._name, pair.refresh, f"{code} {said}")
        raise Alarm(code, said)


def _hashed(refresh: str) -> str:
    return hashlib.sha256(refresh.encode()).hexdigest()
