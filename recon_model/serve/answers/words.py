"""Answers for words. The service calls them once the text tower is open, or not needed."""

from recon_model.errors import CheckpointError
from recon_model.predictor import Predictor
from recon_model.serve.answers.answer import Answer, timed
from recon_model.serve.answers.doctor import as_it_is
from recon_model.serve.messages import (
    Array,
    ClassifyByWords,
    CloudLabelled,
    CloudsFound,
    CloudsRanked,
    FindByPicture,
    FindByWords,
    LabelCloud,
    RankClouds,
    Scores,
)
from recon_model.sides import Sides


def classify(model: Predictor, request: ClassifyByWords) -> Scores:
    """Ranks names for a cloud."""
    doubt = None if request.doubt is None else request.doubt.numpy()
    asked = (request.points.numpy(), request.names, request.templates)
    scores, milliseconds = timed(model.classify, *asked, doubt=doubt, up=request.up)
    return Scores(
        id=request.id,
        names=scores.names,
        scores=Array.of(scores.similarities),
        probabilities=Array.of(scores.probabilities),
        phrases=scores.phrases,
        lowered=Array.of(scores.lowered),
        negatives=scores.negatives,
        margin=scores.margin,
        entropy=scores.entropy,
        unlike=scores.unlike,
        closest=scores.closest,
        rather=scores.rather,
        milliseconds=milliseconds,
    )


def label(model: Predictor, request: LabelCloud) -> CloudLabelled:
    """Asks the fine-tuned head."""
    if not model.labels:
        raise CheckpointError(f"The model '{model.about.name}' has no fine-tuned head; open a run of recon finetune.")
    found, milliseconds = timed(model.embed, [as_it_is(request.points.numpy())])
    assert found.labels is not None
    return CloudLabelled(id=request.id, labels=model.labels, shares=Array.of(found.labels[0]), milliseconds=milliseconds)


def rank(model: Predictor, request: RankClouds) -> CloudsRanked:
    """Ranks names for many clouds."""
    ranking, milliseconds = timed(model.rank, request.sides.sides(), request.names, request.templates)
    return CloudsRanked(
        id=request.id,
        names=ranking.names,
        scores=Array.of(ranking.similarities),
        best=Array.of(ranking.best),
        shares=Array.of(ranking.share),
        margins=Array.of(ranking.margin),
        entropies=Array.of(ranking.entropy),
        unlike=None if ranking.unlike is None else Array.of(ranking.unlike),
        milliseconds=milliseconds,
    )


def find_by_words(model: Predictor, request: FindByWords) -> CloudsFound:
    """Tells how well a phrase fits many clouds."""
    ranking, milliseconds = timed(model.rank, Sides.single(request.projected.numpy()), request.names[:1], request.templates)
    return CloudsFound(id=request.id, likeness=Array.of(ranking.similarities[:, 0]), note="", milliseconds=milliseconds)


def find_by_picture(model: Predictor, request: FindByPicture) -> CloudsFound:
    """Tells how well a picture fits many clouds."""
    (feature, note), milliseconds = timed(model.vocabulary.see, request.pixels.numpy())
    images = request.images.numpy()
    if images.shape[1] != feature.shape[1]:
        raise CheckpointError(
            f"The model '{model.about.name}' expects image features of {images.shape[1]} channels; its teacher gives {feature.shape[1]}."
        )
    likeness = model.similarities(images, feature.numpy())[:, 0]
    return CloudsFound(id=request.id, likeness=Array.of(likeness), note=note, milliseconds=milliseconds)


ANSWERS: dict[type, Answer] = {
    ClassifyByWords: classify,
    LabelCloud: label,
    RankClouds: rank,
    FindByWords: find_by_words,
    FindByPicture: find_by_picture,
}
