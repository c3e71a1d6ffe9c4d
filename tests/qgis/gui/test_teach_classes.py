"""Classes renamed, recoloured and removed while somebody teaches; progress and Cancel."""

import os
import signal

import pytest
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QColorDialog, QInputDialog, QMessageBox

from ginet_qgis.engine.session import Session
from ginet_qgis.gui.teach.classes import LABELS, NAME
from ginet_qgis.labels.class_changes import rename_class
from ginet_qgis.layers.layer_files import LayerError
from tests.fixtures import qgis_fields as fields
from tests.fixtures.qgis_teach import column, draw_two, live_layers, tap, teach_two
from tests.fixtures.qgis_window import click, until


def names(panel):
    return column(panel.classes, NAME)


def legend(layer):
    return {each.value(): each.label() for each in layer.renderer().categories()[:-1]}


def labelled(layer):
    return sorted(each["class"] for each in layer.getFeatures())


def answer(monkeypatch, name=None, button=QMessageBox.StandardButton.Yes):
    """What the user says to the next dialogs; the questions are kept."""
    asked = []
    monkeypatch.setattr(QInputDialog, "getText", lambda *_what, **_more: (name, name is not None))
    monkeypatch.setattr(
        QMessageBox, "question", lambda *what, **_more: (asked.append(what[2]), button)[1]
    )
    return asked


def test_a_class_is_renamed_recoloured_and_removed_and_all_is_undone(panel, canvas, monkeypatch):
    live = teach_two(panel, canvas)
    labels, tools = panel._teaching.labels, panel.class_tools
    learned = panel._teaching._sender

    panel.classes.choose(0)
    answer(monkeypatch, " wheat 小麦 ")
    tools.rename.trigger()
    assert labelled(labels) == ["class 1", "class 1", "wheat 小麦", "wheat 小麦"]
    assert panel.classes.value() == "wheat 小麦"
    until(lambda: "wheat 小麦" in [each.label for each in live.renderer().classes()])
    assert legend(labels)["wheat 小麦"] == "wheat 小麦"
    assert next(each["from"] for each in learned.classes if each["name"] == "wheat 小麦") == [
        "class 0"  # what the base model knows of it is not lost with its name
    ]
    until(lambda: column(panel.classes, LABELS) == ["2", "2", "0"])
    assert names(panel) == ["wheat 小麦", "class 1", "class 2"]

    monkeypatch.setattr(QColorDialog, "getColor", lambda *_what: QColor("#123456"))
    tools.recolour.trigger()
    assert panel.classes.colour() == "#123456"
    until(lambda: "#123456" in [each.color.name() for each in live.renderer().classes()])

    answer(monkeypatch, "CLASS 1")
    tools.rename.trigger()
    assert "There is a class CLASS 1 already" in panel.message.text.text()
    answer(monkeypatch, "")
    tools.rename.trigger()
    assert "needs a name" in panel.message.text.text()
    answer(monkeypatch, "x" * 81)
    tools.rename.trigger()
    assert "at most 80 letters" in panel.message.text.text()

    asked = answer(monkeypatch, button=QMessageBox.StandardButton.No)
    tools.remove.trigger()
    assert asked == ["Remove wheat 小麦 and its 2 labels? Undo brings them back."]
    assert labels.featureCount() == 4
    answer(monkeypatch)
    tools.remove.trigger()
    assert labelled(labels) == ["class 1", "class 1"]
    until(lambda: names(panel) == ["class 1", "class 2"])
    # One class of the base model is enough beside its others, but what was removed stays away.
    until(lambda: [each["name"] for each in learned.classes] == ["class 1", "class 2"])

    click(panel.undo)
    until(lambda: column(panel.classes, LABELS) == ["2", "2", "0"])
    assert names(panel) == ["wheat 小麦", "class 1", "class 2"]
    assert panel.classes._rows[0].colour == "#123456"
    click(panel.undo)
    until(lambda: names(panel) == ["class 0", "class 1", "class 2"])
    assert labelled(labels) == ["class 0", "class 0", "class 1", "class 1"]
    assert legend(labels) == {f"class {k}": f"class {k}" for k in range(3)}
    until(lambda: [each["from"] for each in learned.classes] == [[f"class {k}"] for k in range(3)])

    panel.classes.choose(2)
    asked = answer(monkeypatch)
    tools.remove.trigger()
    assert asked == []  # it has no labels
    assert names(panel) == ["class 0", "class 1"]
    until(lambda: [each["name"] for each in learned.classes] == ["class 0", "class 1"])


def test_numbers_are_not_renamed():
    layer = fields.polygons(fields.boxes((1, 2, 3)), "integer")
    with pytest.raises(LayerError, match="are numbers"):
        rename_class(layer, "class", 1, "wheat")
    assert not layer.isEditable()


def test_what_the_engine_does_is_told_and_can_be_cancelled(panel, canvas, monkeypatch):
    said = []
    panel._teaching.working.connect(lambda *_what: said.append(panel.doing.text.text()))
    live = teach_two(panel, canvas)
    until(lambda: panel.doing.text.text() == "")
    assert panel.doing.cancel.isHidden()
    for text in ("Computing features of the labels… 0 %", "Fitting…", "Asking held-out labels…"):
        assert text in said
    assert any(text.startswith("Computing features of the view… ") for text in said)
    source = live.source()
    sent = []
    ask = Session.ask
    monkeypatch.setattr(
        Session, "ask", lambda self, what, *then: (sent.append(what["do"]), ask(self, what, *then))
    )
    tap(canvas, 200, 190)
    until(lambda: "labels" in sent)
    click(panel.doing.cancel)
    assert "Your labels are all there" in panel.message.text.text()
    until(lambda: panel.doing.text.text() == "")
    assert sent == ["labels", "cancel"]
    assert live.source() == source
    assert panel._teaching.labels.featureCount() == 5
    tap(canvas, 260, 190)
    until(lambda: live_layers()[0].source() != source)
    classes = panel._teaching._sender.classes
    assert [each["name"] for each in classes] == ["class 0", "class 1", "class 2"]


def test_cancelled_before_the_engine_is_there(panel, canvas, engine_processes):
    labels = panel._teaching.labels
    draw_two(panel, canvas)
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert not panel.is_teaching
    assert "in memory" in panel.message.text.text()  # as after *Stop teaching*; it is no failure
    assert labels.featureCount() == 4
    until(lambda: engine_processes() == [], seconds=20)


def test_keys(panel, canvas):
    width = panel.tools.brush.value()
    for key, wanted in (("]", width + 1), ("[", width), ("[", width - 1)):
        QTest.keyClick(canvas, key)
        assert panel.tools.brush.value() == wanted
    QTest.keyClick(canvas, "U")
    assert panel.unsure.isChecked()
    assert panel.class_tools.rename.shortcut().toString() == "F2"
    assert panel.class_tools.remove.shortcut().toString() == "Del"


def test_a_stuck_engine_does_not_hold_the_panel(panel, canvas, engine_processes):
    teach_two(panel, canvas)
    (process,) = engine_processes()
    os.kill(process, signal.SIGSTOP)
    tap(canvas, 200, 190)
    until(lambda: panel.doing.text.text() == "Learning…")
    click(panel.doing.cancel)
    panel.end()
    assert not panel.is_teaching
    until(lambda: engine_processes() == [], seconds=30)
