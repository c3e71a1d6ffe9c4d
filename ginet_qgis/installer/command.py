"""The installer's command line, which ``__main__.py`` runs as a script."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from ginet_qgis.installer.builds import NAMES
from ginet_qgis.installer.environment import EngineEnvironment, never
from ginet_qgis.installer.errors import EngineEnvironmentError, EngineMissingError
from ginet_qgis.installer.home import default_home
from ginet_qgis.installer.install import Wanted

SCRIPT = Path(__file__).resolve().parent
"""A folder with a ``__main__.py``: Python runs it."""


def main(arguments: list[str] | None = None) -> int:
    """The command line: the result on stdout, all else on stderr."""
    options = _parser().parse_args(arguments)
    environment = EngineEnvironment(
        Path(options.folder).absolute() if getattr(options, "folder", None) else default_home()
    )

    def tell(share: float, text: str) -> None:
        sys.stderr.write(f"[{share:4.0%}] {text}\n")

    try:
        if options.verb == "build":
            wheels = Path(options.wheels).absolute() if options.wheels else None
            wanted = Wanted(options.build, wheels, options.torch_index, options.base)
            said = str(environment.build(tell, never, wanted))
        elif options.verb == "use":
            said = str(environment.use(options.python, tell))
        elif options.verb == "python":
            said = str(environment.find())
        elif options.verb == "info":
            said = json.dumps(environment.info(), indent=2, ensure_ascii=False)
        elif options.verb == "diagnose":
            said = environment.diagnose()
        else:
            said = "".join(f"removed {folder}\n" for folder in environment.remove()).strip()
    except EngineMissingError as error:
        sys.stderr.write(f'error: {error} Run: python3 "{SCRIPT}" build\n')
        return 1
    except EngineEnvironmentError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    sys.stdout.write(f"{said}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="The Python environment of the GINet engine.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    build = verbs.add_parser("build", help="install it, or finish what was begun")
    build.add_argument("--build", choices=["auto", *NAMES], default="auto", help="of PyTorch")
    build.add_argument("--folder", help="where to; remembered")
    build.add_argument("--wheels", help="folder of wheels: install without the internet")
    build.add_argument("--torch-index", default="", help="address of the index for PyTorch")
    build.add_argument("--base", default="", help="Python to make the environment with")
    use = verbs.add_parser("use", help="run the engine with a Python that has the packages")
    use.add_argument("python")
    for verb, text in (
        ("python", "print the interpreter's path"),
        ("info", "what is installed where, as JSON"),
        ("diagnose", "what helps to find out what is wrong"),
        ("remove", "delete the environments"),
    ):
        verbs.add_parser(verb, help=text)
    return parser
