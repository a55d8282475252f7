"""Which patches speak for a phrase, by gradient."""

from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor

from recon_model.config import require_choice
from recon_model.explain.arrays import Floats, floats
from recon_model.explain.probe import PhraseScore, Probe

Method = Literal["gradient", "integrated"]
METHODS: dict[str, str] = {
    "gradient": "gradient x input on the patch tokens (Shrikumar et al., 2017)",
    "integrated": "integrated gradients on the patch tokens, from the mean patch (Sundararajan et al., 2017)",
}
"""Methods by name, in words."""
STEPS = 16
"""Points on the way of integrated gradients."""


@dataclass(frozen=True, eq=False)
class Relevance:
    """What each patch adds to the score of a phrase, by a gradient; hidden patches have 0."""

    method: str
    """One of ``METHODS``."""
    score: float
    """Of the cloud as the mask shows it."""
    baseline: float | None
    """For "integrated": the score with every patch's content replaced by the mean; ``values`` add up to ``score - baseline``, but for
    the error of ``STEPS`` steps. None for "gradient"."""
    values: Floats
    """(G,): above 0 speaks for the phrase, below 0 against it."""

    @property
    def method_in_words(self) -> str:
        """The method, for people."""
        return METHODS[self.method]


def relevance(probe: Probe, score: PhraseScore, unseen: Tensor, method: Method) -> Relevance:
    """Follows the score back to the patch tokens, as they leave the patch embedding and before positions are added.

    The queries' reading of patches carries gradient here even for models trained with a stop-gradient (spec §2), for whose scores
    would otherwise depend on no patch.

    - "gradient": r_g = t_g . ds/dt_g (gradient x input; Shrikumar et al., *Learning Important Features*, ICML 2017, discuss it).
    - "integrated": r_g = (t_g - b) . mean of ds/dt_g on the straight way from b to t_g, at ``STEPS`` midpoints (Sundararajan et al.,
      *Axiomatic Attribution for Deep Networks*, ICML 2017). b is the mean of the visible tokens: every patch in its place, none with a
      shape of its own. Zero, the usual b, is no patch the model ever saw.

    Args:
        probe: the cloud.
        score: of what.
        unseen: (G,) bool, True = hidden.
        method: one of ``METHODS``.

    Raises:
        ConfigError: the method is unknown.
    """
    require_choice("method", method, tuple(METHODS))
    # Copies: cloud and words may have been made where no gradient was wanted, and such tensors cannot be part of a graph.
    with torch.inference_mode(False), torch.enable_grad():
        mask, tokens, score = unseen.clone().unsqueeze(0), probe.embedded.clone(), replace(score, rows=score.rows.clone())
        if method == "gradient":
            values, scores = _gradient(probe, score, mask, tokens)
            return Relevance(method, float(scores[0]), None, floats((values * tokens).sum(-1)[0]))
        middle = tokens[~mask].mean(0)
        way = (torch.arange(STEPS, device=tokens.device, dtype=tokens.dtype) + 0.5) / STEPS
        way = torch.cat([way, way.new_tensor([0.0, 1.0])])  # the ends are for their scores only
        path = middle + way.view(-1, 1, 1) * (tokens - middle)  # (STEPS + 2, G, C)
        values, scores = _gradient(probe, score, mask.expand(len(path), -1), path)
        found = (values[:STEPS].mean(0) * (tokens[0] - middle)).sum(-1).masked_fill(unseen, 0.0)
        return Relevance(method, float(scores[-1]), float(scores[-2]), floats(found))


def _gradient(probe: Probe, score: PhraseScore, masks: Tensor, tokens: Tensor) -> tuple[Tensor, Tensor]:
    """Gradient (B, G, C) of each score (B,) by the tokens (B, G, C), and the scores; a few rows at once, for the way back is long, too."""
    rows, gradients, scores = probe.rows_with_gradient, [], []
    for start in range(0, len(tokens), rows):
        probe.pause(start / len(tokens))
        leaf = tokens[start : start + rows].detach().requires_grad_()
        part = score(probe.feature(probe.encode(masks[start : start + rows].clone(), leaf)))
        gradients.append(torch.autograd.grad(part.sum(), leaf)[0])
        scores.append(part.detach())
    return torch.cat(gradients), torch.cat(scores)
