"""The zero-shot model: the encoder and the two projections into the teachers' spaces."""

from typing import NamedTuple

from torch import Tensor, nn

from recon_model.config import ModelConfig
from recon_model.errors import ConfigError
from recon_model.geometry.patches import Patches
from recon_model.models.encoder import IMG, TEXT, Encoded, Encoder


class TeacherFeatures(NamedTuple):
    """What the queries predict of the teachers' raw, un-normalised features."""

    image: Tensor
    """(B, image_dim)."""
    text: Tensor
    """(B, text_dim)."""

    def mix(self, ratio: float) -> Tensor:
        """``ratio * text + image``, neither normalised (ReCon §4.3): (B, text_dim).

        Raises:
            ConfigError: the two teachers' features differ in width, so that they do not share a space.
        """
        if self.image.shape[-1] != self.text.shape[-1]:
            raise ConfigError(
                f"image_dim ({self.image.shape[-1]}) must equal text_dim ({self.text.shape[-1]}) for a zero-shot feature of both queries."
            )
        return ratio * self.text + self.image


def teacher_projection(width: int, dim: int) -> nn.Linear:
    """One linear layer from a query to a teacher's feature; weight normal with mean 0.02 and standard deviation 0.01, bias 0."""
    layer = nn.Linear(width, dim)
    nn.init.normal_(layer.weight, mean=0.02, std=0.01)
    nn.init.zeros_(layer.bias)
    return layer


def project(encoded: Encoded, image_proj: nn.Module, text_proj: nn.Module) -> TeacherFeatures:
    """Projects the img and text queries."""
    return TeacherFeatures(image_proj(encoded.queries[:, IMG]), text_proj(encoded.queries[:, TEXT]))


class ZeroShot(nn.Module):
    """Names a cloud by comparing its feature with those of words; no training on the names (ReCon §4.3)."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder(config)
        self.image_proj = teacher_projection(config.width, config.image_dim)
        self.text_proj = teacher_projection(config.width, config.text_dim)

    def forward(self, patches: Patches) -> TeacherFeatures:
        """Predicts the teachers' features of whole clouds; ``.mix(ratio)`` is the zero-shot feature."""
        return project(self.encoder(patches), self.image_proj, self.text_proj)
