"""What can happen to explanations, and what follows from a state: pure functions."""

from dataclasses import replace

import numpy as np

from recon_studio.state import trying
from recon_studio.state.app_state import AppState, Attention, AttentionQuery, Token
from recon_studio.state.explain import (
    Answer,
    Colouring,
    Explain,
    Flags,
    Floats,
    Maps,
    Measured,
    Method,
    Occlusion,
    Page,
    Question,
    Refusal,
    Relevance,
    Topic,
)

QUERIES: tuple[Token, ...] = ("cls", "img", "text")
"""Tokens of the query stream, in the order of the rows of ``Maps.cross``."""
PAGE_TOPIC: dict[Page, Topic] = {
    "occlusion": "occlusion",
    "curves": "curves",
    "ratios": "ratios",
    "phrase": "phrase",
    "robustness": "robustness",
}
COLOURING_TOPIC: dict[Colouring, Topic] = {"occlusion": "occlusion", "relevance": "phrase", "phrase_occlusion": "phrase"}

# ---------------------------------------------------------------- attention


def show_maps(state: AppState, maps: Maps | None) -> AppState:
    """Takes in all attention, and looks up where the asked token looks."""
    return look(replace(state, explain=replace(state.explain, maps=maps)))


def look(state: AppState) -> AppState:
    """Looks up where the asked token looks; nothing is shown where it has no such token."""
    maps, prepared = state.explain.maps, state.prepared
    if maps is None or prepared is None or maps.key != prepared.key:
        return replace(state, attention=None)
    weights = weights_of(maps, state.query)
    attention = None if weights is None else Attention(maps.key, state.query, weights, maps.hidden)
    return replace(state, attention=attention)


def weights_of(maps: Maps, query: AttentionQuery) -> Floats | None:
    """Returns where the asked token looks (G,), less where the other token looks if there is one; None where one of them is not there."""
    first = row_of(maps, query.token, query.patch, query)
    if first is None or query.minus is None:
        return first
    second = row_of(maps, query.minus, query.minus_patch, query)
    if second is None:
        return None
    apart: Floats = first - second
    return apart


def row_of(maps: Maps, token: Token, patch: int, query: AttentionQuery) -> Floats | None:
    """Returns one token's row (G,): of the query's layer and head, or rolled out; None where there is no such token.

    A hidden patch has no token in the encoder: its mask token is asked, in the decoder. "mask" is the mean over all mask tokens.
    """
    place = _place(maps, token, patch)
    if place is None:
        return None
    if query.rollout:
        return _rolled(maps, token, patch)
    blocks = blocks_of(maps, token, patch)
    assert blocks is not None
    block = blocks[within(query.layer, len(blocks))]
    head = query.head if query.head < len(block) else -1
    rows = block.mean(0) if head < 0 else block[head]
    row = np.zeros(len(maps.hidden), np.float32)
    columns = np.append(maps.visible, maps.masked) if is_decoded(maps, token, patch) else maps.visible
    row[columns] = rows[place].mean(0)
    return row


def _place(maps: Maps, token: Token, patch: int) -> list[int] | None:
    """The rows that ask, of the token's blocks."""
    if token in QUERIES:
        return [QUERIES.index(token)]
    shown = len(maps.visible)
    if token == "mask":
        return list(range(shown, shown + len(maps.masked))) if maps.decoder is not None and len(maps.masked) else None
    if not 0 <= patch < len(maps.hidden):
        return None
    if not maps.hidden[patch]:
        return [int(np.searchsorted(maps.visible, patch))]
    return None if maps.decoder is None else [shown + int(np.searchsorted(maps.masked, patch))]


def _rolled(maps: Maps, token: Token, patch: int) -> Floats | None:
    if token in QUERIES:
        row: Floats = maps.rollout_queries[QUERIES.index(token)]
        return row
    if not is_decoded(maps, token, patch):
        row = maps.rollout_patches[patch]
        return row
    if maps.rollout_masks is None:
        return None
    row = maps.rollout_masks[maps.masked].mean(0) if token == "mask" else maps.rollout_masks[patch]
    return row


def is_decoded(maps: Maps, token: Token, patch: int) -> bool:
    """Whether a token is one of the decoder's: a mask token."""
    return token == "mask" or (token == "patch" and 0 <= patch < len(maps.hidden) and bool(maps.hidden[patch]))


def blocks_of(maps: Maps, token: Token, patch: int) -> Floats | None:
    """Returns the attention that a token's rows are in: (L, H, rows, columns); None where the decoder's is needed and not there."""
    if token in QUERIES:
        return maps.cross
    return maps.decoder if is_decoded(maps, token, patch) else maps.patches


def within(layer: int, depth: int) -> int:
    """Returns a layer, counted from 0, that a stack of this depth has: the last one where it is too short."""
    return layer % depth if -depth <= layer < depth else depth - 1


def looked_at(maps: Maps, query: AttentionQuery) -> Flags:
    """Returns which patches (G,) the asked tokens could look at: in the encoder the visible ones, in the decoder all. Rollouts reach what
    entered the encoder only."""
    decoded = is_decoded(maps, query.token, query.patch) and not query.rollout
    if query.minus is not None:
        decoded |= is_decoded(maps, query.minus, query.minus_patch) and not query.rollout
    return np.ones_like(maps.hidden) if decoded else ~maps.hidden


# ---------------------------------------------------------------- what is looked at


def _with(state: AppState, explain: Explain) -> AppState:
    return replace(state, explain=explain)


def open_drawer(state: AppState, is_open: bool) -> AppState:
    """Opens or closes the drawer under the views."""
    return _with(state, replace(state.explain, open=is_open))


def turn_to(state: AppState, page: Page) -> AppState:
    """Opens the drawer at a page."""
    return _with(state, replace(state.explain, open=True, page=page))


def colour_by(state: AppState, colouring: Colouring) -> AppState:
    """Lets the attention view show another explanation."""
    return _with(state, replace(state.explain, colouring=colouring))


def set_phrase(state: AppState, phrase: str) -> AppState:
    """Asks about another phrase; an empty one is the name ranked best."""
    return _with(state, replace(state.explain, phrase=" ".join(phrase.split())))


def set_method(state: AppState, method: Method) -> AppState:
    """Follows the score of a phrase back another way."""
    return _with(state, replace(state.explain, method=method))


def set_measured(state: AppState, measured: Measured) -> AppState:
    """Measures something else along the curves."""
    return _with(state, replace(state.explain, measured=measured))


# ---------------------------------------------------------------- long questions


def question(state: AppState, topic: Topic) -> Question | None:
    """Returns the question on a topic as the state poses it; None where it cannot be posed yet, see ``why_not``."""
    prepared, model, maps = state.prepared, state.model, state.explain.maps
    if prepared is None or model is None or maps is None or maps.key != prepared.key or why_not(state, topic):
        return None
    about = Question(topic, prepared.key, model.name)
    if topic == "ratios":
        return about
    if topic == "robustness":
        explain = state.explain
        others = replace(explain.damage.at(explain.varied, 0.0), seed=0)
        return replace(about, method=explain.varied, damage=others, wording=state.words.wording, up=trying.way_up(state))
    if topic == "phrase":
        return replace(about, names=phrase_names(state), method=state.explain.method)
    if topic == "curves" and state.explain.measured == "phrase":
        return replace(about, names=phrase_names(state))
    return replace(about, hidden=maps.hidden.tobytes())


def why_not(state: AppState, topic: Topic) -> str:
    """Says why a question cannot be posed; nothing where it can."""
    maps = state.explain.maps
    if state.prepared is None or maps is None:
        return "Open a cloud first."
    if topic == "robustness":
        wording = state.words.wording
        return wording.template_problem() or ("" if wording.lexicon.names else "Write names under Words first.")
    if topic == "phrase" or (topic == "curves" and state.explain.measured == "phrase"):
        return "" if phrase_names(state) else "Type a phrase, or names under Words."
    if topic != "ratios" and not maps.hidden.any():
        return "Nothing is hidden, so there is no error to measure: hide some patches."
    if topic != "ratios" and (~maps.hidden).sum() < 2:
        return "Only one patch is visible, and it cannot be left out: show another."
    return ""


def phrase_names(state: AppState) -> tuple[str, ...]:
    """Returns the phrase asked about and the other names, which it stands against; nothing where there is no name at all."""
    best = state.scores[0].name if state.scores else next(iter(state.names), "")
    phrase = state.explain.phrase or best
    return (phrase, *(name for name in state.names if name != phrase)) if phrase else ()


def wanted(state: AppState) -> tuple[Question, ...]:
    """Returns the questions whose answers are to be seen: of the open page, and of what colours the attention view."""
    explain = state.explain
    topics = [PAGE_TOPIC.get(explain.page)] if explain.open else []
    topics.append(COLOURING_TOPIC.get(explain.colouring))
    posed = (question(state, topic) for topic in dict.fromkeys(topics) if topic is not None)
    return tuple(each for each in posed if each is not None)


def unanswered(state: AppState) -> tuple[Question, ...]:
    """Returns the wanted questions that have neither answer nor refusal yet."""
    return tuple(asked for asked in wanted(state) if all(known.asked != asked for known in state.explain.answers))


def put_answer(state: AppState, answer: Answer | Refusal) -> AppState:
    """Keeps an answer in place of the last one on its topic."""
    kept = tuple(each for each in state.explain.answers if each.asked.topic != answer.asked.topic)
    return _with(state, replace(state.explain, answers=(*kept, answer)))


def forget(state: AppState, topic: Topic) -> AppState:
    """Drops what is known on a topic, so that it is asked again."""
    return _with(state, replace(state.explain, answers=tuple(each for each in state.explain.answers if each.asked.topic != topic)))


def last_answer(state: AppState, topic: Topic) -> Answer | Refusal | None:
    """Returns the last answer on a topic that is about this cloud, even if the mask or the phrase has changed since."""
    prepared = state.prepared
    found = next((each for each in state.explain.answers if each.asked.topic == topic), None)
    return found if found is not None and prepared is not None and found.asked.key == prepared.key else None


def current(state: AppState, topic: Topic) -> Answer | Refusal | None:
    """Returns the answer to the question on a topic as it is posed now."""
    found = last_answer(state, topic)
    return found if found is not None and found.asked == question(state, topic) else None


def occlusion(state: AppState) -> Occlusion | None:
    """Returns how much each patch helps now, where that is known."""
    found = current(state, "occlusion")
    return found if isinstance(found, Occlusion) else None


def relevance(state: AppState) -> Relevance | None:
    """Returns what each patch does for the present phrase, where that is known."""
    found = current(state, "phrase")
    return found if isinstance(found, Relevance) else None
