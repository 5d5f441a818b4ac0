"""Worker and intake killed at random, on either database: the harness of benchmarks/faults.py with few kills."""

import asyncio
import re
import sys
from pathlib import Path

import pytest

from tests.store.databases import url_of

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
async def test_nothing_that_was_acknowledged_is_lost_doubled_or_out_of_order(kind: str, tmp_path: Path) -> None:
    url = await url_of(kind, tmp_path)
    command = [sys.executable, "-m", "benchmarks.faults", "--database", kind, "--url", url, "--kills", "6"]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
    try:
        async with asyncio.timeout(120):
            told = (await process.communicate())[0].decode()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    assert process.returncode == 0, told
    figures = dict(re.findall(r"^\| ([^|]+) \| ([^|]*) \|$", told, re.MULTILINE))
    assert figures["kills"] == "6"
    assert int(figures["reports received"]) > 0
    assert int(figures["kills of a worker"]) > 0, "choose another seed"
