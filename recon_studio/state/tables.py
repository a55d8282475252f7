"""Tables of what is shown, and the commands that bring it about again. Pure."""

import csv
import io
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from recon_model.lexicon import Name, in_lines
from recon_model.serve.messages import Fix
from recon_studio.state.actions import hidden_patches
from recon_studio.state.app_state import AppState, Prepared
from recon_studio.state.doctor import AUTO
from recon_studio.state.explaining import looked_at
from recon_studio.state.replay import seen as as_shown
from recon_studio.state.replay import shown

Cell = str | int | float | None


@dataclass(frozen=True)
class Table:
    """Columns with their units, and rows; None is a value that there is not."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def csv(self) -> bytes:
        """Returns the table as a CSV file (RFC 4180), UTF-8."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(self.columns)
        writer.writerows(["" if cell is None else repr(cell) if isinstance(cell, float) else cell for cell in row] for row in self.rows)
        return out.getvalue().encode("utf-8")


def of_this_cloud(state: AppState) -> Prepared | None:
    """Returns the patches of the cloud shown; None while it is not cut yet."""
    prepared = state.prepared
    return prepared if prepared is not None and state.cloud is not None and prepared.key == state.cloud.key else None


def patches(state: AppState) -> Table:
    """Returns a row for each patch: its centre in the file's own coordinates, and what is known of it."""
    prepared, cloud = of_this_cloud(state), state.cloud
    columns = ("patch", "x", "y", "z", "points", "hidden", "squared_chamfer", "attention")
    if prepared is None or cloud is None:
        return Table(columns, ())
    centres = prepared.outward(prepared.centres) + cloud.origin
    hidden, errors, weights = hidden_patches(state), patch_errors(state), patch_weights(state)
    rows = []
    for number, (x, y, z) in enumerate(centres.tolist()):
        is_hidden = None if hidden is None or len(hidden) != len(centres) else int(hidden[number])
        row = (number, x, y, z, prepared.members.shape[1], is_hidden, _number(errors, number), _number(weights, number))
        rows.append(row)
    return Table(columns, tuple(rows))


def names(state: AppState) -> Table:
    """Returns a row for each name ranked, the best first."""
    columns = ("rank", "name", "phrase", "cosine", "share", "negative", "lowered_by")
    rows = (
        (rank, score.name, score.phrase or score.name, score.similarity, score.probability, score.negative, score.lowered)
        for rank, score in enumerate(state.scores, 1)
    )
    return Table(columns, tuple(rows))


def patch_errors(state: AppState) -> "np.ndarray[tuple[int], np.dtype[np.float32]] | None":
    """Returns the squared Chamfer distance of each patch (G,), NaN where it was not rebuilt; None before anything was."""
    rebuilt, prepared = state.reconstruction, of_this_cloud(state)
    if rebuilt is None or prepared is None or rebuilt.key != prepared.key:
        return None
    errors = np.full(len(rebuilt.hidden), np.nan, dtype=np.float32)
    errors[np.flatnonzero(rebuilt.hidden)] = rebuilt.chamfer
    return errors


def patch_weights(state: AppState) -> "np.ndarray[tuple[int], np.dtype[np.float32]] | None":
    """Returns the attention that each patch gets (G,), NaN where it could get none; None where nothing was asked."""
    attention, prepared = state.attention, of_this_cloud(state)
    if attention is None or prepared is None or attention.key != prepared.key:
        return None
    maps = state.explain.maps
    seen = ~attention.hidden if maps is None or maps.hidden is not attention.hidden else looked_at(maps, attention.query)
    return np.where(seen, attention.weights, np.float32(np.nan)).astype(np.float32)


def _number(values: Iterable[float] | None, at: int) -> float | None:
    if values is None:
        return None
    value = float(values[at])  # type: ignore[index]
    return value if np.isfinite(value) else None


def recipe(state: AppState, model: str) -> tuple[str, ...]:
    """Returns command lines that compute what is shown without a window.

    Args:
        state: what is shown.
        model: "default" or the path of the checkpoint that is loaded.
    """
    item = next((each for each in state.items if each.key == state.current), None)
    if item is None:
        return ()
    mask, treatment, checkpoint = as_shown(state).mask, _treatment(state), checkpoint_shown(state)
    own = (*treatment, *(() if model == "default" else ("--model", model)))
    rebuilt_by = (*treatment, "--model", checkpoint) if checkpoint else own
    how: Sequence[str] = ("--mask-ratio", f"{mask.ratio:g}", "--strategy", mask.strategy, "--seed", f"{mask.seed}")
    if mask.hidden is not None:
        how = ("--hidden", ",".join(f"{number}" for number in np.flatnonzero(mask.hidden)) or "none")
    which = ("--member", f"{item.member}") if item.member >= 0 else ()
    lines = [("recon", "reconstruct", item.path, *which, *how, *rebuilt_by, "--out", "out")]
    wording = _wording(state)
    if wording and item.member < 0:
        lines.append(("recon", "classify", item.path, *wording, *own))
    if wording and state.explain.open and state.explain.page == "robustness":
        lines.append(("recon", "robustness", item.path, *which, *wording, *_trial(state), *own))
    return tuple(shlex.join(line) for line in lines)


def checkpoint_shown(state: AppState) -> str:
    """Returns the file of the run that has rebuilt what the bench shows; empty where that is the model on the bench."""
    return state.replay.checkpoints[state.replay.at] if state.replay is not None and shown(state) is not None else ""


def _wording(state: AppState) -> tuple[str, ...]:
    """Returns what says to a command which names are ranked, in which sentences; nothing where they cannot be."""
    wording = state.words.wording
    names = wording.lexicon.names
    if not names or wording.template_problem():
        return ()
    plain = all(name == Name(name.name) for name in names)
    how = wording.asked_templates()
    if isinstance(how, str):
        sentences: tuple[str, ...] = () if how == "default" else ("--templates", how)
    else:
        sentences = tuple(part for each in how for part in ("--template", each))
    return ("--names", ("," if plain else "; ").join(in_lines(names)), *sentences)


def _trial(state: AppState) -> tuple[str, ...]:
    """Returns what says to a command how the cloud is damaged in the drawer, and which curve stands there."""
    damage = state.explain.damage
    given: dict[str, str] = {kind: f"{strength:g}" for kind, strength in damage.strengths.items() if strength}
    if damage.occlude and damage.part != "unseen":
        given["part"] = damage.part
    if (damage.occlude or damage.tilt) and damage.side:
        given["side"] = f"{damage.side:g}"
    if damage.drawn and damage.seed:
        given["seed"] = f"{damage.seed}"
    given["vary"] = state.explain.varied
    return tuple(part for name, value in given.items() for part in (f"--{name}", value))


def _treatment(state: AppState) -> tuple[str, ...]:
    """Returns what says to a command how the input doctor treated the cloud."""
    wanted, cloud = state.doctor.treatment, state.cloud
    origin = cloud.origin if cloud is not None else (0.0, 0.0, 0.0)
    words = [part for fix in wanted.fixes for part in ("--fix", _fix_in_words(fix, origin))]
    return (*words, *(() if wanted.up == AUTO else (f"--up={wanted.up}",)))


def _fix_in_words(fix: Fix, origin: tuple[float, float, float]) -> str:
    if fix.low is None or fix.high is None:
        return f"{fix.kind}:{fix.up}" if fix.up else fix.kind
    corners = (f"{part + shift:.12g}" for corner in (fix.low, fix.high) for part, shift in zip(corner, origin, strict=True))
    return f"{fix.kind}:{','.join(corners)}"
