"""What several verbs share: exit statuses, fields of jobs, arguments."""

from __future__ import annotations

import argparse
import threading
from collections.abc import Callable
from typing import Any

from core.inference.process import loading
from core.wire.accuracy_job import AssessJob, SampleJob
from core.wire.events import Emit
from core.wire.fields import DEVICES
from core.wire.finetune_job import FinetuneJob
from core.wire.job import ClassifyJob, Job
from core.wire.polygons_job import PolygonsJob
from core.wire.requests import Requests
from core.wire.session_job import SessionJob

OK, FAULT, BAD_INPUT, CANCELLED = 0, 1, 2, 130

AddVerb = Callable[..., Any]
"""``add_verb(name, run, text)``: the new verb's parser; ``run(options, emit, stop)`` runs it."""


def fields_of(options: argparse.Namespace) -> dict[str, Any]:
    """The fields of a job that were given as arguments."""
    given = {name: value for name, value in vars(options).items() if value is not None}
    return {name: value for name, value in given.items() if name not in ("verb", "json")}


def execute(
    job: Job,
    emit: Emit,
    stop: threading.Event,
    enough: threading.Event | None = None,
    requests: Requests | None = None,
) -> None:
    """Run the function of the job's verb; only what that needs is loaded.

    Args:
        job: The job.
        emit: Takes its events.
        stop: Cancels it.
        enough: Ends it early with what it has, where the verb can do that.
        requests: What a session is asked.
    """
    match job:
        case ClassifyJob():
            with loading():
                from core.classify import classify

            classify(job, emit, stop.is_set)
        case PolygonsJob():
            with loading():
                from core.polygons import polygons

            polygons(job, emit, stop.is_set)
        case AssessJob():
            with loading():
                from core.assess import assess

            assess(job, emit, stop.is_set)
        case SampleJob():
            with loading():
                from core.sample import sample

            sample(job, emit, stop.is_set)
        case FinetuneJob():
            with loading():
                from core.finetune import finetune

            finetune(job, emit, stop.is_set, enough=(enough or threading.Event()).is_set)
        case SessionJob():
            with loading():
                from core.adapt.live.session import session

            session(job, emit, stop.is_set, requests or Requests())


def add_device(parser: argparse.ArgumentParser) -> None:
    """Add the argument ``--device``."""
    parser.add_argument("--device", choices=DEVICES, default="auto")
    parser.add_argument("--threads", type=int, metavar="N", help="CPU threads (default: all cores)")


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add the argument ``--json``."""
    parser.add_argument("--json", action="store_true", help="events as JSON lines on stdout")
