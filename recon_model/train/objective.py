"""All losses of one step as one module, so that Fabric (and its DDP) sees a single forward pass."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize

from recon_model.geometry.orientation import turned
from recon_model.geometry.patches import Patches
from recon_model.models.encoder import Encoded
from recon_model.models.pretraining import Pretraining
from recon_model.models.zero_shot import project
from recon_model.train.settings import RecipeConfig


class Objective(nn.Module):
    """The model with its losses and their weights.

    Besides the paper's there is, where the recipe gives it weight, ``text_contrast``: the zero-shot feature's cosine to every class name's
    summed prompts, over a temperature, cross-entropy against the cloud's own name. It is what zero-shot classification will ask for.
    Looks at the cloud lying down compete with the one standing up: what lies should fit no name, so that fitting tells what is up.

    Args:
        model: the student.
        recipe: weights and temperature.
        classifier: (names, D) summed prompt features.
    """

    classifier: Tensor

    def __init__(self, model: Pretraining, recipe: RecipeConfig, classifier: Tensor) -> None:
        super().__init__()
        self.model, self.recipe = model, recipe
        self.register_buffer("classifier", normalize(classifier, dim=-1), persistent=False)

    def forward(
        self,
        patches: Patches,
        hidden: Tensor,
        *,
        labels: Tensor,
        text: Tensor,
        images: Tensor | None,
        reconstruct: bool = True,
        wrong: Tensor | None = None,
    ) -> dict[str, Tensor]:
        """Returns the losses by name, unweighted, and their weighted sum as "total".

        Args:
            patches: the cut clouds.
            hidden: (B, G) bool, True = hidden.
            labels: (B,) index into the class names.
            text: (B, D) raw text features.
            images: (B, D) raw image features, or None.
            reconstruct: False leaves the decoder out.
            wrong: (B, L, 3, 3) rotations that lay each cloud down, or None.
        """
        encoded, lying = self._encode(patches, hidden, wrong)
        parts = self.model.losses(
            patches, hidden, image_feature=images, text_feature=text, text_ids=labels, reconstruct=reconstruct, encoded=encoded
        )
        if self.recipe.contrast_weight:
            logits = self._logits(encoded)
            if lying is not None:
                logits = torch.cat([logits, self._logits(lying).view(len(logits), -1)], 1)
            parts["text_contrast"] = cross_entropy(logits, labels)
        parts["total"] = self._weighted(parts)
        return parts

    def _logits(self, encoded: Encoded) -> Tensor:
        feature = project(encoded, self.model.image_proj, self.model.text_proj).mix(self.model.config.zero_shot_ratio)
        return normalize(feature.float(), dim=-1) @ self.classifier.T / self.recipe.contrast_temperature

    def _encode(self, patches: Patches, hidden: Tensor, wrong: Tensor | None) -> tuple[Encoded, Encoded | None]:
        """The clouds as they stand, and each one's looks at it lying down (B * L), in one pass: BatchNorm sees what its figures tell.

        Apart, each pass would be evened out by itself, while the figures that are used later are a mixture of both.
        """
        if wrong is None or not self.recipe.contrast_weight:
            return self.model.encode(patches, hidden), None
        batch, looks = wrong.shape[:2]
        each = Patches(patches.centres.repeat_interleave(looks, 0), patches.members, patches.relative.repeat_interleave(looks, 0))
        lying = turned(each, wrong.flatten(0, 1))
        both = Patches(torch.cat([patches.centres, lying.centres]), patches.members, torch.cat([patches.relative, lying.relative]))
        encoded = self.model.encode(both, torch.cat([hidden, hidden.repeat_interleave(looks, 0)]))
        return encoded.clouds(slice(batch)), encoded.clouds(slice(batch, None))

    def _weighted(self, parts: Mapping[str, Tensor]) -> Tensor:
        weights = {
            "reconstruction": self.recipe.reconstruction_weight,
            "csc_img": self.recipe.teacher_weight,
            "csc_text": self.recipe.teacher_weight,
            "text_contrast": self.recipe.contrast_weight,
        }
        return torch.stack([weights.get(name, 1.0) * value for name, value in parts.items()]).sum()
