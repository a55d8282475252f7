"""Teaching a small CLIP text transformer what MiniLM says of each sentence, less what all sentences of its form share."""

import math
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import torch
from open_clip.tokenizer import SimpleTokenizer
from torch import Tensor, nn
from torch.nn import functional

from recon_model.devices import multiplies_bfloat16
from recon_model.teachers.distillation.corpus import PLAIN_FORM, Text
from recon_model.teachers.distillation.merges import LooseEncoder
from recon_model.teachers.distillation.minilm import MiniLM

_RARE_FORM = 100
_TEMPERATURE = 0.05
_DEFINED = 0.7
"""Weight of what a noun's definitions say beside what the teacher says of the noun."""
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
    return _with_meanings(centred, texts, teacher)


def _with_meanings(centred: Tensor, texts: Sequence[Text], teacher: MiniLM) -> Tensor:
    """Adds to each target what the noun means: that a hatchet is "a small ax" the teacher itself hardly knows."""
    wanted = {text.meanings for text in texts if text.meanings}
    glosses = list(dict.fromkeys(gloss for meanings in sorted(wanted) for gloss, _ in meanings))
    if not glosses:
        return centred
    said = teacher.encode(glosses)
    said = functional.normalize(said - said.mean(dim=0), dim=-1)
    place = {gloss: index for index, gloss in enumerate(glosses)}
    meant = {meanings: sum(weight * said[place[gloss]] for gloss, weight in meanings) for meanings in wanted}
    rows = [index for index, text in enumerate(texts) if text.meanings]
    added = functional.normalize(torch.stack([torch.as_tensor(meant[texts[row].meanings]) for row in rows]), dim=-1)
    centred[rows] = functional.normalize(centred[rows] + _DEFINED * added, dim=-1)
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
    x = clip.ln_final(x)[torch.arange(len(ids), device=ids.device), ids.argmax(dim=-1)]  # (B, C) at the end-of-text mark
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

    epochs: int = 10
    batch: int = 384
    learning_rate: float = 2e-3
    warm_up: int = 100
    """Steps over which the rate rises."""
    loose: float = 0.2
    """Share of texts whose words are cut differently each epoch (BPE-dropout)."""


class Lessons:
    """The ids of all texts, of which a share is cut anew each epoch and the rest was cut once: cutting is pure Python."""

    def __init__(self, texts: Sequence[Text], tokenizer: SimpleTokenizer, share: float, rng: random.Random, limit: int) -> None:
        self._texts, self._share, self._rng, self._limit = texts, share, rng, limit
        self._encoder = LooseEncoder(tokenizer, rng)
        self._whole = self._padded([self._encoder.whole(text.text) for text in texts])

    def _padded(self, texts: Sequence[list[int]]) -> Tensor:
        tokenizer = self._encoder.tokenizer
        rows = [[tokenizer.sot_token_id, *ids[: self._limit - 2], tokenizer.eot_token_id] for ids in texts]
        lengths = torch.tensor([len(row) for row in rows], dtype=torch.long)
        padded = torch.zeros(len(rows), self._limit, dtype=torch.long)
        padded[torch.arange(self._limit) < lengths[:, None]] = torch.tensor(list(chain.from_iterable(rows)), dtype=torch.long)
        return padded

    def epoch(self) -> Tensor:
        """(n, limit) ids padded with 0."""
        loose = [index for index in range(len(self._texts)) if self._rng.random() < self._share]
        ids = self._whole.clone()
        ids[torch.tensor(loose, dtype=torch.long)] = self._padded([self._encoder.encode(self._texts[index].text) for index in loose])
        return ids


def batches(ids: Tensor, size: int, rng: random.Random, device: torch.device) -> Iterator[tuple[Tensor, Tensor]]:
    """Batches of like length, in random order: (B,) rows and their (B, L) ids.

    All of them are on the device before the first: a batch then costs no copy, and nothing waits for the device.
    """
    shuffled = list(range(len(ids)))
    rng.shuffle(shuffled)
    order, lengths = torch.tensor(shuffled), ids.argmax(dim=1) + 1  # the mark at the end has the largest number
    chunk = torch.arange(len(ids)) // (size * 16)
    order = order[torch.argsort(chunk * (ids.shape[1] + 1) + lengths[order], stable=True)]
    longest = [int(lengths[group[-1]]) for group in order.split(size)]
    places = list(range(len(longest)))
    rng.shuffle(places)
    ids, groups = ids.to(device), order.to(device).split(size)
    for place in places:
        yield groups[place], ids[groups[place], : longest[place]]


def text_parameters(model: nn.Module) -> list[nn.Parameter]:
    """The parameters the text side alone reads."""
    return [value for name, value in model.named_parameters() if not name.startswith("visual.") and not name.startswith("logit")]


def train(
    model: nn.Module, texts: Sequence[Text], wanted: Tensor, tokenizer: SimpleTokenizer, schedule: Schedule, rng: random.Random
) -> Iterator[str]:
    """Trains the text side in place, on the device it is on; yields a line of progress per epoch."""
    parameters = text_parameters(model)
    device = parameters[0].device
    wanted = wanted.to(device)
    optimizer = torch.optim.AdamW(parameters, lr=schedule.learning_rate, weight_decay=0.01, betas=(0.9, 0.98), fused=True)
    limit = int(model.context_length)  # type: ignore[arg-type]
    total = schedule.epochs * math.ceil(len(texts) / schedule.batch)
    lessons = Lessons(texts, tokenizer, schedule.loose, rng, limit)
    half = device.type == "cpu" and multiplies_bfloat16(device)  # two thirds of the time; a GPU waits for small kernels anyway
    step = 0
    for epoch in range(schedule.epochs):
        losses = []
        for group, ids in batches(lessons.epoch(), schedule.batch, rng, device):
            step += 1
            rate = min(1.0, step / schedule.warm_up) * 0.5 * (1 + math.cos(math.pi * min(1.0, step / total)))
            for settings in optimizer.param_groups:
                settings["lr"] = schedule.learning_rate * rate
            with torch.autocast(device.type, torch.bfloat16, enabled=half):
                features = text_features(model, ids)
            loss = loss_of(features.float(), wanted[group])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            losses.append(loss.detach())  # read once an epoch: reading waits for the device
        yield f"epoch {epoch + 1}/{schedule.epochs}: loss {torch.stack(losses).mean().item():.4f}"


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
