"""Class names of public data sets, in their official order, and which of our own categories each is taught by."""

import re
from importlib.resources import files

from recon_model.data.synthetic import CATEGORIES
from recon_model.errors import InputError

SETS = ("modelnet40", "scanobjectnn", "shapenet55")

_SAME_THING = {
    "bin": ("trash bin",),
    "display": ("monitor",),
    "motorbike": ("motorcycle",),
    "watercraft": ("boat", "sailboat", "ship"),
}
"""Labels whose things go by another name here. A category each would teach one shape under two names; that the words mean the same is
for the text tower to know."""


def load(name: str) -> tuple[str, ...]:
    """Returns the names of a data set: "modelnet40", "scanobjectnn" or "shapenet55".

    Spelled as the data sets do, "night_stand" and "toilet"; ShapeNet's synsets by their usual short names.

    Raises:
        InputError: the data set is unknown.
    """
    if name not in SETS:
        raise InputError(f"labels ({name!r}) must be one of {', '.join(SETS)}.")
    return tuple((files(__name__) / f"{name}.txt").read_text(encoding="utf-8").split("\n")[:-1])


def covering(label: str) -> tuple[str, ...]:
    """Returns the synthetic categories that show what a label names; none where no generator makes it.

    Case, blanks and underscores make no difference: "night_stand" is "night stand" and "flowerpot" is "flower pot".
    """
    alike = tuple(name for name in CATEGORIES if _plain(name) == _plain(label))
    return alike or _SAME_THING.get(label, ())


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()
