"""A style's pieces as they are drawn, for what a whole shape no longer tells."""

import numpy as np

from recon_model.data.synthetic import CATEGORIES
from recon_model.data.synthetic.shape import Dice, Draft


def built(name: str, style: str, seed: int) -> tuple[str, dict[str, list[np.ndarray]]]:
    """The caption and, by part, the pieces (T, 3, 3)."""
    draft = Draft(CATEGORIES[name].parts)
    caption = CATEGORIES[name].styles[style][1](Dice(np.random.default_rng([seed, 5])), draft)
    pieces: dict[str, list[np.ndarray]] = {part: [] for part in draft.parts}
    for piece, place in zip(draft.pieces, draft.labels, strict=True):
        pieces[draft.parts[place]].append(piece)
    return caption, pieces
