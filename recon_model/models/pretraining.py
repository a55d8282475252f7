"""The whole pretraining student (ReCon §3): encoder, decoder, projections to the teachers, and its losses."""

from typing import NamedTuple

from torch import Tensor, nn

from recon_model import losses
from recon_model.config import ModelConfig
from recon_model.errors import ConfigError
from recon_model.geometry.patches import Patches
from recon_model.models.decoder import Decoder
from recon_model.models.encoder import CLS, Encoded, Encoder
from recon_model.models.zero_shot import TeacherFeatures, project, teacher_projection
from recon_model.nn.attention import AttentionRecord
from recon_model.nn.masking import Selection, select

SELF_DIM = 128
"""Channels of the self-contrastive head."""


class Rebuilt(NamedTuple):
    """Hidden patches as the model imagines them."""

    points: Tensor
    """(B, M, k, 3) coordinates in the cloud's own units, ascending by patch index; padded entries hold nothing of meaning."""
    hidden: Selection
    """Which patches these are: ``hidden.index`` (B, M), ``hidden.padding`` (B, M) bool, or None when all clouds hide the same number."""

    def of_cloud(self, index: int) -> Tensor:
        """(M, k, 3): the hidden patches of one cloud, without padding."""
        points = self.points[index]
        return points if self.hidden.padding is None else points[~self.hidden.padding[index]]


class Pretraining(nn.Module):
    """The student of pretraining.

    With ``patch_scale`` s, the embedding sees relative coordinates times s and the decoder's raw output is in those units: the
    reconstruction loss compares scaled coordinates, and ``reconstruct`` divides by s. At 1 this is the release.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)
        self.image_proj = teacher_projection(config.width, config.image_dim)
        self.text_proj = teacher_projection(config.width, config.text_dim)
        self.self_proj = _self_projection(config.width) if config.self_contrastive else None

    def encode(
        self,
        patches: Patches,
        hidden: Tensor | None = None,
        *,
        record: AttentionRecord | None = None,
        embedded: Tensor | None = None,
    ) -> Encoded:
        """Encodes the visible patches, see ``Encoder.forward``; the stop-gradient is the one in the settings."""
        return self.encoder(  # type: ignore[no-any-return]
            patches, hidden, stop_gradient=self.config.stop_gradient, record=record, embedded=embedded
        )

    def reconstruct(
        self, patches: Patches, hidden: Tensor, *, record: AttentionRecord | None = None, embedded: Tensor | None = None
    ) -> Rebuilt:
        """Rebuilds the hidden patches.

        Args:
            patches: the cut clouds; of hidden patches only the centres are read (outside training).
            hidden: (B, G) bool, True = hidden; clouds may hide different numbers, or nothing.
            record: asks for attention weights, see ``AttentionRecord``.
            embedded: (B, G, C) all patches as tokens, where the caller has them, see ``Encoder.forward``.

        Raises:
            InputError: the mask has the wrong shape or dtype, or hides all patches of a cloud.
        """
        if record is None:
            tokens, visible = self.encoder.patches_alone(patches, hidden, embedded=embedded)
        else:
            _, tokens, visible = self.encode(patches, hidden, record=record, embedded=embedded)
        chosen = select(hidden)
        scaled = self.decoder(tokens, patches.centres, visible, chosen, record)
        return Rebuilt(scaled / self.config.patch_scale + chosen.take(patches.centres).unsqueeze(2), chosen)

    def losses(
        self,
        patches: Patches,
        hidden: Tensor | None,
        *,
        image_feature: Tensor | None = None,
        text_feature: Tensor | None = None,
        text_ids: Tensor | None = None,
        reconstruct: bool = True,
        encoded: Encoded | None = None,
    ) -> dict[str, Tensor]:
        """The losses by name, to be added by ``losses.total``.

        Args:
            patches: the cut clouds.
            hidden: (B, G) bool, True = hidden; None shows all and leaves "reconstruction" out.
            image_feature: (B, image_dim) raw feature of the image teacher, gives "csc_img"; None leaves it out.
            text_feature: (B, text_dim) raw feature of the text teacher, gives "csc_text"; None leaves it out.
            text_ids: (B,) int64, equal where two samples have the same text; gives "smc" where ``self_contrastive`` is set.
            reconstruct: False leaves the decoder and "reconstruction" out.
            encoded: what ``encode(patches, hidden)`` gave, where the caller has it already.

        Raises:
            InputError: see ``reconstruct``.
            ConfigError: ``self_contrastive`` is set and ``text_ids`` are missing.
        """
        encoded = self.encode(patches, hidden) if encoded is None else encoded
        found: dict[str, Tensor] = {}
        if hidden is not None and reconstruct:
            chosen = select(hidden)
            predicted = self.decoder(encoded.patches, patches.centres, encoded.visible, chosen)
            true = chosen.take(patches.relative) * self.config.patch_scale
            found["reconstruction"] = losses.reconstruction(
                chosen.flatten(predicted), chosen.flatten(true), self.config.reconstruction_loss
            )
        teachers = project(encoded, self.image_proj, self.text_proj)
        if image_feature is not None:
            found["csc_img"] = losses.cross_modal(teachers.image, image_feature)
        if text_feature is not None:
            found["csc_text"] = losses.cross_modal(teachers.text, text_feature)
        if self.self_proj is not None:
            if text_ids is None:
                raise ConfigError("text_ids (None) must be given where self_contrastive is set.")
            found["smc"] = losses.self_contrastive(self.self_proj(encoded.queries[:, CLS]), text_ids)
        return found

    def teacher_features(self, patches: Patches) -> TeacherFeatures:
        """Predicts both teachers' features of whole clouds."""
        return project(self.encode(patches), self.image_proj, self.text_proj)

    def zero_shot_feature(self, patches: Patches, ratio: float | None = None) -> Tensor:
        """The feature (B, text_dim) to compare with words: ``ratio * text + image``; the ratio in the settings unless given.

        Raises:
            ConfigError: the two teachers' features differ in width.
        """
        return self.teacher_features(patches).mix(self.config.zero_shot_ratio if ratio is None else ratio)


def _self_projection(width: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(width, SELF_DIM), nn.BatchNorm1d(SELF_DIM), nn.ReLU(), nn.Linear(SELF_DIM, SELF_DIM), nn.BatchNorm1d(SELF_DIM)
    )
