"""What the engine says, in the user's language.

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
        "{name} does not say which bands are red, green and blue: bands {bands} are taken for them."
    ),
    noop("{name} has {count} bands besides transparency, the model takes {inputs}."),
    noop("Choose bands yourself; the same one may be chosen more than once."),
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
        "{name} is not georeferenced: areas are counted in pixels only, and its ground "
        "resolution is unknown."
    ),
    noop(
        "{name} has no coordinate reference system: areas are counted in pixels only, and its "
        "ground resolution is unknown."
    ),
    noop("{name} holds no data within the extent."),
    noop("Choose another extent, or check the raster's nodata value."),
    noop("The extent {extent} does not touch {name}, which covers {other}."),
    noop("Choose an extent within the raster, in the raster's own coordinate system."),
    noop("Another run is writing {path}."),
    noop("Wait for its end, or choose another name."),
    noop("{path} cannot be written ({reason})."),
    noop("Choose another name."),
    noop("{name} cannot be opened as a raster ({reason})."),
    noop("Check the path and the file's format."),
)
ON_LABELS = (
    noop(
        "Too few places are labelled to hold any out: nothing is known about the adapted "
        "model's accuracy. Label at least two separate places of each class."
    ),
    noop(
        "No training was better than the base model on the held-out labels, so its weights "
        "stay as they are. Check the labels, add more, or train for longer."
    ),
    noop("{count} polygons of {name} have no label and are left out."),
    noop(
        "{unused} of {count} polygons of {name} hold no pixel of the image, or none of their "
        "own, and are left out."
    ),
    noop("{count} pixels lie in polygons of different classes and are left out."),
    noop("No labelled pixel of {name} lies where {map} holds data."),
    noop("Check that both cover the same place and have the right coordinate systems."),
    noop("{count} of {all} features have no label."),
    noop("{count} features hold no pixel of the map with data."),
    noop("The map does not know these classes of {name}: {classes}."),
    noop("Strata without any label, left out of the estimates: {strata}."),
    noop(
        "Strata with a single one of the {kind}: {strata}. Their variance is undefined, and so "
        "are the intervals that need it."
    ),
    noop("A reference raster is no random sample: there are no confidence intervals."),
    noop("The intervals hold only if the polygons were drawn at random."),
    noop("{name} and the map have no class name in common: their classes are compared by number."),
    noop("{what} holds more than {limit} different values."),
    noop("Choose a raster or a field of classes."),
    noop("{minimum} points for each class are {sum} in all, more than {size}."),
    noop("Choose a larger sample or a smaller minimum."),
)


def in_user_language(text: str) -> str:
    """A sentence of the engine's, translated where it is one of those above."""
    for english in (*ON_RASTERS, *ON_LABELS):
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
