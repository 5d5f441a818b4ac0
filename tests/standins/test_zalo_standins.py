"""The stand-ins of the Zalo platforms refuse what the platforms refuse and tell a bot what the platforms tell it."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.standins import zalo_bot, zalo_oa
from tests.standins.zalo_bot import BotOptions, Event, ZaloBotStandin, ZaloStandin
from tests.standins.zalo_oa import SEND, TOKEN, UPLOAD_FILE, UPLOAD_GIF, UPLOAD_IMAGE, OaOptions, ZaloOaStandin

USER, GROUP, NOBODY = "4318657068771012646", "g-1", "404"
SECRET = "a-secret-of-the-tests"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp()
HOUR = 3600
Json = dict[str, Any]


def fetch(url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None, verb: str = "POST") -> tuple[int, bytes, Mapping[str, str]]:
    """One request; status, body and headers of the answer."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    try:
        connection.request(verb, f"{parts.path}?{parts.query}" if parts.query else parts.path, body, dict(headers or {}))
        answer = connection.getresponse()
        return answer.status, answer.read(), dict(answer.getheaders())
    finally:
        connection.close()


class Receiver:
    """A bot's webhook: answers with the statuses given, in turn, then with 200; `slow` seconds later."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.slow = 0.0
        self.got: list[tuple[bytes, dict[str, str]]] = []
        self.url = ""

    @property
    def events(self) -> list[Json]:
        return [json.loads(body) for body, _ in self.got]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A running webhook."""
    state = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            state.got.append((self.rfile.read(int(self.headers["Content-Length"])), dict(self.headers.items())))
            status = state.statuses.pop(0) if state.statuses else 200
            time.sleep(state.slow)
            try:
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()
            except (BrokenPipeError, ConnectionResetError):
                return  # the platform has had enough

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        state.url = f"http://127.0.0.1:{server.server_address[1]}/zalo"
        yield state
        server.shutdown()
        thread.join()


# --- Bot: methods ---------------------------------------------------------------------------------


@pytest.fixture
def bot() -> Iterator[ZaloBotStandin]:
    """A running Bot Platform with one private chat and one group."""
    with ZaloBotStandin(options=BotOptions(poll_limit=0.2)) as server:
        server.add_chat(USER)
        server.add_chat(GROUP, "GROUP")
        yield server


def ask(server: ZaloBotStandin, method: str, fields: Any = None, *, token: str | None = None, kind: str = "application/json", verb: str = "POST") -> Json:
    """Call a method of the Bot; the decoded answer with the HTTP status as `http`."""
    body = fields if isinstance(fields, bytes) else json.dumps(fields if fields is not None else {}).encode()
    status, answer, _ = fetch(f"{server.base_url}/bot{token or server.token}/{method}", body, {"Content-Type": kind}, verb)
    return {**json.loads(answer), "http": status}


def text(value: Any = "chào", **fields: Any) -> Json:
    """Fields of a good sendMessage, changed by `fields`."""
    return {"chat_id": USER, "text": value, **fields}


BOT_REFUSED: list[tuple[str, Any, int, str]] = [
    ("sendMessage", {"chat_id": USER}, 400, "text is required"),
    ("sendMessage", {"text": "a"}, 400, "chat_id is required"),
    ("sendMessage", text(""), 400, "text is required"),
    ("sendMessage", text(" \n"), 400, "text is required"),
    ("sendMessage", text(5), 400, "text is required and must be a string"),
    ("sendMessage", text("a" * 2001), 400, "1 to 2000 characters"),
    ("sendMessage", text("😀" * 1001), 400, "1 to 2000 characters"),
    ("sendMessage", text("\ud83d"), 400, "UTF-8"),
    ("sendMessage", text(chat_id=7), 400, "chat_id is required and must be a string"),
    ("sendMessage", text(chat_id=NOBODY), 400, "chat not found"),
    ("sendMessage", text(parse_mode="HTML"), 400, "parse_mode"),
    ("sendMessage", text(parse_mode="MarkdownV2"), 400, "parse_mode"),
    ("sendMessage", text(text_styles="bold"), 400, "text_styles must be a list"),
    ("sendMessage", text("😀", text_styles=[{"offset": 0, "length": 3}]), 400, "outside the text"),
    ("sendMessage", text(reply_markup={"inline_keyboard": []}), 400, "unknown fields ['reply_markup']"),
    ("sendMessage", text(reply_to_message_id="m1"), 400, "unknown fields"),
    ("sendMessage", b"{", 400, "can't parse request body"),
    ("sendMessage", b"\xff\xfe", 400, "can't parse request body"),
    ("sendMessage", [1], 400, "must be a JSON object"),
    ("sendPhoto", {"chat_id": USER}, 400, "photo is required"),
    ("sendPhoto", {"chat_id": USER, "photo": "a.jpg"}, 400, "photo must be a URL"),
    ("sendPhoto", {"chat_id": USER, "photo": "https://a.vn/a.jpg", "caption": ""}, 400, "caption is required"),
    ("sendPhoto", {"chat_id": USER, "photo": "https://a.vn/a.jpg", "caption": "a" * 2001}, 400, "1 to 2000"),
    ("sendSticker", {"chat_id": USER}, 400, "sticker is required"),
    ("sendVoice", {"chat_id": USER, "voice_url": "https://a.vn/a.mp3"}, 400, ".aac"),
    ("sendVoice", {"chat_id": GROUP, "voice_url": "https://a.vn/a.aac"}, 400, "private chats only"),
    ("sendChatAction", {"chat_id": USER}, 400, "action is required"),
    ("sendChatAction", {"chat_id": USER, "action": "dancing"}, 400, "must be typing"),
    ("sendChatAction", {"chat_id": NOBODY, "action": "typing"}, 400, "chat not found"),
    ("setWebhook", {"url": "https://a.vn/h"}, 400, "secret_token is required"),
    ("setWebhook", {"secret_token": SECRET}, 400, "url is required"),
    ("setWebhook", {"url": "http://a.vn/h", "secret_token": SECRET}, 400, "must be https"),
    ("setWebhook", {"url": "https://192.168.1.2/h", "secret_token": SECRET}, 400, "public address"),
    ("setWebhook", {"url": "https://a.vn/h", "secret_token": "a" * 7}, 400, "8 to 256"),
    ("setWebhook", {"url": "https://a.vn/h", "secret_token": "a" * 257}, 400, "8 to 256"),
    ("getUpdates", {"timeout": "soon"}, 400, "timeout"),
    ("getUpdates", {"timeout": 0, "offset": 5}, 400, "unknown fields ['offset']"),
    ("getUpdates", {"timeout": 0}, 408, ""),
    ("editMessageText", text(), 404, "method not found"),
    ("sendDocument", {"chat_id": USER, "document": "https://a.vn/a.pdf"}, 404, "method not found"),
    ("setMyCommands", {"commands": []}, 404, "method not found"),
    ("answerCallbackQuery", {}, 404, "method not found"),
    ("getme", {}, 404, "method not found"),
]


@pytest.mark.parametrize(("method", "fields", "code", "says"), BOT_REFUSED)
def test_bot_refuses_under_http_200(bot: ZaloBotStandin, method: str, fields: Any, code: int, says: str) -> None:
    answer = ask(bot, method, fields)
    assert (answer["ok"], answer["error_code"], answer["http"]) == (False, code, 200)
    assert says in answer["description"]
    assert not bot.sent and (bot.calls[-1].method, bot.calls[-1].error, bot.calls[-1].status) == (method, code, 200)


BOT_TAKEN: list[tuple[str, Json, str, str]] = [
    ("sendMessage", text("a" * 2000), "text", "a" * 2000),
    ("sendMessage", text("😀" * 1000), "text", "😀" * 1000),
    ("sendMessage", text("e\u0302\u0301"), "text", "e\u0302\u0301"),
    ("sendMessage", text("*a*", parse_mode="markdown"), "text", "*a*"),
    ("sendMessage", text("<b>a", parse_mode="html", text_styles="wrong, but parse_mode wins"), "text", "<b>a"),
    ("sendMessage", text("😀a", text_styles=[{"offset": 2, "length": 1}]), "text", "😀a"),
    ("sendMessage", text(chat_id=GROUP), "text", "chào"),
    ("sendPhoto", {"chat_id": USER, "photo": "https://a.vn/a.jpg"}, "image", ""),
    ("sendPhoto", {"chat_id": USER, "photo": "https://a.vn/a.jpg", "caption": "bản đồ"}, "image", "bản đồ"),
    ("sendSticker", {"chat_id": USER, "sticker": "s1"}, "sticker", ""),
    ("sendVoice", {"chat_id": USER, "voice_url": "https://a.vn/a.aac"}, "voice", ""),
]


@pytest.mark.parametrize(("method", "fields", "kind", "shown"), BOT_TAKEN)
def test_bot_delivers(bot: ZaloBotStandin, method: str, fields: Json, kind: str, shown: str) -> None:
    answer = ask(bot, method, fields)
    (sent,) = bot.wait_for(1)
    assert (answer["ok"], answer["result"].keys()) == (True, {"message_id", "date"})
    assert (sent.method, sent.user, sent.kind, sent.text, sent.payload) == (method, fields["chat_id"], kind, shown, fields)
    assert sent.message_id == answer["result"]["message_id"] and isinstance(answer["result"]["message_id"], str)


def test_bot_about_itself_and_typing(bot: ZaloBotStandin) -> None:
    assert ask(bot, "getMe")["result"].keys() == {"id", "account_name", "account_type", "can_join_groups"}
    assert ask(bot, "sendChatAction", {"chat_id": USER, "action": "typing"})["ok"] and not bot.sent


@pytest.mark.parametrize(("http_errors", "status"), [(False, 200), (True, 401)])
def test_bot_refuses_a_wrong_token(bot: ZaloBotStandin, http_errors: bool, status: int) -> None:
    bot.options.http_errors = http_errors
    answer = ask(bot, "sendMessage", text(), token="123456789:wrong")
    assert (answer["ok"], answer["error_code"], answer["http"], bot.sent) == (False, 401, status, [])


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"])
def test_bot_refuses_other_bodies(bot: ZaloBotStandin, kind: str) -> None:
    assert "application/json" in ask(bot, "sendMessage", text(), kind=kind)["description"]
    assert ask(bot, "getMe", verb="GET")["error_code"] == 400
    assert fetch(f"{bot.base_url}/elsewhere", b"")[0] == 404


BOT_OPTIONS: list[tuple[Json, str, Json]] = [
    ({"utf16_limits": False}, "sendMessage", text("😀" * 2000)),
    ({"refuse_unknown_fields": False}, "sendMessage", text(reply_markup={})),
    ({"known_chats_only": False}, "sendMessage", text(chat_id=NOBODY)),
    ({"voice_field": "voice"}, "sendVoice", {"chat_id": USER, "voice": "https://a.vn/a.aac"}),
]


@pytest.mark.parametrize(("options", "method", "fields"), BOT_OPTIONS)
def test_bot_options_loosen(options: Json, method: str, fields: Json) -> None:
    with ZaloBotStandin(options=BotOptions(**options)) as server:
        server.add_chat(USER)
        assert ask(server, method, fields)["ok"]


def test_bot_blocked_user_and_quota(bot: ZaloBotStandin) -> None:
    bot.block(USER)
    assert ask(bot, "sendMessage", text())["error_code"] == 403
    with pytest.raises(ValueError, match="has blocked"):
        bot.say(USER, "a")
    bot.unblock(USER)
    bot.set_quota(1)
    answers = [ask(bot, "sendMessage", text(str(n))) for n in range(2)]
    assert [a["ok"] for a in answers] == [True, False]
    assert (answers[1]["error_code"], answers[1]["description"]) == (429, "Quota exceeded")
    assert set(answers[1]) == {"ok", "error_code", "description", "http"}
    bot.set_quota(None)
    assert ask(bot, "sendMessage", text("2"))["ok"] and bot.texts(USER) == ["0", "2"]


# --- scripted faults, by the Bot ------------------------------------------------------------------

SCRIPTED: list[tuple[Json, int, bytes, str | None]] = [
    ({"error": 429}, 200, b'{"ok":false,"error_code":429,"description":"Quota exceeded"}', None),
    ({"status": 429}, 429, b'{"ok":false,"error_code":429,"description":"Quota exceeded"}', None),
    ({"status": 429, "retry_after": 3}, 429, b'{"ok":false,"error_code":429,"description":"Quota exceeded"}', "3"),
    ({"status": 403, "message": "no"}, 403, b'{"ok":false,"error_code":403,"description":"no"}', None),
    ({"status": 502}, 502, b"<html><body><h1>502</h1></body></html>", None),
    ({"status": 500, "error": 500}, 500, b'{"ok":false,"error_code":500,"description":"scripted failure"}', None),
    ({"body": b"not JSON"}, 200, b"not JSON", None),
    ({"body": {"ok": True}}, 200, b'{"ok":true}', None),
]


@pytest.mark.parametrize(("fault", "status", "body", "retry"), SCRIPTED)
@pytest.mark.parametrize("method", ["sendMessage", "*"])
def test_scripted_failures(bot: ZaloBotStandin, fault: Json, status: int, body: bytes, retry: str | None, method: str) -> None:
    bot.fail_next(method, **fault, times=2)
    url = f"{bot.base_url}/bot{bot.token}/sendMessage"
    for _ in range(2):
        got = fetch(url, json.dumps(text()).encode(), {"Content-Type": "application/json"})
        assert (got[0], got[1], got[2].get("Retry-After")) == (status, body, retry)
    assert not bot.sent and ask(bot, "sendMessage", text())["ok"]
    assert [call.payload for call in bot.calls] == [text()] * 3


def test_a_fault_must_say_what(bot: ZaloBotStandin) -> None:
    with pytest.raises(ValueError, match="say a status"):
        bot.fail_next("sendMessage")


@pytest.mark.parametrize(("drop", "shown"), [("drop_after_send", ["a", "b"]), ("drop_before_send", ["b"])])
def test_dropped_connections(bot: ZaloBotStandin, drop: str, shown: list[str]) -> None:
    getattr(bot, drop)("sendMessage")
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        ask(bot, "sendMessage", text("a"))
    assert ask(bot, "sendMessage", text("b"))["ok"]
    assert bot.texts(USER) == shown and [call.status for call in bot.calls] == [0, 200]


@pytest.mark.parametrize(("before", "shown"), [(False, ["a"]), (True, [])])
def test_delays_outlast_the_client(bot: ZaloBotStandin, before: bool, shown: list[str]) -> None:
    bot.delay("sendMessage", 0.6, before=before)
    parts, body = urlsplit(bot.base_url), json.dumps(text("a")).encode()
    connection = http.client.HTTPConnection(parts.netloc, timeout=0.15)
    connection.request("POST", f"/bot{bot.token}/sendMessage", body, {"Content-Type": "application/json"})
    with pytest.raises(TimeoutError):
        connection.getresponse()
    connection.close()
    assert bot.wait_for_calls("sendMessage", 1)[0].status == 0
    assert bot.texts(USER) == shown


def test_waiting_ends_with_the_last_calls(bot: ZaloBotStandin) -> None:
    ask(bot, "sendMessage", text(""))
    with pytest.raises(TimeoutError, match="text is required"):
        bot.wait_for(1, 0.1)


def test_a_fault_of_the_standin_itself_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    server = ZaloBotStandin().start()
    monkeypatch.setattr(server, "_perform", None)
    assert fetch(f"{server.base_url}/bot{server.token}/getMe", b"")[0] == 500
    with pytest.raises(RuntimeError, match="failed while answering"):
        server.stop()


def test_a_body_above_the_limit(bot: ZaloBotStandin) -> None:
    assert ask(bot, "sendMessage", text("a" * 10 * 2**20))["error_code"] == 400
    assert fetch(f"{bot.base_url}/bot{bot.token}/getMe", b"a" * 17 * 2**20, {"Content-Type": "application/json"})[0] == 413


# --- Bot: events ----------------------------------------------------------------------------------


def test_polling_gives_one_update_and_forgets_it(bot: ZaloBotStandin) -> None:
    bot.set_clock(NOON)
    bot.say(USER, "một")
    bot.say("u8", "hai", chat=GROUP, name="Minh")
    first, second, third = (ask(bot, "getUpdates", {"timeout": timeout}) for timeout in (30, "30", 0))
    message = first["result"]["message"]
    assert first["result"]["event_name"] == "message.text.received"
    assert {**message, "message_id": "x"} == {
        "message_id": "x", "date": int(NOON * 1000), "text": "một", "from": {"id": USER, "display_name": "Lan", "is_bot": False},
        "chat": {"id": USER, "chat_type": "PRIVATE"},
    }  # fmt: skip
    assert second["result"]["message"]["chat"] == {"id": GROUP, "chat_type": "GROUP"}
    assert third["error_code"] == 408
    assert ask(bot, "sendMessage", text(chat_id=GROUP))["ok"]


def test_polling_waits_and_loses_what_a_dropped_connection_carried(bot: ZaloBotStandin) -> None:
    bot.options.poll_limit = 5
    with ThreadPoolExecutor(1) as pool:
        poll = pool.submit(ask, bot, "getUpdates", {"timeout": 30})
        bot.wait_until(lambda: len(bot.calls) == 1)
        bot.say(USER, "a")
        assert poll.result(5)["result"]["message"]["text"] == "a"
    bot.say(USER, "b")
    bot.drop_after_send("getUpdates")
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        ask(bot, "getUpdates", {"timeout": 0})
    assert ask(bot, "getUpdates", {"timeout": 0})["error_code"] == 408


def test_polling_again_and_without_envelope(bot: ZaloBotStandin) -> None:
    event = bot.say(USER, "a")
    bot.options.poll_envelope = False
    bot.redeliver(event)
    got = [ask(bot, "getUpdates", {"timeout": 0}) for _ in range(2)]
    assert [answer["message"]["message_id"] for answer in got] == [event.message_id] * 2 and "ok" not in got[0]


def test_webhook_by_method_excludes_polling(bot: ZaloBotStandin, receiver: Receiver) -> None:
    answer = ask(bot, "setWebhook", {"url": receiver.url, "secret_token": SECRET})
    assert answer["result"].keys() == {"url", "updated_at", "verification"}
    assert ask(bot, "getUpdates", {"timeout": 0})["error_code"] == 409
    event = bot.say(USER, "chào")
    (delivery,) = bot.wait_for_deliveries(1)
    body, headers = receiver.got[0]
    assert json.loads(body) == {"ok": True, "result": event.body} and "chào".encode() in body
    assert (headers["X-Bot-Api-Secret-Token"], delivery.status, delivery.event) == (SECRET, 200, event)
    assert ask(bot, "getWebhookInfo")["result"]["url"] == receiver.url
    assert ask(bot, "deleteWebhook")["result"]["url"] == ""
    assert ask(bot, "getUpdates", {"timeout": 0})["error_code"] == 408


def test_setting_a_webhook_ends_a_poll(bot: ZaloBotStandin, receiver: Receiver) -> None:
    bot.options.poll_limit = 5
    with ThreadPoolExecutor(1) as pool:
        poll = pool.submit(ask, bot, "getUpdates", {"timeout": 30})
        bot.wait_until(lambda: len(bot.calls) == 1)
        bot.point_webhook(receiver.url, SECRET)
        assert poll.result(5)["error_code"] == 409


BOT_EVENTS: list[tuple[Callable[[ZaloBotStandin], Event], str, Json]] = [
    (lambda b: b.send_image(USER, "https://a.vn/a.jpg", "ảnh"), "message.image.received", {"photo_url": "https://a.vn/a.jpg", "caption": "ảnh"}),
    (lambda b: b.send_sticker(USER, "s1"), "message.sticker.received", {"sticker": "s1"}),
    (lambda b: b.send_voice(USER, "https://a.vn/a.aac"), "message.voice.received", {"voice_url": "https://a.vn/a.aac"}),
    (lambda b: b.send_unsupported(USER), "message.unsupported.received", {}),
    (lambda b: b.event("message.hologram.received", USER, hologram={"a": [1]}), "message.hologram.received", {"hologram": {"a": [1]}}),
    (lambda b: b.say(USER, "a", quote={"message_id": "m1"}), "message.text.received", {"quote": {"message_id": "m1"}}),
]


@pytest.mark.parametrize(("act", "name", "fields"), BOT_EVENTS)
def test_bot_events(bot: ZaloBotStandin, receiver: Receiver, act: Callable[[ZaloBotStandin], Event], name: str, fields: Json) -> None:
    bot.options.push_envelope = False
    bot.point_webhook(receiver.url, SECRET)
    event = act(bot)
    bot.wait_for_deliveries(1)
    assert (event.name, receiver.events[0]["event_name"]) == (name, name)
    assert fields.items() <= receiver.events[0]["message"].items() and event.message_id


@pytest.mark.parametrize("forge", zalo_bot.FORGERIES)
def test_bot_forged_secrets(bot: ZaloBotStandin, receiver: Receiver, forge: str) -> None:
    bot.hold()
    bot.point_webhook(receiver.url, SECRET)
    event = bot.say(USER, "a")
    assert bot.post_now(event, forge=forge).status == 200 and bot.post_now(event).status == 200
    given = [headers.get("X-Bot-Api-Secret-Token") for _, headers in receiver.got]
    assert given[0] != SECRET and given[1] == SECRET
    with pytest.raises(ValueError, match="is none of"):
        bot.post_now(event, forge="nonsense")


def test_raw_posts(bot: ZaloBotStandin, receiver: Receiver) -> None:
    with pytest.raises(ValueError, match="no webhook"):
        bot.post_raw(b"{}")
    bot.point_webhook(receiver.url, SECRET)
    twice = b'{"event_name":"a","event_name":"b"}'
    for body in (twice, b"", b"\xff", b"[" + b"1," * 5_000_000 + b"1]"):
        assert bot.post_raw(body, bot.secret_headers()).status == 200
        assert receiver.got[-1][0] == body


# --- redelivery, shared -----------------------------------------------------------------------------


def test_redelivery_until_acknowledged(bot: ZaloBotStandin, receiver: Receiver) -> None:
    bot.retry_delays = (0.05, 0.05, 0.05)
    bot.point_webhook(receiver.url, SECRET)
    receiver.statuses = [503, 302, 200]
    event = bot.say(USER, "a")
    deliveries = bot.wait_for_deliveries(3)
    assert [(d.attempt, d.status, d.event) for d in deliveries] == [(0, 503, event), (1, 302, event), (2, 200, event)]
    assert not bot.lost and not bot.webhook_disabled and not bot.pending


def test_late_answers_are_redelivered(bot: ZaloBotStandin, receiver: Receiver) -> None:
    bot.ack_within, bot.retry_delays, receiver.slow = 0.2, (0.05,), 0.5
    bot.point_webhook(receiver.url, SECRET)
    bot.say(USER, "a")
    bot.wait_for_deliveries(1)
    receiver.slow = 0
    deliveries = bot.wait_for_deliveries(2)
    assert [d.status for d in deliveries] == [None, 200] and bot.late == deliveries[:1]
    assert receiver.events[0] == receiver.events[1]


def test_giving_up_switches_the_webhook_off(bot: ZaloBotStandin, receiver: Receiver) -> None:
    bot.retry_delays = (0.02,)
    bot.point_webhook(receiver.url, SECRET)
    receiver.statuses = [500, 500]
    event, _ = bot.say(USER, "a"), bot.wait_for_deliveries(2)
    bot.wait_until(lambda: bot.webhook_disabled)
    later = bot.say(USER, "b")
    assert (bot.lost, bot.pending) == ([event], [later])
    bot.enable_webhook()
    assert bot.wait_for_deliveries(3)[2].event is later


def test_without_redelivery_an_event_is_lost(bot: ZaloBotStandin, receiver: Receiver) -> None:
    bot.point_webhook(receiver.url, SECRET)
    receiver.statuses = [500]
    event = bot.say(USER, "a")
    bot.wait_until(lambda: bot.lost == [event])
    assert not bot.webhook_disabled and len(receiver.got) == 1
    bot.point_webhook("http://127.0.0.1:9/closed", SECRET)
    assert bot.post_now(event).status is None


def test_order_duplicates_and_parallel_posts(bot: ZaloBotStandin, receiver: Receiver) -> None:
    bot.point_webhook(receiver.url, SECRET)
    bot.hold()
    one, two, three = (bot.say(USER, word) for word in ("1", "2", "3"))
    bot.release(three, one, one, two)
    bot.wait_for_deliveries(4)
    assert [event["result"]["message"]["text"] for event in receiver.events] == ["3", "1", "1", "2"]
    bot.parallel, receiver.slow = 4, 0.3
    began = time.monotonic()
    bot.redeliver(one, one, two, three)
    bot.wait_for_deliveries(8)
    assert time.monotonic() - began < 1.0


# --- OA: sending ----------------------------------------------------------------------------------


@pytest.fixture
def oa() -> Iterator[ZaloOaStandin]:
    """A running OA at a stopped clock, to which one user has just written."""
    with ZaloOaStandin() as server:
        server.set_clock(NOON)
        server.touch(USER)
        yield server


def call(server: ZaloOaStandin, path: str, body: bytes, kind: str = "application/json", headers: Json | None = None, verb: str = "POST") -> Json:
    """Call the OA's API; the decoded answer with status and headers."""
    sent = {"access_token": server.access_token} if headers is None else headers
    status, answer, got = fetch(f"{server.base_url}/{path}", body, {"Content-Type": kind, **sent}, verb)
    return {**json.loads(answer), "http": status, "headers": got}


def send(server: ZaloOaStandin, value: Any = "chào", *, user: Any = USER, message: Any = None, headers: Json | None = None, **recipient: Any) -> Json:
    """Send a text, or a whole message, to a user."""
    body = {"recipient": {"user_id": user, **recipient}, "message": {"text": value} if message is None else message}
    return call(server, SEND, json.dumps(body).encode(), headers=headers)


def picture(**element: Any) -> Json:
    """A message with one picture."""
    return {"attachment": {"type": "template", "payload": {"template_type": "media", "elements": [{"media_type": "image", **element}]}}}


BUTTONS = {"text": "a", "attachment": {"type": "template", "payload": {"buttons": [{"title": "1", "type": "oa.query.show", "payload": "1"}]}}}

OA_REFUSED: list[tuple[Any, int, str]] = [
    ({}, -201, "recipient and message"),
    ([], -201, "JSON object"),
    (b"{", -201, "can't parse"),
    ({"recipient": USER, "message": {"text": "a"}}, -201, "recipient and message"),
    ({"recipient": {"user_id": int(USER)}, "message": {"text": "a"}}, -201, "must be a string"),
    ({"recipient": {"user_id": USER}, "message": "a"}, -201, "recipient and message"),
    ({"recipient": {"user_id": USER}, "message": {"text": ""}}, -201, "empty"),
    ({"recipient": {"user_id": USER}, "message": {"text": 1}}, -201, "string"),
    ({"recipient": {"user_id": USER}, "message": {"text": "a" * 2001}}, -210, "2000"),
    ({"recipient": {"user_id": USER}, "message": {"text": "😀" * 1001}}, -210, "2000"),
    ({"recipient": {"user_id": NOBODY}, "message": {"text": "a"}}, -232, "not interacted"),
    ({"recipient": {"user_id": USER}, "message": BUTTONS}, -201, "buttons"),
    ({"recipient": {"user_id": USER}, "message": picture()}, -201, "url or an attachment_id"),
    ({"recipient": {"user_id": USER}, "message": picture(attachment_id="x")}, -201, "no uploaded image"),
    ({"recipient": {"user_id": USER}, "message": picture(url="https://a.vn/a", media_type="video")}, -201, "media_type"),
    ({"recipient": {"user_id": USER}, "message": {"attachment": {"type": "file", "payload": {"token": "x"}}}}, -201, "uploaded file"),
    ({"recipient": {"user_id": USER}, "message": {"attachment": {"type": "poll", "payload": {}}}}, -201, "attachment.type"),
    ({"recipient": {"user_id": USER}, "message": {"attachment": {"type": "file"}}}, -201, "payload"),
]


@pytest.mark.parametrize(("body", "code", "says"), OA_REFUSED)
def test_oa_refuses_under_http_200(oa: ZaloOaStandin, body: Any, code: int, says: str) -> None:
    answer = call(oa, SEND, body if isinstance(body, bytes) else json.dumps(body).encode())
    assert (answer["error"], answer["http"], oa.sent) == (code, 200, []) and says in answer["message"]
    assert (oa.calls[-1].method, oa.calls[-1].error) == (SEND, code)


def test_oa_delivers_and_says_the_quota(oa: ZaloOaStandin) -> None:
    answer = send(oa, "😀" * 1000)
    (sent,) = oa.wait_for(1, user=USER)
    assert answer.pop("headers")["X-RateLimit-Limit"] == "4000" and answer.pop("http") == 200
    assert answer == {
        "error": 0, "message": "Success",
        "data": {"message_id": sent.message_id, "user_id": USER, "sent_time": str(int(NOON * 1000)), "quota": {"quota_type": "reply"}},
    }  # fmt: skip
    assert (sent.text, sent.kind, sent.quota_type) == ("😀" * 1000, "text", "reply")


OA_HEADERS: list[tuple[Json, int]] = [
    ({}, -216), ({"access_token": ""}, -216), ({"access_token": "wrong"}, -216), ({"Authorization": "Bearer access-0"}, -216),
    ({"access_token": "access-0"}, 0),
]  # fmt: skip


@pytest.mark.parametrize(("headers", "code"), OA_HEADERS)
def test_oa_takes_the_token_in_its_own_header_only(oa: ZaloOaStandin, headers: Json, code: int) -> None:
    assert send(oa, headers=headers)["error"] == code


def test_oa_paths_and_bodies(oa: ZaloOaStandin) -> None:
    for path, verb in ((SEND, "GET"), ("v3.0/oa/message/nothing", "POST"), (TOKEN, "POST")):
        assert call(oa, path, b"{}", verb=verb)["http"] == 404
    assert fetch(f"{oa.oauth_url}/{SEND}", b"{}")[0] == 404
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        assert call(oa, SEND, b'{"a":1}', kind)["error"] == -201


OA_WINDOWS: list[tuple[float, int, str]] = [
    (0, 0, "reply"), (48 * HOUR, 0, "reply"), (48 * HOUR + 1, 0, "proactive"), (168 * HOUR, 0, "proactive"), (168 * HOUR + 1, -230, ""),
]  # fmt: skip


@pytest.mark.parametrize(("age", "code", "quota"), OA_WINDOWS)
def test_oa_windows(age: float, code: int, quota: str) -> None:
    with ZaloOaStandin() as server:
        server.set_clock(NOON - age)
        server.say(USER, "a")
        server.set_clock(NOON)  # the first use of the token, which is fresh now
        answer = send(server)
        assert (answer["error"], answer.get("data", {}).get("quota", {}).get("quota_type", "")) == (code, quota)
        server.say(USER, "b")
        assert send(server)["data"]["quota"]["quota_type"] == "reply"


def test_oa_window_options(oa: ZaloOaStandin) -> None:
    oa.options.free_replies, oa.options.proactive_quota = 2, 1
    assert [send(oa).get("data", {}).get("quota", {}).get("quota_type") for _ in range(4)] == ["reply", "reply", "proactive", None]
    assert send(oa)["error"] == -211
    oa.options.free_replies, oa.options.needs_message_id, oa.options.proactive_quota = None, True, None
    heard = oa.say(USER, "a").message_id
    assert send(oa)["data"]["quota"]["quota_type"] == "proactive"
    assert send(oa, message_id=heard)["data"]["quota"]["quota_type"] == "reply"
    oa.options.paid_window = oa.options.free_window
    oa.expire_token()
    assert send(oa)["error"] == -220
    with ZaloOaStandin(options=OaOptions(paid_window=48 * HOUR, follow_opens_window=True)) as server:
        server.set_clock(NOON)
        server.follow(USER)
        assert send(server)["error"] == 0
        server.advance(24 * HOUR)
        assert send(server)["error"] == 0
        server.touch("u2")
        server.advance(49 * HOUR)
        refresh(server)
        assert send(server, user="u2")["error"] == -230
    with ZaloOaStandin() as server:
        server.follow(USER)
        assert send(server)["error"] == -232


def test_oa_states_of_the_account(oa: ZaloOaStandin) -> None:
    oa.block(USER)
    assert send(oa)["error"] == -213
    with pytest.raises(ValueError, match="has blocked"):
        oa.say(USER, "a")
    oa.unblock(USER)
    oa.verified = False
    assert send(oa)["error"] == -221
    oa.verified, oa.paid_tier = True, False
    assert send(oa)["error"] == -224
    oa.paid_tier, oa.options.error_status = True, 400
    oa.block(USER)
    assert send(oa)["http"] == 400
    oa.unblock(USER)
    assert send(oa)["error"] == 0


def test_oa_rate_limit_by_the_clock(oa: ZaloOaStandin) -> None:
    oa.options.rate_limit = 2
    answers = [send(oa) for _ in range(3)]
    assert [answer["error"] for answer in answers] == [0, 0, -32]
    assert [answer["headers"]["X-RateLimit-Remain"] for answer in answers] == ["1", "0", "0"]
    oa.advance(60)
    assert send(oa)["error"] == 0


OA_SCRIPTED: list[tuple[Json, int, Json]] = [
    ({"error": -32, "message": "slow"}, 200, {"error": -32, "message": "slow"}),
    ({"status": 429, "retry_after": 2}, 429, {"error": -32, "message": "scripted failure"}),
    ({"status": 403}, 403, {"error": -403, "message": "scripted failure"}),
    ({"error": -99999}, 200, {"error": -99999, "message": "scripted failure"}),
]


@pytest.mark.parametrize(("fault", "status", "body"), OA_SCRIPTED)
def test_oa_scripted_failures(oa: ZaloOaStandin, fault: Json, status: int, body: Json) -> None:
    oa.fail_next(SEND, **fault)
    answer = send(oa)
    assert (answer["http"], answer["error"], answer["message"]) == (status, body["error"], body["message"])
    assert answer["headers"].get("Retry-After") == (str(fault["retry_after"]) if "retry_after" in fault else None)
    assert not oa.sent and send(oa)["error"] == 0


# --- OA: files ------------------------------------------------------------------------------------

PNG, GIF, PDF = b"\x89PNG\r\n\x1a\n", b"GIF89a", b"%PDF-1.7"
UPLOADS: list[tuple[str, bytes, int]] = [
    (UPLOAD_IMAGE, PNG, 0), (UPLOAD_IMAGE, b"\xff\xd8\xff", 0), (UPLOAD_IMAGE, GIF, -201), (UPLOAD_IMAGE, PNG + b"a" * 2**20, -210),
    (UPLOAD_GIF, GIF, 0), (UPLOAD_GIF, PNG, -201), (UPLOAD_GIF, GIF + b"a" * 5 * 2**20, -210),
    (UPLOAD_FILE, PDF, 0), (UPLOAD_FILE, b"PK\x03\x04", 0), (UPLOAD_FILE, b"MZ", -201), (UPLOAD_FILE, PDF + b"a" * 5 * 2**20, -210),
]  # fmt: skip


def upload(server: ZaloOaStandin, path: str, data: bytes, name: str = "file") -> Json:
    """Upload a file in the form field `name`."""
    head = f'--x\r\nContent-Disposition: form-data; name="{name}"; filename="a"\r\nContent-Type: application/octet-stream\r\n\r\n'
    return call(server, path, head.encode() + data + b"\r\n--x--\r\n", "multipart/form-data; boundary=x")


@pytest.mark.parametrize(("path", "data", "code"), UPLOADS)
def test_oa_uploads(oa: ZaloOaStandin, path: str, data: bytes, code: int) -> None:
    assert upload(oa, path, data)["error"] == code


@pytest.mark.parametrize("key", ["token", "attachment_id"])
def test_oa_sends_what_was_uploaded(oa: ZaloOaStandin, key: str) -> None:
    oa.options.file_key = key
    image, gif, file = (upload(oa, path, data)["data"] for path, data in ((UPLOAD_IMAGE, PNG), (UPLOAD_GIF, GIF), (UPLOAD_FILE, PDF)))
    document = {"attachment": {"type": "file", "payload": {key: file[key]}}}
    wrong = {"attachment": {"type": "file", "payload": {key: image["attachment_id"]}}}
    messages = [{"text": "ảnh", **picture(**image)}, picture(**gif, media_type="gif"), picture(url="https://a.vn/a.jpg"), document, wrong]
    assert [send(oa, message=message)["error"] for message in messages] == [0, 0, 0, 0, -201]
    assert [sent.kind for sent in oa.sent] == ["image", "image", "image", "file"] and oa.sent[0].text == "ảnh"
    assert upload(oa, UPLOAD_FILE, PDF, "tep")["error"] == -201
    assert call(oa, UPLOAD_FILE, PDF, "application/pdf")["error"] == -201
    assert call(oa, UPLOAD_FILE, b"nothing", "multipart/form-data")["error"] == -201


def test_oa_unofficial_buttons(oa: ZaloOaStandin) -> None:
    oa.options.buttons = True
    assert send(oa, message=BUTTONS)["error"] == 0
    assert send(oa, message={**BUTTONS, "attachment": {"type": "template", "payload": {"buttons": [{"title": "1"}]}}})["error"] == -201


# --- OA: tokens -----------------------------------------------------------------------------------


def token(server: ZaloOaStandin, *, secret: str | None = None, kind: str = "application/x-www-form-urlencoded", **form: str) -> Json:
    """Ask the OAuth host for a pair."""
    headers = {"Content-Type": kind, "secret_key": server.app_secret if secret is None else secret}
    body = urlencode({"app_id": server.app_id, **form}).encode()
    status, answer, _ = fetch(f"{server.oauth_url}/{TOKEN}", body, headers)
    return {**json.loads(answer), "http": status}


def refresh(server: ZaloOaStandin, given: str | None = None, **kwargs: Any) -> Json:
    """Refresh with the current or the given refresh token."""
    return token(server, **{"grant_type": "refresh_token", "refresh_token": given or server.refresh_token, **kwargs})


def test_oa_access_token_lives_25_hours(oa: ZaloOaStandin) -> None:
    assert send(oa)["error"] == 0
    oa.advance(25 * HOUR - 1)
    assert send(oa)["error"] == 0
    oa.advance(1)
    assert send(oa)["error"] == -220
    answer = refresh(oa)
    assert (answer["expires_in"], answer["http"], set(answer)) == ("90000", 200, {"access_token", "refresh_token", "expires_in", "http"})
    assert send(oa, headers={"access_token": "access-0"})["error"] == -216
    assert send(oa, headers={"access_token": answer["access_token"]})["error"] == 0
    oa.expire_token()
    assert send(oa)["error"] == -220
    refresh(oa)
    oa.revoke_token()
    assert send(oa)["error"] == -216


def test_oa_refresh_tokens_work_once(oa: ZaloOaStandin) -> None:
    first = oa.refresh_token
    assert refresh(oa)["refresh_token"] == oa.refresh_token != first
    again = refresh(oa, first)
    assert (again["error"], again["http"], set(again)) == (-14020, 200, {"error", "message", "http"})
    assert send(oa)["error"] == 0 and oa.refreshes == 1
    oa.options.reuse_revokes = oa.options.oauth_error_name = True
    assert refresh(oa, first).keys() == {"error", "error_name", "error_description", "http"}
    assert send(oa)["error"] == -216 and refresh(oa)["error"] == -14020


def test_oa_old_token_may_live_on(oa: ZaloOaStandin) -> None:
    oa.options.old_token_dies = False
    refresh(oa)
    assert send(oa, headers={"access_token": "access-0"})["error"] == 0


def test_oa_two_workers_refresh_at_once(oa: ZaloOaStandin) -> None:
    first = oa.refresh_token
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: refresh(oa, first), range(2)))
    assert sorted(answer.get("error", 0) for answer in answers) == [-14020, 0]


def test_oa_a_pair_lost_on_the_way_is_lost(oa: ZaloOaStandin) -> None:
    first = oa.refresh_token
    oa.drop_after_send(TOKEN)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        refresh(oa)
    assert refresh(oa, first)["error"] == -14020


def test_oa_refresh_refusals(oa: ZaloOaStandin) -> None:
    table: list[tuple[Json, int]] = [
        ({"secret": "wrong"}, -14004), ({"secret": ""}, -14004), ({"secret": oa.oa_secret}, -14004), ({"app_id": "9"}, -14002),
        ({"given": "unknown"}, -14014), ({"grant_type": "password"}, -14001), ({"kind": "application/json"}, -14001),
    ]  # fmt: skip
    for change, code in table:
        assert refresh(oa, **change)["error"] == code
    oa.advance(90 * 24 * HOUR)
    assert refresh(oa)["error"] == -14014
    oa.expire_refresh_token()
    assert refresh(oa)["error"] == -14014
    assert oa.refreshes == 0


def test_oa_permission_withdrawn_and_given_again(oa: ZaloOaStandin) -> None:
    oa.withdraw_permission()
    assert (send(oa)["error"], refresh(oa)["error"]) == (-216, -14014)
    oa.restore_permission()
    assert send(oa)["error"] == 0
    oa.withdraw_permission()
    old, code = oa.refresh_token, oa.grant_code("verifier")
    assert token(oa, grant_type="authorization_code", code=code, code_verifier="wrong")["error"] == -14010
    assert token(oa, grant_type="authorization_code", code=code, code_verifier="verifier")["access_token"] == oa.access_token
    assert token(oa, grant_type="authorization_code", code=code, code_verifier="verifier")["error"] == -14010
    assert send(oa)["error"] == 0 and refresh(oa, old)["error"] == -14020
    late = oa.grant_code("verifier")
    oa.advance(600)
    assert token(oa, grant_type="authorization_code", code=late, code_verifier="verifier")["error"] == -14010


def test_oa_consent_page(oa: ZaloOaStandin) -> None:
    query = {"app_id": oa.app_id, "redirect_uri": "https://a.vn/back?x=1", "state": "s", "code_challenge": zalo_oa.challenge("v")}
    status, _, headers = fetch(f"{oa.oauth_url}/{zalo_oa.PERMISSION}?{urlencode(query)}", verb="GET")
    back = {key: values[0] for key, values in parse_qs(urlsplit(headers["Location"]).query).items()}
    assert (status, back["state"], back["oa_id"], back["x"]) == (302, "s", oa.oa_id, "1")
    assert token(oa, grant_type="authorization_code", code=back["code"], code_verifier="v")["expires_in"] == "90000"
    for change, code in (({"app_id": "9"}, -14002), ({"code_challenge": ""}, -14001), ({"redirect_uri": ""}, -14001)):
        _, answer, _ = fetch(f"{oa.oauth_url}/{zalo_oa.PERMISSION}?{urlencode({**query, **change})}", verb="GET")
        assert json.loads(answer)["error"] == code


# --- OA: events -----------------------------------------------------------------------------------

VECTOR = (
    '{"app_id":"1","sender":{"id":"2"},"recipient":{"id":"3"},"event_name":"user_send_text",'
    '"message":{"text":"xin chào","msg_id":"m1"},"timestamp":"1700000000000"}'
)
VECTOR_HEX = "ae00be31f9c358e878372ab691e2555fd766bab4fb9fab8eb1c9a6ed2235c115"


def genuine(server: ZaloOaStandin, body: bytes, headers: Mapping[str, str]) -> bool:
    """Whether the signature holds, computed without the stand-in's own code."""
    stamp = str(json.loads(body)["timestamp"])
    expected = sha256(server.app_id.encode() + body + stamp.encode() + server.oa_secret.encode()).hexdigest()
    return headers.get("X-ZEvent-Signature", "").removeprefix("mac=") == expected


@pytest.mark.parametrize("prefix", ["", "mac="])
def test_oa_signature_vector(receiver: Receiver, prefix: str) -> None:
    assert zalo_oa.signature("1", VECTOR.encode(), "1700000000000", "oa-secret") == VECTOR_HEX
    with ZaloOaStandin(app_id="1", oa_secret="oa-secret", options=OaOptions(signature_prefix=prefix)) as server:
        server.set_webhook(receiver.url)
        server.post_raw(VECTOR.encode(), server.signed(VECTOR.encode(), "1700000000000"))
        assert receiver.got[0][0] == VECTOR.encode()
        assert receiver.got[0][1]["X-ZEvent-Signature"] == prefix + VECTOR_HEX


OA_EVENTS: list[tuple[Callable[[ZaloOaStandin], Event], str, Json]] = [
    (lambda o: o.say(USER, "xin chào"), "user_send_text", {"text": "xin chào"}),
    (lambda o: o.send_image(USER, "https://a.vn/a.jpg"), "user_send_image",
     {"attachments": [{"type": "image", "payload": {"url": "https://a.vn/a.jpg", "thumbnail": "https://a.vn/a.jpg"}}]}),
    (lambda o: o.send_file(USER, "https://a.vn/a.pdf", "a.pdf", 9), "user_send_file",
     {"attachments": [{"type": "file", "payload": {"url": "https://a.vn/a.pdf", "name": "a.pdf", "size": "9", "type": "pdf"}}]}),
    (lambda o: o.send_sticker(USER), "user_send_sticker", {}),
    (lambda o: o.send_location(USER, "1", "2"), "user_send_location",
     {"attachments": [{"type": "location", "payload": {"coordinates": {"latitude": "1", "longitude": "2"}}}]}),
    (lambda o: o.user_sends("hologram", USER, msg_id="m7"), "user_send_hologram", {"msg_id": "m7"}),
    (lambda o: o.follow(USER), "follow", {}),
    (lambda o: o.unfollow(USER), "unfollow", {}),
    (lambda o: o.admin_says(USER, "tôi trả lời"), "oa_send_text", {"text": "tôi trả lời"}),
    (lambda o: o.event("anything", timestamp="1"), "anything", {}),
]  # fmt: skip


@pytest.mark.parametrize(("act", "name", "message"), OA_EVENTS)
def test_oa_events_are_signed(oa: ZaloOaStandin, receiver: Receiver, act: Callable[[ZaloOaStandin], Event], name: str, message: Json) -> None:
    oa.set_webhook(receiver.url)
    event = act(oa)
    oa.wait_for_deliveries(1)
    (got,) = receiver.events
    assert (got["event_name"], got["app_id"], got) == (name, oa.app_id, event.body) and isinstance(got["timestamp"], str)
    assert message.items() <= got.get("message", {}).items()
    assert genuine(oa, *receiver.got[0])


@pytest.mark.parametrize("forge", zalo_oa.FORGERIES)
def test_oa_forgeries_do_not_hold(oa: ZaloOaStandin, receiver: Receiver, forge: str) -> None:
    oa.hold()
    oa.set_webhook(receiver.url)
    event = oa.say(USER, "chào")
    oa.post_now(event, forge=forge)
    oa.post_now(event)
    assert [genuine(oa, *got) for got in receiver.got] == [False, True]
    with pytest.raises(ValueError, match="is none of"):
        oa.post_now(event, forge="nonsense")


def test_oa_echoes_follow_what_was_sent(oa: ZaloOaStandin, receiver: Receiver) -> None:
    oa.set_webhook(receiver.url)
    oa.drop_after_send(SEND)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        send(oa, "chào")
    send(oa, message=picture(url="https://a.vn/a.jpg"))
    oa.admin_says(USER, "tôi đây")
    oa.wait_for_deliveries(3)
    assert [event["event_name"] for event in receiver.events] == ["oa_send_text", "oa_send_image", "oa_send_text"]
    assert [event["sender"] for event in receiver.events] == [{"id": oa.oa_id}, {"id": oa.oa_id}, {"id": oa.oa_id, "admin_id": "admin-1"}]
    assert [event["message"]["msg_id"] for event in receiver.events][:2] == [sent.message_id for sent in oa.sent]
    assert oa.texts(USER) == ["chào", ""]
    oa.options.echoes = False
    send(oa)
    assert not oa.pending and len(oa.deliveries) == 3


def test_oa_syntax_filter_and_no_webhook(oa: ZaloOaStandin, receiver: Receiver) -> None:
    early = oa.say(USER, "a")
    oa.options.syntax_filter = True
    oa.set_webhook(receiver.url)
    filtered = oa.say(USER, "b")
    oa.say(USER, "#c")
    oa.wait_for_deliveries(1)
    assert oa.lost == [early, filtered] and receiver.events[0]["message"]["text"] == "#c"


def test_oa_redelivery_says_its_number(oa: ZaloOaStandin, receiver: Receiver) -> None:
    oa.retry_delays = tuple(delay / 1000 for delay in zalo_oa.DOCUMENTED_RETRIES[:2])
    oa.set_webhook(receiver.url)
    receiver.statuses = [202, 503]  # only 200 acknowledges
    oa.say(USER, "a")
    oa.wait_for_deliveries(3)
    assert [headers.get("num_retry") for _, headers in receiver.got] == [None, "1", "2"]
    assert len({body for body, _ in receiver.got}) == 1 and all(genuine(oa, *got) for got in receiver.got)


def test_clock_needs_a_zone() -> None:
    server: ZaloStandin = ZaloOaStandin()
    with pytest.raises(ValueError, match="zone"):
        server.set_clock(datetime(2026, 11, 22))
    server.set_clock(datetime(2026, 11, 22, 12, tzinfo=UTC))
    server.advance(5)
    assert server.now() == NOON + 5
