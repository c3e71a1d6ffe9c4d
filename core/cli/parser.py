"""The command line's grammar: one parser with a sub-parser for each verb."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any, NoReturn

from core import __version__
from core.cli import accuracy, batch, classify, jobs, models, polygons
from core.cli.shared import BAD_INPUT


class Parser(argparse.ArgumentParser):
    """Reports a usage error in one line."""

    def error(self, message: str) -> NoReturn:
        """Print one line and exit with the status of bad input."""
        self.exit(BAD_INPUT, f"{self.prog}: {message}. See {self.prog} --help.\n")


def build_parser() -> Parser:
    """The parser; what it returns holds the function of the verb as ``verb``."""
    parser = Parser(prog="python -m core", description="GINet: classify rasters of any size.")
    parser.add_argument("--version", action="version", version=__version__)
    verbs = parser.add_subparsers(title="verbs", required=True, metavar="VERB", parser_class=Parser)

    def verb(name: str, run: Callable[..., None], text: str) -> Any:
        entry = verbs.add_parser(name, help=text, description=text)
        entry.set_defaults(verb=run)
        return entry

    for module in (classify, batch, polygons, accuracy, jobs, models):
        module.add_verbs(verb)
    return parser
