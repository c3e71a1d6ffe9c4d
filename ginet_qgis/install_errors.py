"""What can go wrong while the engine's environment is found or built, and what to do about it."""

from __future__ import annotations

import re
from pathlib import Path

HINTS = (
    (r"407|ProxyError|Cannot connect to proxy", "Set HTTPS_PROXY to your proxy, with user name."),
    (r"CERTIFICATE_VERIFY_FAILED|SSLError", "Set PIP_CERT to your organisation's certificates."),
    (r"No space left|Errno 28", "Free some space, or set GINET_HOME to a folder on another disk."),
    (r"DO NOT MATCH THE HASHES", "What was downloaded was altered on its way; try again."),
    (
        r"NewConnectionError|name resolution|getaddrinfo|timed out",
        "Check the connection to the internet, and PIP_INDEX_URL if you use a mirror.",
    ),
    (
        r"No matching distribution",
        "There is no build for this system and Python; set GINET_BASE_PYTHON to another Python.",
    ),
    (r"ModuleNotFoundError", "Install the missing package into that Python, or choose another."),
)
"""What a program prints when it fails, and what the user can change."""


class EngineEnvironmentError(EnvironmentError):
    """The engine's environment is missing or cannot be built.

    Args:
        message: What happened.
        hint: What the user can change, as a full sentence.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        """Keep the two sentences apart, so that each place can show them in its own way."""
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """Message and hint as one line."""
        return f"{self.message} {self.hint}".strip()


class EngineMissingError(EngineEnvironmentError):
    """There is no complete environment."""


class BasePythonMissingError(EngineEnvironmentError):
    """No Python was found from which an environment could be made."""


class DiskSpaceError(EngineEnvironmentError):
    """The disk is too full for the packages."""


class InstallCancelledError(EngineEnvironmentError):
    """The user cancelled the installation."""

    def __init__(self) -> None:
        """The message is always the same."""
        super().__init__("The installation was cancelled.", "Nothing half-installed was kept.")


class InstallError(EngineEnvironmentError):
    """A step of the installation failed; the log file has the details."""

    @classmethod
    def from_output(cls, text: str, returncode: int, log: Path) -> InstallError:
        """The error that a failed program's output tells of.

        Args:
            text: What the program printed.
            returncode: The code it ended with.
            log: The file that keeps the whole output.
        """
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        errors = [line for line in lines if line.startswith("ERROR")] or lines[-1:]
        reason = errors[0] if errors else f"a program ended with code {returncode}"
        hint = next((hint for pattern, hint in HINTS if re.search(pattern, text)), "")
        return cls(
            f"The engine's environment does not work or could not be installed: {reason}",
            f"{hint} The log is {log}".strip(),
        )
