"""The Zalo Bot channel; and what both Zalo channels share: calling, keeping what comes, waiting, fetching what people send."""

import asyncio
import hashlib
import hmac
import json
import logging
import re
import socket
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import PurePosixPath
from typing import Any, Final, TypeVar
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from bot import zalo_texts as words
from bot.channels import Later, Progress, Undeliverable, whole
from bot.fetch import is_public
from bot.telegram_pace import Pace
from bot.zalo_render import parts
from handlers.message import Block, BlockKind, File, Incoming, Reply
from handlers.post import Event, Outgoing, Post, incoming_payload, reply_payload
from handlers.texts import texts

CHANNEL: Final = "zalo"
FILE_MAX: Final = 20 * 2**20  # bytes
HEADER: Final = "X-Bot-Api-Secret-Token"

_OK, _BLOCKED, _EMPTY_POLL, _CONFLICT, _QUOTA = 0, 403, 408, 409, 429
_NOT_TAKEN: Final = (401, 404)  # the token, which is part of the address, is unknown
_REDIRECTS: Final = (301, 302, 303, 307, 308)
_MAX_REDIRECTS: Final = 5
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
_PICTURES: Final = (".jpg", ".jpeg", ".png", ".gif", ".webp")
_ID: Final = re.compile(r"[\x21-\x7e]{1,100}")

Sentence = tuple[str, str]
T = TypeVar("T")
log: Final = logging.getLogger(__name__)


# --- calling --------------------------------------------------------------------------------------------


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
        try:
            limit = aiohttp.ClientTimeout(total=seconds or self._seconds)
            session = self._opened()
            # No redirect: it would carry the token to another host.
            async with session.post(url, json=json, data=form, headers=headers, timeout=limit, allow_redirects=False) as response:
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
    if status == _QUOTA:
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
            log.warning(words.FLOOD, left)
        return Later(left, "too many calls")

    def passed(self) -> None:
        """A call has succeeded."""
        self._refusals, self._until = 0, 0.0


# --- keeping what comes ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class News:
    """What one event brings: a message; a sentence for `person`, kept once for each `dedupe`; a person who is back."""

    event: Event | None = None
    says: Sentence | None = None
    person: str = ""
    dedupe: str = ""
    place: Mapping[str, Any] = field(default_factory=dict)
    back: bool = False


class Intake:
    """Keeps what comes in a channel, and then nudges."""

    def __init__(self, channel: str, post: Post, nudge: Callable[[], None], now: Callable[[], datetime], each_chat: int) -> None:
        self._channel, self._post, self._nudge, self._now, self._most = channel, post, nudge, now, each_chat

    async def keep(self, news: News) -> None:
        """Keep it, whole or not at all; it is committed when this returns. Raises what the database raises."""
        await whole(self._keep(news))

    async def _keep(self, news: News) -> None:
        async with self._post.work(first=True) as work:
            event, says, dedupe = news.event, news.says, news.dedupe
            if event is not None:
                full = await work.inbox.waiting(self._channel, event.person) >= self._most
                if full and await work.inbox.find(self._channel, event.event_id) is None:
                    says, dedupe = words.too_many(self._most), f"full:{event.person}:{int(self._now().timestamp() // 60)}"
                else:
                    await work.inbox.put(event)
            if news.back:
                await work.outbox.release(self._channel, news.person)
            if says is not None:
                english = (await work.conversations.load(self._channel, news.person)).language == "en"
                reply = Reply((Block(BlockKind.LEAD, says[english]),))
                payload = reply_payload(reply, news.place)
                await work.outbox.add(Outgoing(self._channel, news.person, f"{self._channel}:{dedupe}", payload), self._now())
        self._nudge()


def mapping(value: object) -> Mapping[str, Any]:
    """`value` where it is a JSON object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def string(value: object) -> str:
    """`value` where it is a string, else ""."""
    return value if isinstance(value, str) else ""


def identifier(value: object) -> str:
    """`value` as an id that can be kept and sent back, "" where it is none: ids are strings, or whole numbers, never others."""
    said = str(value) if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)) else ""
    return said if _ID.fullmatch(said) else ""


def digest(value: Mapping[str, Any]) -> str:
    """A short name of an event that has no id: the same event has the same name."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:40]


def named(value: object) -> str:
    """The name of an event as it may stand in a log."""
    return re.sub(r"[^\w.]", "?", string(value))[:60] or "?"


def header(headers: Mapping[str, str], name: str) -> str:
    """The value of a header, however its name is spelt; "" where it is absent."""
    return next((value for key, value in headers.items() if key.lower() == name.lower()), "")


# --- fetching what people send --------------------------------------------------------------------------


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
            log.warning(words.NOT_FETCHED, str(error) if isinstance(error, Failed) else type(error).__name__)
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


# --- the channel ----------------------------------------------------------------------------------------


class _Refused(Exception):
    """The platform did not do what it was asked: its error number and what it says of it."""

    def __init__(self, code: int, said: str, wait: float | None = None) -> None:
        super().__init__(code, said)
        self.code, self.said, self.wait = code, said, wait


class ZaloBotChannel:
    """bot.channels.Channel for one bot of the Zalo Bot Platform, and its intake. Nothing that must not be lost is held here.

    What comes is taken either by `run`, which polls, or by the web server, which asks `genuine` and then `take`. `nudge` is told when
    something was kept. End the worker before `run` ends or `close` is called: nothing is sent after that.
    """

    def __init__(
        self, token: str, api: str, post: Post, nudge: Callable[[], None], name: str, *, secret: str = "", pace: Pace | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC), download: Download | None = None,
    ) -> None:  # fmt: skip
        self._pace = pace or Pace()
        self._base, self._name, self._secret, self._now = f"{api.rstrip('/')}/bot{token}", name, secret, now
        self._http = Http(self._pace.request, token, token.partition(":")[2])
        self._intake = Intake(CHANNEL, post, nudge, now, self._pace.each_chat)
        self._download = download or Download(self._pace.fetch)
        self._flood = Flood()
        self._refused = False  # the token: what is to be sent waits for somebody to mend it

    async def run(self) -> None:
        """Poll and keep what comes until cancelled; return, with one line in the log, when Zalo refuses the token. For development."""
        try:
            me = await self._insist("getMe", {})
            log.info(words.READY, self._http.safe(mapping(me).get("account_name", "")))
            await self._poll_forever()
        except _Refused:
            self._not_taken()
        finally:
            await self.close()

    async def set_webhook(self, url: str, secret: str) -> None:
        """Let Zalo POST what comes to `url`, with `secret` (8–256 characters); tried until Zalo can be reached.

        Return, with one line in the log, when Zalo refuses the token or the address; raises ValueError for what Zalo would refuse.
        """
        where = urlsplit(url)
        if (where.scheme != "https" and where.hostname not in _LOOPBACK) or not (8 <= len(secret) <= 256 and secret.isascii()):
            raise ValueError("a webhook needs an https address and a secret of 8 to 256 ASCII characters")
        self._secret = secret
        try:
            answer = await self._insist("setWebhook", {"url": url, "secret_token": secret})
        except _Refused as refused:
            self._not_taken() if refused.code in _NOT_TAKEN else log.error(words.REFUSED, "setWebhook", refused.code, refused.said)
            return
        log.info(words.WEBHOOK, url, self._http.safe(json.dumps(mapping(answer).get("verification"), ensure_ascii=False)))

    async def check(self) -> list[tuple[bool, str]]:
        """Whether Zalo takes the token and where it pushes to, in sentences for the operator; the channel is closed then."""
        try:
            me, at = mapping(await self._call("getMe", {})), mapping(await self._call("getWebhookInfo", {})).get("url")
        except (_Refused, Failed) as error:
            if isinstance(error, Failed):
                return [(False, words.NOT_REACHED % error)]
            return [(False, words.BOT_BAD if error.code in _NOT_TAKEN else words.NOT_REACHED % error.said)]
        finally:
            await self.close()
        pushed = words.WEBHOOK_AT % self._http.safe(at) if at else words.WEBHOOK_NONE
        return [(True, words.BOT_GOOD % self._http.safe(me.get("account_name", ""))), (True, pushed)]

    async def close(self) -> None:
        """Let the connections go; nothing is sent any more."""
        await self._http.close()

    # --- what comes in ------------------------------------------------------------------------------

    def genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        """True where the request comes from who knows the webhook's secret; without a secret none does."""
        given = header(headers, HEADER)
        return bool(self._secret) and given.isascii() and hmac.compare_digest(given.encode(), self._secret.encode())

    async def take(self, raw: Mapping[str, Any]) -> bool:
        """Keep what one event brings, with or without the envelope; False where it is no event that can be read.

        It is committed when this returns. Raises what the database raises: then it is not kept, and Zalo must be let send it again.
        """
        event = mapping(raw.get("result")) if "event_name" not in raw else raw
        news = self._read(event)
        if isinstance(news, News):
            await self._intake.keep(news)
            return True
        return news

    def _read(self, event: Mapping[str, Any]) -> News | bool:
        """What one event brings; True where it is understood and brings nothing, False where it cannot be read."""
        name, message = string(event.get("event_name")), mapping(event.get("message"))
        if not name:
            log.warning(words.UNREAD, "?")
            return False
        kind = name.removeprefix("message.").removesuffix(".received")
        if kind not in ("text", "image", "sticker", "voice", "unsupported"):
            log.warning(words.UNKNOWN, named(name))
            return True
        chat, sender = mapping(message.get("chat")), mapping(message.get("from"))
        person = identifier(chat.get("id"))
        if not person:
            log.warning(words.UNREAD, named(name))
            return False
        if sender.get("is_bot") is True:  # bots that talk to each other never stop
            return True
        number, group = identifier(message.get("message_id")), chat.get("chat_type") == "GROUP"
        event_id = f"{person}:{number or digest(event)}"
        place = {"chat": person, **({"group": True} if group else {})}
        text, files = self._words(message, group), _pictures(message, number) if kind == "image" else ()
        if kind == "image" or (kind == "text" and isinstance(message.get("text"), str)):
            incoming = Incoming(CHANNEL, person, text, message=number, group=group, files=files)
            return News(Event(CHANNEL, event_id, person, incoming_payload(incoming, place), self._now()), person=person, place=place)
        return News(says=words.unreadable(kind), person=person, dedupe=event_id, place=place)

    def _words(self, message: Mapping[str, Any], group: bool) -> str:
        text = (string(message.get("text")) or string(message.get("caption"))).strip()
        return re.sub(rf"^@(?:Bot )?{re.escape(self._name)}\b[\s,:.]*", "", text, flags=re.IGNORECASE) if group else text

    async def _poll_forever(self) -> None:
        failures = 0
        while True:
            began = time.monotonic()
            try:
                event = await self._call("getUpdates", {"timeout": self._pace.poll}, self._pace.poll + self._pace.request)
            except (_Refused, Failed) as error:
                if isinstance(error, _Refused) and error.code == _EMPTY_POLL:
                    failures = 0
                    await asyncio.sleep(self._pace.retry_first if time.monotonic() - began < 0.5 else 0)
                    continue
                failures += 1
                await self._wait(error, failures)
                continue
            failures = 0
            if not await self._kept(mapping(event)):
                await asyncio.sleep(self._pace.retry_first)

    async def _wait(self, error: _Refused | Failed, failures: int) -> None:
        """Wait before Zalo is asked for news again; raises what waiting does not mend."""
        if isinstance(error, Failed):
            await self._again("getUpdates", failures, str(error))
        elif error.code in _NOT_TAKEN:
            raise error
        elif error.code == _CONFLICT:
            log.error(words.CONFLICT, self._pace.conflict)
            with suppress(_Refused, Failed):
                await self._call("deleteWebhook", {})
            await asyncio.sleep(self._pace.conflict)
        elif error.code == _QUOTA:
            await asyncio.sleep(self._flood.refused(error.wait).seconds)
        else:
            await self._again("getUpdates", failures, error.said)

    async def _kept(self, event: Mapping[str, Any]) -> bool:
        """Keep an event, however often that fails: Zalo gives it once, so nothing else is asked for before."""
        failures = 0
        while True:
            try:
                return await self.take(event)
            except Exception as error:  # whatever ails the database
                failures += 1
                wait = self._pace.after(failures)
                log.log(logging.DEBUG if failures & (failures - 1) else logging.ERROR, words.NOT_KEPT, failures, wait, type(error).__name__)
                await asyncio.sleep(wait)

    # --- what goes out ------------------------------------------------------------------------------

    async def send(self, person: str, reply: Reply, place: Mapping[str, Any], skip: int, sent: Progress) -> str:
        """Send the messages of `reply` from the one behind `skip` on, in order; in a group, say who speaks."""
        if self._refused:
            raise Later(self._pace.refused, "the token is refused")
        group = bool(place.get("group")) and place.get("chat") == person
        messages = parts(reply, texts("vi").automatic() if group else "") or [texts("vi").trouble()]
        platform_id = ""
        for number, text in list(enumerate(messages, 1))[skip:]:
            platform_id = await self._send(person, text)
            if number < len(messages):
                await sent(number)
        return platform_id

    async def _send(self, person: str, text: str) -> str:
        self._flood.check()
        try:
            result = await self._call("sendMessage", {"chat_id": person, "text": text})
        except _Refused as refused:
            if refused.code == _QUOTA:
                raise self._flood.refused(refused.wait) from None
            if refused.code in _NOT_TAKEN:
                self._not_taken()
                raise Later(self._pace.refused, "the token is refused") from None
            if refused.code == _BLOCKED:
                raise Undeliverable("blocked") from None
            log.warning(words.REFUSED, "sendMessage", refused.code, refused.said)
            raise
        self._flood.passed()
        return identifier(mapping(result).get("message_id"))

    async def fetch(self, file: File) -> File:
        """`file` with its content, at most 20 MB of it and within a time limit."""
        return await self._download.fetch(file)

    @asynccontextmanager
    async def busy(self, place: Mapping[str, Any]) -> AsyncIterator[None]:
        """Show "typing" while an answer takes its time."""
        task = asyncio.create_task(self._typing(str(place["chat"]))) if "chat" in place else None
        try:
            yield
        finally:
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async def _typing(self, chat: str) -> None:
        await asyncio.sleep(self._pace.typing_after)
        while True:
            with suppress(_Refused, Failed):
                await self._call("sendChatAction", {"chat_id": chat, "action": "typing"}, 5)
            await asyncio.sleep(self._pace.typing_every)

    # --- calls --------------------------------------------------------------------------------------

    async def _insist(self, method: str, payload: Mapping[str, Any]) -> object:
        """Call until it is carried out; raises _Refused for what no repetition mends."""
        failures = 0
        while True:
            try:
                return await self._call(method, payload)
            except (_Refused, Failed) as error:
                if isinstance(error, _Refused) and error.code in (400, *_NOT_TAKEN):
                    raise
                failures += 1
                await self._again(method, failures, error.said if isinstance(error, _Refused) else str(error))

    async def _again(self, method: str, failures: int, said: str) -> None:
        wait = self._pace.after(failures)
        # Spread the lines of a long outage: after 1, 2, 4, 8 … failures.
        log.log(logging.DEBUG if failures & (failures - 1) else logging.WARNING, words.UNREACHABLE, method, failures, wait, said)
        await asyncio.sleep(wait)

    async def _call(self, method: str, payload: Mapping[str, Any], seconds: float | None = None) -> object:
        answer = await self._http.post(f"{self._base}/{method}", json=payload, seconds=seconds)
        if answer.body.get("ok") is True:
            return answer.body.get("result")
        if method == "getUpdates" and "event_name" in answer.body:  # without the envelope
            return answer.body
        code = answer.body.get("error_code", answer.status)
        if not isinstance(code, int) or code in (_OK, 200):
            raise Failed("unreadable answer")
        raise _Refused(code, self._http.safe(answer.body.get("description", "")), answer.wait)

    def _not_taken(self) -> None:
        if not self._refused:
            log.error(words.NOT_TAKEN)
        self._refused = True


def _pictures(message: Mapping[str, Any], number: str) -> tuple[File, ...]:
    """The picture of a message; where its address is not found, one that cannot be had, so that the person is told."""
    # The field is called differently by different clients.
    url = next((found for name in ("photo_url", "photo", "image_url", "url") if (found := string(message.get(name)))), "")
    return (picture(url, number),)


def picture(url: str, number: str) -> File:
    """A picture at `url`, sent with message `number`."""
    with suppress(ValueError):
        if (ending := PurePosixPath(urlsplit(url).path).suffix.lower()) in _PICTURES:
            return File(f"anh-{number}{ending}", 0, remote=url)
    return File(f"anh-{number}.jpg", 0, remote=url)
