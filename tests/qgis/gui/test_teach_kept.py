"""Classes of the base model that stay on the map without labels, while somebody teaches."""

import os
import signal

from qgis.core import QgsProject

from ginet_qgis.engine.session import Session
from ginet_qgis.gui.teach import tools
from ginet_qgis.gui.teach.classes import LABELS, NAME, SCORE, fate_words
from ginet_qgis.labels.kept import KEEPS
from tests.fixtures import qgis_fields as fields
from tests.fixtures.qgis_teach import column, live_layers, tap, teach_two
from tests.fixtures.qgis_window import click, until


def legend():
    return [each.label for layer in live_layers() for each in layer.renderer().classes()]


def test_one_label_is_enough_where_others_stay(panel, canvas):
    labels, keep = panel._teaching.labels, panel.class_tools.keep
    assert keep.isChecked()
    click(panel.tools.buttons[tools.DOT])
    tap(canvas, 40, 50)
    until(lambda: legend() == ["class 0", "class 1", "class 2"])
    told = {fate_words(fate)[0] for fate in ("learned", "absent")}
    until(lambda: set(column(panel.classes, SCORE)[1:]) <= told)
    assert fate_words("learned")[0] in column(panel.classes, SCORE)
    click(keep)
    until(lambda: "Label at least two classes" in panel.message.text.text())
    panel.classes.choose(1)
    tap(canvas, 40, 190)
    until(lambda: legend() == ["class 0", "class 1"])
    assert column(panel.classes, SCORE)[2] == ""
    click(panel.class_tools.keep)
    until(lambda: legend() == ["class 0", "class 1", "class 2"])
    click(keep)
    assert labels.customProperty(KEEPS) == "0"  # goes with the project


def test_labels_of_an_earlier_project_that_offer_no_such_classes(dock, image, canvas, window):
    labels = fields.polygons(fields.boxes(("class 0", "class 0", "草地"))[:7])
    QgsProject.instance().addMapLayer(labels)
    window.active = labels
    click(dock.teach.teach)
    panel = dock.teach.panel
    until(lambda: legend() == ["class 0", "class 1", "class 2", "草地"])
    until(lambda: column(panel.classes, NAME) == ["class 0", "草地", "class 1", "class 2"])
    panel.classes.choose_value("class 2")
    click(panel.tools.buttons[tools.DOT])
    tap(canvas, 260, 220)
    until(lambda: sorted(column(panel.classes, LABELS)) == ["0", "1", "1", "6"])
    assert "class 2" in [each["class"] for each in labels.getFeatures()]
    panel.end(wait=True)
    labels.rollBack()


def test_a_label_undone_while_others_are_on_their_way_leaves_no_score_unasked(
    panel, canvas, engine_processes, monkeypatch
):
    teach_two(panel, canvas)
    until(lambda: panel.doing.text.text() == "")
    sent, ask = [], Session.ask
    monkeypatch.setattr(
        Session, "ask", lambda self, what, *then: (sent.append(what["do"]), ask(self, what, *then))
    )
    (process,) = engine_processes()
    os.kill(process, signal.SIGSTOP)
    tap(canvas, 200, 190)
    until(lambda: "labels" in sent)
    tap(canvas, 260, 190)
    until(lambda: panel._teaching._sender._is_stale)
    click(panel.undo)
    until(lambda: column(panel.classes, LABELS) == ["2", "3", "0"])
    os.kill(process, signal.SIGCONT)
    until(lambda: "score" in sent)
    assert sent.count("labels") == 1
