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


PRESETS: dict[str, Callable[..., ModelConfig]] = {"tiny": tiny, "small": small, "base": base}


def preset(name: str, **changes: Any) -> ModelConfig:
    """Returns the named size, with single settings changed.

    Raises:
        ConfigError: the name is unknown; the known ones are listed.
    """
    if name not in PRESETS:
        raise ConfigError(f"preset ({name!r}) must be one of {', '.join(PRESETS)}.")
    return PRESETS[name](**changes)
