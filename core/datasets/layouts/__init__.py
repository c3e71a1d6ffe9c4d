"""Layouts of datasets, one a file, by the names that recipes call them."""

from core.datasets.layouts.deepglobe import DEEPGLOBE
from core.datasets.layouts.folder import FOLDER
from core.datasets.layouts.gid15 import GID15
from core.datasets.layouts.inria import INRIA
from core.datasets.layouts.table import TABLE

LAYOUTS = {
    "deepglobe": DEEPGLOBE,
    "inria": INRIA,
    "gid15": GID15,
    "folder": FOLDER,
    "table": TABLE,
}
