"""``recon info``: what a model is, or what a file of points holds."""

import argparse
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from recon_model.cli.options import MODEL, add_json, load_model
from recon_model.cli.output import print_json, print_lines
from recon_model.counts import contents, counted, grouped
from recon_model.evaluate.figures import in_words

_CLAUSE = re.compile(r"[,;] (?![^(\[]*[)\]])")
"""What parts two clauses of a protocol: not what stands in brackets."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what ``recon info`` takes."""
    parser.add_argument("model", nargs="?", default="default", metavar="MODEL|CLOUD", help=f"{MODEL}; or a cloud or mesh")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:N or mps")
    add_json(parser)


def run(args: argparse.Namespace) -> None:
    """Loads the model and prints its size, its card and what loading matched; of a cloud, prints what its file holds."""
    from recon_model.data.readers.sniff import EXTENSIONS
    from recon_model.versions import versions

    if Path(args.model).suffix.lower().lstrip(".") in EXTENSIONS:
        _describe_cloud(args)
        return

    predictor = load_model(args)
    about = predictor.about
    document: dict[str, Any] = {
        "name": about.name,
        "parameters": about.parameters,
        "device": about.device,
        "precision": about.precision,
        "versions": versions(),
        "notes": list(about.notes),
        "card": predictor.card,
    }
    if args.json:
        print_json(args, document)
        return
    config, card = predictor.config, predictor.card
    teacher = card.get("teacher") or {}
    lines = [
        ("model", about.name),
        ("parameters", f"{grouped(about.parameters)} ({about.parameters / 1e6:.2f} M)"),
        ("encoder", f"width {config.width}, {config.depth} blocks, {config.heads} heads; decoder {config.decoder_depth} blocks"),
        ("input", f"{grouped(config.num_points)} points, {config.num_groups} patches of {config.group_size}"),
        ("text teacher", str(teacher.get("name", "not named"))),
        ("templates", str(len(card.get("templates") or ())) or "none"),
        ("device", f"{about.device}; {about.precision}"),
        ("versions", ", ".join(f"{name} {number}" for name, number in document["versions"].items())),
        *_results(card.get("results") or ()),
        *(("note", note) for note in about.notes),
    ]
    print_lines(args, (f"{label:<13} {value}" for label, value in lines))


def _describe_cloud(args: argparse.Namespace) -> None:
    from recon_model.serve.client import ReaderProcess

    with ReaderProcess() as reader:
        cloud = reader.read(args.model)
    low, high = cloud.points.min(axis=0), cloud.points.max(axis=0)
    document: dict[str, Any] = {
        "file": args.model,
        "format": cloud.format,
        "kind": cloud.kind,
        "vertices": cloud.vertex_count,
        "faces": cloud.face_count,
        "points": len(cloud.points),
        "extent": (high - low).tolist(),
        "origin": list(cloud.origin),
        "colours": cloud.colours is not None,
        "normals": cloud.normals is not None,
        "notes": list(cloud.notes),
    }
    if args.json:
        print_json(args, document)
        return
    sides = " x ".join(f"{side:.6g}" for side in document["extent"])
    held = [name for name in ("colours", "normals") if document[name]]
    lines = [
        ("file", args.model),
        ("format", f"{cloud.format}, {'a mesh' if cloud.kind == 'mesh' else 'points'}"),
        ("held", contents(cloud.kind, cloud.vertex_count, cloud.face_count)),
        ("extent", f"{sides} (x, y, z, in the file's units)"),
        ("origin", ", ".join(f"{place:.10g}" for place in cloud.origin)),
        ("with", " and ".join(held) or "coordinates only"),
        *(("note", note) for note in cloud.notes),
    ]
    print_lines(args, (f"{label:<13} {value}" for label, value in lines))


def _results(results: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """Yields the measured results of a card kind by kind; what all protocols of a kind share is said once, before them."""
    kinds: dict[str, list[tuple[Any, list[str]]]] = {}
    for result in results:
        kind, clauses = _parted(result)
        kinds.setdefault(kind, []).append((result, clauses))
    for kind, rows in kinds.items():
        shared = [clause for clause in rows[0][1] if all(clause in clauses for _, clauses in rows)] if len(rows) > 1 else []
        if shared:
            yield "protocol", f"{kind}: {', '.join(shared)}."
        for result, clauses in rows:
            own = ", ".join(clause for clause in clauses if clause not in shared)
            yield "result", _line(result, own if shared else _protocol(result))


def _protocol(result: Any) -> str:
    return str(result.get("protocol", "no protocol is named.")) if isinstance(result, dict) else ""


def _parted(result: Any) -> tuple[str, list[str]]:
    """What kind of protocol a result has, and its clauses, less how many clouds there were: that stands beside the figures."""
    head, *clauses = _CLAUSE.split(_protocol(result).rstrip("."))
    kind, _, first = head.partition(": ")
    number = result.get("n") if isinstance(result, dict) else None
    beside = counted(number, "cloud") if isinstance(number, int) else ""
    return kind, [clause for clause in (first, *clauses) if clause not in ("", beside)]


def _line(result: Any, protocol: str) -> str:
    """One measured result of a card; what is not as expected is shown as it stands."""
    if not isinstance(result, dict):
        return str(result)
    lead = in_words(result)
    if not lead:
        return str(result)
    where = f" on {result['data']} ({result.get('n', '?')} clouds)" if "data" in result else ""
    return f"{lead}{where}: {protocol}" if protocol else lead + where
