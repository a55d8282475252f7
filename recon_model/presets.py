"""The published sizes and recipes, and the studio's own: functions over one builder."""

from collections.abc import Callable
from typing import Any

from recon_model.config import ModelConfig
from recon_model.errors import ConfigError


def tiny(**changes: Any) -> ModelConfig:
    """ReCon-Tiny (paper, Table 9): 11.09 M parameters in the encoder."""
    return ModelConfig(**{"width": 192, "heads": 3, "decoder_heads": 3, **changes})


def small(**changes: Any) -> ModelConfig:
    """ReCon-Small (paper, Table 9): 19.40 M parameters in the encoder."""
    return ModelConfig(**{"width": 256, "heads": 4, "decoder_heads": 4, **changes})


def base(**changes: Any) -> ModelConfig:
    """ReCon as published: 43.107 M parameters in the encoder, 50.78 M with decoder and projections."""
    return ModelConfig(**changes)


def studio(**changes: Any) -> ModelConfig:
    """The model that ships inside: small enough to answer in milliseconds on two cores.

    Departs from the paper where trials on synthetic shapes said so: scaled coordinates, gradient from the queries into the
    patches, a smaller patch embedding that sees visible patches only.
    """
    ours: dict[str, Any] = {
        "width": 192,
        "depth": 6,
        "heads": 6,
        "decoder_depth": 2,
        "decoder_heads": 6,
        "group_size": 16,
        "patch_widths": (32, 64, 128),
        "position_width": 64,
        "patch_scale": 5.0,
        "centre_scale": 3.0,
        "embed_visible_only": True,
        "stop_gradient": False,
        "zero_shot_ratio": 1.0,
    }
    return ModelConfig(**{**ours, **changes})


def quick(**changes: Any) -> ModelConfig:
    """The studio's model again, so small that two cores teach it something to look at within two minutes."""
    ours: dict[str, Any] = {
        "width": 96,
        "depth": 3,
        "heads": 3,
        "decoder_heads": 3,
        "num_points": 512,
        "num_groups": 32,
        "patch_widths": (32, 64, 96),
    }
    return studio(**{**ours, **changes})


PRESETS: dict[str, Callable[..., ModelConfig]] = {"tiny": tiny, "small": small, "base": base, "studio": studio, "quick": quick}


MILLIONS = {"tiny": 13.15, "small": 22.94, "base": 50.78, "studio": 6.45, "quick": 1.01}
"""Parameters of each size in millions, for estimates before a model is made; the published ones as published."""


def preset(name: str, **changes: Any) -> ModelConfig:
    """Returns the named size, with single settings changed.

    Raises:
        ConfigError: the name is unknown; the known ones are listed.
    """
    if name not in PRESETS:
        raise ConfigError(f"preset ({name!r}) must be one of {', '.join(PRESETS)}.")
    return PRESETS[name](**changes)
