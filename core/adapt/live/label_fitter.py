"""The label fitter: fits the labels of one image, anew whenever they change.

Labels are fitted as fine-tuning fits them (``core.adapt.fit``); what stays the same from one set of
labels to the next is not computed again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.adapt.classes import Origins, trace_classes
from core.adapt.fit import Adaptation
from core.adapt.labelled import (
    MOST_REGIONS,
    MOST_SPREAD,
    NO_POLYGON,
    check_counts,
    check_training_set,
    count_cells,
    count_pixels,
    one_class_only,
    read_labelled,
    read_spread,
)
from core.adapt.live.stages import Stages
from core.adapt.outcome import Outcome, Shares
from core.adapt.polygons import LabelPolygons
from core.adapt.regions import Region, RegionReader
from core.adapt.training_set import TrainingSet
from core.model.card import Card
from core.model.ginet import GINet
from core.model.precision import Precision
from core.raster.reading import Raster
from core.raster.scaling import Scaling
from core.wire.class_list import parse_table
from core.wire.errors import JobError, NoData
from core.wire.finetune_job import FinetuneJob
from core.wire.paths import display_name
from core.wire.session_job import SessionJob


@dataclass(frozen=True)
class FittedLabels:
    """A set of labels and the fit to them.

    Attributes:
        path: Of the file of labels.
        field: Of its features.
        name: What cards call it.
        origins: Of the classes.
        used: Number of polygons of each class.
        regions: Labelled ones.
        pixels: (K,) labelled ones of each class.
        training: What was fitted.
        outcome: What the views show.
        scored: Whether held-out labels were asked.
    """

    path: str
    field: str
    name: str | None
    origins: Origins
    used: dict[str, int]
    regions: Sequence[Region]
    pixels: NDArray[np.int64]
    training: TrainingSet
    outcome: Outcome
    scored: bool = False

    def finetune_job(self, job: SessionJob, output: Any, *, overwrite: Any) -> FinetuneJob:
        """The job that makes the same model of the same labels without a session.

        Raises:
            JobError: A value cannot be one of a job.
        """
        return FinetuneJob(
            image=job.image,
            image_name=job.image_name,
            labels=self.path,
            labels_name=self.name,
            field=self.field,
            classes=self.training.classes,
            origins=self.origins,
            output=output,
            base=job.base,
            bands=job.bands,
            finest=job.finest,
            other_bands=job.other_bands,
            seed=job.seed,
            overwrite=overwrite,
        )

    def gain(self) -> dict[str, Any]:
        """The score as the fields of an answer."""
        return {
            "validation": self.outcome.validation,
            "label_polygons": self.used,
            "kept": self.outcome.kept,
            "unlabelled": self.training.fates,
            "warnings": self.outcome.warnings,
        }


class LabelFitter:
    """Fits the labels of one image, anew whenever they change.

    Args:
        raster: The image, opened.
        scaling: From its values to the network's.
        card: Of the base model.
        network: Of the base model, on its device.
        precision: To compute in.
        seed: Of everything random.
        stages: Told of the progress of reading the image.

    Raises:
        GinetError: The image cannot be read, or holds no data.
        Cancelled: ``stages`` said so.
    """

    def __init__(
        self,
        raster: Raster,
        scaling: Scaling,
        card: Card,
        network: GINet,
        precision: Precision,
        seed: int,
        stages: Stages,
    ) -> None:
        """Sample the whole image, so that labels can be fitted without delay."""
        self._raster, self._card, self._seed = raster, card, seed
        self._reader = RegionReader(raster, scaling, card, network)
        stages.begin("image", MOST_SPREAD)
        spread = read_spread(self._reader, seed, stages, MOST_SPREAD)
        if not spread:
            raise NoData(f"{raster.name} holds no data.", "All its pixels are nodata or masked.")
        stages.begin("features", 2 * len(spread))  # for its statistics, and as background
        self._adaptation = Adaptation(
            network, card.image_statistics, spread, precision, seed, stages
        )
        self._shares: Shares | None = None
        self._fitted: FittedLabels | None = None

    @property
    def fitted(self) -> FittedLabels:
        """The labels fitted last.

        Raises:
            JobError: There are none yet.
        """
        if self._fitted is None:
            raise JobError("Nothing is labelled yet.", "Label at least two classes first.")
        return self._fitted

    def learn(
        self, classes: Any, labels: str, field: str, labels_name: str | None, stages: Stages
    ) -> dict[str, Any]:
        """Fit labels; on success they replace the earlier ones.

        Args:
            classes: The classes as a job has them, see ``parse_table``.
            labels: Path of the labelled polygons.
            field: Of their classes.
            labels_name: What messages and cards call the file.
            stages: Told of the progress.

        Returns:
            The fields of an answer: the number of polygons by class, what became of classes without
            labels, and warnings.

        Raises:
            GinetError: The classes or labels cannot be used.
            Cancelled: ``stages`` said so.
        """
        name = labels_name or display_name(labels)
        if isinstance(classes, list) and len(classes) == 1 and isinstance(classes[0], dict):
            raise one_class_only(name, str(classes[0].get("name")))
        table, origins = parse_table(classes, "classes")
        traced = trace_classes(self._card.classes, table, origins)
        polygons = LabelPolygons(labels, field, name, self._raster, table)
        counts = polygons.count(stages.check)
        check_counts(count_cells(counts, len(table)), table, traced, name, NO_POLYGON)
        known = self._fitted.regions if self._fitted else ()
        stages.begin("labels", min(len(counts), MOST_REGIONS))
        regions = read_labelled(self._reader, polygons, counts, self._seed, stages, known=known)
        pixels = count_pixels(regions, len(table))
        check_counts(pixels, table, traced, name, NO_POLYGON)
        stages.begin("features", len(regions))
        training = self._adaptation.learn(regions, traced, table, stages)
        check_training_set(training, name)
        stages.begin("fit")
        outcome = self._adaptation.fit(training, self._shares)
        self._fitted = FittedLabels(
            labels, field, labels_name, origins, polygons.used, regions, pixels, training, outcome
        )
        return {
            "label_polygons": polygons.used,
            "unlabelled": training.fates,
            "warnings": [*polygons.warnings, *training.warnings],
        }

    def score(self, stages: Stages) -> FittedLabels:
        """The labels with their cross-validated score, which is computed once.

        Raises:
            JobError: Nothing is labelled yet.
            Cancelled: ``stages`` said so.
        """
        fitted = self.fitted
        if not fitted.scored:
            stages.begin("score")
            held_out = self._adaptation.hold_out(fitted.training, stages)
            outcome = self._adaptation.conclude(fitted.training, held_out, stages)
            fitted = replace(fitted, outcome=outcome, scored=True)
            self._fitted, self._shares = fitted, outcome.shares
        return fitted
