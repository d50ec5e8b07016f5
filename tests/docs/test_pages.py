"""The pages of the documentation: their examples run, and nothing that exists lacks its page."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
from sybil import Sybil
from sybil.example import Example
from sybil.parsers.markdown import PythonCodeBlockParser

from house.sources import CHECKOUT
from zhike.analyses import REGISTRY
from zhike.cli import program

DOCS = CHECKOUT / "docs"
PAGES = sorted(DOCS.rglob("*.md")) + sorted(CHECKOUT.glob("*.md"))
READER = Sybil(parsers=[PythonCodeBlockParser()], pattern="*.md")
FENCE = re.compile("^```python", re.MULTILINE)
WITH_EXAMPLES = [path for path in PAGES if FENCE.search(path.read_text(encoding="utf-8"))]


def name_of(path: Path) -> str:
    return path.relative_to(CHECKOUT).as_posix()


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=name_of)
def test_every_example_on_a_page_does_what_it_shows(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    examples: list[Example] = list(READER.parse(path).examples())
    assert examples
    for example in examples:
        example.evaluate()


@pytest.mark.parametrize("analysis", REGISTRY)
def test_every_analysis_has_its_page(analysis: str) -> None:
    page = DOCS / "guide" / f"{analysis}.md"
    text = page.read_text(encoding="utf-8")
    for heading in ("## By hand", "## How to read it", "## When not to use it"):
        assert heading in text
    assert f"zhike show {analysis}" in text
    assert f"guide/{analysis}.md" in (CHECKOUT / "mkdocs.yml").read_text(encoding="utf-8")


def test_the_pages_of_a_site_are_all_in_its_contents() -> None:
    contents = (CHECKOUT / "mkdocs.yml").read_text(encoding="utf-8")
    assert not [name_of(path) for path in DOCS.rglob("*.md") if _below_docs(path) not in contents]


def test_every_decision_has_its_line_in_the_index() -> None:
    index = (DOCS / "adr" / "index.md").read_text(encoding="utf-8")
    records = sorted((DOCS / "adr").glob("0*.md"))
    assert [path.name[:4] for path in records] == [f"{n:04}" for n in range(1, len(records) + 1)]
    assert not [path.name for path in records if f"({path.name})" not in index]


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_a_readme_opens_with_the_two_commands(readme: str) -> None:
    text = (CHECKOUT / readme).read_text(encoding="utf-8")
    assert "make demo" in text[:400]
    assert "make test" in text[:400]
    assert "uvx --from . zhike demo" in text


def _below_docs(path: Path) -> str:
    return path.relative_to(DOCS).as_posix()


SHELL_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


def commands_in(path: Path) -> list[str]:
    """The lines of shell blocks that call us."""
    blocks = re.findall(
        r"^```sh\n(.*?)^```", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    lines = [line.split("  #")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith("zhike ") and "--help" not in line]


SHELL = [(name_of(path), line) for path in PAGES for line in commands_in(path)]


@pytest.mark.parametrize(("page", "line"), SHELL)
def test_every_command_on_a_page_is_understood(page: str, line: str) -> None:
    command: click.Command = program
    words = shlex.split(line)[1:]
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        inner = command.get_command(click.Context(command), words.pop(0))
        assert inner is not None, page
        command = inner
    command.make_context(line, words)
