"""The documentation: the same in both languages, whole, and shipped; and no text untranslated."""

from __future__ import annotations

import ast
import dataclasses
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from core.cli.parser import build_parser
from core.wire.job import JOBS, NOT_IN_FILES

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(path.name for path in (DOCS / "en").glob("*.md"))
MKDOCS = ROOT / ".venv-docs" / "bin" / "mkdocs"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The pages as `make docs` builds them; a broken link or picture fails."""
    assert MKDOCS.is_file(), "run: make .venv-docs/complete"
    folder = tmp_path_factory.mktemp("site")
    command = [MKDOCS, "build", "--strict", "--site-dir", folder]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


class Addresses(HTMLParser):
    """All that a page refers to, and all that can be referred to in it."""

    def __init__(self, text):
        super().__init__()
        self.links, self.loaded, self.anchors = [], [], set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.anchors.update(filter(None, [given.get("id"), given.get("name")]))
        if tag == "a":
            self.links += filter(None, [given.get("href")])
        else:
            self.loaded += filter(None, [given.get("href"), given.get("src")])


def test_both_languages_have_the_same_pages():
    assert len(PAGES) > 15
    assert sorted(path.name for path in (DOCS / "zh").glob("*.md")) == PAGES


def shape(text):
    """What a translation must keep: levels of headings, rows of tables, pictures, links."""
    prose = re.sub(r"^    .*\n", "", text, flags=re.MULTILINE)
    return {
        "headings": re.findall(r"^#+(?= )", prose, re.MULTILINE),
        "rows": [line.count("|") for line in prose.splitlines() if line.startswith("|")],
        "pictures": re.findall(r"!\[.+?\]\((?:../pictures/(?:en|zh)/)?(.+?)\)", prose),
        "links": sorted(re.findall(r"(?<!!)\[[^\]]+\]\((.+?)\)", prose)),
        "items": len(re.findall(r"^(?:- |\d+\. )", prose, re.MULTILINE)),
        "code": len(re.findall(r"^    \S", text, re.MULTILINE)),
    }


@pytest.mark.parametrize("page", PAGES)
def test_page_says_the_same_in_chinese(page):
    english, chinese = ((DOCS / each / page).read_text("utf-8") for each in ("en", "zh"))
    assert shape(chinese) == shape(english)
    assert len(re.findall(r"[\u4e00-\u9fff]", chinese)) > len(english) / 10
    assert not re.search(r"[\u4e00-\u9fff]", english)


def test_all_links_and_pictures_resolve_from_disk(site):
    pages = {path: Addresses(path.read_text("utf-8")) for path in site.rglob("*.html")}
    assert len(pages) > 2 * len(PAGES)
    for path, page in pages.items():
        if path.name == "404.html":  # for a server's root
            continue
        for address in page.links + page.loaded:
            parts = urlsplit(address)
            if parts.scheme in ("http", "https"):
                assert address not in page.loaded, f"{path.name} loads {address}"
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert target.is_file(), f"{path.relative_to(site)}: {address}"
            if parts.fragment and target in pages:
                assert unquote(parts.fragment) in pages[target].anchors, address


def test_pages_know_their_language(site):
    chinese = (site / "zh" / "classify.html").read_text("utf-8")
    english = (site / "en" / "classify.html").read_text("utf-8")
    assert 'lang="zh-Hans"' in chinese
    assert "../en/classify.html" in chinese
    assert "../zh/classify.html" in english
    assert "dock.html" in english
    assert "zh/dock.html" not in english, "each language has its own navigation"


def test_pages_that_windows_open_are_there():
    code = "".join(path.read_text("utf-8") for path in ROOT.glob("ginet_qgis/**/*.py"))
    opened = {f"{name}.md" for name in re.findall(r'HelpButton\("(\w+)"\)', code)}
    assert {"dock.md", "finetune.md"} <= opened <= set(PAGES)


def test_wire_page_lists_every_field_of_every_job():
    text = (DOCS / "en" / "wire.md").read_text("utf-8")
    for verb, kind in JOBS.items():
        row = re.search(rf"^\| `{verb}` \|(.*)$", text, re.MULTILINE)[1]
        told = set(re.findall(r"`(\w+)`", row))
        assert told == {field.name for field in dataclasses.fields(kind)} - NOT_IN_FILES, verb


def test_commands_page_lists_every_verb():
    text = (DOCS / "en" / "commands.md").read_text("utf-8")
    told = set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))
    help_text = build_parser().format_help().partition("VERB\n")[2]
    assert told == set(re.findall(r"^    (\w+) ", help_text, re.MULTILINE))


def test_zip_takes_the_pages_along(site, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "scripts")
    import package

    monkeypatch.setattr(package, "DOCS", site)
    target = package.package(tmp_path)
    with zipfile.ZipFile(target) as archive:
        inside = {name for name in archive.namelist() if name.startswith("ginet_qgis/help/")}
    for language in ("en", "zh"):
        for page in PAGES:
            assert f"ginet_qgis/help/{language}/{page.replace('.md', '.html')}" in inside
    assert any(name.endswith(".png") for name in inside)
    assert {Path(name).suffix for name in inside} == {".html", ".css", ".png", ".svg"}
    del sys.modules["package"]


SHOWN_BY = {
    *("QLabel", "QPushButton", "QCheckBox", "QRadioButton", "QGroupBox", "QAction", "QMessageBox"),
    *("QgsCollapsibleGroupBoxBasic", "QgsCollapsibleGroupBox", "QDialog"),
    *("setText", "setToolTip", "setWindowTitle", "setTitle", "setPlaceholderText", "setStatusTip"),
    *("setAccessibleName", "setAccessibleDescription", "setLabelText", "setWhatsThis", "addTab"),
    *("pushInfo", "pushWarning", "reportError", "setProgressText", "pushMessage", "pushSuccess"),
    *("pushCritical", "inform", "warn", "fail", "addRow", "setHorizontalHeaderLabels"),
    *("question", "information", "warning", "critical", "getOpenFileName", "getSaveFileName"),
    *("LayerError", "EngineError", "IncompleteError", "QgsProcessingException"),
}
"""Callables whose text arguments a user reads."""


def untranslated(tree):
    """Literal words that are given to one of those without tr()."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = getattr(call.func, "id", getattr(call.func, "attr", ""))
        if name not in SHOWN_BY:
            continue
        for argument in call.args:
            parts = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
            for part in parts:
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    plain = re.sub(
                        r"<[^>]*>|&\w+;|[\w*]*\.\w+", "", part.value
                    )  # marks, file names
                    if re.search(r"[A-Za-z]{2,}", plain):
                        yield call.lineno, part.value


def test_no_text_is_shown_untranslated():
    found = []
    for path in sorted((ROOT / "ginet_qgis").rglob("*.py")):
        if not path.is_relative_to(ROOT / "ginet_qgis" / "core"):
            tree = ast.parse(path.read_text("utf-8"))
            found += [f"{path.name}:{line}: {text}" for line, text in untranslated(tree)]
    assert not found


def test_that_check_sees_what_it_must():
    seen = 'label = QLabel("Wait a moment")\nself.text.setText(f"{n} files")\nQLabel(tr("Wait"))'
    assert [line for line, _ in untranslated(ast.parse(seen))] == [1, 2]


def test_chinese_texts_are_chinese():
    (table,) = (ROOT / "resources" / "i18n").glob("ginet_*.ts")
    messages = {
        each.findtext("source"): each.findtext("translation")
        for each in ET.parse(table).iter("message")
    }
    assert len(messages) > 300
    unchanged = {
        source
        for source, translation in messages.items()
        if not re.search(r"[\u4e00-\u9fff]", translation)
        and re.search(r"[A-Za-z]{4,}", re.sub(r"\{\w*\}", "", source))
    }
    assert len(unchanged) < 20, unchanged
