"""The authors' parameter names and ours, side by side."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

Kind = Literal["pretraining", "classifier", "zero_shot", "segmenter", "encoder"]
"""What a file of the release holds; "encoder" alone is what its SVM protocol reads."""

_BATCH_NORM = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
_PLAIN = ("weight", "bias")

_Row = tuple[str, str, tuple[str, ...]]
# Each row: ours, theirs, and which entries both have. "{i}" stands for a block's index.
_ENCODER: tuple[_Row, ...] = (
    ("patch_embedding.layer1", "encoder.first_conv.0", _PLAIN),
    ("patch_embedding.norm1", "encoder.first_conv.1", _BATCH_NORM),
    ("patch_embedding.layer2", "encoder.first_conv.3", _PLAIN),
    ("patch_embedding.layer3", "encoder.second_conv.0", _PLAIN),
    ("patch_embedding.norm3", "encoder.second_conv.1", _BATCH_NORM),
    ("patch_embedding.layer4", "encoder.second_conv.3", _PLAIN),
    ("position.0", "pos_embed.0", _PLAIN),
    ("position.2", "pos_embed.2", _PLAIN),
    ("norm", "norm", _PLAIN),
)
_TOKENS = tuple(
    (f"{name}_{ours}", f"{name}_{theirs}") for name in ("cls", "img", "text") for ours, theirs in (("token", "token"), ("position", "pos"))
)
_BLOCK = (
    ("blocks.{i}.norm1", "blocks.blocks.{i}.norm1", _PLAIN),
    ("blocks.{i}.norm2", "blocks.blocks.{i}.norm2", _PLAIN),
    ("blocks.{i}.query_norm1", "blocks.blocks.{i}.norm1_contrast", _PLAIN),
    ("blocks.{i}.query_norm2", "blocks.blocks.{i}.norm2_contrast", _PLAIN),
    ("blocks.{i}.attention.qkv", "blocks.blocks.{i}.attn.qkv", ("weight",)),
    ("blocks.{i}.attention.proj", "blocks.blocks.{i}.attn.proj", _PLAIN),
    ("blocks.{i}.cross_attention.q", "blocks.blocks.{i}.attn_contrast.q", ("weight",)),
    ("blocks.{i}.cross_attention.kv", "blocks.blocks.{i}.attn_contrast.kv", ("weight",)),
    ("blocks.{i}.cross_attention.proj", "blocks.blocks.{i}.attn_contrast.proj", _PLAIN),
    ("blocks.{i}.mlp.fc1", "blocks.blocks.{i}.mlp.fc1", _PLAIN),
    ("blocks.{i}.mlp.fc2", "blocks.blocks.{i}.mlp.fc2", _PLAIN),
    ("blocks.{i}.query_mlp.fc1", "blocks.blocks.{i}.mlp_contrast.fc1", _PLAIN),
    ("blocks.{i}.query_mlp.fc2", "blocks.blocks.{i}.mlp_contrast.fc2", _PLAIN),
)
_DECODER = (
    ("decoder.position.0", "decoder_pos_embed.0", _PLAIN),
    ("decoder.position.2", "decoder_pos_embed.2", _PLAIN),
    ("decoder.norm", "MAE_decoder.norm", _PLAIN),
    ("decoder.head", "increase_dim.0", _PLAIN),
)
_DECODER_BLOCK = (
    ("decoder.blocks.{i}.norm1", "MAE_decoder.blocks.{i}.norm1", _PLAIN),
    ("decoder.blocks.{i}.norm2", "MAE_decoder.blocks.{i}.norm2", _PLAIN),
    ("decoder.blocks.{i}.attention.qkv", "MAE_decoder.blocks.{i}.attn.qkv", ("weight",)),
    ("decoder.blocks.{i}.attention.proj", "MAE_decoder.blocks.{i}.attn.proj", _PLAIN),
    ("decoder.blocks.{i}.mlp.fc1", "MAE_decoder.blocks.{i}.mlp.fc1", _PLAIN),
    ("decoder.blocks.{i}.mlp.fc2", "MAE_decoder.blocks.{i}.mlp.fc2", _PLAIN),
)
_PROJECTIONS = (("image_proj", "img_proj", _PLAIN), ("text_proj", "text_proj", _PLAIN))
_SELF = (
    ("self_proj.0", "cls_proj.0", _PLAIN),
    ("self_proj.1", "cls_proj.1", _BATCH_NORM),
    ("self_proj.3", "cls_proj.3", _PLAIN),
    ("self_proj.4", "cls_proj.4", _BATCH_NORM),
)
_CLASSIFIER = (
    ("head.0", "cls_head_finetune.0", _PLAIN),
    ("head.1", "cls_head_finetune.1", _BATCH_NORM),
    ("head.4", "cls_head_finetune.4", _PLAIN),
    ("head.5", "cls_head_finetune.5", _BATCH_NORM),
    ("head.8", "cls_head_finetune.8", _PLAIN),
)
_SEGMENTER = (
    ("category.0", "label_conv.0", ("weight",)),
    ("category.1", "label_conv.1", _BATCH_NORM),
    ("propagation.0", "propagation_0.mlp_convs.0", _PLAIN),
    ("propagation.1", "propagation_0.mlp_bns.0", _BATCH_NORM),
    ("propagation.3", "propagation_0.mlp_convs.1", _PLAIN),
    ("propagation.4", "propagation_0.mlp_bns.1", _BATCH_NORM),
    ("head.0", "convs1", _PLAIN),
    ("head.1", "bns1", _BATCH_NORM),
    ("head.4", "convs2", _PLAIN),
    ("head.5", "bns2", _BATCH_NORM),
    ("head.7", "convs3", _PLAIN),
)
_CONVOLUTIONS = ("encoder.first_conv.", "encoder.second_conv.", "increase_dim.", "label_conv.", "propagation_0.mlp_convs.", "convs")
_HEADS: dict[Kind, tuple[_Row, ...]] = {
    "pretraining": (*_PROJECTIONS, *_SELF, *_DECODER),
    "classifier": _CLASSIFIER,
    "zero_shot": _PROJECTIONS,
    "segmenter": _SEGMENTER,
    "encoder": (),
}


class Pair(NamedTuple):
    """One tensor under both names."""

    ours: str
    theirs: str
    convolution: bool
    """Whether the release keeps it as a 1x1 convolution (out, in, 1) and we as a linear layer (out, in)."""


def table(kind: Kind, depth: int, decoder_depth: int) -> list[Pair]:
    """Lists every tensor a file of this kind may hold, for an encoder and a decoder of the given depths.

    Optional parts (the self-contrastive head; a classifier's second and third layer) are listed too.
    """
    prefix = "MAE_encoder." if kind == "pretraining" else ""
    encoder = [*_ENCODER, *_unrolled(_BLOCK, depth)]
    pairs = [Pair(f"encoder.{ours}", prefix + theirs, False) for ours, theirs in _TOKENS]
    pairs += [_pair(f"encoder.{ours}", theirs, entry, prefix) for ours, theirs, entries in encoder for entry in entries]
    heads = list(_HEADS[kind])
    if kind == "pretraining":
        pairs.append(Pair("decoder.mask_token", "mask_token", False))
        heads += _unrolled(_DECODER_BLOCK, decoder_depth)
    return pairs + [_pair(ours, theirs, entry, "") for ours, theirs, entries in heads for entry in entries]


def _unrolled(rows: Iterable[_Row], depth: int) -> list[_Row]:
    rows = list(rows)
    return [(ours.format(i=i), theirs.format(i=i), entries) for i in range(depth) for ours, theirs, entries in rows]


def _pair(ours: str, theirs: str, entry: str, prefix: str) -> Pair:
    # A BatchNorm between convolutions has the same path but vectors: only a weight without running statistics is a matrix.
    matrix = entry == "weight" and theirs.startswith(_CONVOLUTIONS) and not _is_batch_norm(theirs)
    return Pair(f"{ours}.{entry}", f"{prefix}{theirs}.{entry}", matrix)


def _is_batch_norm(theirs: str) -> bool:
    rows = [*_ENCODER, *(row for heads in _HEADS.values() for row in heads)]
    return any(name == theirs and entries is _BATCH_NORM for _, name, entries in rows)
