"""The list of models: cards shown, models added, renamed and removed; strange files refused."""

import json
import pickle
from pathlib import Path

import pytest
from qgis.core import QgsSettings
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QFileDialog, QInputDialog, QMessageBox

from ginet_qgis import settings
from ginet_qgis.models import model_files
from ginet_qgis.models.card import flaw
from ginet_qgis.paths import MODELS, bundled_models
from tests.fixtures.qgis_window import click


@pytest.fixture(autouse=True)
def folder(qgis_app, tmp_path):
    """A folder of one's own for models."""
    folder = tmp_path / "meine 模型"
    settings.keep(models_folder=str(folder))
    yield folder
    QgsSettings().remove(settings.SCOPE)


@pytest.fixture
def dialog(plugin):
    plugin.windows.actions[1].trigger()
    return plugin.windows.models


@pytest.fixture
def add(dialog, monkeypatch):
    """Add a file, as chosen in the file dialog."""

    def choose(path):
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_what: (str(path), ""))
        click(dialog.add)
        return dialog.message.text.text()

    return choose


@pytest.fixture
def rename(dialog, monkeypatch):
    def give(name, accepted=True):
        monkeypatch.setattr(QInputDialog, "getText", lambda *_what: (name, accepted))
        click(dialog.rename)
        return dialog.message.text.text()

    return give


def listed(dialog):
    return [
        dialog.models.item(row).data(Qt.ItemDataRole.UserRole)
        for row in range(dialog.models.count())
    ]


def test_bundled_models_have_cards_and_stay(dialog):
    assert listed(dialog) == bundled_models()
    assert "comes with the plugin" in dialog.models.currentItem().text()
    for row in range(dialog.models.count()):
        dialog.models.setCurrentRow(row)
        assert "Trained on" in dialog.card.toPlainText()
        assert not dialog.rename.isEnabled()
        assert not dialog.remove.isEnabled()


def test_add_rename_remove(dialog, add, rename, model, plugin, folder, monkeypatch):
    assert add(model) == "tiny was added."
    assert (folder / "tiny.safetensors").read_bytes() == Path(model).read_bytes()
    assert dialog.models.currentItem().text() == "tiny"
    assert "class 0" in dialog.card.toPlainText()
    assert plugin.dock.form.model.models.findText("tiny") >= 0
    assert add(model) == "tiny_2 was added.", "nothing is replaced"

    assert rename("水 und Wald").startswith("The model is now 水 und Wald.")
    assert {path.stem for path in folder.iterdir()} == {"tiny", "水 und Wald"}
    assert plugin.dock.form.model.models.findText("水 und Wald") >= 0
    assert plugin.dock.form.model.models.findText("tiny_2") < 0

    for button, left in (
        (QMessageBox.StandardButton.No, {"tiny", "水 und Wald"}),
        (QMessageBox.StandardButton.Yes, {"tiny"}),
    ):
        monkeypatch.setattr(QMessageBox, "question", lambda *_what, button=button: button)
        click(dialog.remove)
        assert {path.stem for path in folder.iterdir()} == left
    assert dialog.message.text.text() == "水 und Wald was removed."
    assert len(listed(dialog)) == len(bundled_models()) + 1


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../tiny", "cannot be a model's name"),
        ("a:b", "cannot be a model's name"),
        ("", "cannot be a model's name"),
        (".hidden", "cannot be a model's name"),
        ("landcover", "There is a model landcover already"),
        ("other", "There is a model other already"),
    ],
)
def test_names_that_are_refused(dialog, add, rename, model, folder, name, said):
    add(model)
    (folder / "other.safetensors").write_bytes(Path(model).read_bytes())
    assert said in rename(name)
    assert (folder / "tiny.safetensors").is_file()
    assert (folder / "other.safetensors").is_file()


def test_renaming_that_is_called_off(add, rename, model, folder):
    add(model)
    rename("another", accepted=False)
    assert [path.name for path in folder.iterdir()] == ["tiny.safetensors"]


def header(card, tensors=b"\0\0", **entries):
    text = {"x": {"dtype": "F16", "shape": [1], "data_offsets": [0, 2]}, **entries}
    if card is not None:
        text["__metadata__"] = {"card": card}
    encoded = json.dumps(text).encode()
    return len(encoded).to_bytes(8, "little") + encoded + tensors


class Bomb:
    """What a pickle can do to who opens it."""

    def __reduce__(self):
        return Path.touch, (Path("exploded"),)


GOOD = {
    "mlm:architecture": "GINet",
    "mlm:output": [{"classification:classes": [{"value": 0, "name": "a", "color_hint": "00ff00"}]}],
}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is no safetensors file"),
        (b"\xff" * 64, "it is no safetensors file"),
        ((10**15).to_bytes(8, "little") + b"{}", "it is no safetensors file"),
        ((2).to_bytes(8, "little") + b"[]", "it is no safetensors file"),
        (b"\x40\x42\x0f" + bytes(5) + b"[" * 1_000_000, "it is no safetensors file"),
        (pickle.dumps(Bomb()) + bytes(64), "it is no safetensors file"),
        (header(json.dumps(GOOD), tensors=b"\0"), "it is not whole"),
        (header(None), "it has no card"),
        (header("{"), "it has no card"),
        (header("[]"), "it has no card"),
        (header('{"mlm:architecture": "UNet"}'), "another kind of network"),
        (header('{"mlm:architecture": "GINet"}'), "names no classes"),
    ],
)
def test_strange_files_are_refused(add, dialog, folder, tmp_path, monkeypatch, content, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "strange.safetensors").write_bytes(content)
    assert said in add(tmp_path / "strange.safetensors")
    assert not folder.exists()
    assert not (tmp_path / "exploded").exists()


def test_other_kinds_of_files_are_refused(add, dialog, folder, tmp_path):
    for name in ("model.pth", "model.pt", "model.onnx"):
        (tmp_path / name).write_bytes(pickle.dumps(Bomb()))
        assert "GINet's models end in .safetensors" in add(tmp_path / name)
    assert "No such file" in add(tmp_path / "gone.safetensors")
    assert not folder.exists()


def test_strange_file_in_the_folder_is_shown_as_such(dialog, folder, plugin):
    folder.mkdir()
    (folder / "broken.safetensors").write_bytes(b"PK")
    plugin.windows.open_models()
    dialog.models.setCurrentRow(dialog.models.count() - 1)
    assert "is no GINet model: it is no safetensors file" in dialog.card.toPlainText()
    assert dialog.remove.isEnabled()


def test_folder_that_cannot_be_written(add, tmp_path, model):
    (tmp_path / "file").write_text("")
    settings.keep(models_folder=str(tmp_path / "file" / "models"))
    said = add(model)
    assert "cannot be written" in said
    assert "Choose another folder in the settings" in said


def test_model_that_is_gone_meanwhile(dialog, add, rename, model, folder, monkeypatch):
    add(model)
    (folder / "tiny.safetensors").unlink()
    assert "cannot be renamed" in rename("other")
    assert listed(dialog) == bundled_models()
    assert model_files.choices() == [(name, name) for name in bundled_models()]


def test_bundled_models_have_no_flaw(qgis_app, model):
    for path in [*MODELS.glob("*.safetensors"), Path(model)]:
        assert flaw(path) == ""
