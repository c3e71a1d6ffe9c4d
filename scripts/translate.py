"""Bring resources/i18n/*.ts in step with the code, and build the .qm files that are shipped.

All texts are calls of ``tr`` or ``noop`` with a literal. A text that is gone from the code goes
from the .ts; a new one comes in untranslated and is named here.
"""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "resources" / "i18n"
CONTEXT = "GINet"


def sources() -> list[str]:
    """All texts in the code, in order of file and line, each once."""
    found = {}
    plugin = ROOT / "ginet_qgis"
    for path in sorted(plugin.rglob("*.py")):
        if path.is_relative_to(plugin / "core"):
            continue
        calls = [
            node
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("tr", "noop")
        ]
        for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
            text = call.args[0]
            if not (isinstance(text, ast.Constant) and isinstance(text.value, str)):
                sys.exit(f"{path}:{call.lineno}: tr() and noop() want one literal text.")
            found[text.value] = None
    return list(found)


def placeholders(text: str) -> list[str]:
    """``{name}`` in a text; a translation must have the same."""
    return re.findall(r"\{\w*\}", text)


def update(path: Path) -> list[str]:
    """Rewrite one .ts file; returns what is not translated in it."""
    old = {}
    if path.is_file():
        for message in ET.parse(path).iter("message"):  # noqa: S314 - our own file
            old[message.findtext("source")] = message.findtext("translation") or ""
    root = ET.Element("TS", version="2.1", language=path.stem.partition("_")[2])
    context = ET.SubElement(root, "context")
    ET.SubElement(context, "name").text = CONTEXT
    for source in sources():
        message = ET.SubElement(context, "message")
        ET.SubElement(message, "source").text = source
        translation = ET.SubElement(message, "translation")
        translation.text = old.get(source, "")
        if not translation.text:
            translation.set("type", "unfinished")
    ET.indent(root, "    ")
    text = ET.tostring(root, encoding="unicode")
    path.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{text}\n', "utf-8")
    return [source for source in sources() if not old.get(source)]


def main() -> int:
    lrelease = shutil.which("lrelease") or shutil.which("pyside6-lrelease")
    if lrelease is None:
        sys.exit(
            "error: lrelease is missing (on Debian and Ubuntu: apt install qttools5-dev-tools)."
        )
    missing = 0
    for path in sorted(FOLDER.glob("ginet_*.ts")):
        for source in update(path):
            print(f"{path.name}: not translated: {source}")
            missing += 1
        subprocess.run([lrelease, "-silent", path, "-qm", path.with_suffix(".qm")], check=True)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
