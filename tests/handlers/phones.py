"""The channels as people hold them in their hands: each true adapter with the stand-in of its platform, and what shows on the screen."""

import asyncio
import itertools
import json
import re
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, Self

import httpx
from lxml import html
from starlette.applications import Starlette

from bot.channels import Channel, Progress, Undeliverable
from bot.hooks import Hook, hooks
from bot.outflow import Limits, Outflow
from bot.telegram import TelegramChannel
from bot.telegram_pace import Pace
from bot.telegram_render import Buttons
from bot.web import create_app
from bot.web_mail import Mail
from bot.zalo_bot import ZaloBotChannel
from bot.zalo_download import Download
from bot.zalo_oa import ZaloOaChannel
from bot.zalo_tokens import OaPace
from handlers.message import Choice, File, Incoming, Reply
from handlers.post import Event, Post, incoming_payload
from knowledge.corpus import Corpus
from tests.bot.rooms import SECRET
from tests.standins.https import serve, text
from tests.standins.telegram import Sent, TelegramStandin
from tests.standins.zalo_bot import ZaloBotStandin, ZaloStandin
from tests.standins.zalo_oa import ZaloOaStandin

HOOK_SECRET: Final = "a-secret_of-the-tests"
FREE: Final = Limits(private_burst=10**6, group_most=10**6, all_most=10**6)
ANYWHERE: Final = Download(seconds=2, schemes=("http", "https"), allowed=lambda _: True)
_JSON: Final = {"content-type": "application/json"}
_SERIAL: Final = itertools.count(1)

Attached = Sequence[tuple[str, bytes]]  # name, content
Drain = Callable[[], Any]


@dataclass(frozen=True)
class Shown:
    """What came to a screen at one time: all its words, and the choices under them."""

    words: str
    choices: tuple[Choice, ...] = ()

    def text(self) -> str:
        """All that is read, the words on the buttons too."""
        return "\n".join((self.words, *(c.label for c in self.choices if c.label not in self.words)))


@dataclass(frozen=True)
class World:
    """What a channel is built over: the store, a clock, the texts, a folder of its own, the first words, and the worker's work."""

    post: Post
    now: Callable[[], datetime]
    corpus: Corpus
    folder: Path
    greeting: Callable[[str], Reply]


class Phone(ABC):
    """One channel in people's hands. `can`: what it knows beside text: buttons, edits, groups, quotes, files, absence."""

    name: str
    can: frozenset[str]
    channel: Channel

    def __init__(self) -> None:
        self.screens: defaultdict[str, list[Shown | Reply]] = defaultdict(list)
        self.happened: list[Callable[[], Any]] = []  # every event, to let it come once more
        self._serial = next(_SERIAL)

    @asynccontextmanager
    async def opened(self, world: World) -> AsyncIterator[Self]:
        """Set up platform and channel."""
        self._world = world
        async with AsyncExitStack() as stack:
            await self._open(world, stack)
            yield self

    @abstractmethod
    async def _open(self, world: World, stack: AsyncExitStack) -> None: ...

    def identity(self, who: str) -> str:
        """The channel's identity of somebody."""
        return who

    def screen(self, who: str) -> list[Shown | Reply]:
        """What somebody sees."""
        return self.screens[who]

    @abstractmethod
    async def says(self, who: str, words: str, *, files: Attached = (), edits: str = "", group: bool = False, quoted: str = "") -> str:
        """Let somebody write; the id of the message. It is kept when this returns."""

    async def taps(self, who: str, choice: str) -> None:
        """Let somebody press a button: the token of what is shown."""
        raise NotImplementedError

    def made_up(self, who: str, token: str) -> str:
        """The token of a button that this person was never shown."""
        raise NotImplementedError

    async def english(self, who: str) -> None:
        """Let somebody have chosen English before."""
        person = self.identity(who)
        async with self._world.post.work() as work:
            memory = await work.conversations.load(self.name, person)
            await work.conversations.save(self.name, person, replace(memory, language="en"), self._world.now())

    @abstractmethod
    async def look(self) -> None:
        """Put on the screens what has come since."""

    def away(self, who: str) -> None:
        """Make somebody unreachable."""
        raise NotImplementedError

    def back(self, who: str) -> None:
        """Let somebody be reached again."""
        raise NotImplementedError


class Sink(Phone):
    """No platform at all: the worker's own channel, which keeps replies as they are."""

    can = frozenset({"buttons", "edits", "groups", "quotes", "files", "absence"})

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name, self.channel = name, self
        self.unreachable: set[str] = set()
        self.remote: dict[str, bytes] = {}
        self._ids = itertools.count(1)

    @property
    def sent(self) -> defaultdict[str, list[Any]]:
        """What was sent to each person."""
        return self.screens

    async def _open(self, world: World, stack: AsyncExitStack) -> None:
        pass

    async def says(self, who: str, words: str, *, files: Attached = (), edits: str = "", group: bool = False, quoted: str = "") -> str:
        kept = [File(name, len(content), await self._world.post.files.put(content)) for name, content in files]
        number = edits or str(100 + next(self._ids))
        await self.arrives(Incoming(self.name, who, words, message=number, edits=bool(edits), group=group, files=tuple(kept), quoted=quoted))
        return number

    async def taps(self, who: str, choice: str) -> None:
        await self.arrives(Incoming(self.name, who, choice=choice))

    def made_up(self, who: str, token: str) -> str:
        return token

    async def arrives(self, incoming: Incoming) -> None:
        """Keep what comes as the inbox does."""
        event = Event(self.name, f"{self.name}{next(self._ids)}", incoming.person, incoming_payload(incoming), self._world.now())

        async def happen() -> None:
            async with self._world.post.work() as work:
                await work.inbox.put(event)

        self.happened.append(happen)
        await happen()

    async def look(self) -> None:
        pass  # `send` has put it there

    def away(self, who: str) -> None:
        self.unreachable.add(who)

    def back(self, who: str) -> None:
        self.unreachable.discard(who)

    async def send(self, person: str, reply: Reply, place: Mapping[str, Any], skip: int, sent: Progress) -> str:
        if person in self.unreachable:
            raise Undeliverable("blocked")
        self.screens[person].append(reply)
        return str(len(self.screens[person]))

    async def fetch(self, file: File) -> File:
        found = self.remote.get(file.remote)
        return File(file.name, file.size, remote=file.remote, content=found, trouble="" if found is not None else "gone")

    @asynccontextmanager
    async def busy(self, place: Mapping[str, Any]) -> AsyncIterator[None]:
        yield


class Pushed(Phone):
    """A channel that a platform pushes to, through the true door."""

    hook: str

    def _door(self, channel: Hook, stack: AsyncExitStack) -> None:
        app = Starlette(routes=hooks({self.hook: channel}, seconds=20))
        self._http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://cau-noi.test")
        stack.push_async_callback(self._http.aclose)

    async def _push(self, body: bytes, headers: Mapping[str, str]) -> None:
        async def happen() -> None:
            answer = await self._http.post(f"/hook/{self.hook}", content=body, headers={**_JSON, **headers})
            assert answer.status_code == 200, answer.text

        self.happened.append(happen)
        await happen()


class Telegram(Pushed):
    """Telegram by webhook."""

    name, hook = "telegram", "telegram"
    can = frozenset({"buttons", "edits", "groups", "quotes", "files", "absence"})

    async def _open(self, world: World, stack: AsyncExitStack) -> None:
        self._standin = stack.enter_context(TelegramStandin())
        self._standin.hold()  # updates are carried to the door here
        pace = Pace(poll=5, request=5, retry_first=0.02, retry_most=0.1)
        self.channel = TelegramChannel(
            self._standin.token, self._standin.base_url, world.post, lambda: None, "Cầu Nối", pace, world.now,
            webhook="https://cau-noi.test", secret=HOOK_SECRET, outflow=Outflow(FREE),
        )  # fmt: skip
        self._door(self.channel, stack)
        self._people: dict[str, int] = {}
        self._names: dict[int, str] = {}
        self._read = 0
        task = asyncio.create_task(self.channel.run())
        stack.push_async_callback(_ended, task)
        await asyncio.to_thread(self._standin.wait_for_calls, "setWebhook", 1)

    def _chat(self, who: str) -> int:
        """The number of a person; a group is written "-100", somebody in it "-100:lan"."""
        if who.startswith("-"):
            chat = int(who.partition(":")[0])
            self._standin.add_chat(chat)
        else:
            chat = self._people.setdefault(who, self._serial * 1000 + len(self._people))
            self._standin.add_chat(chat)
        self._names[chat] = who.partition(":")[0]
        return chat

    def identity(self, who: str) -> str:
        group, _, member = who.partition(":")
        return f"{self._chat(group)}:{self._chat(member)}" if member else str(self._chat(who))

    def screen(self, who: str) -> list[Shown | Reply]:
        return self.screens[who.partition(":")[0]]  # a group sees what its members are answered

    async def says(self, who: str, words: str, *, files: Attached = (), edits: str = "", group: bool = False, quoted: str = "") -> str:
        chat, member = self._chat(who), who.partition(":")[2]
        if edits:
            return await self._came(self._standin.revise(chat, int(edits), words))
        extra: dict[str, Any] = {}
        if group and not member:  # somebody in a group of their own
            chat, member = -100_777, who
            self._standin.add_chat(chat)
            self._names[chat] = who
        if member:
            extra["user"] = {"id": self._chat(member), "first_name": member}
        if quoted:
            own = next(s for s in reversed(self._standin.sent) if s.text == quoted)
            extra["reply_to_message"] = own.message
        elif member and not words.startswith("/"):
            words = f"@{self._standin.username} {words}"
            extra["entities"] = [{"type": "mention", "offset": 0, "length": len(self._standin.username) + 1}]
        number = ""
        for at, (name, content) in enumerate(files):
            document = {"file_id": self._standin.add_file(content, name), "file_unique_id": f"f{at}", "file_name": name, "file_size": len(content)}
            number = await self._came(self._standin.say(chat, words or "-", **extra, document=document, caption=words if at == len(files) - 1 else ""))
        return number if files else await self._came(self._standin.say(chat, words, **extra))

    async def _came(self, update: int) -> str:
        raw = self._standin.update(update)
        if "document" in (message := raw.get("message", {})):
            message.pop("text")
            message.pop("entities", None)
        await self._push(json.dumps(raw).encode(), {"X-Telegram-Bot-Api-Secret-Token": HOOK_SECRET})
        return str((message or raw.get("edited_message", {})).get("message_id", ""))

    async def taps(self, who: str, choice: str) -> None:
        last = next(s for s in reversed(self._standin.sent) if s.chat_id == self._chat(who))
        user = {"id": self._chat(who), "first_name": who}
        await self._came(self._standin.tap(self._with(last, who, choice), choice, user=user, forged=True))

    def _with(self, last: Sent, who: str, choice: str) -> Sent:
        found = (s for s in reversed(self._standin.sent) if s.chat_id == self._chat(who) and choice in [b["callback_data"] for b in s.buttons])
        return next(found, last)

    def made_up(self, who: str, token: str) -> str:
        return Buttons(self._standin.token).data(self.identity(who), token)

    async def look(self) -> None:
        new, self._read = self._standin.sent[self._read :], len(self._standin.sent)
        came: defaultdict[str, list[Sent]] = defaultdict(list)
        for sent in new:
            came[self._names[sent.chat_id]].append(sent)
        for who, messages in came.items():
            buttons = next((s.buttons for s in reversed(messages) if s.buttons), [])
            choices = tuple(Choice(re.sub(r"^\d+\. ", "", b["text"]), b["callback_data"]) for b in buttons)
            self.screens[who].append(Shown("\n\n".join(s.text for s in messages), choices))

    def away(self, who: str) -> None:
        self._standin.block(self._chat(who))

    def back(self, who: str) -> None:
        self._standin.unblock(self._chat(who))


class Zalo(Pushed):
    """What both Zalo channels share: text with numbered choices, nothing to tap."""

    _standin: ZaloStandin

    def _set_up(self, stack: AsyncExitStack) -> None:
        self._standin.hold()
        self._names, self._read = dict[str, str](), 0
        self._files = stack.enter_context(serve())
        self._numbers = itertools.count(1)

    def identity(self, who: str) -> str:
        group, _, member = who.partition(":")
        person = f"{'g' if group.startswith('-') else 'u'}{self._serial}{group if group.startswith('-') else f'-{group}'}"
        self._names[person] = group
        return f"{person}:{self.identity(member)}" if member else person

    def screen(self, who: str) -> list[Shown | Reply]:
        return self.screens[who.partition(":")[0]]  # a group sees what its members are answered

    def _at(self, name: str, content: bytes) -> str:
        """Where the platform keeps a file that somebody sent."""
        path = f"/{next(self._numbers)}{Path(name).suffix if Path(name).suffix.isascii() else ''}"
        self._files.answers[path] = text(content)
        return f"http://127.0.0.1:{self._files.port}{path}"

    async def look(self) -> None:
        new, self._read = self._standin.sent[self._read :], len(self._standin.sent)
        came: defaultdict[str, list[str]] = defaultdict(list)
        for sent in new:
            came[self._names.get(sent.user, sent.user)].append(sent.text)
        for who, messages in came.items():
            listed = next((found for said in reversed(messages) if (found := numbered(said))), ())
            self.screens[who].append(Shown("\n\n".join(messages), listed))

    def away(self, who: str) -> None:
        self._standin.block(self.identity(who))

    def back(self, who: str) -> None:
        self._standin.unblock(self.identity(who))


class ZaloBot(Zalo):
    """Zalo Bot Platform by webhook."""

    name, hook = "zalo", "zalo-bot"
    can = frozenset({"groups", "pictures", "absence"})
    _standin: ZaloBotStandin

    async def _open(self, world: World, stack: AsyncExitStack) -> None:
        self._standin = stack.enter_context(ZaloBotStandin())
        self._set_up(stack)
        self._standin.secret = HOOK_SECRET
        self.channel = ZaloBotChannel(
            self._standin.token, self._standin.base_url, world.post, lambda: None, "Cầu Nối", secret=HOOK_SECRET,
            pace=Pace(request=5, retry_first=0.02), now=world.now, download=ANYWHERE,
        )  # fmt: skip
        stack.push_async_callback(self.channel.close)
        self._door(self.channel, stack)

    def identity(self, who: str) -> str:
        person = super().identity(who)
        chat = person.partition(":")[0]
        self._standin.add_chat(chat, "GROUP" if who.startswith("-") else "PRIVATE")
        return person

    async def says(self, who: str, words: str, *, files: Attached = (), edits: str = "", group: bool = False, quoted: str = "") -> str:
        person, last = self.identity(who), ""
        if group:
            chat, _, member = (person if ":" in person else f"{self.identity('-777')}:{person}").partition(":")
            self._names[chat] = who.partition(":")[0]
            return await self._came(self._standin.say(member, f"@Cầu Nối {words}", chat=chat))
        for at, (name, content) in enumerate(files):
            last = await self._came(self._standin.send_image(person, self._at(name, content), words if at == len(files) - 1 else ""))
        return last if files else await self._came(self._standin.say(person, words))

    async def _came(self, event: Any) -> str:
        await self._push(*self._standin.pushed(event))
        return str(event.message_id)


class ZaloOa(Zalo):
    """A Zalo Official Account."""

    name, hook = "zalo_oa", "zalo-oa"
    can = frozenset({"files", "absence"})
    _standin: ZaloOaStandin

    async def _open(self, world: World, stack: AsyncExitStack) -> None:
        self._standin = stack.enter_context(ZaloOaStandin())
        self._standin.set_clock(world.now())
        self._set_up(stack)
        self._standin.options.echoes = False
        self.channel = ZaloOaChannel(
            self._standin.app_id, self._standin.app_secret, self._standin.oa_secret, self._standin.base_url, self._standin.oauth_url, world.post,
            lambda: None, "Cầu Nối", world.folder / "spool", pace=OaPace(look=0.005, request=5), now=world.now, download=ANYWHERE,
        )  # fmt: skip
        stack.push_async_callback(self.channel.close)
        await self.channel.begin(self._standin.refresh_token)
        self._door(self.channel, stack)

    async def says(self, who: str, words: str, *, files: Attached = (), edits: str = "", group: bool = False, quoted: str = "") -> str:
        person, last = self.identity(who), ""
        self._standin.set_clock(self._world.now())
        for name, content in files:
            last = await self._came(self._standin.send_file(person, self._at(name, content), name, len(content)))
        return await self._came(self._standin.say(person, words)) if words or not files else last

    async def _came(self, event: Any) -> str:
        await self._push(*self._standin.pushed(event))
        return str(event.message_id)


class Web(Phone):
    """The chat page, in a browser without script: each person has a cookie of their own."""

    name = "web"
    can = frozenset({"buttons", "files"})

    async def _open(self, world: World, stack: AsyncExitStack) -> None:
        self._kept = asyncio.Event()
        self.channel = Mail(world.post, self._kept.set, world.now)
        app = create_app(
            self.channel, world.greeting, lambda: world.corpus, today=lambda: date(2026, 10, 5), name="Cầu Nối", digest_only=lambda: False, secret=SECRET,
        )
        self._app, self._stack, self._browsers = app, stack, dict[str, httpx.AsyncClient]()
        self._under_way: list[tuple[str, asyncio.Task[httpx.Response]]] = []
        self._seen: defaultdict[str, set[str]] = defaultdict(set)

    def _browser(self, who: str) -> httpx.AsyncClient:
        if who not in self._browsers:
            made = httpx.AsyncClient(transport=httpx.ASGITransport(self._app), base_url="http://cau-noi.test", follow_redirects=True)
            self._browsers[who] = made
            self._stack.push_async_callback(made.aclose)
        return self._browsers[who]

    def identity(self, who: str) -> str:
        return (self._browser(who).cookies.get("cau_noi") or who).strip('"').partition(".")[0]

    async def says(self, who: str, words: str, *, files: Attached = (), edits: str = "", group: bool = False, quoted: str = "") -> str:
        await self._submit(who, {"text": words}, files)
        return ""

    async def taps(self, who: str, choice: str) -> None:
        await self._submit(who, {"text": "", "choice": choice})

    def made_up(self, who: str, token: str) -> str:
        return token

    async def english(self, who: str) -> None:
        await self._browser(who).get("/ngon-ngu/en")

    async def _submit(self, who: str, fields: dict[str, str], files: Attached = ()) -> None:
        page = html.fromstring((await self._browser(who).get("/")).text)
        fields["nonce"] = _all(page, '//form[@id="ask"]//input[@name="nonce"]/@value')[0]

        async def happen() -> None:
            self._kept.clear()
            sent = [("file", (name, content)) for name, content in files]
            task = asyncio.create_task(self._browser(who).post("/hoi", data=fields, files=sent or None))
            self._under_way.append((who, task))
            kept = asyncio.create_task(self._kept.wait())
            await asyncio.wait([task, kept], return_when=asyncio.FIRST_COMPLETED)
            kept.cancel()

        self.happened.append(happen)
        await happen()

    async def look(self) -> None:
        under_way, self._under_way = self._under_way, []
        for who, task in under_way:
            page = html.fromstring((await task).text)
            for notice in _all(page, '//p[contains(@class, "notice")]'):
                self.screens[who].append(Shown(notice.text_content()))
        for who, browser in self._browsers.items():
            page = html.fromstring((await browser.get("/?tat-ca=1")).text)
            for article in _all(page, '//div[@id="thread"]/article[not(@data-waiting)]'):
                if article.get("id") not in self._seen[who]:
                    self._seen[who].add(article.get("id"))
                    self.screens[who].append(_shown(article))


def _shown(article: Any) -> Shown:
    """An exchange as it is read: the words of the answer, one paragraph a line."""
    answer = _all(article, './/div[@class="answer"]')[0]
    choices = [Choice(_plain(_all(b, "./span")[-1]), b.get("value")) for b in _all(answer, './/button[@name="choice"]')]
    words = [_plain(p) for p in _all(answer, ".//p | .//li | .//h3") if not _all(p, 'ancestor::div[@class="choices"]')]
    return Shown("\n".join(dict.fromkeys(words)), tuple(choices))


def _all(element: Any, path: str) -> list[Any]:
    found: list[Any] = element.xpath(path)
    return found


def _plain(element: Any) -> str:
    return " ".join(element.text_content().split())


def numbered(said: str) -> tuple[Choice, ...]:
    """The numbered list at the end of a message."""
    lines, found = said.rstrip().split("\n"), list[Choice]()
    begin = max((at for at, line in enumerate(lines) if line.startswith("1. ")), default=len(lines))
    for line in lines[begin:]:
        if not (match := re.fullmatch(rf"{len(found) + 1}\. (.+)", line)):
            break
        found.append(Choice(match[1], ""))
    return tuple(found)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
