"""A few held-out clouds under one fixed mask, rebuilt every few epochs and kept: how a reconstruction takes shape."""

from collections.abc import Callable

import torch
from torch import Tensor

from recon_model.geometry.chamfer import chamfer
from recon_model.geometry.patches import Patches
from recon_model.nn.masking import random_mask
from recon_model.train.run_folder import RunFolder
from recon_model.train.sources import Batch

COUNT = 3
"""Probe clouds, of different names where there are so many."""
RATIO = 0.6
"""Share of their patches that is hidden, whatever the recipe hides."""

Rebuild = Callable[[Patches, Tensor], Tensor]
"""Cut clouds (P, …) and their mask (P, G) to the hidden patches' points (P, M, k, 3), as the model is at that moment."""


class Probe:
    """Writes what can be looked at while a run goes on; its random numbers are its own, so that training is not changed by being watched.

    ``probes/visible.npy`` and ``probes/hidden.npy`` hold the truth, ``probes/epoch-0010.npy`` what was rebuilt of the hidden patches:
    float16, (P, patches, k, 3).

    Args:
        batch: held-out clouds to choose from.
        names: class names.
        rebuild: see ``Rebuild``.
        folder: where to write.
        device: where the model is.
    """

    def __init__(self, batch: Batch, names: tuple[str, ...], rebuild: Rebuild, folder: RunFolder, device: torch.device) -> None:
        chosen = _different(batch.labels)
        self.names = tuple(names[int(batch.labels[row])] for row in chosen)
        self._patches = batch.patches._replace(
            centres=batch.patches.centres[chosen].to(device), relative=batch.patches.relative[chosen].to(device)
        )
        mask = random_mask(self._patches.centres.cpu(), RATIO, torch.Generator().manual_seed(0))
        self._hidden = mask.to(device)
        self._rebuild, self._folder = rebuild, folder
        whole = self._patches.relative + self._patches.centres.unsqueeze(2)  # (P, G, k, 3)
        count, _, size, _ = whole.shape
        self._true = whole[self._hidden].view(count, -1, size, 3)
        folder.save_array("probes/hidden", self._true)
        folder.save_array("probes/visible", whole[~self._hidden].view(count, -1, size, 3))

    def show(self, epoch: int) -> None:
        """Rebuilds the clouds and logs how far off each is: squared Chamfer distance a patch, mean both ways."""
        if not self._true.shape[1]:
            return
        rebuilt = self._rebuild(self._patches, self._hidden).float()
        apart = [chamfer(made, true).per_set().mean() for made, true in zip(rebuilt, self._true, strict=True)]
        file = self._folder.save_array(f"probes/epoch-{epoch:04d}", rebuilt)
        self._folder.event("probe", epoch=epoch, file=file, names=list(self.names), chamfer=[round(float(each), 6) for each in apart])


def _different(labels: Tensor) -> list[int]:
    """Rows of the first clouds of different names, spread over the batch; repeats a name only where there are too few."""
    first: dict[int, int] = {}
    for row, label in enumerate(labels.tolist()):
        first.setdefault(label, row)
    rows = sorted(first.values())
    chosen = rows[:: max(len(rows) // COUNT, 1)][:COUNT]
    others = [row for row in range(len(labels)) if row not in chosen]
    return chosen + others[: COUNT - len(chosen)]
