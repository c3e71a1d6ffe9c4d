"""``run``: a job file; ``info``: a model's card."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading

from core.cli.shared import AddVerb, execute
from core.inference.process import loading
from core.wire import job
from core.wire.events import Emit
from core.wire.fields import check_files
from core.wire.requests import Requests

IDLE_SECONDS = 600
STOPPING = (signal.SIGINT, signal.SIGTERM)


def add_verbs(verb: AddVerb) -> None:
    """Add the verbs."""
    run = verb("run", run_job, "Run a job file; events come as JSON lines on stdout.")
    run.add_argument("job", help="JSON file; - waits for a line of standard input with its path")
    run.add_argument(
        "--watch-stdin",
        action="store_true",
        help="cancel when standard input is closed; a line `stop` on it ends a fine-tuning early, "
        "with the best so far; a session takes its requests from there",
    )
    run.set_defaults(json=True)

    info = verb("info", run_info, "Print a model's card.")
    info.add_argument("model", help="model file or bundled name")


def run_job(options: argparse.Namespace, emit: Emit, stop: threading.Event) -> None:
    """Run ``run``."""
    enough, requests = threading.Event(), Requests()
    path = _job_to_come() if options.job == "-" else options.job
    if options.watch_stdin:
        threading.Thread(target=_watch_stdin, args=(stop, enough, requests), daemon=True).start()
    else:
        requests.close()
    loaded = job.load(path)
    check_files(loaded.outputs.values(), {path: [path]})
    execute(loaded, emit, stop, enough, requests)


def _job_to_come() -> str:
    """The path of a job file, from stdin; meanwhile what takes long to load is loaded.

    Nobody may remember an engine that waits: it ends after a while, or with whoever has started it.
    """
    end = threading.Timer(IDLE_SECONDS, os._exit, (0,))
    end.daemon = True
    end.start()
    # Who ends it now means the process, and not the job that is to come.
    handlers = {number: signal.signal(number, signal.SIG_DFL) for number in STOPPING}
    with loading():
        import core.classify  # noqa: F401

    said = b""
    while not said.endswith(b"\n"):
        part = os.read(0, 1)  # what follows the line is not for this
        if not part:
            raise SystemExit
        said += part
    end.cancel()
    for number, handler in handlers.items():
        signal.signal(number, handler)
    return os.fsdecode(said).rstrip("\r\n")


def _watch_stdin(stop: threading.Event, enough: threading.Event, asked: Requests) -> None:
    """Its end cancels; a line ``stop`` asks for what there is by then; others ask a session."""
    said = b""
    while part := os.read(0, 4096):
        *lines, said = (said + part).split(b"\n")
        for line in filter(None, map(bytes.strip, lines)):
            if line == b"stop":
                enough.set()
            else:
                asked.put(line)
    asked.close()
    stop.set()


def run_info(options: argparse.Namespace, *_: object) -> None:
    """Run ``info``."""
    from core.model.modelfile import find_model, read_card

    card = read_card(find_model(options.model))
    # The card is data for a person or a program, not an event.
    sys.stdout.write(json.dumps(card.to_dict(), ensure_ascii=False, indent=2) + "\n")
