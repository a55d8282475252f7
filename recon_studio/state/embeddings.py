"""The embedded library: features of every cloud that was embedded by the current model, row by row."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import PurePath
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from recon_model.lexicon import plain
from recon_model.sides import Sides
from recon_studio.state.app_state import AppState, Floats

KEPT = 1 << 16
"""Files of which it is kept what their places say: all of a library's are asked for whenever some of it has been embedded."""


class CloudKey(NamedTuple):
    """Which cloud a row stands for: a file, or one of the clouds of a data set's file."""

    path: str
    member: int = -1
    """Place within the file; -1 where the file is one cloud."""

    def text(self) -> str:
        """Returns the key as library and command line write it: ``path`` or ``path#12``."""
        return self.path if self.member < 0 else f"{self.path}#{self.member}"

    @classmethod
    def parse(cls, text: str) -> "CloudKey":
        """Reads what ``text`` wrote."""
        found = re.fullmatch(r"(.+\.(?:npz|npy|h5|hdf5?|he5))#(\d+)", text, re.IGNORECASE | re.DOTALL)
        return cls(found[1], int(found[2])) if found else cls(text)


# Values that hold arrays compare by identity: a new array is always a new value.
@dataclass(frozen=True, eq=False)
class Embeddings:
    """n embedded clouds; all of one model."""

    model: str
    """sha256 of its weights, and the precision that it answers in."""
    keys: tuple[str, ...]
    """n of ``CloudKey.text()``."""
    labels: tuple[str, ...]
    """n names as the data set, the folder or the file says; "" where none does."""
    sets: tuple[str, ...]
    """n data sets: the .npz file or the folder each cloud came from."""
    features: Floats
    """(n, 2C): [max over the queries; max plus mean over the patches]."""
    sides: Sides | None
    """n clouds from each side that may be up, to compare with words; None where the model cannot."""
    images: Floats | None
    """(n, D) to compare with pictures; None where the model cannot."""
    errors: Floats | None
    """(n,) mean Chamfer distance of patches hidden by the default mask; None where the model has no decoder."""
    previews: npt.NDArray[np.uint8]
    """(n, p, 3) a few points of each prepared cloud, -1..1 on 0..255."""
    head: Floats | None = None
    """(n, L) shares of the labels that a fine-tuned head tells apart; None where the model has none."""
    head_labels: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.keys)

    @cached_property
    def fingerprint(self) -> str:
        """What tells these clouds, in this order, from others."""
        return hashlib.sha1("\n".join(self.keys).encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()

    def labelled(self) -> tuple[str, ...]:
        """Returns n labels as the fine-tuned head has it; "" where the model has none."""
        if self.head is None:
            return ("",) * len(self)
        return tuple(self.head_labels[best] for best in self.head.argmax(1))

    @cached_property
    def projected(self) -> Floats | None:
        """(n, D) to compare with words where no names are on offer: the mean over the sides; None where the model cannot."""
        return None if self.sides is None else self.sides.mean()

    @property
    def queries(self) -> Floats:
        """(n, C): max over the queries."""
        return self.features[:, : self.features.shape[1] // 2]

    @property
    def patches(self) -> Floats:
        """(n, C): max plus mean over the patches."""
        return self.features[:, self.features.shape[1] // 2 :]

    def preview(self, row: int) -> Floats:
        """Returns a few points (p, 3) of one cloud, in -1..1."""
        points: Floats = self.previews[row].astype(np.float32) / np.float32(127.5) - np.float32(1)
        return points


@dataclass(frozen=True)
class EmbeddingWork:
    """How far the embedding of the library has got."""

    done: int
    total: int
    """Clouds known so far; a data set's file counts as one until it is opened."""
    seconds_left: float | None = None
    failures: tuple[str, ...] = ()
    """One sentence for each file that could not be embedded."""


def show_work(state: AppState, work: EmbeddingWork | None) -> AppState:
    """Says how far the embedding has got; None when none is under way."""
    return replace(state, embedding=work)


def show_embeddings(state: AppState, embeddings: Embeddings | None) -> AppState:
    """Replaces what is embedded; None when the model changed."""
    return replace(state, embeddings=embeddings)


@lru_cache(maxsize=KEPT)
def label_of(path: str, folders: int, known: tuple[str, ...] = ()) -> str:
    """Returns what a file's place says it is: ``chair_0012.off`` and, among several folders, ``chair/x.off`` are chairs.

    Args:
        path: the file.
        folders: how many different folders the library's files lie in.
        known: names the model was taught: a file or a folder that is called so is taken at its word.
    """
    stem, folder = PurePath(path).stem, PurePath(path).parent.name
    meant = _meant(known)
    for place in (re.sub(r"\d+$", "", stem), folder):
        if plain(place) in meant:
            return meant[plain(place)]
    word = re.sub(r"[\W_]*\d+$", "", stem)
    chosen = word if word != stem and word else (folder if not word or folders > 1 else stem)
    return re.sub(r"[\s_]+", " ", chosen).strip().lower()


@lru_cache(maxsize=4)
def _meant(known: tuple[str, ...]) -> dict[str, str]:
    return {plain(name): name for name in known}


def set_of(path: str, member: int) -> str:
    """Returns the data set a cloud belongs to: its .npz file, or the folder its file lies in."""
    return PurePath(path).name if member >= 0 else _folder(path).name


def folder_count(paths: Iterable[str]) -> int:
    """Returns in how many different folders files lie."""
    return len({_folder(path) for path in paths})


@lru_cache(maxsize=KEPT)
def _folder(path: str) -> PurePath:
    return PurePath(path).parent
