"""Settings as frozen values: every field has one line, every rule is checked when the object is made, unknown keys are refused."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, Self, get_args

from recon_model.errors import ConfigError

MaskStrategy = Literal["random", "block"]
ReconstructionLoss = Literal["cdl1", "cdl2"]
PRECISIONS = ("auto", "float32", "bfloat16")
"""What a model may be asked to answer in."""


def require(holds: bool, message: str) -> None:
    """Raises a ConfigError with the message unless the rule holds."""
    if not holds:
        raise ConfigError(message)


def require_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    """Raises a ConfigError naming the choices unless the value is one of them."""
    require(value in choices, f"{name} ({value!r}) must be one of {', '.join(choices)}.")


class Settings:
    """What every settings class shares: strict reading from, and plain writing to, a dictionary."""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Builds the settings from a mapping such as a parsed JSON card.

        Raises:
            ConfigError: a key is unknown (the known ones are listed), or a value breaks its rule.
        """
        known = [field.name for field in fields(cls)]  # type: ignore[arg-type]
        unknown = sorted(set(values) - set(known))
        require(not unknown, f"{cls.__name__} does not know {', '.join(unknown)}; it knows {', '.join(known)}.")
        made = {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
        return cls(**made)

    def to_dict(self) -> dict[str, Any]:
        """Returns the settings as JSON-ready values."""
        return asdict(self)  # type: ignore[call-overload, no-any-return]


@dataclass(frozen=True, kw_only=True)
class ModelConfig(Settings):
    """The shape of one ReCon model (ReCon §3; sizes of the release are in ``presets``)."""

    width: int = 384
    """Channels of every token (C)."""
    depth: int = 12
    """Two-stream blocks in the encoder."""
    heads: int = 6
    """Attention heads in the encoder."""
    decoder_depth: int = 4
    """Plain blocks in the decoder."""
    decoder_heads: int = 6
    """Attention heads in the decoder."""
    mlp_ratio: float = 4.0
    """Hidden width of each MLP, as a multiple of ``width``."""
    num_points: int = 1024
    """Points a cloud is sampled to before it is cut into patches (N)."""
    num_groups: int = 64
    """Patches per cloud (G)."""
    group_size: int = 32
    """Points per patch (k)."""
    patch_widths: tuple[int, int, int] = (128, 256, 512)
    """Channels inside the patch embedding: after its first, second and third layer; the third takes [patch max, point] (2x the second)."""
    position_width: int = 128
    """Hidden channels of the position MLPs."""
    patch_scale: float = 1.0
    """Factor on coordinates relative to the patch centre before they are embedded (1 as published)."""
    centre_scale: float = 1.0
    """Factor on patch centres before the position MLPs (1 as published)."""
    skip_near_origin: bool = False
    """Whether farthest point sampling never picks points with |p|^2 <= 1e-3, as the release's CUDA kernel does."""
    embed_visible_only: bool = False
    """Whether training embeds only visible patches: faster, but BatchNorm then never sees hidden ones (published: all)."""
    stop_gradient: bool = True
    """Whether the queries read patches through a stop-gradient in pretraining (as published)."""
    mask_ratio: float = 0.6
    """Share of patches hidden in training."""
    mask_strategy: MaskStrategy = "random"
    """How training chooses the hidden patches."""
    drop_path: float = 0.0
    """Stochastic depth of the last encoder block; earlier blocks rise linearly from 0."""
    reconstruction_loss: ReconstructionLoss = "cdl2"
    """Chamfer distance of the reconstruction loss: squared (cdl2) or not (cdl1)."""
    self_contrastive: bool = False
    """Whether the self-contrastive (single-modal) loss and its head are present."""
    image_dim: int = 768
    """Channels of the image teacher's feature."""
    text_dim: int = 512
    """Channels of the text teacher's feature."""
    zero_shot_ratio: float = 0.2
    """Weight of the text query against the image query in the zero-shot feature."""

    def __post_init__(self) -> None:
        for name in ("width", "depth", "heads", "decoder_depth", "decoder_heads", "num_points", "num_groups", "group_size"):
            require(getattr(self, name) >= 1, f"{name} ({getattr(self, name)}) must be at least 1.")
        for name in ("heads", "decoder_heads"):
            require(self.width % getattr(self, name) == 0, f"width ({self.width}) must be a multiple of {name} ({getattr(self, name)}).")
        for name in ("num_groups", "group_size"):
            require(
                getattr(self, name) <= self.num_points,
                f"{name} ({getattr(self, name)}) must not exceed the number of points ({self.num_points}).",
            )
        require(0.0 <= self.mask_ratio < 1.0, f"mask_ratio ({self.mask_ratio}) must be at least 0 and below 1.")
        require(0.0 <= self.drop_path < 1.0, f"drop_path ({self.drop_path}) must be at least 0 and below 1.")
        require_choice("mask_strategy", self.mask_strategy, get_args(MaskStrategy))
        require_choice("reconstruction_loss", self.reconstruction_loss, get_args(ReconstructionLoss))
        require(len(self.patch_widths) == 3, f"patch_widths ({self.patch_widths}) must hold three numbers.")


DamageKind = Literal["drop", "jitter", "turn", "tilt", "occlude"]
DamagedPart = Literal["unseen", "side"]


@dataclass(frozen=True, kw_only=True)
class Damage(Settings):
    """What a cloud is put through to see what its name withstands, see ``geometry.damage``; nothing by default."""

    drop: float = 0.0
    """Share of the points removed, drawn at random."""
    jitter: float = 0.0
    """Standard deviation of Gaussian noise on every coordinate, in radii of the cloud."""
    turn: float = 0.0
    """Degrees turned about the way up."""
    tilt: float = 0.0
    """Degrees its top leans towards ``side``."""
    occlude: float = 0.0
    """Share of a part removed: of the points out of sight from ``side``, or of all points, those towards ``side`` first."""
    part: DamagedPart = "unseen"
    """Which of the two."""
    side: float = 0.0
    """Degrees about the way up, from +z towards +x."""
    seed: int = 0
    """Of what is drawn."""

    def __post_init__(self) -> None:
        for name in ("drop", "occlude"):
            require(0.0 <= getattr(self, name) <= 1.0, f"{name} ({getattr(self, name)}) must be between 0 and 1.")
        require(0.0 <= self.jitter <= 1.0, f"jitter ({self.jitter}) must be between 0 and 1.")
        for name in ("turn", "tilt", "side"):
            require(abs(getattr(self, name)) <= 360.0, f"{name} ({getattr(self, name)}) must be between -360 and 360 degrees.")
        require_choice("part", self.part, get_args(DamagedPart))
        require(0 <= self.seed < 2**31, f"seed ({self.seed}) must be at least 0 and below {2**31}.")

    @property
    def harmless(self) -> bool:
        """Whether nothing is done at all."""
        return not any(self.strengths.values())

    @property
    def strengths(self) -> dict[DamageKind, float]:
        """How strong each kind is."""
        return {kind: float(getattr(self, kind)) for kind in get_args(DamageKind)}

    def at(self, kind: DamageKind, strength: float) -> Self:
        """Returns the same with another strength of one kind."""
        change: dict[str, Any] = {kind: strength}
        return replace(self, **change)

    @property
    def drawn(self) -> bool:
        """Whether chance has a part in it, so that another seed gives another cloud."""
        return bool(self.drop or self.jitter)


HARMLESS = Damage()
"""Nothing is done."""
