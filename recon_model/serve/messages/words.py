"""Words: names ranked for a cloud."""

from recon_model.serve.messages.wire import Array, Message


class ClassifyByWords(Message, frozen=True):
    """To the model: rank names for a prepared cloud by its zero-shot score."""

    points: Array  # (N, 3) float32, prepared
    names: tuple[str, ...]
    templates: str = "default"


class Scores(Message, frozen=True):
    """Names with their scores, best first."""

    names: tuple[str, ...]
    scores: Array  # (n,) float32 cosine similarity
    probabilities: Array  # (n,) float32 softmax at the model's temperature
    milliseconds: float
