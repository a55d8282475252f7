"""The figures of one measured result in words. No torch, so that a card can be shown at once."""

from collections.abc import Mapping
from typing import Any


def in_words(result: Mapping[str, Any]) -> str:
    """Returns "top-1 86.2%" or what else was measured; nothing of what no protocol here returns."""
    figures = {name: value for name, value in result.items() if isinstance(value, float)}
    if "top1" in figures:
        return f"top-1 {figures['top1']:.1%}"
    if {"kept_standing", "up_found"} <= figures.keys():
        return f"kept standing {figures['kept_standing']:.1%}, stood up {figures['up_found']:.1%}"
    if "chamfer" in figures:
        shares = ", ".join(f"{ratio:.2f} of {rule}" for rule, ratio in (result.get("ratios") or {}).items())
        return f"Chamfer {figures['chamfer']:.2g} ({shares})"
    return ""
