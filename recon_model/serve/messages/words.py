"""Words: names ranked for one cloud, and for many at once; clouds found by a phrase or by a picture."""

from recon_model.lexicon import Name
from recon_model.serve.messages.wire import Array, Message, PackedSides


class ClassifyByWords(Message, frozen=True):
    """To the model: rank names for a prepared cloud by its zero-shot score.

    ``templates`` is a set by its name, or templates themselves, each with ``{}`` where the name goes.
    """

    points: Array  # (N, 3) float32, prepared
    names: tuple[str | Name, ...]
    templates: str | tuple[str, ...] = "default"
    doubt: Array | None = None  # (6,) float32, of ``CloudPrepared``
    up: str = "+y"  # the same


class Scores(Message, frozen=True):
    """Names with their scores, best first."""

    names: tuple[str, ...]
    scores: Array  # (n,) float32 cosine of the best phrase, less what a better negative takes away
    probabilities: Array  # (n,) float32 softmax at the model's temperature
    phrases: tuple[str, ...]  # which phrase of each name fitted best
    lowered: Array  # (n,) float32: what negatives took away
    negatives: tuple[str, ...]  # which negative did; "" where none
    margin: float | None  # how far the best share leads the next; None for a single name
    entropy: float  # of the shares, in bits
    unlike: float | None  # share of known clouds that fit the taught names better; None where the model's card holds no scale
    milliseconds: float
    closest: tuple[str, float] | None = None  # which of all taught names fits best, on offer or not, and its cosine; None as above
    rather: tuple[str, float] | None = None  # which direction of the file these names would rather have up, and its chance


class LabelCloud(Message, frozen=True):
    """To the model: what the head of a fine-tuned classifier calls a prepared cloud."""

    points: Array  # (N, 3) float32, prepared


class CloudLabelled(Message, frozen=True):
    """The labels the head was taught, with the share of each."""

    labels: tuple[str, ...]
    shares: Array  # (L,) float32, in the order of the labels
    milliseconds: float


class RankClouds(Message, frozen=True):
    """To the model: rank names for many clouds at once, by their embeddings."""

    sides: PackedSides  # as embedded by the same model
    names: tuple[str | Name, ...]
    templates: str | tuple[str, ...] = "default"


class CloudsRanked(Message, frozen=True):
    """Names, in the order asked, against each cloud."""

    names: tuple[str, ...]
    scores: Array  # (B, n) float32, as in Scores
    best: Array  # (B,) int64, index of the best name
    shares: Array  # (B,) float32, of the best name
    margins: Array  # (B,) float32
    entropies: Array  # (B,) float32, bits
    unlike: Array | None  # (B,) float32
    milliseconds: float


class FindByWords(Message, frozen=True):
    """To the model: how well a phrase (the one name given) fits many clouds."""

    projected: Array  # (B, D) float32, as embedded by the same model
    names: tuple[str | Name, ...]
    templates: str | tuple[str, ...] = "default"


class ReadPicture(Message, frozen=True):
    """To the reader: decode a user's picture, no larger than ``side`` pixels."""

    path: str
    side: int = 512


class PictureRead(Message, frozen=True):
    """A picture, upright, on white where it was transparent."""

    path: str
    pixels: Array  # (h, w, 3) uint8
    width: int  # of the file's picture
    height: int


class FindByPicture(Message, frozen=True):
    """To the model: how well what a picture shows fits many clouds."""

    images: Array  # (B, D) float32, as embedded by the same model
    pixels: Array  # (h, w, 3) uint8


class CloudsFound(Message, frozen=True):
    """How well each cloud fits."""

    likeness: Array  # (B,) float32 cosine
    note: str  # how it was compared, in a sentence; "" where that goes without saying
    milliseconds: float
