"""A training run on disk: written so that a reader, or a kill at any moment, never meets half a file.

``config.json`` what was asked for; ``events.jsonl`` one line an event; ``last.safetensors`` and ``best.safetensors`` models to use;
``checkpoints/epoch-0010.safetensors`` earlier ones, the newest few and those pinned by an ``epoch-0010.pinned`` beside them;
``probes/`` reconstructions to watch (``probe``); ``resume.safetensors`` everything needed to go on exactly. Each but the log is written
to a temporary name and renamed.
"""

import io
import json
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as serialise

from recon_model.checkpoint.format import save_single, write_atomically
from recon_model.errors import CheckpointError, InputError
from recon_model.runs.files import CHECKPOINTS, CONFIG, EVENTS, RESUME, pin_of

FORMAT = 1
Hearer = Callable[[str, Mapping[str, Any]], None]
"""Takes in an event: its kind and what it holds."""


def make_folder(path: Path, option: str) -> None:
    """Makes a folder that an option named, if it is not there.

    Raises:
        InputError: it cannot be made.
    """
    if path.exists() and not path.is_dir():
        raise InputError(f"'{path}' is a file; {option} must be a folder.")
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"The folder '{path}' ({option}) cannot be made ({error.strerror}).") from error


class RunFolder:
    """The files of one run. Only the process of rank 0 writes; the others hold one with ``quiet`` set. ``heard_by`` hears every event."""

    def __init__(self, path: Path, *, quiet: bool = False, heard_by: Iterable[Hearer] = ()) -> None:
        self.path = path
        self._quiet = quiet
        self._heard_by = tuple(heard_by)

    def start(self, config: Mapping[str, Any]) -> None:
        """Makes the folder for a new run.

        Raises:
            InputError: it already holds a run, or cannot be made.
        """
        if (self.path / CONFIG).exists():
            raise InputError(f"'{self.path}' already holds a run; give --resume to go on with it, or another --out.")
        make_folder(self.path, "--out")
        text = json.dumps({"format": FORMAT, **config}, indent=1, sort_keys=True)
        if not self._quiet:
            write_atomically(self.path / CONFIG, (text + "\n").encode())

    def config(self) -> dict[str, Any]:
        """Reads config.json.

        Raises:
            InputError: there is no run here, or its settings cannot be read.
        """
        file = self.path / CONFIG
        if not file.is_file():
            raise InputError(f"'{self.path}' holds no run to resume: config.json is missing.")
        try:
            config = json.loads(file.read_text(encoding="utf-8"))
        except ValueError as error:
            raise InputError(f"'{file}' is not valid JSON ({error}).") from error
        if not isinstance(config, dict) or config.get("format") != FORMAT:
            raise InputError(f"'{file}' must be a run's settings of format {FORMAT}.")
        return config

    def event(self, kind: str, **values: Any) -> None:
        """Appends one line to events.jsonl and flushes it."""
        if self._quiet:
            return
        line = json.dumps({"event": kind, "time": round(time.time(), 3), **values})
        with (self.path / EVENTS).open("a", encoding="utf-8") as file:
            file.write(line + "\n")
        for hear in self._heard_by:
            hear(kind, values)

    def save_model(self, name: str, state: Mapping[str, torch.Tensor], card: Mapping[str, Any]) -> None:
        """Writes ``name``.safetensors; the card travels in the file's own header, so that the pair cannot be torn apart."""
        if not self._quiet:
            save_single(self.path / f"{name}.safetensors", state, card)

    def keep_model(self, epoch: int, state: Mapping[str, torch.Tensor], card: Mapping[str, Any], count: int) -> str:
        """Keeps a model beside ``last`` and ``best``, and lets the oldest go that are not pinned, until ``count`` of those are left.

        Returns:
            The file's name inside the folder.
        """
        name = f"{CHECKPOINTS}/epoch-{epoch:04d}"
        if not self._quiet:
            (self.path / CHECKPOINTS).mkdir(exist_ok=True)
            self.save_model(name, state, card)
            kept = sorted((self.path / CHECKPOINTS).glob("epoch-*.safetensors"))
            for file in [file for file in kept if not pin_of(file).exists()][:-count]:
                file.unlink(missing_ok=True)
        return f"{name}.safetensors"

    def save_array(self, name: str, values: torch.Tensor) -> str:
        """Writes a tensor as ``name``.npy in half precision.

        Returns:
            The file's name inside the folder.
        """
        file = self.path / f"{name}.npy"
        if not self._quiet:
            file.parent.mkdir(exist_ok=True)
            written = io.BytesIO()
            np.save(written, values.detach().cpu().numpy().astype(np.float16), allow_pickle=False)
            write_atomically(file, written.getvalue())
        return f"{name}.npy"

    def sweep(self) -> None:
        """Tidies up after a killed trainer: files under temporary names, half a line in the log. Nobody else may be at work here."""
        if self._quiet:
            return
        for path in self.path.rglob(".*.*"):
            if len(path.suffix) == len(f".{uuid4().hex}"):
                path.unlink(missing_ok=True)
        log = self.path / EVENTS
        if log.exists() and (text := log.read_bytes()) and not text.endswith(b"\n"):
            with log.open("ab") as file:
                file.write(b"\n")

    def save_resume(self, tensors: Mapping[str, torch.Tensor], numbers: Mapping[str, Any]) -> None:
        """Writes the resume state: tensors, and JSON numbers in the header."""
        if not self._quiet:
            plain = {key: value.detach().contiguous().cpu() for key, value in tensors.items()}
            write_atomically(self.path / RESUME, serialise(plain, metadata={"state": json.dumps(numbers)}))

    def load_resume(self) -> tuple[dict[str, torch.Tensor], dict[str, Any]] | None:
        """Reads what ``save_resume`` wrote, or returns None when the run ended before its first checkpoint.

        Raises:
            CheckpointError: the file is damaged.
        """
        file = self.path / RESUME
        if not file.exists():
            return None
        try:
            with safe_open(file, framework="pt") as opened:
                numbers = json.loads(opened.metadata()["state"])
                return {key: opened.get_tensor(key) for key in opened.keys()}, numbers  # noqa: SIM118 (not a mapping)
        except (SafetensorError, KeyError, TypeError, ValueError) as error:
            raise CheckpointError(f"'{file}' is damaged ({error}); the run cannot be resumed from it.") from error
