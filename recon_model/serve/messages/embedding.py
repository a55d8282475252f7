"""Embedding a library: many clouds of a file to the reader, and batches of clouds or phrases to the model."""

from recon_model.serve.messages.wire import Array, Message, PackedSides


class ReadMembers(Message, frozen=True):
    """To the reader: clouds ``start`` to ``start + count`` of a file; a labelled .npz holds K of them, any other file one."""

    path: str
    start: int = 0
    count: int = 64
    max_points: int = 8192
    seed: int = 0


class MembersRead(Message, frozen=True):
    """Some clouds of a file, in its units about their own origins."""

    path: str
    total: int  # clouds the file holds
    start: int
    points: tuple[Array, ...]  # (P, 3) float32 each
    labels: tuple[str, ...]  # "" where the file does not say


class EmbedClouds(Message, frozen=True):
    """To the model: features of a few clouds. Batches are kept short by whoever asks, so that the bench is answered in between."""

    clouds: tuple[Array, ...]  # (P, 3) float32 each, in any units
    checkpoint: str = ""  # another model than the current one: a run's checkpoint, for a time-lapse
    errors: bool = True  # whether to rebuild each cloud once, too


class CloudsEmbedded(Message, frozen=True):
    """Features of B clouds; a cloud that cannot be embedded has rows of NaN and a sentence in ``failures``."""

    model: str  # sha256 of the weights, or the model's name where its card knows none
    features: Array  # (B, 2C) float32: max over the queries, then max plus mean over the patches
    sides: PackedSides | None  # to compare with words
    images: Array | None  # (B, D) float32: to compare with pictures
    errors: Array | None  # (B,) float32: mean Chamfer distance of the patches hidden by the default mask (0.6, random, seed 0)
    labels: Array | None  # (B, L) float32: shares of a fine-tuned head's labels, in the order of its card's classes
    previews: Array  # (B, PREVIEW_POINTS, 3) uint8: the prepared cloud, -1..1 on 0..255
    failures: tuple[str, ...]  # one a cloud, "" where all went well
    milliseconds: float


class EmbedTexts(Message, frozen=True):
    """To the model: features of phrases, to compare with projected clouds."""

    names: tuple[str, ...]
    templates: str = "default"


class TextsEmbedded(Message, frozen=True):
    """Features of phrases."""

    names: tuple[str, ...]
    features: Array  # (n, D) float32, each of length 1
    temperature: float  # of a softmax over cosines, as the model's card has it


PREVIEW_POINTS = 384
