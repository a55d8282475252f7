"""What the scripted helper of ``fakes`` says of names, phrases and pictures."""

from pathlib import Path

import numpy as np

from recon_model.lexicon import as_names
from recon_model.serve.messages import (
    Array,
    ClassifyByWords,
    CloudsFound,
    CloudsRanked,
    EmbedTexts,
    Failed,
    FindByPicture,
    FindByWords,
    PictureRead,
    RankClouds,
    ReadPicture,
    Reply,
    Scores,
    TextsEmbedded,
)


def classify(request: ClassifyByWords) -> Reply:
    names = tuple(sorted((name.name for name in as_names(request.names)), key=len, reverse=True))
    similarities = np.array([len(name) for name in names], dtype=np.float32)
    shares = similarities / similarities.sum()
    return Scores(
        id=request.id,
        names=names,
        scores=Array.of(similarities),
        probabilities=Array.of(shares),
        phrases=names,
        lowered=Array.of(np.zeros_like(similarities)),
        negatives=("",) * len(names),
        margin=float(shares[0] - shares[1]) if len(names) > 1 else None,
        entropy=float(-(shares * np.log2(shares)).sum()),
        unlike=0.25,
        milliseconds=1.0,
        rather=(f"-{request.up[1]}", 0.8) if "tub" in names else None,
    )


def embed_texts(request: EmbedTexts) -> Reply:
    angles = np.array([len(name) for name in request.names], dtype=np.float32)
    return TextsEmbedded(
        id=request.id, names=request.names, features=Array.of(np.stack([np.cos(angles), np.sin(angles)], axis=1)), temperature=0.07
    )


def rank(request: RankClouds) -> Reply:
    """Every name scores its number of letters, less the first number of what the cloud looks like as it lies."""
    names = tuple(name.name for name in as_names(request.names))
    sides = request.sides.sides()
    scores = np.array([len(name) for name in names], np.float32) - sides.features[sides.starts, :1]
    count = len(scores)
    return CloudsRanked(
        id=request.id,
        names=names,
        scores=Array.of(scores.astype(np.float32)),
        best=Array.of(scores.argmax(1)),
        shares=Array.of(np.full(count, 0.5, np.float32)),
        margins=Array.of(np.full(count, 0.25, np.float32)),
        entropies=Array.of(np.full(count, 1.0, np.float32)),
        unlike=Array.of(np.full(count, 0.5, np.float32)),
        milliseconds=1.0,
    )


def find(request: FindByWords | FindByPicture) -> Reply:
    """What is like a phrase has a large first number, what is like a picture a small one."""
    by_words = isinstance(request, FindByWords)
    likeness = request.projected.numpy()[:, 0] if by_words else -request.images.numpy()[:, 0]
    return CloudsFound(id=request.id, likeness=Array.of(likeness), note="" if by_words else "compared by the fake.", milliseconds=1.0)


def read_picture(request: ReadPicture) -> Reply:
    name = Path(request.path).name
    if "broken" in name:
        return Failed(id=request.id, sentence=f"{name}: it is no picture.")
    return PictureRead(id=request.id, path=request.path, pixels=Array.of(np.full((2, 4, 3), 200, np.uint8)), width=4, height=2)
