"""Fine-tuning for classification: the encoder and a small head."""

from dataclasses import dataclass
from typing import Literal, get_args

from torch import Tensor, nn

from recon_model.config import ModelConfig, require_choice
from recon_model.geometry.patches import Patches
from recon_model.models.encoder import Encoded, Encoder
from recon_model.models.pooling import finetuning_feature

HeadKind = Literal["mlp", "linear"]
_HIDDEN = 256


class Classifier(nn.Module):
    """Names a cloud as one of the classes it was trained on (ReCon §4.1).

    Args:
        config: the encoder.
        num_classes: classes to tell apart.
        head: "mlp" as the release's protocols ``full`` and ``mlp3``, "linear" as its ``linear``.
        dropout: in the mlp head (0.5 as published).
    """

    def __init__(self, config: ModelConfig, num_classes: int, head: HeadKind = "mlp", dropout: float = 0.5) -> None:
        super().__init__()
        require_choice("head", head, get_args(HeadKind))
        self.config = config
        self.encoder = Encoder(config)
        self.head = make_head(config, num_classes, head, dropout)

    def forward(self, patches: Patches) -> Tensor:
        """Maps cut clouds to logits (B, num_classes); gradients reach the whole encoder."""
        return self.head(finetuning_feature(self.encoder(patches)))  # type: ignore[no-any-return]


@dataclass(frozen=True, eq=False)
class LabelHead:
    """A fine-tuned head apart from its encoder, with the labels it tells apart."""

    layers: nn.Module
    labels: tuple[str, ...]

    def shares(self, encoded: Encoded) -> Tensor:
        """Returns what share of certainty (B, labels) each label gets: the softmax of the logits."""
        return self.layers(finetuning_feature(encoded)).softmax(dim=1)  # type: ignore[no-any-return]


def make_head(config: ModelConfig, num_classes: int, head: HeadKind = "mlp", dropout: float = 0.5) -> nn.Sequential:
    """Returns a head with random weights, see ``Classifier``."""
    feature = 4 * config.width
    return nn.Sequential(nn.Linear(feature, num_classes)) if head == "linear" else _mlp(feature, num_classes, dropout)


def _mlp(feature: int, num_classes: int, dropout: float) -> nn.Sequential:
    return nn.Sequential(
        *(nn.Linear(feature, _HIDDEN), nn.BatchNorm1d(_HIDDEN), nn.ReLU(), nn.Dropout(dropout)),
        *(nn.Linear(_HIDDEN, _HIDDEN), nn.BatchNorm1d(_HIDDEN), nn.ReLU(), nn.Dropout(dropout)),
        nn.Linear(_HIDDEN, num_classes),
    )
