"""Answers for words. The service calls them once the text tower is open, or not needed."""

from recon_model.predictor import Predictor
from recon_model.serve.answers.answer import Answer, timed
from recon_model.serve.messages import Array, ClassifyByWords, Scores


def classify(model: Predictor, request: ClassifyByWords) -> Scores:
    """Ranks names for a cloud."""
    scores, milliseconds = timed(model.classify, request.points.numpy(), request.names, request.templates)
    return Scores(
        id=request.id,
        names=scores.names,
        scores=Array.of(scores.similarities),
        probabilities=Array.of(scores.probabilities),
        milliseconds=milliseconds,
    )


ANSWERS: dict[type, Answer] = {ClassifyByWords: classify}
