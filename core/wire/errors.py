"""The engine's exceptions: each names what is wrong and, in ``hint``, what to change.

Every class also derives from the builtin that callers would catch anyway. ``code`` is the name that
goes over the wire (see ``events.py``); it is part of the contract and is never translated.
"""

from __future__ import annotations

LONGEST_SHOWN = 200


def shown(value: object) -> str:
    """The ``repr`` of a value for a message, shortened where it is long."""
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."


class GinetError(Exception):
    """Bad input or a bad environment, told in one sentence.

    Args:
        message: What happened, naming the file or value.
        hint: What the user can change, as a full sentence.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        """Keep the two sentences apart, so that each place can show them in its own way."""
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def code(self) -> str:
        """The name of this error on the wire."""
        return type(self).__name__

    def __str__(self) -> str:
        """Message and hint as one line."""
        return f"{self.message} {self.hint}".strip()


class RasterReadError(GinetError, OSError):
    """A raster cannot be opened, or breaks off while it is read."""


class OutputError(GinetError, OSError):
    """An output cannot be written."""


class OutputExists(OutputError, FileExistsError):
    """An output is there already and was not to be overwritten."""


class NoOverlap(GinetError, ValueError):
    """The extent asked for does not touch the raster."""


class NoData(GinetError, ValueError):
    """No pixel within the extent holds data."""


class BandError(GinetError, ValueError):
    """The bands asked for do not exist or do not fit the model."""


class JobError(GinetError, ValueError):
    """A job or a command line is not valid."""


class LabelError(GinetError, ValueError):
    """Reference labels cannot be read, or are none that a map can be compared with."""


class ModelNotFound(GinetError, FileNotFoundError):
    """There is no such model file, nor a bundled model of that name."""


class ModelFileError(GinetError, ValueError):
    """A file is no GINet model, or its card does not validate."""


class DeviceError(GinetError, ValueError):
    """The device asked for is not on this machine."""


class OutOfMemory(GinetError, MemoryError):
    """The device has too little memory for the smallest piece of work."""


class ClusterError(GinetError, ConnectionError):
    """A cluster cannot be reached, or cannot do the work."""


class DatasetError(GinetError, ValueError):
    """Training data is missing or not what the recipe says."""


class ScenesFailed(GinetError, RuntimeError):
    """Some scenes of a batch could not be classified; the others were."""


class Cancelled(GinetError, InterruptedError):
    """The run was cancelled."""

    def __init__(self) -> None:
        """The message is always the same."""
        super().__init__("The run was cancelled; nothing was written under the final name.")
