"""The doors of the platforms over real HTTP: what is taken, what is refused, and that nothing harms the service."""

import asyncio
import json
import logging
import socket
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp

from bot import build
from bot import hooks as doors
from bot.hooks import BODY_LIMIT, hooks
from bot.metrics import Silent
from bot.web import create_app
from bot.web_mail import Mail
from handlers.message import Reply
from knowledge.corpus import Corpus
from tests.bot.rooms import SECRET as KEY
from tests.bot.rooms import opened

JSON = {"content-type": "application/json"}


@asynccontextmanager
async def served(app: ASGIApp, listening: socket.socket | None = None) -> AsyncIterator[str]:
    """`app` behind a real server in this loop; its address."""
    listening = listening or socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=2))
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listening.close()


class Platform:
    """A channel whose pushes begin with a header; it can be slow or broken."""

    def __init__(self) -> None:
        self.taken: list[Mapping[str, Any]] = []
        self.asked: list[tuple[int, Mapping[str, str]]] = []
        self.fault: Exception | None = None
        self.hold: asyncio.Event | None = None

    def genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        self.asked.append((len(body), headers))
        if headers.get("x-proof") == "trap":
            raise TypeError("comparing strings with non-ASCII characters is not supported")
        return headers.get("x-proof") == "right"

    async def take(self, raw: Mapping[str, Any]) -> bool:
        if self.hold is not None:
            await self.hold.wait()
        if self.fault is not None:
            raise self.fault
        self.taken.append(raw)
        return True


class Counted(Silent):
    """Counts what is refused."""

    def __init__(self) -> None:
        self.reasons: list[tuple[str, str]] = []

    def rejected(self, channel: str, reason: str) -> None:
        self.reasons.append((channel, reason))


class Door:
    """The door of one platform, and who knocks."""

    def __init__(self, url: str, platform: Platform, counted: Counted, http: httpx.AsyncClient) -> None:
        self.url, self.platform, self.counted, self._http = url, platform, counted, http

    async def push(self, content: bytes | str = b"{}", proof: str = "right", **headers: str) -> httpx.Response:
        told = {**JSON, "x-proof": proof, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return await self._http.post(f"{self.url}/hook/zalo-bot", content=content, headers=told)

    async def raw(self, *pieces: bytes) -> bytes:
        """Write `pieces` and return what is answered until the connection ends or nothing comes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", int(self.url.rpartition(":")[2]))
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            return await asyncio.wait_for(reader.read(65536), 5)
        finally:
            writer.close()

    async def alive(self) -> None:
        """Who comes next is served."""
        before = len(self.platform.taken)
        assert (await self.push()).status_code == 200
        assert len(self.platform.taken) == before + 1


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    platform, counted = Platform(), Counted()
    app = Starlette(routes=hooks({"zalo-bot": platform}, watch=counted, seconds=0.5))
    async with served(app) as url, httpx.AsyncClient(timeout=10) as http:
        yield Door(url, platform, counted, http)


HEAD = b"POST /hook/zalo-bot HTTP/1.1\r\nHost: x\r\nX-Proof: right\r\nContent-Type: application/json\r\n"


async def test_a_push_is_taken_and_answered_with_an_empty_object(door: Door) -> None:
    answer = await door.push('{"update_id": 1, "text": "hỏi"}', x_forwarded_for="8.8.8.8, junk")
    assert (answer.status_code, answer.json(), "set-cookie" in answer.headers) == (200, {}, False)
    assert door.platform.taken == [{"update_id": 1, "text": "hỏi"}]
    assert (await door.push(content_type="Application/JSON; charset=UTF-8")).status_code == 200
    assert door.counted.reasons == []


async def test_the_answer_comes_after_what_was_pushed_is_kept(door: Door) -> None:
    door.platform.hold = asyncio.Event()
    pushing = asyncio.create_task(door.push())
    await asyncio.sleep(0.1)
    assert not pushing.done()
    door.platform.hold.set()
    assert (await pushing).status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"])
async def test_only_post(door: Door, method: str) -> None:
    async with httpx.AsyncClient() as http:
        assert (await http.request(method, f"{door.url}/hook/zalo-bot", headers={"x-proof": "right"})).status_code == 405
    assert door.platform.asked == []


async def test_who_cannot_prove_it_is_refused_before_anything_is_looked_at(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    for content in (b"{}", b"no json", b"[" * 1000):
        for proof in ("", "wrong", "Right", "right "[:5] + "x"):
            assert (await door.push(content, proof, content_type="text/plain", x_forwarded_for="127.0.0.1")).status_code == 401
    assert door.platform.taken == []
    assert door.counted.reasons == [("zalo-bot", "forged")] * 12
    assert [r.getMessage() for r in caplog.records] == [f"a push to zalo-bot was refused ({n} since the start): 401 forged" for n in (1, 2, 4, 8)]
    assert door.platform.asked[0][1]["x-proof"] == ""


async def test_a_check_that_fails_proves_nothing(door: Door) -> None:
    assert (await door.push(proof="trap")).status_code == 401
    assert b"401" in (await door.raw(HEAD.replace(b"right", b"\xff\xfe") + b"Content-Length: 2\r\n\r\n{}"))
    await door.alive()


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""])
async def test_what_is_not_told_to_be_json(door: Door, kind: str) -> None:
    assert (await door.push(content_type=kind)).status_code == 415


@pytest.mark.parametrize("content", [
    b"", b"{", b"[]", b"1", b"null", b'"a"', b"{} {}", b'{"a": NaN}', b'{"a": Infinity}', b'{"a": -Infinity}', b'{"a": 1e999}', b'{"a": ' + b"9" * 9000 + b"}",
    b"[" * 500_000, b'{"a":' * 200_000, b'{"a": "\xff"}', '{"a": 1}'.encode("utf-16"), b'\xef\xbb\xbf{"a": 1}', b"{'a': 1}", b'{"a": "\x00"}',
])  # fmt: skip
async def test_what_is_no_object(door: Door, content: bytes) -> None:
    answer = await door.push(content)
    assert (answer.status_code, door.counted.reasons) == (400, [("zalo-bot", "malformed")])
    await door.alive()


async def test_a_body_up_to_the_limit_is_read(door: Door) -> None:
    content = b'{"a": "' + b"x" * (BODY_LIMIT - 9) + b'"}'
    assert (len(content), (await door.push(content)).status_code) == (BODY_LIMIT, 200)


@pytest.mark.parametrize("told", [b"104857600", b"1048577", b"00000000000104857600", b"9" * 18])
async def test_a_body_that_is_told_to_be_too_large_is_not_waited_for(door: Door, told: bytes) -> None:
    answer = await door.raw(HEAD + b"Content-Length: " + told + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"connection: close" in answer.lower()
    assert door.platform.asked == []


async def test_a_body_without_a_length_is_read_to_the_limit_only(door: Door) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", int(door.url.rpartition(":")[2]))
    writer.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    sent = 0
    try:
        while sent < 100 * 2**20:
            writer.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")
            await asyncio.wait_for(writer.drain(), 5)
            sent += 65536
    except ConnectionError:
        pass
    finally:
        writer.close()
    assert sent < 16 * 2**20  # the limit, and what lies in the buffers of the system
    assert (door.platform.asked, door.counted.reasons) == ([], [("zalo-bot", "too_large")])
    await door.alive()


async def test_a_length_that_is_too_small_or_contradicted(door: Door) -> None:
    assert b"400" in await door.raw(HEAD + b"Content-Length: 4\r\n\r\n" + b"{" * 100_000)
    await door.raw(HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n", b"200000\r\n", b"x" * 70_000)
    await door.raw(HEAD + b"Content-Length: -5\r\n\r\n{}")
    assert door.platform.taken == []
    await door.alive()


async def test_a_body_that_does_not_come(door: Door, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(doors, "READ_SECONDS", 0.2)
    assert (await door.raw(HEAD + b"Content-Length: 10\r\n\r\n{")).startswith(b"HTTP/1.1 408")
    _, writer = await asyncio.open_connection("127.0.0.1", int(door.url.rpartition(":")[2]))
    writer.write(HEAD + b"Content-Length: 10\r\n\r\n{")
    await writer.drain()
    writer.close()
    await asyncio.sleep(0.3)
    told = [record.getMessage().removeprefix("a push to zalo-bot was refused ") for record in caplog.records]
    assert told in [["(1 since the start): 408 too_slow", f"(2 since the start): {second}"] for second in ("400 broken_off", "408 too_slow")]
    assert [reason for _, reason in door.counted.reasons] == [line.split()[-1] for line in told]
    await door.alive()


async def test_what_cannot_be_kept_is_sent_again(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    door.platform.fault = OSError("disk full of secrets")
    assert [(await door.push()).status_code for _ in range(5)] == [503] * 5
    assert [record.getMessage() for record in caplog.records] == [f"a push to zalo-bot was not kept ({n}): OSError" for n in (1, 2, 4)]
    door.platform.fault = None
    await door.alive()
    assert door.counted.reasons == [("zalo-bot", "not_kept")] * 5


async def test_what_takes_too_long_goes_on_to_its_end(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "UNFINISHED_MOST", 2)
    door.platform.hold = asyncio.Event()
    begun = time.monotonic()
    statuses = [answer.status_code for answer in await asyncio.gather(door.push('{"n": 1}'), door.push('{"n": 2}'), door.push('{"n": 3}'))]
    assert (statuses, time.monotonic() - begun < 2) == ([503] * 3, True)
    door.platform.hold.set()
    await asyncio.sleep(0.05)
    assert len(door.platform.taken) == 2  # the third was not begun
    await door.alive()


async def test_a_failure_after_the_time_is_no_noise(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    door.platform.hold, door.platform.fault = asyncio.Event(), OSError("late")
    assert (await door.push()).status_code == 503
    door.platform.hold.set()
    await asyncio.sleep(0.05)
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


async def test_a_push_that_is_ended_leaves_no_unit_of_work_behind() -> None:
    platform = Platform()
    platform.hold = asyncio.Event()
    door = doors._Door("x", platform, Counted(), 5)
    keeping = asyncio.create_task(door._kept({}))
    await asyncio.sleep(0.01)
    keeping.cancel()
    await asyncio.sleep(0.01)
    assert not keeping.done()
    platform.hold.set()
    with pytest.raises(asyncio.CancelledError):
        await keeping
    assert platform.taken == [{}]


async def test_in_the_whole_application(tmp_path: Path) -> None:
    platform = Platform()
    async with opened(tmp_path) as room:
        app = create_app(
            Mail(room, lambda: None, build.now), lambda _: Reply(()), lambda: Corpus([]), today=lambda: build.now().date(), name="Cầu Nối",
            digest_only=lambda: True, secret=KEY, extra=hooks({"telegram": platform}),
        )  # fmt: skip
        async with served(app) as url, httpx.AsyncClient(base_url=url) as http:
            pushed = await http.post("/hook/telegram", content=json.dumps({"update_id": 1}), headers={**JSON, "x-proof": "right", "cookie": "cau_noi=x"})
            assert (pushed.status_code, pushed.json(), "set-cookie" in pushed.headers) == (200, {}, False)
            assert pushed.headers["content-security-policy"].startswith("default-src 'none'")
            assert (await http.post("/hook/telegram", content="{}", headers=JSON)).status_code == 401
            assert (await http.get("/hook/telegram")).status_code == 405
            assert (await http.post("/hook/zalo-oa", content="{}", headers=JSON)).status_code == 404
            assert (await http.get("/healthz")).text == "ok"
            assert [(await http.get(path)).status_code for path in ("/readyz", "/metrics")] == [404, 404]
    assert platform.taken == [{"update_id": 1}]
