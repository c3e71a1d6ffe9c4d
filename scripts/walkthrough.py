"""The pictures of docs/*/walkthrough.md, from QGIS on its desktop; `make pictures` runs this.

Classify the sample scene, teach it on the map, classify again, assess; then the dialogs. The
polygons were drawn by hand on the image. The farmland is scripts/farmland.py.
"""

import os
import random
from collections.abc import Iterator
from pathlib import Path

import processing
from qgis.core import (
    QgsFeature,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)
from qgis.gui import QgsAttributeDialog
from qgis.PyQt.QtWidgets import QDockWidget, QLineEdit
from qgis.utils import iface, plugins

from ginet_qgis.gui.settings_page import SettingsFactory
from ginet_qgis.i18n import tr
from scripts.desktop import (
    Wait,
    add_image,
    drawn,
    expand,
    ginet_dock,
    play,
    result,
    show,
    start_plugin,
    take,
    take_window,
)
from scripts.teaching import Teacher, scroll_to

PICTURES = Path(os.environ["GINET_PICTURES"])
WORK = Path(os.environ["GINET_WORK"])
IMAGE = Path(os.environ["GINET_IMAGE"])

Polygon = tuple[str, list[tuple[float, float]]]
"""A class, and corners in metres from the scene's north-western corner, rightwards and down."""

PROFILE = "~/.local/share/QGIS/QGIS3/profiles/default/"
"""The usual one; the pictures are taken in a temporary one."""
HOME = "/home/user/.ginet_qgis"
"""The folder of an engine that is not there."""
MINUTES = 30
"""Most time for the fine-tuning: a busy machine must not cut it short."""
MEADOW, TREE = "low vegetation", "tree"
LABELS: list[Polygon] = [
    (MEADOW, [(14, 46), (34, 44), (36, 60), (16, 62)]),
    (MEADOW, [(118, 142), (136, 140), (138, 166), (122, 170)]),
    (MEADOW, [(18, 104), (38, 102), (40, 118), (20, 122)]),
    (MEADOW, [(167, 56), (176, 58), (177, 69), (169, 68)]),
    (MEADOW, [(143, 60), (156, 56), (160, 66), (147, 68)]),
    (MEADOW, [(214, 150), (220, 150), (220, 159), (215, 160)]),
    (MEADOW, [(4, 84), (18, 84), (18, 98), (4, 98)]),
    (MEADOW, [(197, 88), (203, 88), (204, 98), (198, 99)]),
    (TREE, [(190, 3), (206, 3), (204, 14), (192, 15)]),
    (TREE, [(64, 157), (80, 154), (82, 166), (67, 169)]),
    (TREE, [(112, 36), (124, 33), (122, 43), (110, 45)]),
    (TREE, [(195, 167), (212, 166), (212, 177), (196, 179)]),
    (TREE, [(79, 189), (98, 187), (100, 200), (81, 204)]),
    (TREE, [(208, 84), (215, 82), (216, 93), (209, 95)]),
    (TREE, [(142, 149), (149, 147), (151, 154), (141, 157)]),
    (TREE, [(214, 110), (221, 108), (223, 116), (215, 118)]),
]
"""Shadows go with their trees."""
FIRST = [LABELS[0], LABELS[1], LABELS[8], LABELS[9]]
"""Two of each."""
REFERENCE = (
    "MTTMMTTMMTMTMMTMMMMMMTMTTTTTMTTTMMMMTMTTMTTMMMTTTT"
    "TMMMTMMTMMMMTTMTMTMTMMTMTMMMMTMMTMMTMMMMTTTTMMTMMT"
)
"""Of a hundred points drawn at random: meadow or tree, as one person saw them in the image."""


def at(image: QgsRasterLayer, x: float, y: float) -> QgsPointXY:
    """A point of the scene from metres rightwards and down."""
    return QgsPointXY(image.extent().xMinimum() + x, image.extent().yMaximum() - y)


def form_of(layer: QgsVectorLayer) -> QgsAttributeDialog:
    """The form in which the class of a polygon or a point is chosen."""
    feature = next(layer.getFeatures())
    dialog = QgsAttributeDialog(layer, feature, False, iface.mainWindow())  # noqa: FBT003 - QGIS's
    dialog.show()
    return dialog


def runs_out() -> bool:
    """Whether the dock's run has ended."""
    return ginet_dock().start.isEnabled()


def reference_points(image: QgsRasterLayer) -> QgsVectorLayer:
    """The labelled points; they were drawn in the scene, not in a map of it."""
    definition = f"Point?crs={image.crs().authid()}&field=reference:string"
    layer = QgsVectorLayer(definition, "Reference", "memory")
    generator = random.Random(2014)  # noqa: S311 - places
    layer.startEditing()
    for label in REFERENCE:
        place = [round(generator.uniform(0, side), 1) for side in (229.9, 247.2)]
        feature = QgsFeature(layer.fields())
        feature.setGeometry(QgsGeometry.fromPointXY(at(image, *place)))
        feature.setAttribute(0, MEADOW if label == "M" else TREE)
        layer.addFeature(feature)
    layer.commitChanges()
    return layer


def story() -> Iterator[Wait]:
    start_plugin(1280, 800, "Layers", "GinetDock")
    window = iface.mainWindow()
    image = add_image(IMAGE, "Yellowstone")
    iface.setActiveLayer(image)
    yield 2.0
    iface.mapCanvas().zoomToFullExtent()
    yield drawn
    take_window(PICTURES / "1_open.png")

    dock = ginet_dock()
    dock.start.click()
    yield runs_out
    first = result()
    expand(first)
    yield drawn
    take_window(PICTURES / "2_classified.png")

    # taught on the map
    show(first, visible=False)
    expand()
    dock.teach.teach.click()
    yield 1.0
    scroll_to(lambda panel: panel.saving)
    yield drawn
    teacher = Teacher(image)
    teacher.panel.class_tools.keep.setChecked(False)
    for name, corners in FIRST:
        teacher.polygon(name, *corners)
    yield teacher.is_done
    yield drawn
    take_window(PICTURES / "3_first.png")
    panel = teacher.panel
    panel.unsure.click()
    panel.next.click()
    yield 1.0
    yield lambda: not panel.doing.text.text()
    yield drawn
    take_window(PICTURES / "3_next.png")
    panel.unsure.click()
    iface.mapCanvas().zoomToFullExtent()
    yield drawn
    for name, corners in LABELS:
        if (name, corners) not in FIRST:
            teacher.polygon(name, *corners)
    yield teacher.is_scored
    yield drawn
    take_window(PICTURES / "teach.png")
    labels = iface.activeLayer()
    panel.saving.name.setText("yellowstone")
    panel.saving.whole.click()
    yield lambda: not panel.is_teaching
    yield runs_out
    second = result(first)
    show(labels, visible=False)
    expand(second)
    yield drawn
    take_window(PICTURES / "5_again.png")

    # the same labels, in the dialog
    iface.setActiveLayer(labels)
    show(second, visible=False)
    dock.form.model.choose("landcover")
    dock.teach.finetune.click()
    dialog = dock.teach.dialog
    dialog.form.minutes.setValue(MINUTES)
    dialog.form.name.setText("yellowstone_2")
    yield lambda: dialog.labels.counter.tally is not None
    dialog.start.click()
    yield lambda: not dialog.is_running
    take(dialog, PICTURES / "4_finetune.png")
    dialog.close()

    # assessment
    points = processing.run(
        "ginet:sample",
        {"INPUT": second, "SIZE": 100, "MINIMUM": 20, "OUTPUT": str(WORK / "points.gpkg")},
    )["OUTPUT"]
    sample = QgsVectorLayer(points, tr("Points to label"))
    QgsProject.instance().addMapLayer(sample)
    show(second, visible=False)
    expand(sample)
    yield drawn
    take_window(PICTURES / "6_points.png")
    sample.startEditing()
    form = form_of(sample)
    yield 1.0
    take(form, PICTURES / "6_form.png")
    form.close()
    sample.rollBack()

    reference = reference_points(image)
    for title, classified in (("before", first), ("after", second)):
        report = WORK / f"accuracy_{title}.html"
        given = {"CLASSIFIED": classified, "REFERENCE": reference, "REPORT": str(report)}
        print(title, processing.run("ginet:assess", given)["OVERALL"], flush=True)

    # the toolbox and its dialogs
    dock.hide()
    toolbox = window.findChild(QDockWidget, "ProcessingToolbox")
    toolbox.show()
    toolbox.findChild(QLineEdit).setText("ginet")
    yield 1.0
    take(toolbox, PICTURES / "toolbox.png", height=220)
    for name, given in (
        ("classify", {"INPUT": image.id()}),
        ("sample", {"INPUT": second.id()}),
        ("assess", {"CLASSIFIED": second.id(), "REFERENCE": sample.id()}),
    ):
        dialog = processing.createAlgorithmDialog(f"ginet:{name}", given)
        dialog.resize(900, 640)
        dialog.show()
        yield 1.5
        take(dialog, PICTURES / f"{name}.png")
        dialog.close()
    windows = plugins["ginet_qgis"].windows
    windows.open_models()
    page = SettingsFactory(windows.open_setup, windows.open_models).createWidget()
    page.resize(640, 420)
    page.models_folder.lineEdit().setPlaceholderText(PROFILE + "ginet/models")
    page.show()
    yield 1.0
    take(windows.models, PICTURES / "models.png")
    take(page, PICTURES / "settings.png")

    # the set-up, as it is where there is no engine yet
    del os.environ["GINET_ENGINE_PYTHON"]
    os.environ["GINET_HOME"] = HOME
    windows.open_setup()
    yield windows.setup.start.isEnabled
    take(windows.setup, PICTURES / "setup.png")


play(story())
