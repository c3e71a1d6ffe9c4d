"""What can go wrong while the engine's environment is found or built, and what to do about it."""

from __future__ import annotations

import re
from pathlib import Path

from ginet_qgis.words import tr

NO_BUILD = "no build"
"""The cause where an index works but has no file that fits."""


def _causes() -> list[tuple[str, str, str, str]]:
    """A name, what a program prints when it fails so, what that is, and what the user can change.

    Where what it is is empty, the program's own line tells it better.
    """
    return [
        (
            "proxy",
            r"\b407\b|ProxyError|Cannot connect to proxy|SOCKS support",
            tr("the proxy does not let the installer through."),
            tr(
                "Set your HTTP proxy in QGIS's options under Network, or HTTPS_PROXY to it, with "
                "user name and password if it wants them."
            ),
        ),
        (
            "certificate",
            r"CERTIFICATE_VERIFY_FAILED|SSLError|CA certificate|\[X509",
            tr("the certificate of the package index, or of a proxy before it, is not trusted."),
            tr("Set PIP_CERT to the file with your organisation's certificates."),
        ),
        (
            "disk",
            r"No space left|Errno 28|not enough space",
            tr("the disk is full."),
            tr("Free some space, or choose a folder on another disk."),
        ),
        (
            "antivirus",
            r"WinError (5|32)\b|Access is denied|Permission denied",
            "",
            tr(
                "The system or a virus scanner holds or forbids a file. Choose another folder, or "
                "let the scanner leave it out."
            ),
        ),
        (
            "broken off",
            r"IncompleteRead|Connection (broken|aborted)|ConnectionReset|RemoteDisc|Read ?[Tt]ime",
            tr("the connection broke off."),
            tr("Start again: what came through whole is kept."),
        ),
        (
            "altered",
            r"DO NOT MATCH THE HASHES",
            "",
            tr("What was downloaded broke off or was altered on its way; start again."),
        ),
        (
            "network",
            r"NewConnection|[Nn]ame resolution|getaddrinfo|timed out|is unreachable",
            tr("the package index does not answer."),
            tr(
                "Check the connection to the internet, and PIP_INDEX_URL if you use a mirror; or "
                "install from a folder of wheels."
            ),
        ),
        (
            NO_BUILD,
            r"No matching distribution|not a supported wheel",
            "",
            tr(
                "Either there is no build for this system and Python: choose another Python. Or "
                "what answers is no package index: check PIP_INDEX_URL, and whether your network "
                "wants a log-in."
            ),
        ),
        (
            "libraries",
            r"WinError (126|127|1114)|DLL load failed",
            "",
            tr("Install the Microsoft Visual C++ Redistributable (x64) and start again."),
        ),
        (
            "missing package",
            r"ModuleNotFoundError",
            "",
            tr("Install the missing package into that Python, or choose another Python."),
        ),
    ]


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


class BuildNotOfferedError(EngineEnvironmentError):
    """The build of PyTorch that was asked for does not suit this machine."""


class DiskSpaceError(EngineEnvironmentError):
    """The disk is too full for the packages."""


class InstallCancelledError(EngineEnvironmentError):
    """The user cancelled the installation."""

    def __init__(self) -> None:
        """The message is always the same."""
        super().__init__(
            tr("The installation was cancelled."),
            tr("What is installed so far is kept: start again to go on, or remove it."),
        )


class InstallError(EngineEnvironmentError):
    """A step of the installation failed; the log file has the details.

    Args:
        message: What happened.
        hint: What the user can change, as a full sentence.
        cause: The name of a known cause; empty for others.
    """

    def __init__(self, message: str, hint: str = "", cause: str = "") -> None:
        """Keep the cause, by which the installer decides whether another way may work."""
        super().__init__(message, hint)
        self.cause = cause

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
        code = tr("a program ended with code {code}").format(code=returncode)
        found = (each for each in _causes() if re.search(each[1], text))
        unknown = ("", "", "", tr("Copy the diagnostics and ask for help."))
        cause, _, what, hint = next(found, unknown)
        place = tr("The log is {log}").format(log=log)
        return cls(
            tr("The engine's environment does not work or could not be installed: {reason}").format(
                reason=what or (errors[0] if errors else code)
            ),
            f"{hint} {place}",
            cause,
        )
