"""The engine's sentences in the user's language.

The engine speaks English and knows no QGIS. Here are the sentences that users meet; any other stays
as it is. A test compares them with the engine's own.
"""

from __future__ import annotations

import re
from functools import cache

from ginet_qgis.words import noop
from ginet_qgis.words import tr as translated

ON_RASTERS = (
    noop("{name} has a single band; it feeds all inputs of the model."),
    noop(
        "{name} does not say which bands are red, green and blue: bands {bands} are taken for "
        "them. If they are others, choose them: for the dock in the layer's symbology, in the "
        "toolbox and on the command line as bands."
    ),
    noop(
        "{name} looks like near infrared, red and green: bands {bands} are taken for red, green "
        "and blue. If they are others, choose bands in the toolbox or on the command line."
    ),
    noop(
        "The model was taught on near infrared, red and green, which {name} does not look like: "
        "bands {bands} are taken for red, green and green."
    ),
    noop(
        "Bands {bands} of {name} look like near infrared, red and green; the model takes them "
        "for red, green and blue."
    ),
    noop("{name} has {count} bands besides transparency, the model takes {inputs}."),
    noop("Choose bands yourself; the same one may be chosen more than once."),
    noop("The model was taught on an image with further bands: choose one that has them."),
    noop(
        "The model was not trained on {kind} values. They are stretched by the raster's own "
        "percentiles {low} and {high} ({ranges}), which lowers the accuracy: convert the "
        "raster to the model's data type if its values are known."
    ),
    noop("The raster's ground resolution is not known, so it is not resampled."),
    noop(
        "The raster's ground resolution of {size} m is too far from the model's, {finest} to "
        "{coarsest} m: it is resampled by {factor}, not all the way. Expect a poor result."
    ),
    noop(
        "The raster's ground resolution is {size} m; the model was trained at {finest} to "
        "{coarsest} m. Expect a poor result, or let it be resampled."
    ),
    noop(
        "The raster's ground resolution is {size} m; the model was trained at {finest} to "
        "{coarsest} m. Resampling adds no detail: check the result."
    ),
    noop(
        "{name} is not georeferenced: areas are counted in pixels only, and its ground "
        "resolution is unknown."
    ),
    noop(
        "{name} has no coordinate reference system: areas are counted in pixels only, and its "
        "ground resolution is unknown."
    ),
    noop("{name} holds no data within the extent."),
    noop("{name} holds no data."),
    noop("All its pixels are nodata or masked."),
    noop("Choose another extent, or check the raster's nodata value."),
    noop("The extent {extent} does not touch {name}, which covers {other}."),
    noop("Choose an extent within the raster, in the raster's own coordinate system."),
    noop("Another run is writing {path}."),
    noop("Wait for its end, or choose another name."),
    noop("{path} cannot be written ({reason})."),
    noop("Choose another name."),
    noop("{name} cannot be opened as a raster ({reason})."),
    noop("Check the path and the file's format."),
    noop(
        "{name} is learned at {resolution} m, {columns} x {rows} pixels as one: what is smaller "
        "is not told apart. A setting changes that."
    ),
    noop(
        "Check the path and the file's format. What QGIS shows and the engine does not read, save "
        "as a GeoTIFF: Export > Save As in QGIS, or gdal_translate."
    ),
    noop(
        "The georeference of {name} maps it to a line or a point, or nowhere; it is ignored: "
        "areas are counted in pixels only, and its ground resolution is unknown."
    ),
    noop(
        "{name} is georeferenced by rational polynomial coefficients only, which are not used: "
        "areas are counted in pixels only, and its ground resolution is unknown. Orthorectify it "
        "first, for example with gdalwarp -rpc."
    ),
    noop(
        "{name} is georeferenced by control points only. The result keeps them; extents, areas "
        "and ground resolution come from their best affine fit."
    ),
    noop("{name} holds its pixels in blocks of {columns} by {rows}, which do not fit into memory."),
    noop("Convert it to a tiled GeoTIFF: gdal_translate -co TILED=YES."),
    noop("The file, or one that it names, is damaged or incomplete."),
    noop("The server did not send it: check the connection, and try again."),
)
ON_RUNS = (
    noop("Input and outputs must be different files: {output} is {other}, or belongs to it."),
    noop("Choose another name for each output."),
    noop("There is no folder {folder}."),
    noop("Create it, or choose another folder."),
    noop("The folder {folder} is not writable."),
    noop("Choose another folder."),
    noop("The disk of {folder} has {free} free; the results take at least {need}."),
    noop("{path} cannot be written: the disk of {folder} is full."),
    noop("Free some space, or choose a folder on another disk."),
    noop("Free some space, about {size} more, or choose a folder on another disk."),
    noop("Check that the folder is writable and the disk is not full."),
    noop("{path} cannot be replaced ({reason}); the finished result is in {part}."),
    noop("Close the file in other programs, then rename the result or run again."),
    noop("The device {kind} is not available; this machine has {devices}."),
    noop("Choose 'auto', or install a torch build for that device."),
    noop(
        "The trial of {kind} in {precision} failed ({reason}): {other} computes in {slower}, which "
        "takes longer."
    ),
    noop("The memory of {device} does not suffice for one block of {columns} x {rows} pixels."),
    noop("The memory of {device} does not suffice for one patch of {columns} x {rows} pixels."),
    noop("Close other programs, or run on another device."),
    noop("The memory does not suffice."),
    noop("{done} of {total} blocks are done and kept in {path}: the same job goes on from there."),
)
ON_POLYGONS = (
    noop("{path} is read-only."),
    noop("Choose another name, or allow to write the file."),
    noop("{path} is open in another program."),
    noop("Remove its layers from the project or close that program, or choose another name."),
    noop(
        "{name} has no coordinate reference system that says how large its pixels are, so {fields} "
        "in metres cannot be told."
    ),
    noop("Give the raster its coordinate reference system, or leave that out."),
    noop("{name} has no class {class}."),
    noop("Its classes are {classes}."),
    noop("{name} holds no patch of the classes asked for."),
    noop("Ask for classes that it holds."),
    noop("{name} holds no patch of the classes of buildings."),
    noop("Choose the class of buildings, among the classes asked for."),
    noop("{name} holds fractions, not class ids."),
    noop("Choose a classified raster, or round its values first."),
    noop("{name} holds no whole per cent."),
    noop("Choose a raster of confidence as classifying writes it."),
)
ON_LABELS = (
    noop(
        "Too few places are labelled to hold any out: nothing is known about the adapted "
        "model's accuracy. Label at least two separate places of two classes or more."
    ),
    noop(
        "The adapted model was not better than the base model on the held-out labels, so the base "
        "model is kept as it is. Check the labels, or add more where the map is wrong."
    ),
    noop(
        "On the held-out labels the base model was better, though not surely. Compare both maps, "
        "or label more where the new one is wrong."
    ),
    noop("{name} has no labels, and the base model does not know it: no map will have it."),
    noop(
        "{name} has no labels and gives way to {other}, which is drawn where the base model shows "
        "it. Label some of it to have both."
    ),
    noop("{labels} holds one class only, {name}."),
    noop("Label at least two classes: one teaches nothing about where it ends."),
    noop(
        "{value}, the id of {class}, is the nodata value of {name}: where it stands, nothing is "
        "labelled. If it is to be a class, unset the nodata value: gdal_edit.py -unsetnodata."
    ),
    noop("No pixel of {labels} is labelled where the image holds data."),
    noop("Check that the polygons lie on the image, and that both have the right CRS."),
    noop("{count} polygons of {name} have no label and are left out."),
    noop(
        "{unused} of {count} polygons of {name} hold no pixel of the image, or none of their "
        "own, and are left out."
    ),
    noop("{count} features of {name} have no valid geometry and are left out."),
    noop("{name} holds no valid geometry."),
    noop("Correct it, or draw it anew."),
    noop("Nothing is labelled yet."),
    noop("Label at least two classes first."),
    noop("Nothing is left to be labelled in view."),
    noop("Move the map, or zoom out."),
    noop("The place may be {first} or {second}."),
    noop("The place is unlike all that is labelled; it may be {first}."),
    noop("{count} pixels lie in polygons of different classes and are left out."),
    noop("No labelled pixel of {name} lies where {map} holds data."),
    noop("Check that both cover the same place and have the right coordinate systems."),
    noop("{count} of {all} features have no label."),
    noop("{count} features hold no pixel of the map with data of their own."),
    noop("The map does not know these classes of {name}: {classes}."),
    noop("Strata without any label, left out of the estimates: {strata}."),
    noop(
        "Strata with a single one of the {kind}: {strata}. Their variance is undefined, and so "
        "are the intervals that need it."
    ),
    noop("A reference raster is no random sample: there are no confidence intervals."),
    noop("The intervals hold only if the polygons were drawn at random."),
    noop("{name} and the map have no class name in common: their classes are compared by number."),
    noop("{name} and the map do not both name their classes: they are compared by number."),
    noop("{what} holds more than {limit} different values."),
    noop("Choose a raster or a field of classes."),
    noop("{minimum} points for each class are {sum} in all, more than {size}."),
    noop("Choose a larger sample or a smaller minimum."),
)

KEPT = re.compile(r"(.+) (\d+ of \d+ blocks are done and kept .+)", re.DOTALL)


def in_user_language(text: str) -> str:
    """What the engine says, translated where it is one of the sentences above.

    What is kept of a run that did not end is told behind what else there is to say.
    """
    if kept := KEPT.fullmatch(text):
        return f"{in_user_language(kept[1])} {in_user_language(kept[2])}"
    for english in (*ON_RASTERS, *ON_RUNS, *ON_POLYGONS, *ON_LABELS):
        found = _pattern(english).fullmatch(text)
        if found:
            return translated(english).format(**found.groupdict())
    return text


@cache
def _pattern(english: str) -> re.Pattern[str]:
    """Finds in a sentence what stands for ``{name}``."""
    parts = re.split(r"\{(\w+)\}", english)
    names = [f"(?P<{name}>.+?)" for name in parts[1::2]]
    between = zip(map(re.escape, parts[::2]), [*names, ""])
    return re.compile("".join(text + name for text, name in between), re.DOTALL)
