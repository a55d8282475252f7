"""A small vocabulary for a small tower: the merges of CLIP's byte-pair encoding that a corpus uses most."""

import gzip
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import open_clip
from open_clip.tokenizer import SimpleTokenizer

Pair = tuple[str, str]
SPARE_WORDS = 514
"""Vocabulary entries beside the merges: 256 bytes, each also as a word's end, and the two marks of start and end."""


def split(word: Sequence[str], ranks: Mapping[Pair, int], *, used: Counter[Pair] | None = None, weight: int = 1, skip: float = 0.0,
          rng: random.Random | None = None) -> tuple[str, ...]:  # fmt: skip
    """Applies byte-pair merges to one word, lowest rank first.

    Args:
        word: its letters (bytes as CLIP writes them), the last with ``</w>``.
        ranks: order of the merges.
        used: counts up each merge applied, by ``weight``.
        skip: chance that an applicable merge is passed over (BPE-dropout, Provilkov et al. 2020), drawn from ``rng``.
    """
    parts = tuple(word)
    while len(parts) > 1:
        best, lowest = None, len(ranks)
        for pair in pairwise(parts):
            rank = ranks.get(pair, lowest)
            if rank < lowest and not (rng and rng.random() < skip):
                best, lowest = pair, rank
        if best is None:
            break
        if used is not None:
            used[best] += weight
        merged: list[str] = []
        for part in parts:
            if merged and (merged[-1], part) == best:
                merged[-1] += part
            else:
                merged.append(part)
        parts = tuple(merged)
    return parts


def _letters(tokenizer: SimpleTokenizer, word: str) -> list[str]:
    letters = [tokenizer.byte_encoder[byte] for byte in word.encode("utf-8")]
    return [*letters[:-1], letters[-1] + "</w>"]


def _words(tokenizer: SimpleTokenizer, text: str) -> list[str]:
    return list(tokenizer.pat.findall(tokenizer.clean_fn(text)))


def choose(texts: Iterable[str], count: int) -> list[Pair]:
    """Returns the ``count`` merges of CLIP's vocabulary that the texts apply most often, in CLIP's order.

    A merge is applied at least as often as any built on it, so the choice needs no repair.
    """
    tokenizer = SimpleTokenizer()
    words = Counter(word for text in texts for word in _words(tokenizer, text))
    used: Counter[Pair] = Counter()
    for word, weight in words.items():
        # A word met a hundred times is worth more than one met once, but not a hundred times more.
        split(_letters(tokenizer, word), tokenizer.bpe_ranks, used=used, weight=1 + min(weight, 20))
    best = sorted(used, key=lambda pair: (-used[pair], tokenizer.bpe_ranks[pair]))[:count]
    return sorted(best, key=tokenizer.bpe_ranks.__getitem__)


def save(merges: Sequence[Pair], path: Path) -> None:
    """Writes merges as open_clip reads them: a heading, then one pair a line, without a last line end, which would be read as a merge."""
    lines = ["#version: 0.2", *(" ".join(pair) for pair in merges)]
    # No file name and no date inside, so that equal merges give equal bytes.
    path.write_bytes(gzip.compress("\n".join(lines).encode("utf-8"), mtime=0))


def tokenizer_of(folder: Path, context_length: int) -> SimpleTokenizer:
    """Returns open_clip's tokenizer over the merges saved in ``folder``."""
    return open_clip.get_tokenizer(f"local-dir:{folder}", bpe_path=str(folder / "bpe.txt.gz"), context_length=context_length)


class LooseEncoder:
    """Encodes texts while passing over merges at random, so that every part of a word is trained and a typing error is survivable."""

    def __init__(self, tokenizer: SimpleTokenizer, rng: random.Random, skip: float = 0.15) -> None:
        self.tokenizer = tokenizer
        self._rng, self._skip = rng, skip
        self._words = lru_cache(maxsize=None)(lambda text: _words(tokenizer, text))
        self._letters = lru_cache(maxsize=None)(lambda word: _letters(tokenizer, word))
        self._whole = lru_cache(maxsize=None)(self._ids)

    def _ids(self, word: str) -> list[int]:
        letters = "".join(self.tokenizer.byte_encoder[byte] for byte in word.encode("utf-8"))
        return [self.tokenizer.encoder[part] for part in self.tokenizer.bpe(letters).split(" ")]

    def whole(self, text: str) -> list[int]:
        """Returns what the tokenizer itself makes of ``text``; the words it finds are kept for ``encode``, since cleaning takes longest."""
        return [part for word in self._words(text) for part in self._whole(word)]

    def encode(self, text: str) -> list[int]:
        """Returns the ids of ``text`` without start and end."""
        ranks = self.tokenizer.bpe_ranks
        parts = (split(self._letters(word), ranks, skip=self._skip, rng=self._rng) for word in self._words(text))
        return [self.tokenizer.encoder[part] for word in parts for part in word]
