"""Fine-tuning for classification: the encoder and a small head."""

from typing import Literal, get_args

from torch import Tensor, nn

from recon_model.config import ModelConfig, require_choice
from recon_model.geometry.patches import Patches
from recon_model.models.encoder import Encoder
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
        feature = 4 * config.width
        self.head = nn.Sequential(nn.Linear(feature, num_classes)) if head == "linear" else _mlp(feature, num_classes, dropout)

    def forward(self, patches: Patches) -> Tensor:
        """Maps cut clouds to logits (B, num_classes); gradients reach the whole encoder."""
        return self.head(finetuning_feature(self.encoder(patches)))  # type: ignore[no-any-return]


def _mlp(feature: int, num_classes: int, dropout: float) -> nn.Sequential:
    return nn.Sequential(
        *(nn.Linear(feature, _HIDDEN), nn.BatchNorm1d(_HIDDEN), nn.ReLU(), nn.Dropout(dropout)),
        *(nn.Linear(_HIDDEN, _HIDDEN), nn.BatchNorm1d(_HIDDEN), nn.ReLU(), nn.Dropout(dropout)),
        nn.Linear(_HIDDEN, num_classes),
    )
