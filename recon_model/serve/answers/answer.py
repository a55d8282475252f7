"""What every answering function shares: its signature, and the clock."""

import time
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from recon_model.predictor import Predictor
from recon_model.serve.messages import Reply

P = ParamSpec("P")
T = TypeVar("T")

Answer = Callable[[Predictor, Any], Reply]
"""Takes the loaded model and the request; what it raises becomes ``Failed``."""


def timed(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> tuple[T, float]:
    """Calls, and returns the result with the milliseconds it took."""
    start = time.perf_counter()
    result = work(*args, **kwargs)
    return result, (time.perf_counter() - start) * 1e3
