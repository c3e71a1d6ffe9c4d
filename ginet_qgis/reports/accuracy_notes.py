"""What there is to say of an accuracy assessment: summary, warnings, method, as sentences."""

from __future__ import annotations

from typing import Any

from ginet_qgis.i18n import tr
from ginet_qgis.layers.styling import class_name

OLOFSSON = "Olofsson et al. 2014, doi 10.1016/j.rse.2014.02.015"
STEHMAN = "Stehman 2014, doi 10.1080/01431161.2014.930207"


def summary(result: dict[str, Any]) -> str:
    """The result in two sentences."""
    overall, reference = result["overall"], result["reference"]
    if overall["error"] is None:
        told = tr("{value} % of the map is right, as far as this reference tells.").format(
            value=_percent(overall["value"])
        )
    else:
        told = tr(
            "{value} % of the map is right; with 95 % confidence it is between {low} and {high} %."
        ).format(
            value=_percent(overall["value"]),
            low=_percent(overall["low"]),
            high=_percent(overall["high"]),
        )
    used = reference["count"] - reference["unlabelled"] - reference["unused"]
    kinds = {
        "points": tr("The map was compared with {used} labelled points."),
        "polygons": tr("The map was compared with {used} labelled polygons of {pixels} pixels."),
        "raster": tr("The map was compared with a raster of {pixels} labelled pixels."),
    }
    compared = kinds[reference["kind"]].format(used=f"{used:,}", pixels=f"{reference['pixels']:,}")
    return f"{told} {compared}"


def notes(result: dict[str, Any]) -> list[str]:
    """What limits the figures, weightiest first."""
    reference, told = result["reference"], []
    if reference["kind"] == "raster":
        told.append(
            tr(
                "There are no confidence intervals, because they would not hold: the pixels of a "
                "reference raster are neither drawn at random nor independent of each other. Where "
                "the raster covers the whole map and is true, the figures need none. Otherwise "
                "draw points at random, label them, and assess the map with these."
            )
        )
    if reference.get("by_number"):
        told.append(
            tr(
                "The classes were compared by their numbers alone, because the map and the "
                "reference do not both name them, or have no name in common. Check that each "
                "number means the same in both. Names are read from the files and from the "
                "layers' legends."
            )
        )
    if reference["kind"] == "polygons":
        told.append(
            tr(
                "The intervals hold only if the polygons were chosen at random. Polygons drawn by "
                "hand where the class is easy to see give accuracies that are too high and "
                "intervals that do not hold. Pixels of one polygon are not independent, so each "
                "polygon counts as one observation within a stratum, however large it is."
            )
        )
    told += _about_classes(result)
    told += _about_strata(result)
    if reference["unlabelled"]:
        told.append(
            tr("{some} of {all} features have no label and were left out.").format(
                some=f"{reference['unlabelled']:,}", all=f"{reference['count']:,}"
            )
        )
    if reference["unused"]:
        told.append(
            tr(
                "{some} of {all} features hold no pixel of the map with data of their own and were "
                "left out."
            ).format(some=f"{reference['unused']:,}", all=f"{reference['count']:,}")
        )
    if reference["invalid"]:
        told.append(
            tr("{count} features have no valid geometry and were left out.").format(
                count=f"{reference['invalid']:,}"
            )
        )
    if reference["shared"]:
        told.append(
            tr("{count} pixels lie in polygons of different classes and were left out.").format(
                count=f"{reference['shared']:,}"
            )
        )
    estimates = [each[kind] for each in result["classes"] for kind in ("users", "producers")]
    if reference["kind"] != "raster" and any(each["error"] == 0 for each in estimates):
        told.append(
            tr(
                "An interval of ± 0 says that the sample met no error, or nothing but errors, and "
                "not that the figure is exact."
            )
        )
    return told


def _about_classes(result: dict[str, Any]) -> list[str]:
    strangers = [each for each in result["classes"] if not each["known"]]
    if not strangers:
        return []
    return [
        tr(
            "The reference has classes that the map does not know: {names}. Their pixels count as "
            "errors of the map."
        ).format(names=_names(strangers))
    ]


def _about_strata(result: dict[str, Any]) -> list[str]:
    told = []
    empty = [each for each in result["strata"] if not each["units"]]
    if empty:
        share = sum(each["share"] for each in empty)
        told.append(
            tr(
                "No label lies in these strata: {names}. Their {share} % of the map are left out "
                "of all estimates."
            ).format(names=_names(empty), share=_percent(share))
        )
    lone = [each for each in result["strata"] if each["units"] == 1]
    if lone and result["reference"]["kind"] != "raster":
        told.append(
            tr(
                "These strata have a single observation: {names}. Its variance is undefined, and "
                "so are the intervals that depend on it."
            ).format(names=_names(lone))
        )
    return told


def methods(result: dict[str, Any]) -> list[str]:
    """How the figures came about."""
    reference = result["reference"]
    told = []
    if result["strata_are_map"]:
        told.append(
            tr(
                "Accuracies and areas are stratified estimates with the classes of the map as "
                "strata ({source}): each label counts for the part of the map that its stratum "
                "takes, so that the result does not depend on how many labels each class has."
            ).format(source=OLOFSSON)
        )
    else:
        told.append(
            tr(
                "Accuracies and areas are stratified estimates with strata other than the classes "
                "of the map ({source})."
            ).format(source=STEHMAN)
        )
    if reference["kind"] == "points":
        told.append(
            tr(
                "The intervals hold if the points were drawn at random within each stratum, and "
                "labelled without regard to the map."
            )
        )
    if reference["kind"] != "raster":
        told.append(tr("Intervals are 1.96 standard errors to either side."))
    told.append(
        tr(
            "F1, IoU, kappa and the first matrix are of the labelled pixels as they are, not "
            "weighted by area."
        )
    )
    if reference["reprojected"]:
        told.append(
            tr(
                "The reference was brought onto the pixels of the map; where it is a raster, each "
                "pixel has its nearest value."
            )
        )
    return told


def _names(entries: list[dict[str, Any]]) -> str:
    return ", ".join(class_name(each["name"]) for each in entries)


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"
