"""``python -m core VERB ...``: a thin command line over the engine's functions.

Exit status: 0 success, 2 bad input (one line says what, and what to change), 1 a fault of the
engine, 130 cancelled. A first SIGINT or SIGTERM cancels at the next patch, a second one at once.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable

from core.cli.parser import build_parser
from core.cli.shared import BAD_INPUT, CANCELLED, FAULT, OK
from core.inference.process import prepare_process
from core.wire.errors import Cancelled, GinetError
from core.wire.events import Emit, JsonLines, emit_error
from core.wire.paths import without_addresses


def main(arguments: list[str] | None = None) -> int:
    """Run one verb.

    Args:
        arguments: Without the program's name; None takes the process's.

    Returns:
        The exit status.
    """
    prepare_process()
    options = build_parser().parse_args(arguments)
    stop = threading.Event()

    def cancel(*_: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, cancel)
    emit, close = _events(as_json=getattr(options, "json", False))
    try:
        options.verb(options, emit, stop)
    except Cancelled as error:
        emit_error(emit, error)
        close()
        return _fail(error, CANCELLED)
    except KeyboardInterrupt:
        emit_error(emit, Cancelled())
        close()
        _fail(Cancelled(), CANCELLED)
        # Python itself would wait for a thread in a long read.
        os._exit(CANCELLED)
    except GinetError as error:
        emit_error(emit, error)
        close()
        return _fail(error, BAD_INPUT)
    except Exception as error:  # noqa: BLE001 - the last resort, told as a fault
        sys.stderr.write(without_addresses(traceback.format_exc()))
        message = without_addresses(f"{type(error).__name__}: {error}")
        emit("error", code="Fault", message=message, hint="")
        close()
        return FAULT
    close()
    return OK


def _fail(error: GinetError, status: int) -> int:
    sys.stderr.write(" ".join(str(error).split()) + "\n")
    return status


def _events(*, as_json: bool) -> tuple[Emit, Callable[[], None]]:
    """Where events go, and what to call at the end."""
    if not as_json:
        from core.cli.console import Console

        console = Console()
        return console, console.close
    # Libraries that print, in C too, must not break the wire: they get stderr for stdout.
    wire = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return JsonLines(wire), wire.close


if __name__ == "__main__":
    sys.exit(main())
