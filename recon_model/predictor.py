"""One loaded model, numpy in and numpy out: prepare, reconstruct, attend, explain, embed, classify by words."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn.functional import normalize

from recon_model.checkpoint.opening import open_pretraining
from recon_model.config import MaskStrategy
from recon_model.counts import grouped
from recon_model.devices import device_in_words, find_device
from recon_model.errors import CheckpointError, ConfigError, InputError
from recon_model.explain.explainer import Explainer
from recon_model.geometry.chamfer import chamfer
from recon_model.geometry.orientation import UPS
from recon_model.geometry.patches import Patches, cut
from recon_model.geometry.preparation import Floats, checked, to_unit
from recon_model.lexicon import Name
from recon_model.models.classifier import LabelHead
from recon_model.models.inference import for_inference, in_bfloat16
from recon_model.models.pooling import svm_feature
from recon_model.models.pretraining import Pretraining
from recon_model.models.upright import Judged, Upright
from recon_model.models.zero_shot import project
from recon_model.nn.masking import draw_mask, select_visible
from recon_model.recent import Recent
from recon_model.results import About, Embedding, Prepared, Reconstruction
from recon_model.sides import Sides
from recon_model.standing import AS_GIVEN, AUTO, looks, rather, rotated, stances, stand, taken
from recon_model.teachers.ranking import Classifier, Familiar, Ranking, Scores, energy
from recon_model.teachers.vocabulary import Vocabulary
from recon_model.templates import Templates

TEMPERATURE = 0.07
"""Softmax temperature of cosine similarities where the model's card names none."""
_BATCH = 32
_REMEMBERED_CLOUDS = 8
_REMEMBERED_EXPLAINERS = 2


class Predictor:
    """A model ready to be asked. Use ``Predictor.load``.

    Clouds are remembered while only their mask or query changes: patches and attention are computed once for each.

    Args:
        model: the model; put into evaluation mode and moved to ``device``.
        card: what is known about it; ``teacher``, ``templates``, ``temperature``, ``unlike`` and the taught names are read.
        device: where it runs.
        precision: see ``load``.
        notes: what loading matched.
        lacking: parts beside the encoder that hold no trained weights ("decoder", "image_proj", "text_proj"); they are not used.
        upright: what stands clouds up before they are looked at; None takes them as they are.
        head: what tells labels apart, of a fine-tuned classifier.
        teacher: where its text teacher is, see ``Clip.load``; None follows the card.
        allow_download: whether a published teacher may be fetched.
    """

    def __init__(
        self,
        model: Pretraining,
        card: Mapping[str, Any],
        *,
        device: torch.device,
        precision: str = "auto",
        notes: Sequence[str] = (),
        lacking: Sequence[str] = (),
        upright: Upright | None = None,
        head: LabelHead | None = None,
        teacher: str | None = None,
        allow_download: bool = False,
    ) -> None:
        self.model = model.eval().requires_grad_(False).to(device)
        # Explanations are small differences of large numbers, and gradients: those are asked of the model itself.
        half = in_bfloat16(precision, device, model.config.width)
        self.answering, self.precision = (for_inference(self.model), "bfloat16") if half else (self.model, "float32")
        self.asked_precision = precision
        self.config, self.card, self.device = model.config, dict(card), device
        self.notes = tuple(notes)
        self.lacking = tuple(lacking)
        self.upright = None if upright is None else upright.eval().requires_grad_(False).to(device)
        self._head = head
        if head is not None:
            head.layers.eval().requires_grad_(False).to(device)
        self.vocabulary = Vocabulary(self.card, source=teacher, allow_download=allow_download)
        self._familiar = Familiar.from_card(self.card)
        self._patches: Recent[Patches] = Recent(_REMEMBERED_CLOUDS)
        self._from_sides: Recent[Sides] = Recent(_REMEMBERED_CLOUDS)
        self._tokens: Recent[Tensor] = Recent(_REMEMBERED_CLOUDS)
        self._explainers: Recent[Explainer] = Recent(_REMEMBERED_EXPLAINERS)

    @classmethod
    def load(
        cls,
        source: str | Path = "default",
        device: str = "auto",
        *,
        precision: str = "auto",
        teacher: str | None = None,
        allow_download: bool = False,
    ) -> Self:
        """Loads a model.

        Args:
            source: "default" for the one that ships inside, a model's or run's folder, or the authors' ``.pth``.
            device: "auto" (CUDA, else Apple's GPU, else the CPU), "cpu", "cuda", "cuda:N" or "mps".
            precision: "float32", "bfloat16", or "auto": bfloat16 where the hardware multiplies it, which is about twice as fast
                and moves answers by some thousandths. Explanations are always asked in float32.
            teacher: where its text teacher is ("default", a folder, or open_clip's "name/tag"); None follows the model's card.
            allow_download: whether a published teacher may be fetched from the network.

        Raises:
            CheckpointError: the checkpoint is missing, damaged, foreign, or covers too little of the model.
            ConfigError: the device is unknown or not there, or the precision is unknown.
        """
        place = find_device(device)
        opened = open_pretraining(source)
        parts: dict[str, Any] = {"notes": opened.notes, "lacking": opened.lacking, "upright": opened.upright, "head": opened.head}
        return cls(opened.model, opened.card, device=place, precision=precision, **parts, teacher=teacher, allow_download=allow_download)

    @property
    def about(self) -> About:
        """The model in short."""
        return About(
            name=str(self.card.get("name", "unnamed")),
            device=device_in_words(self.device),
            precision=self.precision,
            parameters=sum(parameter.numel() for parameter in self.model.parameters()),
            depth=self.config.depth,
            heads=self.config.heads,
            num_groups=self.config.num_groups,
            notes=self.notes,
        )

    @property
    def labels(self) -> tuple[str, ...]:
        """What a fine-tuned head tells apart, in the order of ``Embedding.labels``; empty where the model has none."""
        return () if self._head is None else self._head.labels

    # ------------------------------------------------------------ clouds

    @torch.inference_mode()
    def prepare(self, points: npt.ArrayLike, *, up: str = AUTO) -> Prepared:
        """Brings a cloud to what the model takes: N points, centred, in the unit sphere, stood up, cut into G patches.

        More than ``POOL`` points are first thinned at random (seed 0); then N are kept by farthest point sampling. Fewer than N
        are repeated in order. Centre and scale are found in float64.

        Args:
            points: (P, 3), any units.
            up: which direction is up in the file: "+y", "-y", "+x", "-x", "+z" or "-z"; "auto" lets the model judge, where it can.

        Raises:
            InputError: not (P, 3) with P >= 1, not finite, or too large.
            ConfigError: ``up`` is none of these.
        """
        unit = to_unit(points, self.config.num_points)
        stance = stances(self.answering, self.upright, self._cut_all(torch.from_numpy(unit.points).unsqueeze(0)), up)[0]
        stood = rotated(unit.points, stance)
        patches = self._cut(stood)
        return Prepared(
            points=stood,
            indices=unit.indices,
            centre=unit.centre,
            scale=unit.scale,
            centres=_numpy(patches.centres[0]),
            members=patches.members[0].cpu().numpy(),
            notes=(*unit.notes, *stance.note()),
            stance=stance,
        )

    def centres(self, prepared: "Prepared | npt.ArrayLike") -> Floats:
        """Returns the centres (G, 3) of the patches that this model cuts a prepared cloud into.

        Args:
            prepared: what ``prepare`` gave, or its points (N, 3).

        Raises:
            InputError: the points are not N.
        """
        return _numpy(self._cut(_prepared_points(prepared)).centres[0])

    @torch.inference_mode()
    def reconstruct(
        self,
        prepared: "Prepared | npt.ArrayLike",
        *,
        mask_ratio: float = 0.6,
        strategy: str = "random",
        seed: int = 0,
        hidden: npt.ArrayLike | None = None,
    ) -> Reconstruction:
        """Hides patches and rebuilds them.

        Args:
            prepared: what ``prepare`` gave, or its points (N, 3).
            mask_ratio: share of patches hidden, in [0, 1); ``int(ratio * G)`` of them.
            strategy: "random" or "block".
            seed: of the draw.
            hidden: (G,) bool, True = hidden, in place of ratio, strategy and seed.

        Raises:
            InputError: points or mask are unusable, or nothing stays visible.
            ConfigError: ratio or strategy are out of range.
            CheckpointError: the checkpoint brought no decoder.
        """
        if (why := self._why_no_decoder()) is not None:
            raise CheckpointError(why)
        points = _prepared_points(prepared)
        patches = self._cut(points)
        if hidden is None:
            generator = torch.Generator().manual_seed(_seed(seed))
            mask = draw_mask(patches.centres, mask_ratio, cast(MaskStrategy, strategy), generator)
        else:
            mask = self._mask(hidden)
        true = patches.relative[mask] + patches.centres[mask].unsqueeze(1)  # (M, k, 3)
        rebuilt = self.answering.reconstruct(patches, mask, embedded=self._embedded(points, patches)).of_cloud(0) if len(true) else true
        errors = chamfer(rebuilt, true).per_set() if len(true) else true.new_zeros(0)
        return Reconstruction(hidden=mask[0].cpu().numpy(), rebuilt=_numpy(rebuilt), chamfer=_numpy(errors))

    def attend(
        self,
        prepared: "Prepared | npt.ArrayLike",
        hidden: npt.ArrayLike | None = None,
        *,
        token: str = "cls",
        patch: int = 0,
        layer: int = -1,
        head: int = -1,
    ) -> Floats:
        """Tells where one token looks: (G,) weights that sum to 1; in the encoder hidden patches get 0.

        Args:
            prepared: what ``prepare`` gave, or its points (N, 3).
            hidden: (G,) bool, True = hidden; None shows all.
            token: "cls", "img" or "text" (the query stream), "patch" (the patch stream), or "mask" (a mask token of the decoder).
            patch: which patch asks, where the token is "patch" or "mask".
            layer: block from 0, or from the end when negative.
            head: head from 0; -1 is the mean over heads.

        Raises:
            InputError: points, mask or query are unusable.
            CheckpointError: a mask token is asked, and the checkpoint brought no decoder.
        """
        return self.explain(prepared, hidden).attention(decoder=token == "mask").row(token, patch, layer, head)

    def explain(self, prepared: "Prepared | npt.ArrayLike", hidden: npt.ArrayLike | None = None) -> Explainer:
        """Opens the question why: attention, rollout, occlusion, curves, relevance to a phrase, of one cloud under one mask.

        The last few are remembered with their attention, occlusions and relevances, so asking those again for the same cloud and mask
        costs nothing.

        Args:
            prepared: what ``prepare`` gave, or its points (N, 3).
            hidden: (G,) bool, True = hidden; None shows all.

        Raises:
            InputError: points or mask are unusable.
        """
        points = _prepared_points(prepared)
        mask = self._mask(np.zeros(self.config.num_groups, np.bool_) if hidden is None else hidden)[0]
        key = points.tobytes() + mask.cpu().numpy().tobytes()
        known = self._explainers.get(key)
        if known is not None:
            return known
        made = Explainer(
            self.model,
            self._cut(points),
            mask,
            words=self._words,
            temperature=self._temperature,
            no_decoder=self._why_no_decoder(),
        )
        return self._explainers.put(key, made)

    @torch.inference_mode()
    def embed(self, clouds: Sequence["Prepared | npt.ArrayLike"], *, errors: bool = False) -> Embedding:
        """Computes the features of whole clouds.

        Args:
            clouds: prepared ones, or raw arrays (P, 3), which are prepared first.
            errors: also rebuild each cloud once, as ``reconstruct`` does by default, and give the mean error of its hidden patches.

        Raises:
            InputError: there is no cloud, or one of them cannot be prepared.
        """
        if not len(clouds):
            raise InputError("clouds (0) must hold at least one cloud.")
        features, sides, images, rebuilt, labels = [], [], [], [], []
        for start in range(0, len(clouds), _BATCH):
            part = clouds[start : start + _BATCH]
            patches, doubts, judged = self._standing(part)
            seen = looks(patches, doubts)
            encoded = seen.encoded(self.answering, judged)
            features.append(seen.mean(svm_feature(encoded)))
            if self._head is not None:
                labels.append(seen.mean(self._head.shares(encoded)))
            if self._why_no_words() is None:
                teachers = project(encoded, self.answering.image_proj, self.answering.text_proj)
                sides.append(seen.sides(teachers.mix(self.config.zero_shot_ratio), self.upright, self._temperature))
                images.append(seen.mean(teachers.image))
            if errors and self._why_no_decoder() is None:
                rebuilt.append(self._mean_errors(patches))
        rest = (_numpy(torch.cat(part)) if part else None for part in (images, rebuilt, labels))
        return Embedding(_numpy(torch.cat(features)), Sides.joined(sides) if sides else None, *rest)

    def _standing(self, clouds: Sequence["Prepared | npt.ArrayLike"]) -> tuple[Patches, list[Floats | None], Judged | None]:
        """Cuts clouds, stands those up that were not prepared before, and says of each in how far it may stand otherwise.

        Where none was, the judge's looks at those that stand as they were given come with them.
        """
        units = [cloud.points if isinstance(cloud, Prepared) else to_unit(cloud, self.config.num_points).points for cloud in clouds]
        patches = self._cut_all(torch.from_numpy(np.stack(units)))
        raw = [place for place, cloud in enumerate(clouds) if not isinstance(cloud, Prepared)]
        found = [cloud.stance if isinstance(cloud, Prepared) else AS_GIVEN for cloud in clouds]
        if self.upright is None or not raw:
            return patches, [stance.doubt for stance in found], None
        some = patches._replace(centres=patches.centres[raw], relative=patches.relative[raw])
        turns = [AS_GIVEN] * len(clouds)  # prepared clouds stand already
        judged = self.upright.judge(self.answering, some)
        for place, stance in zip(raw, taken(judged.chances), strict=True):
            found[place] = turns[place] = stance
        judged.place[judged.chances.argmax(1) > 0] = -1
        return stand(patches, turns), [stance.doubt for stance in found], judged if len(raw) == len(clouds) else None

    def _mean_errors(self, patches: Patches) -> Tensor:
        """Mean Chamfer distance (B,) of the patches that the default mask of ``reconstruct`` hides."""
        batch = len(patches.centres)
        mask = draw_mask(patches.centres[:1], 0.6, "random", torch.Generator().manual_seed(0)).expand(batch, -1)
        true = patches.relative[mask] + patches.centres[mask].unsqueeze(1)
        rebuilt = self.answering.reconstruct(patches, mask)
        made = torch.cat([rebuilt.of_cloud(row) for row in range(batch)])
        return chamfer(made, true).per_set().view(batch, -1).mean(1)

    # ------------------------------------------------------------ words

    def classify(
        self,
        prepared: "Prepared | npt.ArrayLike",
        names: Sequence[str | Name],
        templates: Templates = "default",
        *,
        doubt: Floats | None = None,
        up: str = UPS[0],
    ) -> Scores:
        """Ranks names for a cloud by the cosine of its zero-shot feature and their summed prompt features (ReCon §4.3).

        Args:
            prepared: what ``prepare`` gave, or its points (N, 3).
            names: at least one; blank ones are refused. Of a ``Name`` the phrase that fits best counts, and a negative that fits
                better still lowers it, see ``Classifier``.
            templates: "default" (those the model was taught with), a set of ``prompts.SETS``, or templates with ``{}`` for the name.
            doubt, up: see ``Stance``, where ``prepared`` is points: the likely ways up decide together, and the names
                which of them counts, see ``Sides``.

        Raises:
            InputError: points or names are unusable.
            ConfigError: the templates are unknown, or hold no place for the name.
            CheckpointError: the model has no zero-shot feature.
            TeacherError: the text teacher is missing or not the one the model was taught by.
        """
        classifier = self._classifier(names, templates)
        doubt, up = (prepared.stance.doubt, prepared.stance.up) if isinstance(prepared, Prepared) else (doubt, up)
        sides = self._seen(_prepared_points(prepared), doubt)
        given, expected = sides.given(classifier.fits(sides.features, self._temperature)), sides.mean()
        unlike = self._unlike(expected)
        scores = classifier.scores(sides.mean(given), self._temperature, rather=rather(doubt, given, up))
        return scores if unlike is None else replace(scores, unlike=float(unlike[0]), closest=self._taught().closest(expected))

    def rank(self, sides: Sides | None, names: Sequence[str | Name], templates: Templates = "default") -> Ranking:
        """Ranks names for many clouds at once, by what ``embed`` gave of them; see ``classify``.

        Args:
            sides: of B clouds.
            names, templates: see ``classify``.
        """
        classifier = self._classifier(names, templates)
        if sides is None:
            raise CheckpointError("The clouds were embedded by a model that cannot name them.")
        feature = sides.mean(sides.given(classifier.fits(sides.features, self._temperature)))
        return classifier.rank(feature, self._temperature, self._unlike(sides.mean()))

    def words(self, names: Sequence[str], templates: str = "default") -> tuple[Floats, float]:
        """Features of names (n, D), each of length 1, and the temperature of a softmax over cosines; raises what ``classify`` does."""
        return self._words(names, templates).cpu().numpy(), self._temperature

    def similarities(self, clouds: Sides | Floats | None, words: Floats) -> Floats:
        """Cosines (B, n) of clouds with words (n, D), which decide among the clouds' sides; of features (B, D) as they are.

        Raises:
            CheckpointError: the model has no zero-shot feature.
        """
        if clouds is None:
            raise CheckpointError(self._why_no_words() or "The clouds were embedded by a model that cannot name them.")
        if isinstance(clouds, Sides):
            clouds = clouds.mean(clouds.given(-energy(self.similarities(clouds.features, words), self._temperature)))
        return _numpy(normalize(torch.tensor(clouds), dim=-1) @ torch.tensor(words).T)

    @property
    def _temperature(self) -> float:
        return float(self.card.get("temperature") or TEMPERATURE)  # classifiers of the authors' models once said null

    def _classifier(self, names: Sequence[str | Name], templates: Templates) -> Classifier:
        if (why := self._why_no_words()) is not None:
            raise CheckpointError(why)
        return self.vocabulary.classifier(names, templates)

    def _unlike(self, projected: Floats) -> Floats | None:
        """How unlike anything known clouds of these features are (B,); None where the card holds no scale for it."""
        if self._familiar is None:
            return None
        return self._familiar.unlike(energy(self._taught().cosines(projected), self._temperature))

    def _taught(self) -> Classifier:
        return self.vocabulary.classifier(self.card["data"]["names"])

    def _words(self, names: Sequence[str], templates: str) -> Tensor:
        """Features of names (n, D), each of length 1, on the model's device; see ``classify`` for what it raises."""
        if (why := self._why_no_words()) is not None:
            raise CheckpointError(why)
        return self.vocabulary.rows(names, templates).to(self.device)

    def _why_no_decoder(self) -> str | None:
        """Why this model cannot rebuild, in a sentence; None where it can."""
        if "decoder" not in self.lacking:
            return None
        return f"The model '{self.about.name}' has no decoder, so it cannot reconstruct; load a pretraining checkpoint."

    def _why_no_words(self) -> str | None:
        """Why this model cannot name clouds, in a sentence; None where it can."""
        name, config = self.about.name, self.config
        lost = [part for part in ("image_proj", "text_proj") if part in self.lacking]
        if lost:
            return f"The model '{name}' has no {' and '.join(lost)}, so it cannot name clouds; load a pretraining or zero-shot checkpoint."
        if config.image_dim != config.text_dim:
            return (
                f"The model '{name}' cannot name clouds: image_dim ({config.image_dim}) must equal text_dim ({config.text_dim}) for that."
            )
        return None

    def _cut(self, points: Floats) -> Patches:
        if len(points) != self.config.num_points:
            raise InputError(
                f"points ({grouped(len(points))}) must be the {grouped(self.config.num_points)} of a prepared cloud; prepare it first."
            )
        key = points.tobytes()
        patches = self._patches.get(key)
        return self._patches.put(key, self._cut_all(torch.tensor(points).unsqueeze(0))) if patches is None else patches

    def _embedded(self, points: Floats, patches: Patches) -> Tensor:
        """All patches of one cloud as tokens (1, G, C): they stay while only the mask changes."""
        key = points.tobytes()
        known = self._tokens.get(key)
        if known is None:
            known = self._tokens.put(key, self.answering.encoder.embed(patches, select_visible(None, patches.centres)))
        return known

    def _cut_all(self, points: Tensor) -> Patches:
        config = self.config
        return cut(points.to(self.device), config.num_groups, config.group_size, config.skip_near_origin)

    def _mask(self, hidden: npt.ArrayLike) -> Tensor:
        flags = np.asarray(hidden)
        if flags.shape != (self.config.num_groups,) or flags.dtype != np.bool_:
            raise InputError(f"hidden {flags.shape} of {flags.dtype} must be ({self.config.num_groups},) of bool.")
        if flags.all():
            raise InputError(f"hidden ({len(flags)} of {len(flags)} patches) must leave at least one patch visible.")
        return torch.tensor(flags).unsqueeze(0).to(self.device)

    @torch.inference_mode()
    def _seen(self, points: Floats, doubt: Floats | None) -> Sides:
        """One cloud from all likely sides, remembered while only the names change."""
        key = points.tobytes() + (b"" if doubt is None else doubt.tobytes())
        if (known := self._from_sides.get(key)) is not None:
            return known
        seen = looks(self._cut(points), [doubt])
        return self._from_sides.put(key, seen.sides(self.answering.zero_shot_feature(seen.patches), self.upright, self._temperature))


def _prepared_points(prepared: Prepared | npt.ArrayLike) -> Floats:
    if isinstance(prepared, Prepared):
        return prepared.points
    return checked(prepared).astype(np.float32)


def _seed(seed: int) -> int:
    if not 0 <= seed < 2**63:
        raise ConfigError(f"seed ({seed}) must be at least 0 and below 2^63.")
    return seed


def _numpy(values: Tensor) -> Floats:
    return values.detach().to("cpu", torch.float32).numpy()
