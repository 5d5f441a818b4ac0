"""The Telegram stand-in refuses what the platform refuses and carries a real aiogram bot."""

import asyncio
import http.client
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from tests.standins.telegram import TelegramStandin
from tests.standins.telegram_rules import Refusal, command_entities, parse_html

CHAT = 1001
Answer = tuple[int, dict[str, Any]]
Post = Callable[..., Answer]


@pytest.fixture
def standin() -> Iterator[TelegramStandin]:
    """A running stand-in that knows one private chat."""
    with TelegramStandin() as server:
        server.add_chat(CHAT)
        yield server


def request(server: TelegramStandin, path: str, body: bytes, content_type: str) -> Answer:
    """One POST to `path`; status and decoded answer."""
    connection = http.client.HTTPConnection(urlsplit(server.base_url).netloc, timeout=10)
    try:
        connection.request("POST", path, body, {"Content-Type": content_type})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


@pytest.fixture
def post(standin: TelegramStandin) -> Post:
    """Calls a method with JSON fields."""

    def call(method: str, **fields: Any) -> Answer:
        body = json.dumps(fields).encode()
        return request(standin, f"/bot{standin.token}/{method}", body, "application/json")

    return call


def keyboard(*buttons: dict[str, Any]) -> dict[str, Any]:
    """An inline keyboard of one row."""
    return {"inline_keyboard": [list(buttons)]}


def message(text: Any = "chào", **fields: Any) -> dict[str, Any]:
    """Fields of a good sendMessage, changed by `fields`."""
    return {"chat_id": CHAT, "text": text, **fields}


def commands(*pairs: tuple[str, str]) -> dict[str, Any]:
    """Fields of setMyCommands."""
    return {"commands": [{"command": name, "description": text} for name, text in pairs]}


BAD_REQUESTS: list[tuple[str, dict[str, Any], int, str]] = [
    ("sendMessage", {"chat_id": CHAT}, 400, "message text is empty"),
    ("sendMessage", {"text": "a"}, 400, "chat_id is empty"),
    ("sendMessage", message(""), 400, "message text is empty"),
    ("sendMessage", message(" \n "), 400, "message text is empty"),
    ("sendMessage", message("<b></b>", parse_mode="HTML"), 400, "message text is empty"),
    ("sendMessage", message("a" * 4097), 400, "message is too long"),
    ("sendMessage", message("😀" * 2049), 400, "message is too long"),
    ("sendMessage", message("&lt;" * 4097, parse_mode="HTML"), 400, "message is too long"),
    ("sendMessage", message("<b>a", parse_mode="HTML"), 400, "can't parse entities: Can't find end tag"),
    ("sendMessage", message("a < b", parse_mode="HTML"), 400, "can't parse entities: Unsupported start tag"),
    ("sendMessage", message("a", parse_mode="XML"), 400, "unsupported parse_mode"),
    ("sendMessage", message("*a*", parse_mode="MarkdownV2"), 501, "does not carry parse_mode"),
    ("sendMessage", message(["a"]), 400, "can't parse text"),
    ("sendMessage", message(5), 400, "can't parse text"),
    ("sendMessage", message("\ud83d"), 400, "UTF-8"),
    ("sendMessage", message(chat_id=404), 400, "chat not found"),
    ("sendMessage", message(chat_id="@nobody"), 400, "chat not found"),
    ("sendMessage", message(message_thread_id=7), 400, "message thread not found"),
    ("sendMessage", message(message_thread_id="x"), 400, "can't parse message_thread_id"),
    ("sendMessage", message(reply_parameters={"message_id": 99}), 400, "message to be replied not found"),
    ("sendMessage", message(entities=[{"type": "bold", "offset": 2, "length": 9}]), 400, "after the end"),
    ("sendMessage", message("😀", entities=[{"type": "bold", "offset": 1, "length": 1}]), 400, "middle of a UTF-16"),
    ("sendMessage", message(entities=[{"type": "bold", "offset": 0}]), 400, "can't parse entities"),
    ("sendMessage", message(reply_markup={"buttons": []}), 400, "can't parse reply keyboard markup"),
    ("sendMessage", message(reply_markup="{"), 400, "can't parse reply_markup"),
    ("sendMessage", message(reply_markup={"inline_keyboard": [{"text": "a"}]}), 400, "can't parse reply keyboard"),
    ("sendMessage", message(reply_markup=keyboard({"text": "a"})), 400, "Text buttons are unallowed"),
    ("sendMessage", message(reply_markup=keyboard({"callback_data": "a"})), 400, "can't parse reply keyboard"),
    ("sendMessage", message(reply_markup=keyboard({"text": " ", "callback_data": "a"})), 400, "non-empty"),
    ("sendMessage", message(reply_markup=keyboard({"text": "a", "callback_data": ""})), 400, "BUTTON_DATA_INVALID"),
    ("sendMessage", message(reply_markup=keyboard({"text": "a", "callback_data": "ạ" * 22})), 400, "BUTTON_DATA"),
    ("sendMessage", message(reply_markup=keyboard({"text": "a", "url": "http://localhost"})), 400, "Wrong HTTP URL"),
    ("sendMessage", message(reply_markup=keyboard({"text": "a", "url": "u.vn", "callback_data": "a"})), 400, "one act"),
    ("sendMessage", message(reply_markup=keyboard(*[{"text": "a", "callback_data": "a"}] * 9)), 400, "TOO_LONG"),
    ("sendMessage", message(reply_markup={"inline_keyboard": [[{"text": "a", "callback_data": "a"}]] * 101}), 400,
     "TOO_LONG"),
    ("editMessageText", {"text": "a"}, 400, "chat_id is empty"),
    ("editMessageText", {"chat_id": CHAT, "text": "a"}, 400, "message identifier is not specified"),
    ("editMessageText", {"chat_id": CHAT, "message_id": 99, "text": "a"}, 400, "message to edit not found"),
    ("editMessageText", {"chat_id": CHAT, "message_id": 99}, 400, "message text is empty"),
    ("editMessageReplyMarkup", {"chat_id": CHAT, "message_id": 99}, 400, "message to edit not found"),
    ("deleteMessage", {"chat_id": CHAT, "message_id": 99}, 400, "message to delete not found"),
    ("answerCallbackQuery", {}, 400, "callback_query_id is empty"),
    ("answerCallbackQuery", {"callback_query_id": "1"}, 400, "query is too old"),
    ("answerCallbackQuery", {"callback_query_id": "1", "text": "a" * 201}, 400, "MESSAGE_TOO_LONG"),
    ("sendChatAction", {"chat_id": CHAT}, 400, "action is empty"),
    ("sendChatAction", {"chat_id": CHAT, "action": "dancing"}, 400, "wrong parameter action"),
    ("sendChatAction", {"chat_id": 404, "action": "typing"}, 400, "chat not found"),
    ("setMyCommands", {}, 400, "commands is empty"),
    ("setMyCommands", {"commands": "help"}, 400, "can't parse commands"),
    ("setMyCommands", {"commands": [{"command": "help"}]}, 400, "can't parse commands"),
    ("setMyCommands", commands(("Help", "x")), 400, "BOT_COMMAND_INVALID"),
    ("setMyCommands", commands(("trợ_giúp", "x")), 400, "BOT_COMMAND_INVALID"),
    ("setMyCommands", commands(("a" * 33, "x")), 400, "BOT_COMMAND_INVALID"),
    ("setMyCommands", commands(("help", "")), 400, "BOT_COMMAND_DESCRIPTION_INVALID"),
    ("setMyCommands", commands(("help", "x" * 257)), 400, "BOT_COMMAND_DESCRIPTION_INVALID"),
    ("setMyCommands", commands(*[(f"c{i}", "x") for i in range(101)]), 400, "BOT_COMMANDS_TOO_MUCH"),
    ("setMyCommands", {**commands(("help", "x")), "language_code": "vie"}, 400, "LANG_CODE_INVALID"),
    ("setMyCommands", {**commands(("help", "x")), "scope": {"type": "moon"}}, 400, "can't parse scope"),
    ("setMyDescription", {"description": "a" * 513}, 400, "too long"),
    ("setMyShortDescription", {"short_description": "a" * 121}, 400, "too long"),
    ("setWebhook", {}, 400, "url is empty"),
    ("setWebhook", {"url": "http://bot.example.vn/hook"}, 400, "HTTPS URL must be provided"),
    ("setWebhook", {"url": "https://bot.example.vn:8080/hook"}, 400, "only on ports"),
    ("setWebhook", {"url": "https://bot.example.vn/", "secret_token": "bí mật"}, 400, "unallowed characters"),
    ("setWebhook", {"url": "https://bot.example.vn/", "max_connections": 101}, 400, "max_connections"),
    ("getUpdates", {"offset": "x"}, 400, "can't parse offset"),
    ("getUpdates", {"allowed_updates": "["}, 400, "can't parse allowed_updates"),
    ("getFile", {"file_id": "none"}, 400, "invalid file_id"),
    ("sendDocument", {"chat_id": CHAT}, 400, "document is empty"),
    ("sendDocument", {"chat_id": CHAT, "document": "none"}, 400, "wrong file identifier"),
    ("sendDocument", {"chat_id": CHAT, "document": "none", "caption": "a" * 1025}, 400, "caption is too long"),
    ("sendDance", {}, 404, "method not found"),
    ("sendPhoto", {}, 501, "does not carry the method sendPhoto"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "fields", "code", "words"), BAD_REQUESTS)
def test_refuses_as_the_platform(
    standin: TelegramStandin, post: Post, method: str, fields: dict[str, Any], code: int, words: str
) -> None:
    status, answer = post(method, **fields)
    assert (status, answer["ok"], answer["error_code"]) == (code, False, code)
    assert words in answer["description"]
    assert standin.sent == []


@pytest.mark.parametrize(
    ("html", "text", "kinds"),
    [
        ("chào <b>bà</b>", "chào bà", ["bold"]),
        ("<b>a<i>b</i></b>", "ab", ["bold", "italic"]),
        ("1 &lt; 2 &amp; 3 &#38; &nbsp;", "1 < 2 & 3 & &nbsp;", []),
        ('<a href="https://vbpl.vn/?a=1&amp;b=2">luật</a>', "luật", ["text_link"]),
        ("<blockquote expandable>trích</blockquote>", "trích", ["expandable_blockquote"]),
        ('<span class="tg-spoiler">kín</span>', "kín", ["spoiler"]),
        ("<B>a</b >", "a", ["bold"]),
        ("a > b & c", "a > b & c", []),
    ],
)
def test_html_is_parsed(html: str, text: str, kinds: list[str]) -> None:
    parsed, entities = parse_html(html)
    assert (parsed, [entity["type"] for entity in entities]) == (text, kinds)


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("🏟 x<br>", 'Unsupported start tag "br" at byte offset 6'),
        ("x <b", "Unclosed start tag at byte offset 2"),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<b>x</i>", 'expected "</b>", found "</i>"'),
        ("<b><i>x</b></i>", 'expected "</i>", found "</b>"'),
        ("<span>x</span>", "must have class"),
        ('<a href="x>y</a>', "Unclosed start tag"),
        ("<a href>y</a>", "Expected equal sign"),
    ],
)
def test_html_is_refused(html: str, words: str) -> None:
    with pytest.raises(Refusal) as refusal:
        parse_html(html)
    assert words in refusal.value.description


def test_offsets_count_utf16_units() -> None:
    assert parse_html("😀<b>ạ</b>")[1] == [{"type": "bold", "offset": 2, "length": 1}]
    assert command_entities("😀 /hoi điều 5") == [{"type": "bot_command", "offset": 3, "length": 4}]
    assert command_entities("a/b http://x/hoi") == []


@pytest.mark.parametrize(
    "text", ["a" * 4096, "ạ" * 4096, "😀" * 2048, "  " + "a" * 4096 + "\n"], ids=["ascii", "vi", "emoji", "trimmed"]
)
def test_longest_text_is_taken(post: Post, text: str) -> None:
    status, answer = post("sendMessage", **message(text))
    assert status == 200
    assert answer["result"]["text"] == text.strip()


def test_longest_callback_data_and_commands_are_taken(post: Post) -> None:
    markup = keyboard({"text": "a", "callback_data": "ạ" * 21 + "b"})
    assert post("sendMessage", **message(reply_markup=markup))[1]["result"]["reply_markup"] == markup
    assert post("setMyCommands", **commands(*[(f"c{i}", "x" * 256) for i in range(100)]))[0] == 200
    assert len(post("getMyCommands")[1]["result"]) == 100
    assert post("getMyCommands", language_code="vi")[1]["result"] == []


def test_form_and_multipart_bodies(standin: TelegramStandin) -> None:
    path = f"/bot{standin.token}/sendMessage"
    markup = json.dumps(keyboard({"text": "a", "callback_data": "a"}))
    form = urlencode({"chat_id": CHAT, "text": "chào", "reply_markup": markup, "disable_notification": "true"})
    assert request(standin, path, form.encode(), "application/x-www-form-urlencoded")[0] == 200
    parts = b"".join(
        f'--cut\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in [("chat_id", CHAT), ("text", "[chào] 5")]
    )
    assert request(standin, path, parts + b"--cut--\r\n", "multipart/form-data; boundary=cut")[0] == 200
    assert [sent.text for sent in standin.sent] == ["chào", "[chào] 5"]
    assert standin.sent[0].buttons == [{"text": "a", "callback_data": "a"}]
    assert request(standin, path, b"[", "application/json")[0] == 400


@pytest.mark.parametrize(("token", "code"), [("5:unknown", 401), ("nonsense", 404), ("", 404)])
def test_unknown_token(standin: TelegramStandin, token: str, code: int) -> None:
    assert request(standin, f"/bot{token}/getMe", b"{}", "application/json")[0] == code


def test_scripted_failures(standin: TelegramStandin, post: Post) -> None:
    standin.fail_next("sendMessage", 429, retry_after=7, times=2)
    for _ in range(2):
        status, answer = post("sendMessage", **message())
        assert (status, answer["parameters"]) == (429, {"retry_after": 7})
    assert post("sendMessage", **message())[0] == 200
    standin.fail_next("*", 502, "Bad Gateway")
    assert [post("getMe")[0], post("getMe")[0]] == [502, 200]
    standin.block(CHAT)
    assert post("sendMessage", **message())[1]["description"] == "Forbidden: bot was blocked by the user"
    standin.unblock(CHAT)
    assert post("sendMessage", **message())[0] == 200
    assert [call.status for call in standin.calls_of("sendMessage")] == [429, 429, 200, 403, 200]


def test_dropped_answer_took_effect(standin: TelegramStandin, post: Post) -> None:
    standin.drop_after_send("sendMessage")
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        post("sendMessage", **message("một"))
    assert post("sendMessage", **message("hai"))[0] == 200
    assert [sent.text for sent in standin.wait_for(2)] == ["một", "hai"]
    assert [call.status for call in standin.calls] == [0, 200]


def test_delay_answers_late(standin: TelegramStandin, post: Post) -> None:
    standin.delay("sendMessage", 0.2)
    begin = time.monotonic()
    assert post("sendMessage", **message())[0] == 200
    assert time.monotonic() - begin >= 0.2
    assert standin.sent[0].time - begin < 0.2


def test_wait_for_gives_up(standin: TelegramStandin) -> None:
    with pytest.raises(TimeoutError, match="0 sent"):
        standin.wait_for(1, 0.05)


def test_offset_acknowledges(standin: TelegramStandin, post: Post) -> None:
    first, second, third = (standin.say(CHAT, text) for text in ("/start vb_32", "hai", "ba"))
    batch = post("getUpdates", limit=2)[1]["result"]
    assert [update["update_id"] for update in batch] == [first, second]
    assert batch[0]["message"]["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert [u["update_id"] for u in post("getUpdates", offset=second)[1]["result"]] == [second, third]
    assert standin.pending == [second, third]
    assert [u["update_id"] for u in post("getUpdates", offset=-1)[1]["result"]] == [third]
    assert post("getUpdates", offset=third + 1)[1]["result"] == []


def test_long_poll_wakes_and_times_out(standin: TelegramStandin, post: Post) -> None:
    begin = time.monotonic()
    assert post("getUpdates", timeout=1)[1]["result"] == []
    assert 0.9 < time.monotonic() - begin < 3
    with ThreadPoolExecutor(1) as pool:
        poll = pool.submit(post, "getUpdates", timeout=20)
        standin.wait_until(lambda: len(standin.calls_of("getUpdates")) == 2)
        standin.say(CHAT, "dậy")
        assert poll.result(5)[1]["result"][0]["message"]["text"] == "dậy"


def test_second_poller_and_webhook_conflict(standin: TelegramStandin, post: Post) -> None:
    with ThreadPoolExecutor(1) as pool:
        for method, fields in (("getUpdates", {}), ("setWebhook", {"url": "https://bot.example.vn/hook"})):
            poll = pool.submit(post, "getUpdates", timeout=20)
            standin.wait_until(lambda: standin._poll is not None)
            assert post(method, **fields)[0] == 200
            assert poll.result(5)[0] == 409
    status, answer = post("getUpdates")
    assert (status, "webhook is active" in answer["description"]) == (409, True)
    assert post("getWebhookInfo")[1]["result"]["url"] == "https://bot.example.vn/hook"
    assert post("deleteWebhook")[0] == 200
    assert post("getUpdates")[0] == 200


def test_repeated_and_reordered_delivery(standin: TelegramStandin, post: Post) -> None:
    first = standin.say(CHAT, "một")
    assert post("getUpdates", offset=first + 1)[1]["result"] == []
    standin.redeliver(first)
    assert [u["update_id"] for u in post("getUpdates", offset=first + 1)[1]["result"]] == [first]
    assert post("getUpdates", offset=first + 1)[1]["result"] == []
    standin.hold()
    second, third = standin.say(CHAT, "hai"), standin.say(CHAT, "ba")
    assert post("getUpdates", offset=first + 1)[1]["result"] == []
    standin.release(third, second, third)
    batch = post("getUpdates", offset=first + 1)[1]["result"]
    assert [u["update_id"] for u in batch] == [third, second, third]


def test_a_client_that_went_away_loses_nothing(standin: TelegramStandin, post: Post) -> None:
    gone = http.client.HTTPConnection(urlsplit(standin.base_url).netloc, timeout=10)
    gone.request("POST", f"/bot{standin.token}/getUpdates", b"timeout=20", {
        "Content-Type": "application/x-www-form-urlencoded"
    })  # fmt: skip
    standin.wait_until(lambda: standin._poll is not None)
    gone.close()
    standin.wait_until(lambda: standin._poll is None)
    update_id = standin.say(CHAT, "còn đây")
    assert [u["update_id"] for u in post("getUpdates")[1]["result"]] == [update_id]


def test_many_threads_at_once(standin: TelegramStandin, post: Post) -> None:
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda i: standin.say(CHAT, f"tin {i}"), range(40)))
        answers = list(pool.map(lambda i: post("sendMessage", **message(f"đáp {i}")), range(40)))
    assert {status for status, _ in answers} == {200}
    assert len({answer["result"]["message_id"] for _, answer in answers}) == len(set(said)) == 40
    assert len(post("getUpdates")[1]["result"]) == len(standin.sent) == 40


def test_allowed_updates_filter(standin: TelegramStandin, post: Post) -> None:
    post("getUpdates", allowed_updates=["callback_query"])
    standin.say(CHAT, "bỏ qua")
    pushed = standin.push("callback_query", {"id": "1"})
    assert [u["update_id"] for u in post("getUpdates")[1]["result"]] == [pushed]
    assert len(standin.filtered) == 1


def test_tap_edit_and_answer(standin: TelegramStandin, post: Post) -> None:
    markup = keyboard({"text": "Hủy", "callback_data": "huy"})
    post("sendMessage", **message(reply_markup=markup))
    sent = standin.sent[0]
    with pytest.raises(ValueError, match="no button"):
        standin.tap(sent, "khac")
    standin.tap(sent, "huy")
    query = post("getUpdates")[1]["result"][0]["callback_query"]
    assert (query["data"], query["message"]["text"]) == ("huy", "chào")
    assert standin.unanswered_taps == [query["id"]]
    assert post("answerCallbackQuery", callback_query_id=query["id"], text="a" * 200)[0] == 200
    assert standin.unanswered_taps == []
    place = {"chat_id": CHAT, "message_id": sent.message["message_id"]}
    assert "not modified" in post("editMessageText", **place, text="chào", reply_markup=markup)[1]["description"]
    assert post("editMessageText", **place, text="đã <b>hủy</b>", parse_mode="HTML")[0] == 200
    assert "reply_markup" not in standin.message(CHAT, place["message_id"])
    assert "not modified" in post("editMessageReplyMarkup", **place)[1]["description"]
    assert post("editMessageReplyMarkup", **place, reply_markup=markup)[1]["result"]["text"] == "đã hủy"
    standin.expire_taps()
    assert "too old" in post("answerCallbackQuery", callback_query_id=query["id"])[1]["description"]


def test_only_own_messages_are_edited(standin: TelegramStandin, post: Post) -> None:
    standin.say(CHAT, "của tôi")
    number = post("getUpdates")[1]["result"][0]["message"]["message_id"]
    answer = post("editMessageText", chat_id=CHAT, message_id=number, text="b")[1]
    assert answer["description"] == "Bad Request: message can't be edited"


def test_topics(standin: TelegramStandin, post: Post) -> None:
    standin.add_topic(-100200, 7)
    assert post("sendMessage", chat_id=-100200, text="a", message_thread_id=7)[1]["result"]["message_thread_id"] == 7
    standin.delete_topic(-100200, 7)
    answer = post("sendMessage", chat_id=-100200, text="a", message_thread_id=7)[1]
    assert answer["description"] == "Bad Request: message thread not found"


def test_files(standin: TelegramStandin, post: Post) -> None:
    small, big = standin.add_file(b"%PDF", "a.pdf"), standin.add_file(b"", "b.pdf", size=21 * 2**20)
    path = post("getFile", file_id=small)[1]["result"]["file_path"]
    connection = http.client.HTTPConnection(urlsplit(standin.base_url).netloc, timeout=10)
    connection.request("GET", f"/file/bot{standin.token}/{path}")
    assert connection.getresponse().read() == b"%PDF"
    connection.close()
    assert post("getFile", file_id=big)[1]["description"] == "Bad Request: file is too big"


def test_webhook_pushes_until_accepted(standin: TelegramStandin, post: Post) -> None:
    got: list[tuple[int, str]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            got.append((body["update_id"], self.headers["X-Telegram-Bot-Api-Secret-Token"]))
            self.send_response(200 if len(got) > 1 else 500)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = HTTPServer(("127.0.0.1", 0), Hook)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        assert post("setWebhook", url=f"http://127.0.0.1:{server.server_port}/hook", secret_token="s-1")[0] == 200
        update_id = standin.say(CHAT, "đẩy")
        standin.wait_until(lambda: standin.pending == [])
        assert got == [(update_id, "s-1")] * 2
        assert standin.webhook_attempts == [(update_id, 500), (update_id, 200)]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_real_aiogram_bot_replies(standin: TelegramStandin) -> None:
    from aiogram import Bot, Dispatcher
    from aiogram.client.default import DefaultBotProperties
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramRetryAfter
    from aiogram.types import (
        BotCommand,
        BufferedInputFile,
        CallbackQuery,
        InlineKeyboardButton,
        InlineKeyboardMarkup,
        Message,
    )

    async def reply(incoming: Message) -> None:
        button = InlineKeyboardButton(text="Hủy", callback_data="huy")
        await incoming.answer(f"<b>{incoming.text}</b>", reply_markup=InlineKeyboardMarkup(inline_keyboard=[[button]]))

    async def cancel(query: CallbackQuery) -> None:
        await query.answer("Đã hủy")
        assert isinstance(query.message, Message)
        await query.message.edit_text("Đã hủy", reply_markup=None)

    async def direct_calls(bot: Bot) -> None:
        me = await bot.get_me()
        assert me.is_bot and me.username == standin.username
        assert await bot.set_my_commands([BotCommand(command="hoi", description="Hỏi")])
        assert [c.command for c in await bot.get_my_commands()] == ["hoi"]
        await bot.send_chat_action(CHAT, "typing")
        document = await bot.send_document(CHAT, BufferedInputFile(b"%PDF", "a.pdf"), caption="a")
        assert document.document and document.document.file_size == 4
        standin.fail_next("sendMessage", 429, retry_after=3)
        with pytest.raises(TelegramRetryAfter) as flood:
            await bot.send_message(CHAT, "a")
        assert flood.value.retry_after == 3
        with pytest.raises(TelegramBadRequest, match="can't parse entities"):
            await bot.send_message(CHAT, "a < b")
        standin.block(CHAT + 1)
        with pytest.raises(TelegramForbiddenError):
            await bot.send_message(CHAT + 1, "a")

    async def converse() -> None:
        session = AiohttpSession(api=TelegramAPIServer.from_base(standin.base_url))
        async with Bot(standin.token, session, DefaultBotProperties(parse_mode="HTML")) as bot:
            await direct_calls(bot)
            dispatcher = Dispatcher()
            dispatcher.message.register(reply)
            dispatcher.callback_query.register(cancel)
            polling = asyncio.create_task(dispatcher.start_polling(bot, handle_signals=False))
            standin.say(CHAT, "chào")
            sent = await asyncio.to_thread(standin.wait_for, 2)
            standin.tap(sent[1], "huy")
            await asyncio.to_thread(standin.wait_for, 3)
            await dispatcher.stop_polling()
            await polling

    standin.add_chat(CHAT + 1)
    asyncio.run(converse())
    assert [(sent.method, sent.text) for sent in standin.sent] == [
        ("sendDocument", "a"), ("sendMessage", "chào"), ("editMessageText", "Đã hủy"),
    ]  # fmt: skip
    assert [answer["text"] for answer in standin.answers.values()] == ["Đã hủy"]
    assert standin.unanswered_taps == []
