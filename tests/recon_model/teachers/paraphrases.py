"""Ways of saying names without using them, in ``paraphrases.csv``: written before the tower was trained and never tuned on.

``recon evaluate words --data tests/recon_model/teachers/paraphrases.csv`` measures a model by them.
"""

import csv
from pathlib import Path

FILE = Path(__file__).with_name("paraphrases.csv")


def _pairs(kind: str) -> tuple[tuple[str, str], ...]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple((row["phrase"], row["name"]) for row in csv.DictReader(file) if row["kind"] == kind)


DESCRIPTIONS, SYNONYMS, PLURALS = _pairs("description"), _pairs("synonym"), _pairs("plural")
NAMES = tuple(sorted({name for _, name in (*DESCRIPTIONS, *SYNONYMS, *PLURALS)}))
