"""The pictures of docs/*/walkthrough.md, from QGIS on its desktop; `make pictures` runs this.

Classify the sample scene, label a few polygons, fine-tune, classify again, assess. The polygons
were drawn by hand on the image, those of the assessment at other places than those of the training.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import processing
from qgis.core import (
    QgsFeature,
    QgsGeometry,
    QgsMapLayer,
    QgsPointXY,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.gui import QgsAttributeDialog
from qgis.PyQt.QtWidgets import QDockWidget, QLineEdit
from qgis.utils import iface, plugins

from ginet_qgis.gui.settings_page import SettingsFactory
from scripts.desktop import (
    Wait,
    add_image,
    drawn,
    expand,
    ginet_dock,
    play,
    show,
    start_plugin,
    take,
    take_window,
)

PICTURES = Path(os.environ["GINET_PICTURES"])
WORK = Path(os.environ["GINET_WORK"])
IMAGE = Path(os.environ["GINET_IMAGE"])

Polygon = tuple[str, list[tuple[float, float]]]
"""A class, and corners in metres from the scene's north-western corner, rightwards and down."""

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
REFERENCE: list[Polygon] = [
    (MEADOW, [(12, 8), (30, 6), (32, 20), (14, 22)]),
    (MEADOW, [(112, 194), (128, 194), (128, 206), (114, 208)]),
    (MEADOW, [(28, 136), (40, 135), (40, 146), (30, 147)]),
    (MEADOW, [(179, 59), (186, 58), (187, 65), (180, 66)]),
    (MEADOW, [(148, 78), (160, 78), (160, 88), (150, 88)]),
    (TREE, [(106, 90), (116, 89), (116, 100), (107, 101)]),
    (TREE, [(178, 98), (194, 97), (194, 108), (180, 110)]),
    (TREE, [(6, 237), (18, 236), (17, 245), (7, 246)]),
    (TREE, [(56, 122), (68, 119), (66, 132), (55, 136)]),
    (TREE, [(150, 222), (162, 220), (162, 232), (151, 234)]),
]


def at(image: QgsRasterLayer, x: float, y: float) -> QgsPointXY:
    """A point of the scene from metres rightwards and down."""
    return QgsPointXY(image.extent().xMinimum() + x, image.extent().yMaximum() - y)


def draw(layer: QgsVectorLayer, image: QgsRasterLayer, polygons: list[Polygon]) -> None:
    """Add the polygons as a user would have drawn them."""
    for name, corners in polygons:
        feature = QgsFeature(layer.fields())
        points = [at(image, x, y) for x, y in (*corners, corners[0])]
        feature.setGeometry(QgsGeometry.fromPolygonXY([points]))
        feature.setAttribute(0, name)
        layer.addFeature(feature)


def form_of(layer: QgsVectorLayer) -> QgsAttributeDialog:
    """The form in which the class of a polygon or a point is chosen."""
    feature = next(layer.getFeatures())
    dialog = QgsAttributeDialog(layer, feature, False, iface.mainWindow())  # noqa: FBT003 - QGIS's
    dialog.show()
    return dialog


def runs_out() -> bool:
    """Whether the dock's run has ended."""
    return ginet_dock().start.isEnabled()


def result(*earlier: QgsMapLayer) -> QgsMapLayer:
    """The classified layer that is none of the earlier ones."""
    layers = QgsProject.instance().mapLayers().values()
    return next(each for each in layers if "Land cover" in each.name() and each not in earlier)


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
    expand("Land cover")
    yield drawn
    take_window(PICTURES / "2_classified.png")

    # labels
    first = result()
    show(first, visible=False)
    dock.teach.draw.click()
    labels = iface.activeLayer()
    draw(labels, image, LABELS)
    expand("Labels")
    yield drawn
    take_window(PICTURES / "3_labels.png")
    form = form_of(labels)
    yield 1.0
    take(form, PICTURES / "3_form.png")
    form.close()
    labels.commitChanges()

    # fine-tuning, and again
    dock.teach.finetune.click()
    dialog = dock.teach.dialog
    dialog.form.minutes.setValue(MINUTES)
    dialog.form.name.setText("yellowstone")
    yield lambda: dialog.counter.tally is not None
    dialog.start.click()
    yield lambda: not dialog.is_running
    take(dialog, PICTURES / "4_finetune.png")
    show(labels, visible=False)
    iface.setActiveLayer(image)
    dialog.result.classify.click()
    dialog.close()
    yield runs_out
    expand("Land cover")
    yield drawn
    take_window(PICTURES / "5_again.png")

    # assessment
    second = result(first)
    points = processing.run(
        "ginet:sample",
        {"INPUT": second, "SIZE": 100, "MINIMUM": 20, "OUTPUT": str(WORK / "points.gpkg")},
    )["OUTPUT"]
    sample = QgsVectorLayer(points, "Points to label")
    QgsProject.instance().addMapLayer(sample)
    show(second, visible=False)
    expand("Points")
    iface.mapCanvas().setExtent(QgsRectangle(at(image, 90, 130), at(image, 150, 90)))
    iface.mapCanvas().refresh()
    yield drawn
    take_window(PICTURES / "6_points.png")
    sample.startEditing()
    form = form_of(sample)
    yield 1.0
    take(form, PICTURES / "6_form.png")
    form.close()
    sample.rollBack()

    reference = QgsVectorLayer(
        f"Polygon?crs={image.crs().authid()}&field=reference:string", "Reference", "memory"
    )
    reference.startEditing()
    draw(reference, image, REFERENCE)
    reference.commitChanges()
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
    windows.open_setup()
    page = SettingsFactory(windows.open_setup, windows.open_models).createWidget()
    page.resize(640, 420)
    page.show()
    yield windows.setup.form.is_ready
    take(windows.models, PICTURES / "models.png")
    take(windows.setup, PICTURES / "setup.png")
    take(page, PICTURES / "settings.png")


play(story())
