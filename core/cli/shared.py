"""What several verbs share: exit statuses, fields of jobs, arguments."""

from __future__ import annotations

import argparse
import functools
import importlib
import inspect
import threading
from collections.abc import Callable
from typing import Any

from core.events import Emit
from core.fields import DEVICES
from core.job import Job

OK, FAULT, BAD_INPUT, CANCELLED = 0, 1, 2, 130

AddVerb = Callable[..., Any]
"""``add_verb(name, run, text)``: the new verb's parser; ``run(options, emit, stop)`` runs it."""


def fields_of(options: argparse.Namespace) -> dict[str, Any]:
    """What was given of a job's fields."""
    given = {name: value for name, value in vars(options).items() if value is not None}
    return {name: value for name, value in given.items() if name not in ("verb", "json")}


def execute(
    job: Job, emit: Emit, stop: threading.Event, enough: threading.Event | None = None
) -> None:
    """Run the function of the job's verb, which is in the module of that name.

    Args:
        job: The job.
        emit: Takes its events.
        stop: Cancels it.
        enough: Ends it early with what it has, where the verb can do that.
    """
    run = getattr(importlib.import_module(f"core.{job.verb}"), job.verb)
    if enough is not None and "enough" in inspect.signature(run).parameters:
        run = functools.partial(run, enough=enough.is_set)
    run(job, emit, stop.is_set)


def add_device(parser: argparse.ArgumentParser) -> None:
    """Where to compute."""
    parser.add_argument("--device", choices=DEVICES, default="auto")
    parser.add_argument("--threads", type=int, metavar="N", help="CPU threads (default: all cores)")


def add_json(parser: argparse.ArgumentParser) -> None:
    """How to tell what happens."""
    parser.add_argument("--json", action="store_true", help="events as JSON lines on stdout")
