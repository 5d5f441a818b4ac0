"""Measures what a person waits for: --help, a cold question, the service, the index, a warm question; and memory.

    python -m benchmarks.speed [--runs 5] [--questions tests/knowledge/gold.jsonl]

Prints a Markdown table: median (and spread) of several runs in fresh processes. docs/performance.md keeps the results.
"""

import argparse
import json
import os
import platform
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
QUESTION = "CCN muốn mở rộng thì cần điều kiện gì?"


def timed(work: Callable[[], object]) -> float:
    """Seconds that `work` takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def command(data: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one bot command in a fresh process."""
    environment = {**os.environ, "CAUNOI_DATA_DIR": data}
    return subprocess.run([sys.executable, "-m", "bot", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)


def service_ready(data: str) -> tuple[float, float]:
    """Seconds until a fresh service answers /healthz, and its peak memory in MB after a question."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "run"], cwd=ROOT, env={**os.environ, "CAUNOI_DATA_DIR": data}, stderr=subprocess.PIPE, text=True,
    )
    try:
        address = ""
        assert process.stderr
        for line in process.stderr:
            if match := re.search(r"http://\S+", line):
                address = match[0]
                break
        threading.Thread(target=process.stderr.read, daemon=True).start()
        while True:
            try:
                with urllib.request.urlopen(f"{address}/healthz", timeout=1) as answer:
                    answer.read()
                break
            except OSError:
                time.sleep(0.02)
        ready = time.perf_counter() - began
        status = Path(f"/proc/{process.pid}/status").read_text()
        peak = re.search(r"VmHWM:\s+(\d+)", status)
        return ready, int(peak[1]) / 1024 if peak else 0.0
    finally:
        process.terminate()
        process.wait()


def warm_questions(data: str, questions: Sequence[str]) -> list[float]:
    """Milliseconds from question to answer, one after another, after start."""
    from bot import build
    from bot.settings import Settings
    from handlers.memory import InMemory
    from handlers.message import Incoming

    settings = Settings(_env_file=None, data_dir=Path(data))  # type: ignore[call-arg]
    answers = build.open_answers(settings, lambda _: None)
    dialogue = build.dialogue(settings, lambda: answers, InMemory())
    dialogue.reply(Incoming("benchmark", "0", QUESTION))
    return [1000 * timed(lambda q=text, n=n: dialogue.reply(Incoming("benchmark", str(n), q))) for n, text in enumerate(questions)]  # type: ignore[misc]


def row(name: str, values: Sequence[float], unit: str, asked: str) -> str:
    return f"| {name} | {statistics.median(values):.2f} {unit} ({min(values):.2f}–{max(values):.2f}) | {asked} |"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--questions", type=Path, default=ROOT / "tests" / "knowledge" / "gold.jsonl")
    options = parser.parse_args()
    questions = [json.loads(line)["text"] for line in options.questions.read_text(encoding="utf-8").splitlines() if line.strip()]
    print(f"{platform.python_version()}, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}, {options.runs} runs, {len(questions)} questions\n")
    print("| what | median (spread) | asked |\n|---|---|---|")
    builds = []
    for _ in range(max(1, options.runs // 2)):
        with tempfile.TemporaryDirectory() as fresh:
            builds.append(timed(lambda at=fresh: command(at, "index")))  # type: ignore[misc]
    with tempfile.TemporaryDirectory() as data:
        command(data, "index")
        print(row("`bot --help`", [timed(lambda: command(data, "--help")) for _ in range(options.runs)], "s", "< 1 s"))
        print(row("cold `bot ask`", [timed(lambda: command(data, "ask", QUESTION)) for _ in range(options.runs)], "s", "≤ 5 s"))
        ready = [service_ready(data) for _ in range(options.runs)]
        print(row("service ready", [r for r, _ in ready], "s", "≤ 15 s"))
        print(row("service, peak memory at start", [m for _, m in ready], "MB", "≤ 1200 MB"))
        print(row("index of the default corpus, fresh process", builds, "s", "≤ 60 s"))
        spans = sorted(warm_questions(data, questions))
        print(f"| question to answer, p50 | {spans[len(spans) // 2]:.1f} ms | |")
        print(f"| question to answer, p95 | {spans[int(len(spans) * 0.95)]:.1f} ms (slowest {spans[-1]:.1f}) | ≤ 50 ms |")
        print(f"| peak memory after {len(spans)} questions, this process | {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB | ≤ 1200 MB |")
        children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"| largest peak memory of any command | {children:.0f} MB | ≤ 1200 MB |")


if __name__ == "__main__":
    main()
