"""Explanations as numbers a patch, with what they mean: for the attention view, the heads side by side, and the matrix. Pure, no Qt."""

from dataclasses import dataclass, replace

import numpy as np

from recon_studio.scene.colours import Bytes, attention_map, diverging_map
from recon_studio.state import explaining
from recon_studio.state.app_state import AppState, AttentionQuery, Flags, Floats, Indices, Theme, Token
from recon_studio.state.explain import Maps, Occlusion, Refusal, Relevance
from recon_studio.state.explaining import QUERIES, blocks_of, is_decoded, within


# Values that hold arrays compare by identity.
@dataclass(frozen=True, eq=False)
class Explained:
    """One number a patch."""

    title: str  # of the view
    caption: str  # whose it is, and by which method
    values: Floats  # (G,); NaN where the patch played no part
    unit: str  # of the values, for the colour bar
    signed: bool = False  # whether zero is the middle of the scale
    plain: bool = False  # attention as it is, whose scale can be set by hand

    @property
    def span(self) -> tuple[float, float]:
        """The ends of the colour scale."""
        known = self.values[np.isfinite(self.values)]
        if not len(known):
            return 0.0, 0.0
        if self.signed:
            far = float(np.abs(known).max())
            return -far, far
        return float(known.min()), float(known.max())

    @property
    def absent(self) -> Flags:
        """Which patches (G,) played no part."""
        return np.isnan(self.values)

    def table(self, theme: Theme) -> Bytes:
        """Returns the (256, 3) colours of the scale."""
        return diverging_map(theme) if self.signed else attention_map(theme)


def explained(state: AppState) -> Explained | None:
    """Returns what the attention view shows; None while it is not known, see ``waits``."""
    prepared = state.prepared
    if prepared is None:
        return None
    match state.explain.colouring:
        case "occlusion":
            found = explaining.occlusion(state)
            return None if found is None else _occlusion(found)
        case "relevance":
            related = explaining.relevance(state)
            return None if related is None else _relevance(related)
        case "phrase_occlusion":
            related = explaining.relevance(state)
            return None if related is None else _phrase_occlusion(related)
    return _attention(state)


class Explanation:
    """``explained``, which hands out its last value again while what it depends on is the same."""

    def __init__(self) -> None:
        self._last: tuple[tuple[object, ...], Explained | None] = ((), None)

    def __call__(self, state: AppState) -> Explained | None:
        """Returns what the attention view shows."""
        explain = state.explain
        topic = explaining.COLOURING_TOPIC.get(explain.colouring)
        posed = explaining.question(state, topic) if topic is not None else None
        told = (state.prepared, state.attention, explain.colouring, explain.answers, explain.maps, state.model, posed)
        if told != self._last[0]:
            self._last = told, explained(state)
        return self._last[1]


def waits(state: AppState) -> str:
    """Says why the attention view has nothing to show: what it waits for, or what cannot be asked."""
    topic = explaining.COLOURING_TOPIC.get(state.explain.colouring)
    maps = state.explain.maps
    if topic is not None and maps is not None:
        found = explaining.current(state, topic)
        if isinstance(found, Refusal):
            return found.sentence
        return explaining.why_not(state, topic) or "Leaving out patches…"
    if maps is not None and state.attention is None:
        return (
            "Nothing is hidden, so there is no mask token" if "mask" in (state.query.token, state.query.minus) else "There is no such token"
        )
    return ""


def _attention(state: AppState) -> Explained | None:
    attention, maps = state.attention, state.explain.maps
    if attention is None or state.prepared is None or attention.key != state.prepared.key:
        return None
    seen = ~attention.hidden if maps is None or maps.hidden is not attention.hidden else explaining.looked_at(maps, attention.query)
    values = np.where(seen, attention.weights, np.nan).astype(np.float32)
    caption = describe_query(state, attention.query, maps)
    if attention.query.minus is not None:
        return Explained("Attention, difference", caption, values, "Δ attention weight", signed=True)
    if attention.query.rollout:
        return Explained("Attention rollout", caption, values, "share rolled out")
    return Explained("Attention", caption, values, "attention weight", plain=True)


def _occlusion(found: Occlusion) -> Explained:
    hidden = np.frombuffer(found.asked.hidden, dtype=np.bool_)
    values = np.where(hidden, np.nan, found.effect).astype(np.float32)
    caption = "orange: the error grows without it · leave-one-patch-out"
    return Explained("What each patch helps to rebuild", caption, values, "Δ squared Chamfer", signed=True)


def _relevance(found: Relevance) -> Explained:
    title = f"Relevance to '{found.asked.names[0]}'"
    return Explained(title, f"orange speaks for it · {found.method}", found.relevance, "part of the score", signed=True)


def _phrase_occlusion(found: Relevance) -> Explained:
    title = f"What each patch does for '{found.asked.names[0]}'"
    caption = "orange: the score falls without it · leave-one-patch-out"
    return Explained(title, caption, found.occlusion, "fall of the score", signed=True)


# ---------------------------------------------------------------- in words


def describe_query(state: AppState, query: AttentionQuery, maps: Maps | None) -> str:
    """Says whose attention it is: token, layer counted from 1, head."""
    who = describe_token(query.token, query.patch, maps)
    if query.minus is not None:
        who += f" − {describe_token(query.minus, query.minus_patch, maps)}"
    if query.rollout:
        return f"{who} · rolled out through all layers and heads"
    blocks = None if maps is None else blocks_of(maps, query.token, query.patch)
    depth = len(blocks) if blocks is not None else (state.model.depth if state.model is not None else None)
    layer = within(query.layer, depth) + 1 if depth else query.layer + 1
    stack = "decoder layer" if maps is not None and is_decoded(maps, query.token, query.patch) else "layer"
    of = f" of {depth}" if depth else ""
    return f"{who} · {stack} {layer}{of} · {describe_head(query.head)}"


def describe_token(token: Token, patch: int, maps: Maps | None) -> str:
    """Names a token."""
    if token == "mask":
        return "mask tokens, mean"
    if token == "patch":
        return f"mask token {patch}" if maps is not None and is_decoded(maps, token, patch) else f"patch {patch}"
    return token


def describe_head(head: int) -> str:
    """Names a head, counted from 1."""
    return "mean of heads" if head < 0 else f"head {head + 1}"


# ---------------------------------------------------------------- heads side by side


@dataclass(frozen=True, eq=False)
class Heads:
    """Where the asked token looks by each head of its layer, and first by their mean."""

    layer: int  # from 0
    depth: int
    decoded: bool
    rows: Floats  # (1 + H, G), NaN where a patch cannot be looked at
    chosen: int  # the row that is asked
    signed: bool

    @property
    def span(self) -> tuple[float, float]:
        """The ends of the colour scale that all share."""
        known = self.rows[np.isfinite(self.rows)]
        far = float(np.abs(known).max()) if len(known) else 0.0
        return (-far, far) if self.signed else (0.0, far)


def heads(state: AppState) -> Heads | None:
    """Returns the heads of the query's layer; None while there is nothing to show, and for a rollout, which goes through all of them."""
    maps, query = state.explain.maps, state.query
    if maps is None or query.rollout:
        return None
    blocks = blocks_of(maps, query.token, query.patch)
    if blocks is None:
        return None
    rows = [explaining.weights_of(maps, replace(query, head=head)) for head in range(-1, blocks.shape[1])]
    seen = explaining.looked_at(maps, query)
    known = [np.where(seen, row, np.nan) for row in rows if row is not None]
    if len(known) != len(rows):
        return None
    chosen = 1 + query.head if query.head < blocks.shape[1] else 0
    decoded = is_decoded(maps, query.token, query.patch)
    layer = within(query.layer, len(blocks))
    return Heads(layer, len(blocks), decoded, np.stack(known).astype(np.float32), chosen, query.minus is not None)


# ---------------------------------------------------------------- the matrix


@dataclass(frozen=True)
class Asker:
    """A row of the matrix: a token."""

    token: Token
    patch: int = 0


@dataclass(frozen=True, eq=False)
class Matrix:
    """Who looks where: rows ask, columns are looked at."""

    title: str
    askers: tuple[Asker, ...]
    patches: Indices  # (columns,) the patch of each column
    values: Floats  # (rows, columns), rows sum to 1
    masked: int  # how many columns, at the end, stand for mask tokens

    def row_of(self, token: Token, patch: int) -> int | None:
        """Returns the row of a token, or None."""
        wanted = Asker(token, patch if token == "patch" else 0)
        return self.askers.index(wanted) if wanted in self.askers else None

    def column_of(self, patch: int | None) -> int | None:
        """Returns the column of a patch, or None."""
        found = np.flatnonzero(self.patches == patch)
        return int(found[0]) if len(found) else None


def matrix(state: AppState) -> Matrix | None:
    """Returns the whole attention of the query's layer and head: of the encoder, or of the decoder where a mask token is asked."""
    maps, query = state.explain.maps, state.query
    if maps is None:
        return None
    if is_decoded(maps, query.token, query.patch):
        return _decoder_matrix(maps, query)
    tokens = [Asker(token) for token in QUERIES] + [Asker("patch", int(patch)) for patch in maps.visible]
    if query.rollout:
        values = np.concatenate([maps.rollout_queries, maps.rollout_patches[maps.visible]])[:, maps.visible]
        return Matrix("Encoder · rolled out through all layers", tuple(tokens), maps.visible, values, 0)
    layer = within(query.layer, len(maps.patches))
    values = np.concatenate([_headed(maps.cross[layer], query.head), _headed(maps.patches[layer], query.head)])
    title = f"Encoder · layer {layer + 1} of {len(maps.patches)} · {describe_head(query.head)}"
    return Matrix(title, tuple(tokens), maps.visible, values, 0)


def _decoder_matrix(maps: Maps, query: AttentionQuery) -> Matrix | None:
    tokens = [Asker("patch", int(patch)) for patch in maps.masked]
    if query.rollout:
        if maps.rollout_masks is None:
            return None
        values: Floats = maps.rollout_masks[maps.masked][:, maps.visible]
        return Matrix("Mask tokens · rolled out through decoder and encoder", tuple(tokens), maps.visible, values, 0)
    if maps.decoder is None:
        return None
    layer, shown = within(query.layer, len(maps.decoder)), len(maps.visible)
    # A visible patch's row of the decoder is left out: the token asked for by that name is the encoder's.
    values = _headed(maps.decoder[layer], query.head)[shown:]
    title = f"Decoder, mask tokens · layer {layer + 1} of {len(maps.decoder)} · {describe_head(query.head)}"
    return Matrix(title, tuple(tokens), np.append(maps.visible, maps.masked), values, len(maps.masked))


def _headed(block: Floats, head: int) -> Floats:
    """One head (or the mean) of a block (H, rows, columns)."""
    chosen: Floats = block[head] if 0 <= head < len(block) else block.mean(0)
    return chosen


def thumbnails(state: AppState) -> tuple[tuple[Floats, ...], ...]:
    """Returns the matrices of every layer (outer) and head (inner) of the stack that is asked, to choose from; none for a rollout."""
    maps, query = state.explain.maps, state.query
    if maps is None or query.rollout:
        return ()
    if is_decoded(maps, query.token, query.patch):
        if maps.decoder is None:
            return ()
        shown = len(maps.visible)
        return tuple(tuple(block[:, shown:]) for block in maps.decoder)
    return tuple(
        tuple(np.concatenate([cross, patches]) for cross, patches in zip(*layer, strict=True))
        for layer in zip(maps.cross, maps.patches, strict=True)
    )


def rank_correlation(first: Floats, second: Floats) -> float:
    """Returns Spearman's rho of two numbers a patch: 1 where they order the patches alike, 0 where one says nothing of the other."""
    ranks = [np.argsort(np.argsort(values, kind="stable"), kind="stable").astype(np.float64) for values in (first, second)]
    centred = [each - each.mean() for each in ranks]
    size = float(np.sqrt((centred[0] ** 2).sum() * (centred[1] ** 2).sum()))
    return float((centred[0] * centred[1]).sum() / size) if size else 0.0
