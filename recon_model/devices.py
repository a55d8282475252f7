"""Devices by name and in words."""

import torch

from recon_model.counts import counted
from recon_model.errors import ConfigError


def find_device(name: str) -> torch.device:
    """Returns the device of that name; "auto" is CUDA, else Apple's GPU, else the CPU.

    Raises:
        ConfigError: the name is unknown, or the device is not there.
    """
    kind, _, number = name.partition(":")
    if kind not in ("auto", "cpu", "cuda", "mps") or (number and not (kind == "cuda" and number.isdigit())):
        raise ConfigError(f"device ({name!r}) must be auto, cpu, cuda, cuda:N or mps.")
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if kind == "auto":
        return torch.device(next(found for found, present in there.items() if present))
    if not there[kind] or (number and int(number) >= torch.cuda.device_count()):
        raise ConfigError(f"device ({name!r}) is not available on this machine.")
    return torch.device(name)


def device_in_words(device: torch.device) -> str:
    """Says what a device is, for people."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "mps":
        return "Apple GPU"
    return f"CPU, {counted(torch.get_num_threads(), 'thread')}"


def multiplies_bfloat16(device: torch.device) -> bool:
    """Whether a device multiplies bfloat16 in hardware: CUDA from Ampere on, CPUs with AVX512-BF16 or AMX."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type != "cpu" or not torch.backends.mkldnn.is_available():
        return False
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())
