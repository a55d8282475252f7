"""A run's scalars for TensorBoard, beside its own log: losses, learning rate, speed, held-out accuracy. An optional extra."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from recon_model.errors import ConfigError

FOLDER = "tensorboard"
"""Where in the run's folder its event files lie."""
_RATES = ("learning_rate", "clouds_per_s", "top1")


class Scalars:
    """Writes what numbers the events of a run hold.

    Args:
        run: the run's folder.

    Raises:
        ConfigError: the package is not installed.
    """

    def __init__(self, run: Path) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError as error:
            raise ConfigError("--tensorboard needs the package tensorboard: pip install 'recon-studio[tensorboard]'.") from error
        # Made at the first number: a run that is refused leaves no folder behind.
        self._open = lambda: SummaryWriter(str(run / FOLDER))
        self._writer: Any = None

    def __call__(self, kind: str, values: Mapping[str, Any]) -> None:
        """Takes in one event."""
        if kind not in ("step", "epoch"):
            return
        if self._writer is None:
            self._writer = self._open()
        for name, value in _numbers(values):
            self._writer.add_scalar(name, value, values["step"])
        self._writer.flush()

    def close(self) -> None:
        """Closes the file; its thread ends."""
        if self._writer is not None:
            self._writer.close()


def _numbers(values: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Names as TensorBoard groups them, with their values."""
    for group, key in (("loss", "losses"), ("validation", "validation")):
        for name, value in (values.get(key) or {}).items():
            yield f"{group}/{name}", float(value)
    for name in _RATES:
        if values.get(name) is not None:
            yield f"run/{name}", float(values[name])
