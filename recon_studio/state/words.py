"""What can happen in the Words room, and what its table and matrix hold: pure functions of the state."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from recon_model import lexicon
from recon_model.lexicon import Name, plain
from recon_model.templates import SETS, fill
from recon_studio.state.app_state import AppState, Model, Score
from recon_studio.state.embeddings import Embeddings
from recon_studio.state.wording import OWN, Floats, Found, Labelled, LibraryRanking, Picture, Search, Verdict, Wording

CLEARLY = 0.1
"""A taught name that was not asked for is told where its cosine is that much above those on offer: near names differ by less."""

Indices = npt.NDArray[np.int64]

# ---------------------------------------------------------------- names and templates


def edit(state: AppState, text: str) -> AppState:
    """Offers what a text says; lines that cannot be understood stay in the text and are left out of the ranking."""
    return reword(state, replace(state.words.wording, text=text))


def choose_templates(state: AppState, templates: str) -> AppState:
    """Puts the names into other sentences."""
    return reword(state, replace(state.words.wording, templates=templates))


def edit_templates(state: AppState, own: str) -> AppState:
    """Writes templates of one's own."""
    return reword(state, replace(state.words.wording, own=own))


def reword(state: AppState, wording: Wording) -> AppState:
    """Puts other wording in place; the names on offer are those it says."""
    names = tuple(name.name for name in wording.lexicon.names)
    return replace(state, names=names, words=replace(state.words, wording=wording))


def asked_names(state: AppState) -> tuple[Name, ...]:
    """Returns the names to ask the model with."""
    return state.words.wording.lexicon.names


def shown_templates(state: AppState) -> tuple[str, ...]:
    """Returns the templates chosen, as they stand; of one's own those that can be read."""
    wording = state.words.wording
    if wording.templates == OWN:
        return tuple(line.strip() for line in wording.own.splitlines() if line.strip())
    if wording.templates != "default":
        return SETS[wording.templates]
    card = state.model.card if state.model is not None else {}
    return tuple(card.get("templates") or SETS["published"])


def example(template: str, name: str) -> str:
    """Returns a template with a name in it, or as it stands where it has no place for one."""
    return fill(template, name) if "{}" in template else template


# ---------------------------------------------------------------- answers


def show_verdict(
    state: AppState,
    scores: tuple[Score, ...],
    margin: float | None,
    entropy: float,
    unlike: float | None,
    closest: tuple[str, float] | None = None,
    rather: tuple[str, float] | None = None,
) -> AppState:
    """Shows names, best first, with what the ranking is worth."""
    verdict = Verdict(scores, margin, entropy, unlike, closest, rather)
    return replace(state, scores=scores, words=replace(state.words, verdict=verdict, failure=""))


def fail(state: AppState, sentence: str) -> AppState:
    """Says why the names cannot be ranked."""
    return replace(state, scores=(), words=replace(state.words, failure=sentence))


def verdict(state: AppState) -> Verdict | None:
    """Returns what the ranking shown is worth; None where none is shown."""
    found = state.words.verdict
    return found if found is not None and found.scores is state.scores and state.scores else None


def head_labels(model: Model | None) -> tuple[str, ...]:
    """Returns the labels that a model's fine-tuned head tells apart; empty where it has none."""
    card = model.card if model is not None else {}
    return tuple(map(str, card.get("classes") or ())) if card.get("kind") == "classifier" else ()


def show_labels(state: AppState, labelled: Labelled) -> AppState:
    """Shows what the fine-tuned head calls a cloud."""
    return replace(state, words=replace(state.words, labelled=labelled))


def labelled(state: AppState) -> Labelled | None:
    """Returns what the fine-tuned head calls the cloud shown; None where that is not known."""
    found = state.words.labelled
    return found if found is not None and found.prepared is state.prepared else None


def better_name(found: Verdict) -> tuple[str, float] | None:
    """Returns the taught name, and its cosine, that fits clearly better than any of those on offer; None where there is none."""
    if found.closest is None or found.closest[0] in {score.name for score in found.scores}:
        return None
    return found.closest if found.closest[1] > found.scores[0].similarity + CLEARLY else None


def untaught(state: AppState) -> tuple[str, ...]:
    """Returns the names on offer that the model knows by words alone: no shape taught them; none where its card lists no names."""
    return lexicon.untaught(asked_names(state), state.model.card if state.model is not None else {})


def unlike_from(state: AppState) -> float | None:
    """Returns from where on a cloud counts as unlike anything known; None where the model's card holds no scale."""
    entry: dict[str, Any] = (state.model.card.get("unlike") if state.model is not None else None) or {}
    return float(entry.get("threshold", 0.95)) if entry.get("energies") else None


def show_ranking(state: AppState, ranking: LibraryRanking | None) -> AppState:
    """Shows the ranked library; the cell it was narrowed to goes where the names have changed."""
    words = state.words
    kept = words.cell if ranking is not None and words.ranking is not None and ranking.names == words.ranking.names else None
    return replace(state, words=replace(words, ranking=ranking, cell=kept))


def narrow(state: AppState, cell: tuple[str, str] | None) -> AppState:
    """Narrows the table to a cell of the confusion matrix."""
    return replace(state, words=replace(state.words, cell=cell))


# ---------------------------------------------------------------- searching


def search(state: AppState, wanted: Search | None, picture: Picture | None = None) -> AppState:
    """Begins to look for something else, or for nothing."""
    return replace(state, words=replace(state.words, search=wanted, found=None, picture=picture, cell=None))


def show_picture(state: AppState, picture: Picture) -> AppState:
    """Shows the picture that is looked for."""
    return replace(state, words=replace(state.words, picture=picture))


def show_found(state: AppState, found: Found) -> AppState:
    """Shows how well the library fits, if that is still looked for."""
    return replace(state, words=replace(state.words, found=found)) if state.words.search == found.search else state


def neighbours(embeddings: Embeddings, key: str) -> Floats | None:
    """Cosines (n,) of every cloud with one of them, by what words are compared with where the model has it; None where it is not embedded.

    On our measurements that feature finds clouds of the same name more often than the map's does.
    """
    if key not in embeddings.keys:
        return None
    features = embeddings.projected if embeddings.projected is not None else embeddings.features
    lengths = np.maximum(np.sqrt(np.einsum("nd,nd->n", features, features)), 1e-12)
    row = embeddings.keys.index(key)
    return np.asarray(features @ features[row] / (lengths * lengths[row]), np.float32)


# ---------------------------------------------------------------- confusion


@dataclass(frozen=True, eq=False)
class Confusion:
    """Labelled clouds by their label and the name they were given."""

    labels: tuple[str, ...]
    names: tuple[str, ...]
    counts: Indices  # (labels, names)
    of_name: tuple[int, ...]
    """For each label the place of the name it means; -1 where none on offer does."""

    @property
    def clouds(self) -> int:
        """Clouds whose label is on offer."""
        return int(sum(self.counts[row].sum() for row, place in enumerate(self.of_name) if place >= 0))

    @property
    def right(self) -> int:
        """Clouds that were given the name their label means."""
        return int(sum(self.counts[row, place] for row, place in enumerate(self.of_name) if place >= 0))


def confusion(ranking: LibraryRanking, names: Sequence[Name]) -> Confusion | None:
    """Counts labelled clouds; None where no label is on offer.

    A label means a name when it is the name or one of its synonyms, whatever their case, blanks and underscores. Labels that are not
    on offer stand below the others, for what they were called instead is worth seeing.
    """
    place = {plain(phrase): index for index, name in reversed(list(enumerate(names))) for phrase in name.phrases}
    labels = ranking.embeddings.labels
    found = {label: place.get(plain(label), -1) for label in dict.fromkeys(labels) if label}
    if ranking.names != tuple(name.name for name in names) or all(index < 0 for index in found.values()):
        return None
    shown = sorted(found, key=lambda label: (found[label] < 0, found[label], label))
    row_of = {label: row for row, label in enumerate(shown)}
    rows = np.array([row_of.get(label, -1) for label in labels], np.int64)
    counts = np.zeros((len(shown), len(names)), np.int64)
    labelled = rows >= 0
    np.add.at(counts, (rows[labelled], ranking.best[labelled]), 1)
    return Confusion(tuple(shown), ranking.names, counts, tuple(found[label] for label in shown))
