"""What the documentation says is what the code does: settings, commands, warning codes, glossary, tree."""

import ast
import re
from pathlib import Path

import pytest

from bot.__main__ import parser
from bot.settings import Settings

ROOT = Path(__file__).parents[1]
ROOMS = ("bot", "store", "handlers", "reports", "knowledge")
RUNNING = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")


def settings_names() -> set[str]:
    return {f"CAUNOI_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("file", [".env.example", "docs/running.md"])
def test_every_setting_is_explained(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    assert set(re.findall(r"CAUNOI_[A-Z_]+", text)) - {"CAUNOI_TEST_CHROMIUM", "CAUNOI_SCREENSHOTS"} == settings_names()


def test_env_example_shows_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    for line in (ROOT / ".env.example").read_text(encoding="utf-8").splitlines():
        if match := re.match(r"# (CAUNOI_\w+)=(.*)", line):
            monkeypatch.setenv(match[1], match[2])
    shown = Settings(_env_file=None)  # type: ignore[call-arg]
    for name, field in Settings.model_fields.items():
        assert getattr(shown, name) == field.default, name


def test_every_command_is_explained() -> None:
    choices = next(a.choices for a in parser()._actions if a.choices)
    assert set(choices) <= set(re.findall(r"^\| `(\w+)", RUNNING, re.MULTILINE))


def test_every_warning_code_is_explained() -> None:
    source = (ROOT / "knowledge" / "answer.py").read_text(encoding="utf-8")
    used = set(re.findall(r'(?:append\(|warnings=\()"([a-z_]+)"', source))
    assert used
    assert used <= set(re.findall(r"^\| `([a-z_]+)` \|", RUNNING, re.MULTILINE))


def test_the_glossary_names_what_exists() -> None:
    names = set(re.findall(r"`([A-Z]\w+)", (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")))
    classes = {
        node.name
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    }
    assert names - {"CCN"} <= classes


def tree() -> str:
    """The tree of docs/architecture.md, from the first line of each file."""
    rows = []
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            purpose = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n")[0]
            rows.append(f"| `{path.relative_to(ROOT).as_posix()}` | {purpose} |")
    return "\n".join(["| file | purpose |", "|---|---|", *rows])


def test_the_tree_is_the_code() -> None:
    """Mend it with: python -m tests.test_docs"""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert re.search(r"<!-- tree -->\n(.*)\n<!-- /tree -->", text, re.DOTALL)[1] == tree()  # type: ignore[index]


@pytest.mark.parametrize("path", sorted(p.relative_to(ROOT).as_posix() for p in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]))
def test_links_lead_somewhere(path: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if "://" not in target:
            assert (ROOT / path).parent.joinpath(target).exists(), target


if __name__ == "__main__":
    at = ROOT / "docs" / "architecture.md"
    shown = f"<!-- tree -->\n{tree()}\n<!-- /tree -->"
    at.write_text(re.sub(r"<!-- tree -->.*<!-- /tree -->", shown, at.read_text(encoding="utf-8"), flags=re.DOTALL), encoding="utf-8")
