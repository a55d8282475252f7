"""Slow twins: each says in a few plain lines what a fast function must compute."""

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from recon_model.geometry.patches import Patches
from recon_model.lexicon import Name


def farthest_points(cloud: Tensor, count: int) -> list[int]:
    """One cloud (N, 3): start at 0, then always the point farthest from all picked."""
    picked = [0]
    while len(picked) < count:
        gaps = [min(float(((point - cloud[index]) ** 2).sum()) for index in picked) for point in cloud]
        picked.append(gaps.index(max(gaps)))
    return picked


def nearest(query: Tensor, cloud: Tensor, count: int) -> set[int]:
    """Indices of the points of one cloud (N, 3) nearest to a query (3,)."""
    gaps = [float(((point - query) ** 2).sum()) for point in cloud]
    return set(sorted(range(len(gaps)), key=gaps.__getitem__)[:count])


def chamfer(first: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
    """Squared distances of every point (n, 3) and (m, 3) to the other set, differentiable by comparing all pairs."""
    pairs = ((first[:, None] - second[None]) ** 2).sum(-1)
    return pairs.min(1).values, pairs.min(0).values


def attention(query: Tensor, key: Tensor, value: Tensor, heads: int) -> tuple[Tensor, Tensor]:
    """One sample: query (Q, C), key and value (K, C); returns the output (Q, C) and the weights (H, Q, K)."""
    width = query.shape[1] // heads
    outputs, weights = [], []
    for head in range(heads):
        part = slice(head * width, (head + 1) * width)
        share = torch.softmax(query[:, part] @ key[:, part].T / math.sqrt(width), dim=1)
        weights.append(share)
        outputs.append(share @ value[:, part])
    return torch.cat(outputs, dim=1), torch.stack(weights)


def recon_block(block: torch.nn.Module, queries: Tensor, patches: Tensor) -> tuple[Tensor, Tensor]:
    """One sample through the two-stream block, written as the paper's section reads: residuals start from normalised tensors."""
    b, heads = block, block.attention.heads
    queries, patches = b.query_norm1(queries), b.norm1(patches)
    read = patches
    query, key, value = b.attention.qkv(patches).chunk(3, dim=-1)
    patches = patches + b.attention.proj(attention(query, key, value, heads)[0])
    key, value = b.cross_attention.kv(read).chunk(2, dim=-1)
    queries = queries + b.cross_attention.proj(attention(b.cross_attention.q(queries), key, value, heads)[0])
    queries, patches = b.query_norm2(queries), b.norm2(patches)
    return queries + b.query_mlp(queries), patches + b.mlp(patches)


def patch_embedding(embedding: torch.nn.Module, relative: Tensor) -> Tensor:
    """Patches (P, k, 3) through the published form: the maximum repeated for every point, biases where they stand."""
    count, size, _ = relative.shape
    points = embedding.layer1(relative.reshape(-1, 3))
    points = embedding.layer2(torch.relu(embedding.norm1(points))).reshape(count, size, -1)
    patch = points.amax(1, keepdim=True).expand(-1, size, -1)
    joined = embedding.layer3(torch.cat([patch, points], dim=-1).flatten(0, 1))
    return embedding.layer4(torch.relu(embedding.norm3(joined))).reshape(count, size, -1).amax(1)


def rebuild(model: torch.nn.Module, cloud: Tensor, hidden: Tensor) -> Tensor:
    """Hidden patches (M, k, 3) of one cloud (N, 3) under a mask (G,), step by step as the paper's sections read, nothing kept or skipped.

    In whole tensors, so that it can also be what a fast path's time is compared with.
    """
    config = model.config
    gaps, picked = cloud.new_full((len(cloud),), torch.inf), [0]
    while len(picked) < config.num_groups:
        gaps = torch.minimum(gaps, ((cloud - cloud[picked[-1]]) ** 2).sum(1))
        picked.append(int(gaps.argmax()))
    centres = cloud[picked]
    members = torch.cdist(centres, cloud).topk(config.group_size, largest=False).indices
    tokens = patch_embedding(model.encoder.patch_embedding, (cloud[members] - centres[:, None]) * config.patch_scale)
    e = model.encoder
    queries, query_positions = (
        torch.cat([getattr(e, f"{name}_{kind}")[0] for name in ("cls", "img", "text")]) for kind in ("token", "position")
    )
    patches, positions = tokens[~hidden], e.position(centres[~hidden])
    for block in e.blocks:
        queries, patches = recon_block(block, queries + query_positions, patches + positions)
    d, shown = model.decoder, int((~hidden).sum())
    tokens = torch.cat([e.norm(patches), d.mask_token[0].expand(int(hidden.sum()), -1)])
    positions = d.position(torch.cat([centres[~hidden], centres[hidden]]))
    for block in d.blocks:
        tokens = tokens + positions
        query, key, value = block.attention.qkv(block.norm1(tokens)).chunk(3, dim=-1)
        tokens = tokens + block.attention.proj(attention(query, key, value, block.attention.heads)[0])
        tokens = tokens + block.mlp(block.norm2(tokens))
    points = d.head(d.norm(tokens[shown:])).view(-1, config.group_size, 3)
    return points / config.patch_scale + centres[hidden][:, None]


def triangle_area(triangle: np.ndarray) -> float:
    """Area of one triangle (3, 3) by Heron's formula."""
    a, b, c = (float(np.linalg.norm(triangle[i] - triangle[j])) for i, j in ((0, 1), (1, 2), (2, 0)))
    half = (a + b + c) / 2
    return math.sqrt(max(half * (half - a) * (half - b) * (half - c), 0.0))


def occupied_cells(points: np.ndarray, low: np.ndarray, pitch: float) -> set[tuple[int, ...]]:
    """Grid cells that hold at least one point of (N, 3)."""
    return {tuple(int((float(value) - float(start)) // pitch) for value, start in zip(point, low, strict=True)) for point in points}


def attention_row(model: torch.nn.Module, patches: Patches, hidden: Tensor, token: str, patch: int, layer: int, head: int | None) -> Tensor:
    """Where one token looks in one block of the encoder, recomputed block by block with loops over heads and patches: (G,)."""
    encoder = model.encoder
    visible = [index for index in range(hidden.shape[1]) if not hidden[0, index]]
    tokens = encoder.patch_embedding(patches.relative[:, visible] * encoder.config.patch_scale)
    positions = encoder.position(patches.centres[:, visible])
    queries = torch.cat([encoder.cls_token, encoder.img_token, encoder.text_token], 1)
    query_positions = torch.cat([encoder.cls_position, encoder.img_position, encoder.text_position], 1)
    for index in range(layer):
        queries, tokens = encoder.blocks[index](queries + query_positions, tokens + positions, stop_gradient=False)
    block, width = encoder.blocks[layer], encoder.config.width // encoder.config.heads
    normed = block.norm1(tokens + positions)[0]
    if token == "patch":
        asking = block.attention.qkv(normed[visible.index(patch)])[: encoder.config.width]
        keys = block.attention.qkv(normed)[:, encoder.config.width : 2 * encoder.config.width]
    else:
        place = ("cls", "img", "text").index(token)
        asking = block.cross_attention.q(block.query_norm1(queries + query_positions)[0, place])
        keys = block.cross_attention.kv(normed)[:, : encoder.config.width]
    rows = []
    for number in range(encoder.config.heads):
        part = slice(number * width, (number + 1) * width)
        scores = torch.stack([(asking[part] * key[part]).sum() / width**0.5 for key in keys])
        row = torch.zeros(hidden.shape[1])
        row[visible] = scores.exp() / scores.exp().sum()
        rows.append(row)
    return sum(rows) / len(rows) if head is None else rows[head]


def patch_guesses(centres: Tensor, relative: Tensor, hidden: Tensor, patch: int) -> dict[str, Tensor]:
    """One cloud's centres (G, 3) and patches (G, k, 3): what two rules guess for a hidden patch, each (k, 3) relative to its centre."""
    visible = [index for index in range(len(centres)) if not hidden[index]]
    mean = torch.stack(
        [sum((relative[index, rank] for index in visible), torch.zeros(3)) / len(visible) for rank in range(relative.shape[1])]
    )
    closest = min(visible, key=lambda index: float(((centres[index] - centres[patch]) ** 2).sum()))
    return {"mean patch": mean, "nearest visible patch": relative[closest]}


def auroc(scores: list[float], positive: list[bool]) -> float:
    """Share of (positive, negative) pairs in the right order; ties count half."""
    yes = [score for score, flag in zip(scores, positive, strict=True) if flag]
    no = [score for score, flag in zip(scores, positive, strict=True) if not flag]
    return sum(1.0 if a > b else 0.5 if a == b else 0.0 for a in yes for b in no) / (len(yes) * len(no))


def only(patches: Patches, places: list[int]) -> Patches:
    """Some patches of a cloud, as if it had no others."""
    return Patches(*(part[:, places] for part in patches))


def word_score(model: torch.nn.Module, tokens: Tensor, centres: Tensor, word: Tensor) -> Tensor:
    """Cosine of a word (D,) with the zero-shot feature of patches given as tokens (V, C) and centres (V, 3), block by block."""
    encoder = model.encoder
    positions = encoder.position(centres)
    queries = torch.cat([encoder.cls_token, encoder.img_token, encoder.text_token], 1)[0]
    query_positions = torch.cat([encoder.cls_position, encoder.img_position, encoder.text_position], 1)[0]
    for block in encoder.blocks:
        queries, tokens = recon_block(block, queries + query_positions, tokens + positions)
    queries = encoder.norm(queries)
    feature = model.image_proj(queries[1]) + model.config.zero_shot_ratio * model.text_proj(queries[2])
    return (feature * word).sum() / feature.norm() / word.norm()


def seen_score(model: torch.nn.Module, patches: Patches, seen: list[int], word: Tensor) -> float:
    """The cosine of a word with a cloud that has only the patches seen."""
    part = only(patches, seen)
    tokens = model.encoder.patch_embedding(part.relative[0] * model.config.patch_scale)
    return float(word_score(model, tokens, part.centres[0], word))


def rebuilt_errors(model: torch.nn.Module, patches: Patches, seen: list[int], wanted: list[int]) -> list[float]:
    """Chamfer distance of each wanted patch, rebuilt in a cloud that has no patches but those seen and those wanted."""
    places = sorted([*seen, *wanted])
    part = only(patches, places)
    rebuilt = model.reconstruct(part, torch.tensor([[place in wanted for place in places]])).of_cloud(0)
    errors = []
    for patch, points in zip(sorted(wanted), rebuilt, strict=True):
        there, back = chamfer(points, patches.relative[0, patch] + patches.centres[0, patch])
        errors.append(float(there.mean() + back.mean()))
    return errors


def mask_row(model: torch.nn.Module, patches: Patches, hidden: Tensor, patch: int, layer: int, head: int) -> Tensor:
    """Where the mask token of a hidden patch looks in one block of the decoder: (G,)."""
    decoder, width = model.decoder, model.config.width // model.config.decoder_heads
    encoded = model.encode(patches, hidden)
    visible = encoded.visible_index[0].tolist()
    order = visible + [index for index in range(hidden.shape[1]) if hidden[0, index]]
    tokens = torch.cat([encoded.patches, decoder.mask_token.expand(1, len(order) - len(visible), -1)], 1)
    positions = decoder.position(patches.centres[:, order])
    for index in range(layer):
        tokens = decoder.blocks[index](tokens + positions)
    block = decoder.blocks[layer]
    query, key, _ = block.attention.qkv(block.norm1(tokens + positions)[0]).chunk(3, dim=-1)
    part = slice(head * width, (head + 1) * width)
    row = torch.zeros(len(order))
    row[order] = torch.softmax(query[order.index(patch), part] @ key[:, part].T / math.sqrt(width), dim=0)
    return row


def walked(matrices: list[np.ndarray], start: int, end: int) -> float:
    """Rollout from its definition: the sum over all walks from a token back to one at the start, each step a jump by attention or a stay,
    half of each."""
    if not matrices:
        return float(start == end)
    last = matrices[-1]
    steps = ((token, 0.5 * last[start, token] + 0.5 * (start == token)) for token in range(len(last)))
    return float(sum(share * walked(matrices[:-1], token, end) for token, share in steps if share))


def splat(pixels: np.ndarray, depth: np.ndarray, diameter: int, size: int) -> np.ndarray:
    """Paints one disc after the other, the farthest first; returns the row of the foremost point at each pixel, else -1."""
    front = np.full((size, size), -1, dtype=np.int64)
    for row in sorted(range(len(pixels)), key=lambda each: -depth[each]):
        left, top = (int(np.floor(pixels[row][axis] - np.float32(diameter / 2 - 0.5))) for axis in (0, 1))
        for down in range(diameter):
            for right in range(diameter):
                x, y = left + right, top + down
                apart = np.hypot(right - (diameter - 1) / 2, down - (diameter - 1) / 2)
                if apart <= diameter / 2 and 0 <= x < size and 0 <= y < size:
                    front[y, x] = row
    return front


def name_scores(cosine: dict[str, float], names: Sequence[Name]) -> list[float]:
    """Each name's score, one after another: its best phrase, less what a better negative is better by."""
    scores = []
    for name in names:
        best = max(cosine[phrase] for phrase in (name.name, *name.synonyms))
        against = max((cosine[phrase] for phrase in name.negatives), default=best)
        scores.append(best - (against - best if against > best else 0.0))
    return scores


def crowding(points: np.ndarray, edge: float) -> list[int]:
    """Points (n, 3) in each point's cell and the 26 around it, cells of length ``edge`` counted from the lowest coordinates."""
    cells = [tuple(math.floor(float(value - low) / edge) for value, low in zip(p, points.min(0), strict=True)) for p in points]
    return [sum(all(abs(a - b) <= 1 for a, b in zip(mine, other, strict=True)) for other in cells) for mine in cells]


def spacings(points: np.ndarray) -> list[float]:
    """Distance from each point (n, 3) to the nearest of the others."""
    return [min(math.dist(p, q) for j, q in enumerate(points) if j != i) for i, p in enumerate(points)]
