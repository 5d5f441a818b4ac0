"""What each command does: read its input, call the parts, print, return an exit status."""

import argparse
import json
import sys
from collections.abc import Mapping
from datetime import date
from typing import Any

from bot import build
from bot.errors import sentence
from bot.settings import Settings, read_settings
from handlers.message import Incoming


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _settings(**given: Any) -> Settings | None:
    """The settings, or None after one clear sentence for each that is wrong."""
    from pydantic import ValidationError

    try:
        return read_settings(**given)
    except ValidationError as error:
        for problem in error.errors():
            name = str(problem["loc"][0])
            held = "" if name in ("telegram_token", "web_secret") else f" (đang là “{problem['input']}”)"
            _say(f"Cài đặt CAUNOI_{name.upper()} không hợp lệ{held}; docs/running.md nói từng mục nhận gì.")
        return None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def ask(options: argparse.Namespace) -> int:
    """Answer one question, or one JSON line after another."""
    settings = _settings()
    if settings is None:
        return 2
    try:
        day = _day(options.as_of)
    except ValueError:
        _say(f"Ngày “{options.as_of}” không hợp lệ; hãy viết theo dạng 2026-11-22.")
        return 2
    if not options.batch and not options.question:
        _say("Chưa có câu hỏi. Ví dụ: python -m bot ask \"CCN muốn mở rộng thì cần điều kiện gì?\"")
        return 2
    try:
        answers = build.open_answers(settings, _say)
    except Exception as error:
        _say(sentence(error))
        return 1
    if options.batch:
        return _batch(settings, answers, options.language)
    row = answered(settings, answers, " ".join(options.question), day, options.language)
    print(json.dumps({"id": None, **row}, ensure_ascii=False, indent=1) if options.json else row["text"])
    return 0


def answered(settings: Settings, answers: Any, text: str, day: date | None, language: str) -> dict[str, Any]:
    """The contract's row for one question, asked by a stranger."""
    from handlers.memory import InMemory, Memory

    memories = InMemory()
    memories.save("terminal", "one", Memory(language=language))
    reply = build.dialogue(settings, lambda: answers, memories).reply(Incoming("terminal", "one", text, as_of=day))
    empty: dict[str, Any] = {"as_of": (day or build.now().date()).isoformat(), "provisions": [], "quotes": [], "authority": [], "choices": [], "warnings": []}
    facts = {**empty, **reply.facts}
    return {"kind": facts.pop("kind"), "as_of": facts.pop("as_of"), "text": reply.text(), **facts}


def _batch(settings: Settings, answers: Any, language: str) -> int:
    failed = False
    for line in sys.stdin.buffer:
        text = line.decode("utf-8", "replace").strip("\ufeff \t\r\n")
        if not text:
            continue
        try:
            row = json.loads(text)
            if not isinstance(row, Mapping) or not isinstance(row.get("text"), str):
                raise TypeError("thiếu trường “text”, hoặc trường này không phải chuỗi")
            result = {"id": row.get("id"), **answered(settings, answers, row["text"], _day(row.get("as_of")), language)}
        except (ValueError, TypeError) as error:
            failed = True
            result = {"id": None, "kind": "error", "error": f"Dòng không đọc được: {error}"}
        print(json.dumps(result, ensure_ascii=False), flush=True)
    return 1 if failed else 0


def index(options: argparse.Namespace) -> int:
    """Build the index where it is missing, outdated or damaged."""
    settings = _settings()
    if settings is None:
        return 2
    try:
        build.open_answers(settings, _say)
    except Exception as error:
        _say(sentence(error))
        return 1
    return 0


def ingest(options: argparse.Namespace) -> int:
    """Take official files in, all or nothing, then switch the index."""
    settings = _settings()
    if settings is None:
        return 2
    try:
        documents = build.library(settings).add(
            options.files,
            numbers={options.files[0]: options.number} if options.number else None,
            replace_held=options.replace,
            progress=lambda done, total, path: _say(f"[{done}/{total}] {path.name}" if done < total else f"[{done}/{total}] đã đọc xong"),
        )
        build.open_answers(settings, _say)
    except Exception as error:
        _say(sentence(error))
        return 1
    for document in documents:
        articles = sum(p.level == "article" for p in document.provisions)
        print(f"Đã nạp {document.name}: {articles} điều và phụ lục, {len(document.provisions)} quy định.")
    return 0


def evaluate(options: argparse.Namespace) -> int:
    """Ask every gold question and print the figures."""
    from knowledge.evaluate import GoldError, as_json, read_gold, table
    from knowledge.evaluate import evaluate as measure

    settings = _settings()
    if settings is None:
        return 2
    try:
        golds = read_gold(options.file)
        answers = build.open_answers(settings, _say)
        sources = _sources(options.source)
    except (OSError, GoldError) as error:
        _say(f"Không đọc được bộ câu hỏi {options.file}: {error}")
        return 1
    except Exception as error:
        _say(sentence(error))
        return 1
    tallies, wrong = measure(
        golds, lambda text, day: answered(settings, answers, text, day, "vi"),
        lambda ref: answers.corpus.get(ref) is not None, sources or None,
    )
    print(json.dumps({"figures": as_json(tallies), "wrong": wrong}, ensure_ascii=False, indent=1) if options.json else table(tallies))
    if options.wrong and not options.json:
        for row in wrong:
            print(json.dumps(row, ensure_ascii=False))
    return 0


def _sources(files: Any) -> Any:
    """A check of quotations against files read line by line, without the parser."""
    if not files:
        return None
    from knowledge.formats import read_lines
    from knowledge.vietnamese import one_line

    whole = one_line(" ".join(line for path in files for line in read_lines(path).lines))
    return lambda _key, text: all(one_line(part) in whole for part in text.split("\n"))


def run(options: argparse.Namespace) -> int:
    """Serve the web chat, and Telegram where a token is set, until interrupted."""
    given = {name: value for name in ("host", "port") if (value := getattr(options, name)) is not None}
    settings = _settings(**given)
    if settings is None:
        return 2
    from bot.service import serve

    try:
        return serve(settings, _say)
    except Exception as error:
        _say(sentence(error))
        return 1
