"""The farmland of docs/*/walkthrough.md, and the frames of the README's animated picture.

Two crops that the base model does not tell apart are taught with a few strokes, then the rest. The
strokes were drawn by hand on the image.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from qgis.core import QgsProject
from qgis.utils import iface

from ginet_qgis.labels.layer import recolour
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
    take_window,
)
from scripts.teaching import Film, Place, Teacher, in_chinese, scroll_to

PICTURES = Path(os.environ["GINET_PICTURES"])
FRAMES = Path(os.environ["GINET_FRAMES"])
IMAGE = Path(os.environ["GINET_IMAGE"])

HAY, RIPE = ("干草", "成熟作物") if in_chinese() else ("hay", "ripe crop")
TREE, ROAD, BUILDING, GRASS = "tree", "road", "building", "low vegetation"
FIRST: list[tuple[str, list[Place]]] = [
    (HAY, [(420, 400), (420, 470), (440, 530), (490, 568), (560, 578)]),
    (RIPE, [(450, 400), (450, 470), (470, 528), (510, 548), (590, 553)]),
]
COLOURS = {HAY: "#ffe14d", RIPE: "#c8752e"}
MORE: list[tuple[str, list[Place]]] = [
    (TREE, [(410, 880), (490, 880)]),
    (ROAD, [(40, 191), (330, 191)]),
    (BUILDING, [(401, 55), (401, 72)]),
    (BUILDING, [(359, 125), (361, 160)]),
    (HAY, [(290, 760), (310, 820), (350, 860)]),
    (RIPE, [(60, 520), (60, 700)]),
    (GRASS, [(990, 650), (970, 600)]),
]
LAST: list[tuple[str, list[Place]]] = [
    (TREE, [(125, 850), (130, 920)]),
    (TREE, [(140, 290), (190, 330)]),
    (ROAD, [(925, 380), (927, 560)]),
    (BUILDING, [(848, 668), (858, 662)]),
    (RIPE, [(460, 700), (455, 760), (500, 795), (600, 812)]),
    (RIPE, [(740, 250), (760, 380)]),
    (RIPE, [(150, 60), (230, 110)]),
    (RIPE, [(960, 480), (990, 540)]),
    (GRASS, [(940, 300), (960, 380)]),
    (GRASS, [(455, 145), (480, 140)]),
]


def story() -> Iterator[Wait]:
    start_plugin(1280, 800, "Layers", "GinetDock")
    image = add_image(IMAGE, "Farmland")
    iface.setActiveLayer(image)
    yield 2.0
    iface.mapCanvas().setExtent(image.extent())
    iface.mapCanvas().refresh()
    yield drawn
    dock = ginet_dock()
    dock.start.click()
    yield dock.start.isEnabled
    first = result()
    expand(first)
    yield drawn
    take_window(PICTURES / "farm_1_base.png")

    show(first, visible=False)
    expand()
    dock.teach.teach.click()
    yield 1.0
    scroll_to(lambda panel: panel.saving)
    yield drawn
    teacher = Teacher(image, Film(FRAMES))
    teacher.panel.class_tools.keep.setChecked(False)
    for name, places in FIRST:
        teacher.choose(name)
        recolour(iface.activeLayer(), name, COLOURS[name])
        teacher.stroke(name, *places)
    yield teacher.is_done
    yield drawn
    teacher.show(iface.mapCanvas(), milliseconds=1500)
    take_window(PICTURES / "farm_2_first.png")

    for name, places in MORE:
        teacher.stroke(name, *places)
        yield teacher.view_is_new
        yield drawn
        teacher.show(iface.mapCanvas(), milliseconds=400)
    teacher.show(iface.mapCanvas(), milliseconds=1200)
    teacher.panel.unsure.click()
    teacher.panel.next.click()
    yield 1.0
    yield lambda: not teacher.panel.doing.text.text()
    yield drawn
    take_window(PICTURES / "farm_3_unsure.png")
    teacher.panel.unsure.click()
    iface.mapCanvas().setExtent(image.extent())
    iface.mapCanvas().refresh()
    yield 1.0
    yield lambda: not teacher.panel.doing.text.text()

    for name, places in LAST:
        teacher.stroke(name, *places)
        yield teacher.view_is_new
        yield drawn
    yield teacher.is_done
    yield drawn
    teacher.show(iface.mapCanvas(), milliseconds=1200)
    take_window(PICTURES / "farm_4_taught.png")

    teacher.panel.saving.name.setText("farmland")
    teacher.show(teacher.panel.saving.whole, milliseconds=700)
    teacher.panel.saving.whole.click()
    yield lambda: not teacher.panel.is_teaching
    yield dock.start.isEnabled
    second = result(first)
    expand(second)
    for each in QgsProject.instance().mapLayers().values():
        show(each, visible=each in (image, second))
    yield drawn
    teacher.show(iface.mapCanvas(), milliseconds=2500)
    take_window(PICTURES / "farm_5_map.png")


play(story())
