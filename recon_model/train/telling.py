"""What a run says in a terminal while it trains: a line an epoch, and one every half minute of silence."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from recon_model.counts import duration, grouped
from recon_model.runs.log import Evaluation

QUIET_SECONDS = 30.0
"""After so long without a line, what is merely under way is said, too."""


def silent(_line: str) -> None:
    """Says nothing: a run's log of events holds it all."""


class Teller:
    """Hears the events of a run and says them in words.

    Args:
        say: takes one line.
        clock: tells the time in seconds.
    """

    def __init__(self, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._say, self._clock = say, clock
        self._said = clock()
        self._epochs = self._steps = 0  # of the whole run

    def __call__(self, kind: str, values: Mapping[str, Any]) -> None:
        """Takes in one event."""
        if kind == "begin":
            self._epochs, self._steps = values["epochs"], values["epochs"] * values["steps_per_epoch"]
        line, lasting = self._words(kind, values)
        if line and (lasting or self._clock() - self._said >= QUIET_SECONDS):
            self._said = self._clock()
            self._say(line)

    def _words(self, kind: str, values: Mapping[str, Any]) -> tuple[str, bool]:
        """What an event comes to, and whether it must be said: what goes on is said now and then."""
        match kind:
            case "phase":
                return values["text"], True
            case "begin":
                sizes = f"{self._epochs} epochs of {grouped(values['steps_per_epoch'])} steps of {grouped(values['batch_size'])} clouds"
                return f"{sizes}; Ctrl+C stops after the step at hand and keeps what was learned", True
            case "resume":
                return f"going on after step {grouped(values['step'])}", True
            case "data":
                return f"shapes are being made: {values['made']} of {values['wanted']} portions", False
            case "step":
                place = f"epoch {values['epoch'] + 1}, step {grouped(values['step'])} of {grouped(self._steps)}"
                return f"{place}: loss {values['losses']['total']:.4f}, {_rates(values)}", False
            case "epoch":
                return f"epoch {values['epoch']} of {self._epochs}: {_judged(values)}{_rates(values)}", True
            case "pause":
                return "paused", True
            case "continue":
                return "going on", True
        return "", False


def _judged(values: Mapping[str, Any]) -> str:
    judged = Evaluation(values["epoch"], values["step"], values["top1"], values["validation"], values["best"])
    if judged.metric is None:
        return ""
    what = " of held-out clouds named right" if judged.top1 is not None else " on held-out clouds"
    return f"{judged.words}{what}{', the best so far' if judged.best else ''}, "


def _rates(values: Mapping[str, Any]) -> str:
    left = f", {duration(values['eta_s'])} left" if values["eta_s"] else ""
    return f"{grouped(round(values['clouds_per_s']))} clouds/s{left}"
