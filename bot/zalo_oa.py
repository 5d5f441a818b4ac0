"""The channel of a Zalo Official Account: signed events, replies within the windows."""

import asyncio
import hashlib
import hmac
import json
import logging
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot import zalo_texts as words
from bot.channels import Later, Progress, Undeliverable
from bot.zalo_download import Download, picture
from bot.zalo_http import RATE, Answer, Failed, Flood, Http
from bot.zalo_intake import Intake, News, digest, header, identifier, mapping, named, string, whole_number
from bot.zalo_render import parts, pieces
from bot.zalo_tokens import RATE_LIMIT, Alarm, OaPace, Spool, Tokens
from handlers.message import File, Incoming, Reply
from handlers.post import Event, Post, incoming_payload
from handlers.texts import texts

CHANNEL: Final = "zalo_oa"
HEADER: Final = "X-ZEvent-Signature"
BODY_MAX: Final = 2 * 2**20  # bytes of an event that is looked at

_OLDEST, _NEWEST = timedelta(hours=24), timedelta(hours=1)  # an event is re-sent for 12 hours; a clock may be wrong
_SEND: Final = "/v3.0/oa/message/cs"
_PROFILE: Final = "/v2.0/oa/getoa"  # the account's own name and id: the smallest call that needs a token and a permission
_TOO_LONG: Final = -210
_DEAD: Final = (-216, -220)  # the access token is invalid, has expired
_TIER: Final = (-221, -224)  # the account is not verified, its package does not allow this
_ACCOUNT: Final = "account: "  # what is held because of the account, not of a person, bears a reason that begins so
_HANOI: Final = ZoneInfo("Asia/Ho_Chi_Minh")
_RESUME: Final = timedelta(hours=1)  # no more often is it tried whether the account has been mended
_WINDOW: Final = (-230, -232)  # the person has not written for too long
_QUIET: Final = ("unfollow", "user_seen_message", "user_received_message", "user_click_chatnow", "user_reacted_message")
_UNREADABLE: Final = ("audio", "voice", "video", "sticker", "location", "business_card", "gif")

log: Final = logging.getLogger(__name__)


def signature(app_id: str, raw: bytes, timestamp: str, oa_secret: str) -> str:
    """What Zalo signs an event with: plain SHA-256, in hex; the secret is the account's, not the app's."""
    return hashlib.sha256(app_id.encode() + raw + timestamp.encode() + oa_secret.encode()).hexdigest()


class ZaloOaChannel:
    """bot.channels.Channel for one Official Account, and its intake. Nothing that must not be lost is held here.

    The web server asks `genuine` and then `take`; `run` keeps the tokens fresh. `nudge` is told when something was kept.
    End the worker before `run` ends or `close` is called: nothing is sent after that.
    """

    def __init__(
        self, app_id: str, app_secret: str, oa_secret: str, api: str, oauth: str, post: Post, nudge: Callable[[], None], name: str, spool: Path, *,
        pace: OaPace | None = None, now: Callable[[], datetime] = lambda: datetime.now(UTC), download: Download | None = None,
    ) -> None:  # fmt: skip
        self._pace, self._post, self._nudge = pace or OaPace(), post, nudge
        self._resume_at: datetime | None = now()  # when what the account held back is tried again; None where nothing is
        self._app_id, self._oa_secret, self._api, self._name, self._now = app_id, oa_secret, api.rstrip("/"), name, now
        self._http = Http(self._pace.request, app_secret, oa_secret)
        self._tokens = Tokens(app_id, app_secret, oauth, self._http, post, Spool(spool), now, self._pace)
        self._intake = Intake(CHANNEL, post, nudge, now, self._pace.each_chat)
        self._download = download or Download(self._pace.fetch)
        self._flood = Flood()

    async def begin(self, refresh_token: str) -> None:
        """Keep the first refresh token, which the administrator's consent gave; what stood before is void. ValueError for none.

        What was held while nothing could be sent goes out.
        """
        await self._tokens.begin(refresh_token)
        await self._resume()

    async def _resume(self) -> None:
        """Send what was held because of the account, not of a person."""
        async with self._post.work() as work:
            resumed = await work.outbox.resume(CHANNEL, _ACCOUNT)
        self._resume_at = None
        if resumed:
            log.info(words.OA_RESUMED, resumed)
            self._nudge()

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
        """Whether Zalo takes the access token, renewed where it is due, in sentences for the operator; the channel is closed then."""
        try:
            access = await self._tokens.access()
            answer = await self._http.get(f"{self._api}{_PROFILE}", {"access_token": access})
            if whole_number(answer.body.get("error")) in _DEAD:
                access = await self._tokens.access(access)
                answer = await self._http.get(f"{self._api}{_PROFILE}", {"access_token": access})
            until = await self._tokens.until()
        except Alarm as alarm:
            return [(False, words.OA_NONE if alarm.code == "unauthorised" else words.OA_BAD % (alarm.code, alarm.said))]
        except (Failed, Later) as error:
            return [(False, words.OA_LATER % error)]
        finally:
            await self.close()
        if (code := whole_number(answer.body.get("error"))) != 0:
            return [(False, words.OA_REFUSES % (code if code is not None else answer.status, self._http.safe(answer.body.get("message", ""))))]
        name = self._http.safe(mapping(answer.body.get("data")).get("name", ""))
        return [(True, words.OA_GOOD % (name, f"{until.astimezone(_HANOI):%H:%M %d/%m/%Y} (giờ Việt Nam)"))]

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
        place, text = {"user": person, "message": number}, string(message.get("text")).strip()
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
        # Without the message that it answers, a reply may count as one that nobody asked for, which is paid.
        quoted = string(place.get("message")) if place.get("user") == person else ""
        for number, text in list(enumerate(messages, 1))[skip:]:
            platform_id = await self._sent(person, text, quoted)
            if number < len(messages):
                await sent(number)
        return platform_id

    async def _sent(self, person: str, text: str, quoted: str = "") -> str:
        """Send one message; one that is still too long for Zalo, in halves; one that may not quote, without."""
        answer = await self._answered(person, text, quoted)
        code = whole_number(answer.body.get("error"))
        if code == 0:
            self._flood.passed()
            if self._resume_at is not None and self._now() >= self._resume_at:
                await self._resume()
            data = mapping(answer.body.get("data"))
            _tell_quota(mapping(data.get("quota")))
            return identifier(data.get("message_id"))
        if code is None and answer.status != RATE:
            raise Failed("unreadable answer")
        if code is None or code == RATE_LIMIT:
            raise self._flood.refused(answer.wait)
        if code in _WINDOW:
            raise Undeliverable("window")
        if code == _TOO_LONG and (half := len(text) // 2) > 100:
            return [await self._sent(person, piece, quoted) for piece in pieces(text, half)][-1]
        if quoted and code not in (*_TIER, *_DEAD):  # perhaps it is the quoted message that it does not take
            return await self._sent(person, text)
        held = self._alarm(Alarm(code, self._http.safe(answer.body.get("message", ""))), account=code in (*_TIER, *_DEAD))
        # A new token that is dead at once was perhaps renewed by somebody else in between: it is tried again, and given up visibly.
        raise Failed(f"oa {code}, also after a renewal") if code in _DEAD else held

    async def _answered(self, person: str, text: str, quoted: str) -> Answer:
        """Zalo's answer to a message; where the access token is dead, to the same one with a new token."""
        self._flood.check()
        message = {"text": text, **({"quote_message_id": quoted} if quoted else {})}
        payload = {"recipient": {"user_id": person}, "message": message}
        try:
            access = await self._tokens.access()
            answer = await self._http.post(f"{self._api}{_SEND}", json=payload, headers={"access_token": access})
            if whole_number(answer.body.get("error")) in _DEAD:
                access = await self._tokens.access(access)
                answer = await self._http.post(f"{self._api}{_SEND}", json=payload, headers={"access_token": access})
        except Alarm as alarm:
            raise self._alarm(alarm) from None
        return answer

    def _alarm(self, alarm: Alarm, *, account: bool = True) -> Undeliverable:
        """Call for a human; what was to be sent is held, because of the account or for this message alone."""
        if alarm.code == "unauthorised":
            log.error(words.OA_UNAUTHORISED)
        else:
            log.error(words.OA_ALARM, alarm.code, alarm.said)
        if not account:
            return Undeliverable(f"oa {alarm.code}")
        self._resume_at = self._resume_at or self._now() + _RESUME
        return Undeliverable(f"{_ACCOUNT}{alarm.code}")

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
    left, total = whole_number(quota.get("remain")), whole_number(quota.get("total"))
    if left is not None and left <= max(1, (total or 0) // 10):
        log.info(words.QUOTA, named(quota.get("quota_type")), left, total if total is not None else "?")
