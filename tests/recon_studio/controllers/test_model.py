"""What is under way has words of its own in the activity bar."""

import re
from typing import get_args

import pytest

from recon_model.serve.messages import Request, Shutdown
from recon_studio.controllers.model import PARTS, _title

WAITED_FOR = [kind for kind in get_args(Request) if kind is not Shutdown and not issubclass(kind, PARTS)]


@pytest.mark.parametrize("kind", WAITED_FOR, ids=lambda kind: kind.__name__)
def test_whatever_can_be_waited_for_is_called_something(kind: type) -> None:
    known = {"path": "/x/a.ply", "names": ("cat",)}
    title = _title(kind(**{name: known.get(name) for name in kind.__struct_fields__}))
    assert re.fullmatch(r"[A-Z][a-z]+ing .+", title)
    assert kind.__name__ not in title
