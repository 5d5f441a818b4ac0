"""The channel of a Zalo Official Account: signed events, replies within the windows, tokens that are renewed once and never lost."""

import asyncio
import hashlib
import hmac
import json
import logging
import os
import re
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bot import zalo_texts as words
from bot.channels import Later, Progress, Undeliverable, whole
from bot.telegram_pace import Pace
from bot.zalo_bot import Answer, Download, Failed, Flood, Http, Intake, News, digest, header, identifier, mapping, named, picture, string
from bot.zalo_render import parts, pieces
from handlers.message import File, Incoming, Reply
from handlers.post import Event, Post, TokenPair, incoming_payload
from handlers.texts import texts

CHANNEL: Final = "zalo_oa"
HEADER: Final = "X-ZEvent-Signature"
BODY_MAX: Final = 2 * 2**20  # bytes of an event that is looked at

_OLDEST, _NEWEST = timedelta(hours=24), timedelta(hours=1)  # an event is re-sent for 12 hours; a clock may be wrong
_SEND: Final = "/v3.0/oa/message/cs"
_RENEW: Final = "/v4/oa/access_token"
_RATE, _TOO_LONG, _REUSED = -32, -210, -14020
_DEAD: Final = (-216, -220)  # the access token is invalid, has expired
_WINDOW: Final = (-230, -232)  # the person has not written for too long
_QUIET: Final = ("unfollow", "user_seen_message", "user_received_message", "user_click_chatnow", "user_reacted_message")
_UNREADABLE: Final = ("audio", "voice", "video", "sticker", "location", "business_card", "gif")

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


def signature(app_id: str, raw: bytes, timestamp: str, oa_secret: str) -> str:
    """What Zalo signs an event with: plain SHA-256, in hex; the secret is the account's, not the app's."""
    return hashlib.sha256(app_id.encode() + raw + timestamp.encode() + oa_secret.encode()).hexdigest()


# --- tokens ---------------------------------------------------------------------------------------------


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
        code = _number(answer.body.get("error"))
        if code is None:
            raise Failed("unreadable answer")
        if code == _RATE:
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


def _number(value: object) -> int | None:
    """An error number, which may be a string."""
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,9}", value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


# --- the channel ----------------------------------------------------------------------------------------


class ZaloOaChannel:
    """bot.channels.Channel for one Official Account, and its intake. Nothing that must not be lost is held here.

    The web server asks `genuine` and then `take`; `run` keeps the tokens fresh. `nudge` is told when something was kept.
    End the worker before `run` ends or `close` is called: nothing is sent after that.
    """

    def __init__(
        self, app_id: str, app_secret: str, oa_secret: str, api: str, oauth: str, post: Post, nudge: Callable[[], None], name: str, spool: Path, *,
        pace: OaPace | None = None, now: Callable[[], datetime] = lambda: datetime.now(UTC), download: Download | None = None,
    ) -> None:  # fmt: skip
        self._pace = pace or OaPace()
        self._app_id, self._oa_secret, self._url, self._name, self._now = app_id, oa_secret, f"{api.rstrip('/')}{_SEND}", name, now
        self._http = Http(self._pace.request, app_secret, oa_secret)
        self._tokens = Tokens(app_id, app_secret, oauth, self._http, post, Spool(spool), now, self._pace)
        self._intake = Intake(CHANNEL, post, nudge, now, self._pace.each_chat)
        self._download = download or Download(self._pace.fetch)
        self._flood = Flood()

    async def begin(self, refresh_token: str) -> None:
        """Keep the first refresh token, which the administrator's consent gave; what stood before is void. ValueError for none."""
        await self._tokens.begin(refresh_token)

    async def run(self) -> None:
        """Keep the tokens fresh until cancelled: a refresh token that is not used for three months is dead."""
        failures = 0
        started = False
        try:
            while True:
                try:
                    if not started:
                        await self._tokens.start()
                        started = True
                    await self._tokens.access()
                    failures = 0
                except Exception as error:
                    failures += 1
                    self._not_renewed(error, self._waits(failures))
                await asyncio.sleep(self._waits(failures))
        finally:
            await self.close()

    def _waits(self, failures: int) -> float:
        """How long until the token is looked at again."""
        doubled: float = self._pace.keep * 2 ** min(failures, 16)
        return min(doubled, self._pace.keep_most)

    def _not_renewed(self, error: Exception, wait: float) -> None:
        if isinstance(error, Alarm):
            self._alarm(error)
        else:
            log.warning(words.OA_NOT_RENEWED, wait, str(error) if isinstance(error, (Failed, Later)) else type(error).__name__)

    async def check(self) -> list[tuple[bool, str]]:
        """Whether there is a valid access token, renewed where it is due, in sentences for the operator; the channel is closed then."""
        try:
            until = await self._tokens.until()
        except Alarm as alarm:
            return [(False, words.OA_NONE if alarm.code == "unauthorised" else words.OA_BAD % (alarm.code, alarm.said))]
        except (Failed, Later) as error:
            return [(False, words.OA_LATER % error)]
        finally:
            await self.close()
        return [(True, words.OA_GOOD % until.isoformat(timespec="minutes"))]

    async def close(self) -> None:
        """Let the connections go; nothing is sent any more."""
        await self._http.close()

    # --- what comes in ------------------------------------------------------------------------------

    def genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        """True where the account's secret signed `body`, and not too long ago; without a secret nothing is genuine."""
        given = header(headers, HEADER).removeprefix("mac=")
        if not self._oa_secret or not given.isascii() or not given or len(body) > BODY_MAX:
            return False
        try:
            stamp = mapping(json.loads(body)).get("timestamp")
        except (ValueError, RecursionError):
            return False
        told = str(stamp) if isinstance(stamp, str) or (isinstance(stamp, int) and not isinstance(stamp, bool)) else ""
        if not re.fullmatch(r"[0-9]{1,15}", told):
            return False
        wanted = signature(self._app_id, body, told, self._oa_secret)
        if not hmac.compare_digest(given.encode(), wanted.encode()):
            return False
        age = self._now() - datetime.fromtimestamp(0, UTC) - timedelta(milliseconds=int(told))
        return -_NEWEST <= age <= _OLDEST

    async def take(self, raw: Mapping[str, Any]) -> bool:
        """Keep what one event brings; False where it is no event that can be read.

        It is committed when this returns. Raises what the database raises: then it is not kept, and Zalo must be let send it again.
        """
        news = self._read(raw)
        if isinstance(news, News):
            await self._intake.keep(news)
            return True
        return news

    def _read(self, raw: Mapping[str, Any]) -> News | bool:
        """What one event brings; True where it is understood and brings nothing, False where it cannot be read."""
        name = string(raw.get("event_name"))
        if name.startswith("oa_send_"):
            if admin := identifier(mapping(raw.get("sender")).get("admin_id")):
                log.info(words.HUMAN, admin)
            return True
        if name in _QUIET:
            return True
        if name == "follow":
            person = identifier(mapping(raw.get("follower")).get("id"))
            if person:
                return News(says=words.greeting(self._name), person=person, dedupe=f"follow:{digest(raw)}", place={"user": person}, back=True)
        elif name.startswith("user_send_") and not name.startswith("user_send_group_"):
            person = identifier(mapping(raw.get("sender")).get("id"))
            if person:
                return self._message(person, name.removeprefix("user_send_"), raw)
        elif name:
            log.warning(words.UNKNOWN, named(name))
            return True
        log.warning(words.UNREAD, named(name))
        return False

    def _message(self, person: str, kind: str, raw: Mapping[str, Any]) -> News:
        message = mapping(raw.get("message"))
        number = identifier(message.get("msg_id"))
        event_id = f"m:{number}" if number else f"h:{digest(raw)}"
        place, text = {"user": person}, string(message.get("text")).strip()
        files: tuple[File, ...] = ()
        payloads = [mapping(mapping(one).get("payload")) for one in _list(message.get("attachments"))]
        if kind == "image":
            files = tuple(picture(string(payload.get("url")), number) for payload in payloads) or (picture("", number),)
        elif kind == "file":
            files = tuple(_file(payload, number) for payload in payloads) or (File(f"tep-{number}", 0),)
        elif kind == "link":
            linked = [string(payload.get(key)) for payload in payloads for key in ("title", "url")]
            text = "\n".join(dict.fromkeys(filter(None, (text, *linked))))
        if files or (text and kind == "link") or (kind == "text" and isinstance(message.get("text"), str)):
            incoming = Incoming(CHANNEL, person, text, message=number, files=files)
            return News(Event(CHANNEL, event_id, person, incoming_payload(incoming, place), self._now()), person=person, place=place)
        if kind not in (*_UNREADABLE, "text", "link"):
            log.warning(words.UNKNOWN, named(f"user_send_{kind}"))
        return News(says=words.unreadable(kind), person=person, dedupe=event_id, place=place)

    # --- what goes out ------------------------------------------------------------------------------

    async def send(self, person: str, reply: Reply, place: Mapping[str, Any], skip: int, sent: Progress) -> str:
        """Send the messages of `reply` from the one behind `skip` on, in order."""
        messages = parts(reply) or [texts("vi").trouble()]
        platform_id = ""
        for number, text in list(enumerate(messages, 1))[skip:]:
            platform_id = await self._sent(person, text)
            if number < len(messages):
                await sent(number)
        return platform_id

    async def _sent(self, person: str, text: str) -> str:
        """Send one message; one that is still too long for Zalo, in halves."""
        answer = await self._answered(person, text)
        code = _number(answer.body.get("error"))
        if code == 0:
            self._flood.passed()
            data = mapping(answer.body.get("data"))
            _tell_quota(mapping(data.get("quota")))
            return identifier(data.get("message_id"))
        if code is None and answer.status != 429:
            raise Failed("unreadable answer")
        if code is None or code == _RATE:
            raise self._flood.refused(answer.wait)
        if code in _WINDOW:
            raise Undeliverable("window")
        if code == _TOO_LONG and (half := len(text) // 2) > 100:
            return [await self._sent(person, piece) for piece in pieces(text, half)][-1]
        held = self._alarm(Alarm(code, self._http.safe(answer.body.get("message", ""))))
        # A new token that is dead at once was perhaps renewed by somebody else in between: it is tried again, and given up visibly.
        raise Failed(f"oa {code}, also after a renewal") if code in _DEAD else held

    async def _answered(self, person: str, text: str) -> Answer:
        """Zalo's answer to a message; where the access token is dead, to the same one with a new token."""
        self._flood.check()
        payload = {"recipient": {"user_id": person}, "message": {"text": text}}
        try:
            access = await self._tokens.access()
            answer = await self._http.post(self._url, json=payload, headers={"access_token": access})
            if _number(answer.body.get("error")) in _DEAD:
                access = await self._tokens.access(access)
                answer = await self._http.post(self._url, json=payload, headers={"access_token": access})
        except Alarm as alarm:
            raise self._alarm(alarm) from None
        return answer

    def _alarm(self, alarm: Alarm) -> Undeliverable:
        """Call for a human; what was to be sent is held."""
        if alarm.code == "unauthorised":
            log.error(words.OA_UNAUTHORISED)
        else:
            log.error(words.OA_ALARM, alarm.code, alarm.said)
        return Undeliverable(f"oa {alarm.code}")

    async def fetch(self, file: File) -> File:
        """`file` with its content, at most 20 MB of it and within a time limit."""
        return await self._download.fetch(file)

    @asynccontextmanager
    async def busy(self, place: Mapping[str, Any]) -> AsyncIterator[None]:
        """Nothing: an Official Account has no sign of life but a message."""
        yield


def _file(payload: Mapping[str, Any], number: str) -> File:
    size = str(payload.get("size", ""))
    name = re.sub(r"[\x00-\x1f/\\]", " ", string(payload.get("name"))).strip()[-150:]
    return File(name or f"tep-{number}", int(size) if re.fullmatch(r"\d{1,12}", size) else 0, remote=string(payload.get("url")))


def _list(value: object) -> list[object]:
    return value[:20] if isinstance(value, list) else []


def _tell_quota(quota: Mapping[str, Any]) -> None:
    """A line in the log where the quota of messages is near its end."""
    left, total = _number(quota.get("remain")), _number(quota.get("total"))
    if left is not None and left <= max(1, (total or 0) // 10):
        log.info(words.QUOTA, named(quota.get("quota_type")), left, total if total is not None else "?")
