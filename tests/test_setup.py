"""The set-up says in plain words what is missing, before anything is installed."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def script(folder: Path, name: str, body: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def setup(folder: Path, python: str, tools: Path | None = None) -> subprocess.CompletedProcess[str]:
    path = f"{tools}{os.pathsep}{os.environ['PATH']}" if tools else os.environ["PATH"]
    return subprocess.run(
        ["sh", str(ROOT / "setup.sh")], cwd=folder, env={"PATH": path, "PYTHON": python, "VENV": str(folder / "venv")},
        capture_output=True, text=True, check=False, timeout=60,
    )


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('[ "$1" = --version ] && echo "Python 3.9.2"; exit 1', "Python 3.9.2 quá cũ"),
        ('case "$2" in *venv*) exit 1;; esac; exit 0', "thiếu mô-đun venv"),
    ],
)
def test_a_python_that_will_not_do(tmp_path: Path, body: str, said: str) -> None:
    done = setup(tmp_path, str(script(tmp_path, "python", body)))
    assert done.returncode == 1
    assert said in done.stderr
    assert not (tmp_path / "venv").exists()


def test_no_python(tmp_path: Path) -> None:
    done = setup(tmp_path, "python-nowhere")
    assert done.returncode == 1
    assert "Không tìm thấy python-nowhere" in done.stderr


def test_no_room(tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    script(tools, "df", 'echo "Filesystem 1M-blocks Used Available"; echo "disk 100 90 10 90% /"')
    done = setup(tmp_path, "python3", tools)
    assert done.returncode == 1
    assert "chỉ còn 10 MB" in done.stderr


def test_no_network(tmp_path: Path) -> None:
    """pip fails inside the environment: the reason and what to do are said, the environment stays for another try."""
    (tmp_path / "constraints.txt").write_text("torch==2.13.0\n", encoding="utf-8")
    environment = tmp_path / "venv" / "bin"
    environment.mkdir(parents=True)
    script(environment, "python", 'case "$*" in *"import pip"*) exit 0;; *) exit 1;; esac')
    done = setup(tmp_path, "python3")
    assert done.returncode == 1
    assert "mất mạng" in done.stderr
    assert environment.exists()
