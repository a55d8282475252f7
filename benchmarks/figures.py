"""How a benchmark shows what it found."""

import json
from collections.abc import Mapping
from typing import Any


def show(found: Mapping[str, Any], *, as_json: bool) -> None:
    """Prints one JSON document, or a line a figure."""
    if as_json:
        print(json.dumps(found, indent=1))
        return
    for name, figures in found.items():
        print(f"{name}: {figures}")
