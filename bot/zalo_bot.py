"""The Zalo Bot channel: events by webhook, or by polling for development; replies as plain text with numbered choices."""

import asyncio
import hmac
import json
import logging
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from bot import zalo_texts as words
from bot.channels import Later, Progress, Undeliverable
from bot.telegram_pace import Pace
from bot.zalo_download import Download, picture
from bot.zalo_http import RATE, Failed, Flood, Http
from bot.zalo_intake import Intake, News, digest, header, identifier, mapping, named, string
from bot.zalo_render import parts
from handlers.message import File, Incoming, Reply
from handlers.post import Event, Post, incoming_payload
from handlers.texts import texts

CHANNEL: Final = "zalo"
HEADER: Final = "X-Bot-Api-Secret-Token"

_OK, _BLOCKED, _EMPTY_POLL, _CONFLICT = 0, 403, 408, 409
_NOT_TAKEN: Final = (401, 404)  # the token, which is part of the address, is unknown
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
_TO_BOTS: Final = re.compile(r"\s*(?:/[a-z]|CN[\s.-]?\d{3})", re.IGNORECASE)  # a command, an order with the number of a report
log: Final = logging.getLogger(__name__)


class _Refused(Exception):
    """The platform did not do what it was asked: its error number and what it says of it."""

    def __init__(self, code: int, said: str, wait: float | None = None) -> None:
        super().__init__(code, said)
        self.code, self.said, self.wait = code, said, wait


class ZaloBotChannel:
    """bot.channels.Channel for one bot of the Zalo Bot Platform, and its intake. Nothing that must not be lost is held here.

    With `webhook`, its address at this service, `run` lets Zalo push and the web server asks `genuine` and then `take`; without it `run`
    polls, for development. `nudge` is told when something was kept. End the worker before `run` ends or `close` is called: nothing is sent after that.
    """

    def __init__(
        self, token: str, api: str, post: Post, nudge: Callable[[], None], name: str, *, webhook: str = "", secret: str = "", pace: Pace | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC), download: Download | None = None,
    ) -> None:  # fmt: skip
        self._pace = pace or Pace()
        self._base, self._secret, self._now = f"{api.rstrip('/')}/bot{token}", secret, now
        self._names = {name}  # what a group calls this bot
        self._webhook = webhook
        self._http = Http(self._pace.request, token, token.partition(":")[2])
        self._intake = Intake(CHANNEL, post, nudge, now, self._pace.each_chat)
        self._download = download or Download(self._pace.fetch)
        self._flood = Flood()
        self._refused = False  # the token: what is to be sent waits for somebody to mend it

    async def run(self) -> None:
        """Have what comes pushed, or poll and keep it, until cancelled; return, with one line in the log, when Zalo refuses the token."""
        try:
            if self._webhook:
                await self.set_webhook(self._webhook, self._secret)
                with suppress(_Refused):  # a group then calls it by the name of the service
                    await self._meet()
                await asyncio.Event().wait()
            await self._meet()
            await self._poll_forever()
        except _Refused:
            self._not_taken()
        finally:
            await self.close()

    async def _meet(self) -> None:
        """Learn what the bot is called."""
        me = mapping(await self._insist("getMe", {}))
        self._names |= {name for key in ("account_name", "display_name") if (name := string(me.get(key)).strip())}
        log.info(words.READY, self._http.safe(me.get("account_name", "")))

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
        right = string(at) == self._webhook if self._webhook else True
        found = (right, pushed if right else words.WEBHOOK_ELSEWHERE % self._http.safe(at or "–"))
        return [(True, words.BOT_GOOD % self._http.safe(me.get("account_name", ""))), found]

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
            if not name.startswith("message."):
                return True  # nobody has said anything
        chat, sender = mapping(message.get("chat")), mapping(message.get("from"))
        person = identifier(chat.get("id"))
        if not person:
            log.warning(words.UNREAD, named(name))
            return False
        if sender.get("is_bot") is True:  # bots that talk to each other never stop
            return True
        number, group = identifier(message.get("message_id")), chat.get("chat_type") == "GROUP"
        text = (string(message.get("text")) or string(message.get("caption"))).strip()
        if group:
            if not self._addressed(text):
                return True  # a group talks among itself
            text = self._naming("^").sub("", text)
        event_id = f"{person}:{number or digest(event)}"
        place = {"chat": person, **({"group": True} if group else {})}
        if group:  # everybody there has a conversation of their own
            person = f"{person}:{identifier(sender.get('id')) or '?'}"
        files = _pictures(message, number) if kind == "image" else ()
        if kind == "image" or (kind == "text" and isinstance(message.get("text"), str)):
            incoming = Incoming(CHANNEL, person, text, message=number, group=group, files=files)
            return News(Event(CHANNEL, event_id, person, incoming_payload(incoming, place), self._now()), person=person, place=place)
        return News(says=words.unreadable(kind, only_photos=True), person=person, dedupe=event_id, place=place)

    def _addressed(self, text: str) -> bool:
        """True for what a group says to this bot: its name, a command, an order with the number of a report."""
        return _TO_BOTS.match(text) is not None or self._naming("(?<!\\S)").search(text) is not None

    def _naming(self, where: str) -> re.Pattern[str]:
        names = "|".join(re.escape(name) for name in sorted(self._names, key=len, reverse=True))
        return re.compile(rf"{where}@(?:Bot )?(?:{names})(?!\w)[\s,:.]*", re.IGNORECASE)

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
        elif error.code == RATE:
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
        group = bool(place.get("group")) and person.startswith(f"{place.get('chat')}:")
        chat = str(place["chat"]) if group else person  # what was carried here from another chat goes to the person's own
        messages = parts(reply, texts("vi").automatic() if group else "") or [texts("vi").trouble()]
        platform_id = ""
        for number, text in list(enumerate(messages, 1))[skip:]:
            platform_id = await self._send(chat, text)
            if number < len(messages):
                await sent(number)
        return platform_id

    async def _send(self, chat: str, text: str) -> str:
        self._flood.check()
        try:
            result = await self._call("sendMessage", {"chat_id": chat, "text": text})
        except _Refused as refused:
            if refused.code == RATE:
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
