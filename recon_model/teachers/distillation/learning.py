"""Teaching a small CLIP text transformer what MiniLM says of each sentence, less what all sentences of its form share."""

import math
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from open_clip.tokenizer import SimpleTokenizer
from torch import Tensor, nn
from torch.nn import functional

from recon_model.teachers.distillation.corpus import PLAIN_FORM, Text
from recon_model.teachers.distillation.merges import LooseEncoder
from recon_model.teachers.distillation.minilm import MiniLM

_RARE_FORM = 100
_TEMPERATURE = 0.05
FEATURE_NORM = 10.0
"""Mean length of raw features, as CLIP's: ReCon's SmoothL1 reads them un-normalised."""


def targets(texts: Sequence[Text], teacher: MiniLM) -> Tensor:
    """What the tower should say of each text: MiniLM's embedding minus the mean of its form, normalised.

    Sentences of one template agree in their template first and in their noun second (cosine of 0.5 between a noun and
    its published prompt). Taking each form's mean out leaves what the sentence is about (0.74), and spreads names apart.

    Returns:
        (n, 384) float32 unit vectors.
    """
    own = teacher.encode([text.text for text in texts])
    forms: defaultdict[str, list[int]] = defaultdict(list)
    for index, text in enumerate(texts):
        forms[text.form].append(index)
    plain_mean = own[forms[PLAIN_FORM]].mean(dim=0)
    centred = torch.empty_like(own)
    for members in forms.values():
        mean = own[members].mean(dim=0) if len(members) >= _RARE_FORM else plain_mean
        centred[members] = functional.normalize(own[members] - mean, dim=-1)
    pointing = [(index, text.means, text.own) for index, text in enumerate(texts) if text.means is not None]
    meant = functional.normalize(teacher.encode([means for _, means, _ in pointing]) - plain_mean, dim=-1)
    for row, (index, _, own_counts) in enumerate(pointing):
        centred[index] = functional.normalize(centred[index] + meant[row], dim=-1) if own_counts else meant[row]
    return centred


def first_embedding(tokenizer: SimpleTokenizer, teacher: MiniLM, width: int) -> Tensor:
    """Starts every vocabulary word at the main components of the teacher's own word embeddings.

    Returns:
        (V, width) float32, standard deviation 0.03.
    """
    rows = torch.zeros(len(tokenizer.encoder), MiniLM.dim)
    for word, index in tokenizer.encoder.items():
        letters = word.removesuffix("</w>")
        readable = bytes(tokenizer.byte_decoder.get(letter, 32) for letter in letters).decode("utf-8", errors="ignore").strip()
        pieces = teacher.word_pieces(readable)[1:-1]
        if pieces:
            rows[index] = teacher.piece_embeddings[pieces].mean(dim=0)
    rows -= rows.mean(dim=0)
    _, _, axes = torch.linalg.svd(rows, full_matrices=False)
    main: Tensor = rows @ axes[:width].T
    return main / main.std() * 0.03


def text_features(model: nn.Module, ids: Tensor) -> Tensor:
    """open_clip's ``encode_text`` on sentences shorter than the context: (B, L) ids to (B, D), the same numbers for less work."""
    length = ids.shape[1]
    clip: Any = model
    x = clip.token_embedding(ids) + clip.positional_embedding[:length]  # (B, L, C)
    x = clip.transformer(x, attn_mask=clip.attn_mask[:length, :length])
    x = clip.ln_final(x)[torch.arange(len(ids)), ids.argmax(dim=-1)]  # (B, C) at the end-of-text mark
    features: Tensor = x @ clip.text_projection
    return features


def loss_of(features: Tensor, wanted: Tensor) -> Tensor:
    """(1 - cosine) + 0.3 KL between the batch's similarity rows, both at temperature 0.05."""
    features = functional.normalize(features, dim=-1)
    cosine = (features * wanted).sum(dim=-1).mean()
    rows = functional.log_softmax(features @ wanted.T / _TEMPERATURE, dim=-1)
    truth = functional.log_softmax(wanted @ wanted.T / _TEMPERATURE, dim=-1)
    return 1 - cosine + 0.3 * functional.kl_div(rows, truth, log_target=True, reduction="batchmean")


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """How long and how fast the tower learns."""

    epochs: int = 4
    batch: int = 384
    learning_rate: float = 2e-3
    warm_up: int = 100
    """Steps over which the rate rises."""
    loose: float = 0.2
    """Share of texts whose words are cut differently each epoch (BPE-dropout)."""


def _encode(texts: Sequence[Text], loose: LooseEncoder, share: float, rng: random.Random, limit: int) -> list[list[int]]:
    tokenizer = loose.tokenizer
    out = []
    for text in texts:
        ids = loose.encode(text.text) if rng.random() < share else tokenizer.encode(text.text)
        out.append([tokenizer.sot_token_id, *ids[: limit - 2], tokenizer.eot_token_id])
    return out


def _batches(ids: Sequence[list[int]], size: int, rng: random.Random) -> Iterator[tuple[list[int], Tensor]]:
    """Batches of like length, in random order: (indices, (B, L) ids padded with 0)."""
    order = list(range(len(ids)))
    rng.shuffle(order)
    chunk = size * 16
    groups = []
    for start in range(0, len(order), chunk):
        near = sorted(order[start : start + chunk], key=lambda index: len(ids[index]))
        groups += [near[at : at + size] for at in range(0, len(near), size)]
    rng.shuffle(groups)
    for group in groups:
        length = max(len(ids[index]) for index in group)
        padded = torch.zeros(len(group), length, dtype=torch.long)
        for row, index in enumerate(group):
            padded[row, : len(ids[index])] = torch.tensor(ids[index])
        yield group, padded


def text_parameters(model: nn.Module) -> list[nn.Parameter]:
    """The parameters the text side alone reads."""
    return [value for name, value in model.named_parameters() if not name.startswith("visual.") and not name.startswith("logit")]


def train(
    model: nn.Module, texts: Sequence[Text], wanted: Tensor, tokenizer: SimpleTokenizer, schedule: Schedule, rng: random.Random
) -> Iterator[str]:
    """Trains the text side in place; yields a line of progress per epoch."""
    parameters = text_parameters(model)
    optimizer = torch.optim.AdamW(parameters, lr=schedule.learning_rate, weight_decay=0.01, betas=(0.9, 0.98))
    limit = int(model.context_length)  # type: ignore[arg-type]
    total = schedule.epochs * math.ceil(len(texts) / schedule.batch)
    loose = LooseEncoder(tokenizer, rng)
    step = 0
    for epoch in range(schedule.epochs):
        ids = _encode(texts, loose, schedule.loose, rng, limit)
        running = 0.0
        for count, (group, padded) in enumerate(_batches(ids, schedule.batch, rng), start=1):
            step += 1
            rate = min(1.0, step / schedule.warm_up) * 0.5 * (1 + math.cos(math.pi * min(1.0, step / total)))
            for settings in optimizer.param_groups:
                settings["lr"] = schedule.learning_rate * rate
            loss = loss_of(text_features(model, padded), wanted[group])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            running += (loss.item() - running) / count
        yield f"epoch {epoch + 1}/{schedule.epochs}: loss {running:.4f}"


@torch.no_grad()
def set_norm(projection: Iterable[Tensor], features: Tensor) -> None:
    """Scales an output projection (weight, and bias if any) in place so that these raw features would have the mean length wanted."""
    factor = FEATURE_NORM / features.norm(dim=-1).mean()
    for value in projection:
        value *= factor


def recall(features: Tensor, truth: Tensor) -> dict[str, float]:
    """Share of (n, D) rows whose own (n, D) target is the nearest one (R@1) or among the ten nearest (R@10)."""
    similarity = functional.normalize(features, dim=-1) @ functional.normalize(truth, dim=-1).T
    right = similarity.diagonal()[:, None]
    rank = (similarity > right).sum(dim=1)
    return {"R@1": (rank < 1).float().mean().item(), "R@10": (rank < 10).float().mean().item()}
