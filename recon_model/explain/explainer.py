"""Why a model answers as it does about one cloud under one mask: everything in this package, numpy in and numpy out."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TypeVar, cast

import numpy as np
import numpy.typing as npt
from torch import Tensor

from recon_model.config import MaskStrategy, require_choice
from recon_model.errors import CheckpointError, InputError
from recon_model.explain.arrays import Flags, Floats, Indices
from recon_model.explain.attention import AttentionMaps, attention_maps
from recon_model.explain.coverage import Coverage, coverage
from recon_model.explain.curves import Curves, by_value, random_orders, trace
from recon_model.explain.occlusion import Occlusion, errors_alone, occlude
from recon_model.explain.probe import Measure, PhraseScore, Probe
from recon_model.explain.ratios import RATIOS, STRATEGIES, RatioErrors, errors_by_ratio
from recon_model.explain.relevance import Method, Relevance, relevance
from recon_model.explain.rollout import Rollout, rollout
from recon_model.geometry.patches import Patches
from recon_model.models.pretraining import Pretraining

T = TypeVar("T")

ORDERS = ("attention", "error", "random")
"""Orders every curve can be drawn by."""
PHRASE_ORDERS = (*ORDERS, "relevance", "occlusion")
"""Orders a phrase's curve can be drawn by."""

Words = Callable[[Sequence[str], str], Tensor]
"""Takes phrases and the name of a template set; returns features (n, D) of length 1, on the model's device."""


class Explainer:
    """Asks one cloud under one mask. Use ``Predictor.explain``.

    Where a method takes ``phrase``, the score is the cosine of the cloud's zero-shot feature with it; with ``against``, further phrases,
    it is the phrase's margin over them at the model's temperature, see ``PhraseScore``. To ask about a predicted name, give it as the
    phrase and the other names as ``against``.

    Args:
        model: in evaluation mode, on any device.
        patches: one cut cloud.
        hidden: (G,) bool, True = hidden, on the model's device.
        words: turns phrases into features; raises CheckpointError where the model cannot name clouds.
        temperature: of the softmax.
        no_decoder: why the model cannot rebuild, in a sentence; None where it can.
    """

    def __init__(
        self, model: Pretraining, patches: Patches, hidden: Tensor, *, words: Words, temperature: float, no_decoder: str | None = None
    ) -> None:
        self._model, self._patches, self._hidden = model, patches, hidden
        self._words, self._temperature, self._no_decoder = words, temperature, no_decoder
        self._found: dict[tuple[str | None, ...], object] = {}
        self.between: Callable[[float], None] | None = None
        """Called before every forward pass of a long question (occlusion, curves, errors, relevance), some tens of milliseconds apart with
        a small model, with the share of the present measurement that is done. It may take its time, so that something quicker is done
        first; what it raises ends the question, so that a newer one need not wait."""

    # ------------------------------------------------------------ see

    def attention(self, *, decoder: bool = False) -> AttentionMaps:
        """All attention weights of the encoder, and of the decoder where something is hidden and it is asked for. Remembered.

        Raises:
            CheckpointError: the decoder is asked for and the checkpoint brought none.
        """
        if decoder:
            self._need_decoder()
        return self._both if decoder else self._encoder

    def rollout(self) -> Rollout:
        """What reached each token through all layers, see ``rollout.rollout``; that of mask tokens where something can be rebuilt."""
        return rollout(self._encoder if self._no_decoder else self._both)

    def coverage(self) -> Coverage:
        """Which points the mask truly hides."""
        return coverage(self._patches.members[0].cpu().numpy(), self._flags, self._model.config.num_points)

    # ------------------------------------------------------------ doubt

    def occlusion(self, phrase: str | None = None, *, against: Sequence[str] = (), templates: str = "default") -> Occlusion:
        """Leaves each visible patch out in turn, see ``occlusion.occlude``.

        Args:
            phrase: measures its score; None measures the mean error of rebuilding the hidden patches. There the patch left out is not
                rebuilt, so that the same patches are compared.
            against: see the class.
            templates: see ``Predictor.classify``.

        Raises:
            InputError: fewer than two patches are visible; or no phrase is given and nothing is hidden.
            CheckpointError, TeacherError, ConfigError: see ``Predictor.classify`` and ``Predictor.reconstruct``.
        """
        measured = "error" if phrase is None else "phrase"
        key = ("occlusion", phrase, *against, templates)
        return self._once(key, lambda: occlude(self._measure(phrase, against, templates), self._hidden, measured))

    def errors_alone(self) -> Floats:
        """How badly each patch is rebuilt when it alone is asked for: (G,), see ``occlusion.errors_alone``.

        Raises:
            InputError: fewer than two patches are visible.
            CheckpointError: the checkpoint brought no decoder.
        """
        self._need_decoder()
        return self._once(("errors alone",), lambda: errors_alone(self._probe, self._hidden))

    def curves(
        self,
        phrase: str | None = None,
        *,
        against: Sequence[str] = (),
        templates: str = "default",
        orders: Sequence[str] = ORDERS,
        own: npt.ArrayLike | None = None,
        seeds: Sequence[int] = (0, 1, 2, 3, 4),
        steps: int = 16,
    ) -> tuple[Curves, ...]:
        """Deletion and insertion curves, one for each order, see ``curves.trace``.

        Orders: "attention" (rollout, largest first: the mean of the img and text queries' for a phrase, that of the mask tokens for the
        error), "error" (``errors_alone``, hardest to guess first), "random" (a run for each seed), and for a phrase "relevance"
        (integrated gradients, largest first) and "occlusion" (largest effect first).

        Args:
            phrase: measures its score; None measures the mean error of rebuilding the hidden patches.
            against: see the class.
            templates: see ``Predictor.classify``.
            orders: which of ``PHRASE_ORDERS``, or of ``ORDERS`` where there is no phrase.
            own: (G,) values of the caller's, largest first, as a further order "own".
            seeds: of the order "random".
            steps: see ``curves.trace``.

        Raises:
            InputError, CheckpointError, TeacherError, ConfigError: see ``occlusion``; or an order is unknown.
        """
        measure = self._measure(phrase, against, templates)
        made: dict[str, Indices] = {}
        for name in orders:
            require_choice("order", name, ORDERS if phrase is None else PHRASE_ORDERS)
            if name == "random":
                made[name] = random_orders(self._hidden, seeds)
            else:
                made[name] = by_value(self._values(name, phrase, against, templates), self._hidden)
        if own is not None:
            made["own"] = by_value(self._own(own), self._hidden)
        return trace(measure, self._hidden, made, steps)

    def errors_by_ratio(
        self, ratios: Sequence[float] = RATIOS, strategies: Sequence[str] = STRATEGIES, seeds: Sequence[int] = (0, 1, 2, 3, 4)
    ) -> RatioErrors:
        """Error against mask ratio and strategy over seeds, see ``ratios.errors_by_ratio``; the mask of this object plays no part.

        Raises:
            ConfigError: ratios, strategies or seeds are out of range.
            CheckpointError: the checkpoint brought no decoder.
        """
        self._need_decoder()
        return errors_by_ratio(self._probe, ratios, cast(Sequence[MaskStrategy], strategies), seeds)

    # ------------------------------------------------------------ words on patches

    def score(self, phrase: str, *, against: Sequence[str] = (), templates: str = "default") -> float:
        """The score of a phrase for the cloud as the mask shows it.

        Raises:
            CheckpointError, TeacherError, ConfigError, InputError: see ``Predictor.classify``.
        """
        return float(self._measure(phrase, against, templates)(self._hidden.unsqueeze(0))[0])

    def relevance(
        self, phrase: str, *, against: Sequence[str] = (), templates: str = "default", method: Method = "integrated"
    ) -> Relevance:
        """What each patch adds to the score of a phrase, by gradient; see ``relevance.relevance``, and ``occlusion`` to doubt it.

        Raises:
            ConfigError: the method or the templates are unknown.
            CheckpointError, TeacherError, InputError: see ``Predictor.classify``.
        """
        key = ("relevance", method, phrase, *against, templates)
        return self._once(key, lambda: relevance(self._probe, self._score(phrase, against, templates), self._hidden, method))

    # ------------------------------------------------------------ inside

    @cached_property
    def _encoder(self) -> AttentionMaps:
        return attention_maps(self._model, self._patches, self._hidden.unsqueeze(0))

    @cached_property
    def _both(self) -> AttentionMaps:
        return attention_maps(self._model, self._patches, self._hidden.unsqueeze(0), decoder=True)

    @cached_property
    def _probe(self) -> Probe:
        return Probe(self._model, self._patches, self._pause)

    def _once(self, key: tuple[str | None, ...], make: Callable[[], T]) -> T:
        """What was found the first time; orders of curves are made of what was asked before them."""
        if key not in self._found:
            self._found[key] = make()
        return cast(T, self._found[key])

    def _pause(self, share: float) -> None:
        if self.between is not None:
            self.between(share)

    @property
    def _flags(self) -> Flags:
        return self._hidden.cpu().numpy()

    def _need_decoder(self) -> None:
        if self._no_decoder is not None:
            raise CheckpointError(self._no_decoder)

    def _score(self, phrase: str, against: Sequence[str], templates: str) -> PhraseScore:
        return PhraseScore(self._words([phrase, *against], templates), self._temperature)

    def _measure(self, phrase: str | None, against: Sequence[str], templates: str) -> Measure:
        if phrase is not None:
            return self._probe.of_phrase(self._score(phrase, against, templates))
        self._need_decoder()
        if not bool(self._hidden.any()):
            raise InputError("hidden (no patch) must hide at least one patch to measure the error of rebuilding it.")
        return self._probe.of_error(self._hidden)

    def _values(self, order: str, phrase: str | None, against: Sequence[str], templates: str) -> Floats:
        """What an order sorts by, (G,)."""
        if order == "error":
            return self.errors_alone()
        if order == "attention":
            return self._attention_order(phrase)
        if order == "relevance":
            return self.relevance(cast(str, phrase), against=against, templates=templates).values
        return self.occlusion(phrase, against=against, templates=templates).effect

    def _attention_order(self, phrase: str | None) -> Floats:
        found = self.rollout()
        if phrase is not None:
            mean: Floats = found.queries[1:].mean(0)
            return mean
        assert found.masks is not None  # something is hidden and can be rebuilt
        mean = found.masks[self._flags].mean(0)
        return mean

    def _own(self, values: npt.ArrayLike) -> Floats:
        given = np.asarray(values)
        if given.shape != tuple(self._hidden.shape) or given.dtype.kind not in "biuf" or not np.isfinite(given).all():
            raise InputError(f"own {given.shape} must hold one finite number for each of {len(self._hidden)} patches.")
        return given.astype(np.float32)
