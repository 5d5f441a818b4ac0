"""The web chat in a real Chromium, on a phone and on a desk, with and without JavaScript."""

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, Request, Route, ViewportSize, expect, sync_playwright

from bot import build
from bot.settings import Settings
from knowledge.answer import Answers
from tests.bot.rooms import web_app

QUESTION = "CCN muốn mở rộng thì cần điều kiện gì?"
BASIS = "khoản 2 Điều 8 Nghị định số 32/2024/NĐ-CP"
PHONE, DESK, SMALL = (ViewportSize(width=w, height=h) for w, h in ((360, 800), (1280, 860), (320, 640)))
WIDTHS = pytest.mark.parametrize("size", [PHONE, DESK, SMALL], ids=["360", "1280", "320"])
CHECK_TARGETS = """() => [...document.querySelectorAll('button, input:not([type=hidden]), textarea, summary, nav a, .choices button')]
  .filter(e => e.checkVisibility() && !e.classList.contains('unseen'))
  .filter(e => { const box = e.getBoundingClientRect(); return box.height < 43.5 || box.width < 43.5; })
  .map(e => e.outerHTML.slice(0, 120))"""
CHECK_WIDTH = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
CHECK_TYPE = """() => [...document.querySelectorAll('p, li, textarea, input, button')]
  .filter(e => e.checkVisibility() && !e.closest('footer'))
  .filter(e => parseFloat(getComputedStyle(e).fontSize) < 16).map(e => e.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = os.environ.get("CAUNOI_TEST_CHROMIUM") or next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if not found or not Path(found).exists():
        if os.environ.get("REQUIRE_CHROMIUM") == "1":
            pytest.fail("REQUIRE_CHROMIUM=1, but no Chromium was found")
        pytest.skip("no Chromium was found (chromium, chromium-browser, google-chrome or CAUNOI_TEST_CHROMIUM)")
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run", "--lang=vi"]
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, headless=True, args=quiet)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def address(settings: Settings, answers: Answers) -> Iterator[str]:
    app = web_app(build.talk(settings, lambda: answers), lambda: answers.corpus, today=lambda: build.now().date())
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False, lifespan="on", ws="none", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    listening.close()


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator["Opening"]:
    opening = Opening(browser, address)
    yield opening
    complaints = list(opening.complaints)  # before closing, which cuts off what is still loading
    opening.close()
    assert complaints == []


class Opening:
    """Opens pages and notes every word on their consoles, failed request and refused resource."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser, self.address = browser, address
        self.complaints: list[str] = []
        self._pages: list[Page] = []

    def __call__(self, path: str = "/", size: ViewportSize = PHONE, script: bool = True, dark: bool = False) -> Page:
        context = self._browser.new_context(
            viewport=size, java_script_enabled=script, locale="vi-VN",
            color_scheme="dark" if dark else "light", device_scale_factor=1.5, reduced_motion="reduce",
        )
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("requestfailed", self._failed)
        page.on("request", self._inside)
        page.goto(self.address + path)
        self._pages.append(page)
        return page

    def _failed(self, request: Request) -> None:
        if "/tin-moi" not in request.url:  # a stream ends with its page
            self.complaints.append(f"failed: {request.url}")

    def _inside(self, request: Request) -> None:
        if not request.url.startswith(self.address):
            self.complaints.append(f"outside: {request.url}")

    def close(self) -> None:
        for page in self._pages:
            page.context.close()


def ask(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Nhập câu hỏi").fill(text)
    page.get_by_role("button", name="Gửi", exact=True).click()


def snap(page: Page, name: str, height: int = 0, top: str = "body") -> None:
    """Keep a picture, as high as asked, from `top` on, when a folder for pictures is named."""
    folder, size = os.environ.get("CAUNOI_SCREENSHOTS"), page.viewport_size
    if folder and size:
        page.set_viewport_size({"width": size["width"], "height": height or size["height"]})
        page.locator(top).last.evaluate("e => e.scrollIntoView()")
        page.wait_for_timeout(300)
        page.screenshot(path=Path(folder) / f"{name}.png")
        page.set_viewport_size(size)


def sound(page: Page) -> None:
    """Nothing overflows, and everything that is tapped is large enough."""
    assert page.evaluate(CHECK_WIDTH) <= 0
    assert page.evaluate(CHECK_TARGETS) == []
    assert page.evaluate(CHECK_TYPE) == []


@WIDTHS
def test_the_first_page(open_page: Opening, size: ViewportSize) -> None:
    page = open_page(size=size)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("trợ lý tự động").first).to_be_visible()
    expect(page.get_by_role("group").get_by_role("button")).to_have_count(4)
    expect(page.get_by_role("link", name="nạp văn bản chính thức thế nào?")).to_have_attribute("href", "/nap-van-ban")
    sound(page)
    snap(page, f"start-{size['width']}")


@WIDTHS
@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_a_question_is_answered(open_page: Opening, size: ViewportSize, script: bool) -> None:
    page = open_page(size=size, script=script)
    ask(page, QUESTION)
    answer = page.locator("#thread article").last
    expect(answer.get_by_text(BASIS)).to_be_visible()
    expect(answer.locator(".status")).to_contain_text("303/2026/NĐ-CP")
    expect(page.get_by_role("textbox", name="Nhập câu hỏi")).to_have_value("")
    if script:
        sound(page)
        snap(page, f"chat-{size['width']}", 860 if size == DESK else 1080, "#thread article")
    answer.get_by_role("button", name="Xem toàn bộ Điều 8").click()
    expect(page.locator("#thread article")).to_have_count(2)
    chosen = page.locator("#thread article").last
    expect(chosen.locator(".asked")).to_contain_text("Xem toàn bộ Điều 8")
    expect(chosen.locator(".cite")).to_contain_text("Điều 8 Nghị định số 32/2024/NĐ-CP")
    if script:
        expect(chosen).to_be_focused()
        snap(page, f"dieu-{size['width']}", 1600, "#thread article:first-child .cite")
        page.reload()
        expect(page.locator("#thread article")).to_have_count(2)


def test_enter_sends_and_shift_enter_does_not(open_page: Opening) -> None:
    page = open_page()
    page.get_by_role("textbox", name="Nhập câu hỏi").fill("Điều 8")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("Nghị định 32/2024")
    page.keyboard.press("Enter")
    expect(page.locator("#thread article .cite")).to_contain_text("Điều 8")
    expect(page.get_by_role("textbox", name="Nhập câu hỏi")).to_be_focused()


def test_sending_is_shown_and_not_repeated(open_page: Opening) -> None:
    page = open_page()

    def late(route: Route) -> None:
        page.wait_for_timeout(400)
        route.continue_()

    page.route("**/hoi", late)
    ask(page, QUESTION)
    expect(page.get_by_text("Đang trả lời…")).to_be_visible()
    expect(page.get_by_role("button", name="Gửi", exact=True)).to_be_disabled()
    expect(page.locator("#thread article .cite")).to_contain_text(BASIS)
    expect(page.get_by_role("button", name="Gửi", exact=True)).to_be_enabled()
    expect(page.locator("#thread article")).to_have_count(1)


def test_without_a_network_the_text_stays(open_page: Opening) -> None:
    page = open_page()
    page.context.set_offline(True)
    ask(page, QUESTION)
    expect(page.get_by_role("alert")).to_contain_text("kết nối mạng")
    expect(page.get_by_role("textbox", name="Nhập câu hỏi")).to_have_value(QUESTION)
    page.context.set_offline(False)
    ask(page, QUESTION)
    expect(page.locator("#thread article .cite")).to_contain_text(BASIS)
    open_page.complaints = [c for c in open_page.complaints if "ERR_INTERNET_DISCONNECTED" not in c and "failed:" not in c]


def test_a_day_is_chosen(open_page: Opening) -> None:
    page = open_page()
    page.get_by_text("Hỏi theo ngày khác").click()
    page.get_by_label("Quy định áp dụng vào ngày").fill("2025-08-01")
    sound(page)
    snap(page, "ngay-360")
    ask(page, QUESTION)
    expect(page.locator("#thread article .asof")).to_contain_text("1/8/2025")
    expect(page.locator("#thread article .status")).to_contain_text("1/8/2025")
    page.get_by_role("link", name=BASIS).click()
    expect(page.get_by_label("Quy định theo ngày")).to_have_value(date(2025, 8, 1).isoformat())


@WIDTHS
@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_walking_to_an_article(open_page: Opening, size: ViewportSize, script: bool) -> None:
    page = open_page(size=size, script=script)
    page.get_by_role("navigation").get_by_role("link", name="Văn bản").click()
    if script:
        sound(page)
        snap(page, f"cac-van-ban-{size['width']}")
    page.get_by_role("link", name="Nghị định số 32/2024/NĐ-CP").click()
    if script:
        sound(page)
        snap(page, f"muc-luc-{size['width']}")
    page.get_by_role("link", name="Điều 8. ").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Điều 8")
    expect(page.locator(".status").first).to_contain_text("303/2026/NĐ-CP")
    expect(page.locator("main")).to_contain_text("75 ha")
    if script:
        sound(page)
        snap(page, f"van-ban-{size['width']}", 1080)


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script><img src=x onerror=alert(1)>", "a" * 3000, "😀" * 500, "Z̷̡̈́" * 400, "ma\u202ehtul", "{{ 7 * 7 }} {% raw %}"],
    ids=["html", "one word", "emoji", "marks", "direction", "template"],
)
def test_hostile_text_breaks_nothing(open_page: Opening, text: str) -> None:
    page = open_page()
    page.on("dialog", lambda dialog: open_page.complaints.append("a script ran"))
    ask(page, text)
    expect(page.locator("#thread .answer")).to_be_visible()
    assert page.locator("#thread .asked p").text_content() == text
    sound(page)


def test_too_long_a_text_stays_in_the_box(open_page: Opening) -> None:
    page = open_page()
    ask(page, "ă" * 100_000)
    expect(page.get_by_role("alert")).to_contain_text("100.000")
    assert len(page.get_by_role("textbox", name="Nhập câu hỏi").input_value()) == 100_000
    sound(page)
    open_page.complaints = [c for c in open_page.complaints if "413" not in c]


@pytest.mark.parametrize("path", ["/", "/van-ban", "/van-ban/32-2024-nd-cp/8", "/nap-van-ban", "/khong-co"])
def test_dark_and_english_pages(open_page: Opening, path: str) -> None:
    page = open_page(f"/ngon-ngu/en?ve={path}", dark=True)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    sound(page)
    snap(page, f"dark{path.replace('/', '-')}")
    open_page.complaints = [c for c in open_page.complaints if "404" not in c]
