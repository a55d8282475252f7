"""The ranked library as a table: one row a cloud, sorted and narrowed by numpy, so that thousands of rows cost milliseconds."""

import csv
import io
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np
import numpy.typing as npt

from recon_model.lexicon import plain
from recon_studio.state.app_state import AppState
from recon_studio.state.embeddings import CloudKey, Embeddings
from recon_studio.state.wording import Floats, LibraryRanking
from recon_studio.state.words import asked_names, unlike_from

Indices = npt.NDArray[np.int64]

WORDS = ("cloud", "label", "name", "head")
NUMBERS = ("match", "score", "share", "margin", "entropy", "unlike")


@dataclass(frozen=True, eq=False)
class CloudTable:
    """n clouds in the library's order."""

    embeddings: Embeddings
    words: dict[str, tuple[str, ...]]
    """By each of ``WORDS``, n texts; "name" is the best one, "" before anything is ranked, "head" what a fine-tuned head says."""
    numbers: dict[str, Floats]
    """By those of ``NUMBERS`` that are known, (n,)."""
    wrong: npt.NDArray[np.bool_]
    """(n,) whether the label is on offer and another name fits better."""
    unlike: npt.NDArray[np.bool_]
    """(n,) whether it is unlike anything the model knows."""
    best_first: bool
    """Whether something is looked for: then the best match stands first."""

    def __len__(self) -> int:
        return len(self.embeddings)

    def order(self, column: str = "", descending: bool = False, text: str = "", cell: tuple[str, str] | None = None) -> Indices:
        """Returns the rows to show, in order.

        Args:
            column: sorted by; "" is the library's order, or the best match first while something is looked for.
            descending: whether the largest stands first; rows without a number stand last either way.
            text: kept are rows whose cloud, label or name holds it.
            cell: kept are rows of this label that were given this name.
        """
        kept = np.arange(len(self))
        if cell is not None:
            labels, names = self.words["label"], self.words["name"]
            kept = np.array([row for row in kept if (labels[row], names[row]) == cell], np.int64)
        if text:
            wanted = text.casefold()
            kept = np.array([row for row in kept if any(wanted in self.words[name][row].casefold() for name in WORDS)], np.int64)
        if not column and self.best_first:
            column, descending = "match", True
        if column in self.numbers:
            values = self.numbers[column][kept].astype(np.float64)
            return kept[np.argsort(np.where(np.isnan(values), np.inf, -values if descending else values), kind="stable")]
        if column in self.words:
            texts = np.array([self.words[column][row].casefold() for row in kept])
            _, ranks = np.unique(texts, return_inverse=True)
            return kept[np.argsort(-ranks if descending else ranks, kind="stable")]
        return kept


def table(state: AppState) -> CloudTable | None:
    """Returns the table of what is embedded; None before anything is.

    Of a library that is still growing, the clouds ranked so far are shown until the newer ones are ranked, too.
    """
    ranking, found = state.words.ranking, state.words.found
    embeddings = ranking.embeddings if ranking is not None else state.embeddings
    if embeddings is None or not len(embeddings):
        return None
    names = tuple(ranking.names[best] for best in ranking.best) if ranking is not None else ("",) * len(embeddings)
    shown = {item.key: item.name for item in state.items}
    numbers = _numbers(ranking) if ranking is not None else {}
    if found is not None and len(found.likeness) <= len(embeddings) and found.embeddings.keys == embeddings.keys[: len(found.likeness)]:
        numbers["match"] = np.concatenate([found.likeness, np.full(len(embeddings) - len(found.likeness), np.nan, np.float32)])
    words = {
        "cloud": tuple(cloud_name(key, shown) for key in embeddings.keys),
        "label": embeddings.labels,
        "name": names,
        "head": embeddings.labelled(),
    }
    limit = unlike_from(state)
    unlike = numbers["unlike"] >= limit if limit is not None and "unlike" in numbers else np.zeros(len(embeddings), np.bool_)
    return CloudTable(embeddings, words, numbers, _wrong(state, embeddings, names), unlike, "match" in numbers)


def _numbers(ranking: LibraryRanking) -> dict[str, Floats]:
    score = np.take_along_axis(ranking.scores, ranking.best[:, None], 1)[:, 0]
    numbers = {"score": score, "share": ranking.share, "margin": ranking.margin, "entropy": ranking.entropy}
    return numbers if ranking.unlike is None else {**numbers, "unlike": ranking.unlike}


def _wrong(state: AppState, embeddings: Embeddings, names: tuple[str, ...]) -> npt.NDArray[np.bool_]:
    means = {plain(phrase): name.name for name in reversed(asked_names(state)) for phrase in name.phrases}
    meant = {label: means.get(plain(label)) for label in set(embeddings.labels)}
    wrong = [name != "" and meant[label] is not None and meant[label] != name for label, name in zip(embeddings.labels, names, strict=True)]
    return np.array(wrong, np.bool_)


def cloud_name(key: str, shown: dict[str, str]) -> str:
    """Returns what a cloud is called: as in the library's list where it stands there, else by its file and place."""
    if key in shown:
        return shown[key]
    path, member = CloudKey.parse(key)
    return PurePath(path).name if member < 0 else f"{PurePath(path).name} {member + 1}"


def as_csv(shown: CloudTable, rows: Indices, ranking: LibraryRanking | None) -> str:
    """Returns the rows as a table with a heading: what the window shows, and every name's score."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    columns = [name for name in NUMBERS if name in shown.numbers]
    scores = () if ranking is None or ranking.embeddings is not shown.embeddings else ranking.names
    texts = [name for name in WORDS if name != "head" or shown.embeddings.head is not None]
    writer.writerow(["file", "member", *texts, *columns, *(f"score of {name}" for name in scores)])
    for row in rows:
        path, member = CloudKey.parse(shown.embeddings.keys[row])
        each = [f"{value:.6g}" for value in ranking.scores[row]] if scores and ranking is not None else []
        figures = [f"{shown.numbers[name][row]:.6g}" for name in columns]
        writer.writerow([path, member if member >= 0 else "", *(shown.words[name][row] for name in texts), *figures, *each])
    return out.getvalue()
