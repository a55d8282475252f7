"""The whole bench as one page of HTML that needs nothing else: pictures, numbers, and how to get them again. Pure."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from recon_model.counts import contents, grouped
from recon_studio.state import tables
from recon_studio.state.app_state import AppState
from recon_studio.state.doctor import AUTO
from recon_studio.state.lapse import name_of
from recon_studio.state.tables import Cell, Table

_STYLE = """
:root { color-scheme: light; }
body { margin: 0 auto; max-width: 1120px; padding: 32px; background: #f3f4f6; color: #1a1f26; }
body { font: 14px/1.5 Inter, "Noto Sans", "Segoe UI", sans-serif; }
h1 { font-size: 22px; margin: 0; } h2 { font-size: 15px; margin: 0 0 8px; }
p.sub { color: #5d6672; margin: 2px 0 24px; }
section, figure { background: #fff; border: 1px solid #dcdfe5; border-radius: 8px; padding: 16px; margin: 0 0 16px; break-inside: avoid; }
.views { display: grid; grid-template-columns: 1fr 1fr; gap: 16px; margin-bottom: 16px; } .views figure { margin: 0; padding: 8px; }
figure img { width: 100%; display: block; }
.plot { display: grid; grid-template-columns: minmax(0, 660px) minmax(0, 1fr); gap: 24px; align-items: center; }
.plot svg { width: 100%; height: auto; } .plot text { font-family: inherit; }
.plot figcaption { color: #5d6672; } .plot h2 { color: #1a1f26; }
@media print, (max-width: 900px) { .plot { grid-template-columns: minmax(0, 660px); gap: 8px; } }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 24px; margin: 0; }
dt { color: #5d6672; } dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 13px; }
th { text-align: right; color: #5d6672; font-weight: 500; border-bottom: 1px solid #dcdfe5; } td { text-align: right; }
th, td { padding: 3px 8px; } th.l, td.l { text-align: left; }
.bar { display: inline-block; height: 8px; border-radius: 4px; background: #2f5fd0; }
pre { background: #f3f4f6; border-radius: 6px; padding: 12px; overflow-x: auto; white-space: pre-wrap; margin: 8px 0; }
a { color: #2f5fd0; } summary { cursor: pointer; }
@media print { body { background: #fff; padding: 0; } details { display: none; } }
"""


@dataclass(frozen=True)
class Picture:
    """A view as it is shown."""

    title: str
    caption: str
    png: bytes


@dataclass(frozen=True)
class Plot:
    """An answer as it is drawn, with what it says in words and numbers."""

    title: str
    caption: str
    svg: bytes = b""  # on white, as ``QSvgGenerator`` writes it: its words are escaped, and nothing in it has a name


def page(
    state: AppState, pictures: Sequence[Picture], plots: Sequence[Plot], *, model: str, session: bytes, version: str, when: str
) -> str:
    """Returns the page.

    Args:
        state: what is shown.
        pictures: the views, in their order.
        plots: what was answered beside them.
        model: "default" or the path of the checkpoint that is loaded.
        session: the session as a file, to be kept in the page.
        version: of the studio.
        when: the date, in words.
    """
    item = next((each for each in state.items if each.key == state.current), None)
    name = item.name if item is not None else "Nothing is open"
    parts = [
        f"<h1>{escape(name)}</h1>",
        f'<p class="sub">As ReCon Studio {escape(version)} showed it, {escape(when)}.</p>',
        _views(pictures),
        *(_plot(plot) for plot in plots),
        _section("Cloud", _facts(_cloud_facts(state))),
        _section("Mask and reconstruction", _facts(_mask_facts(state))),
        _names(state),
        _section("Model", _facts(_model_facts(state, model))),
        _patches(state),
        _again(state, model, session, name),
    ]
    body = "\n".join(part for part in parts if part)
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(name)} – ReCon Studio</title>'
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}<style>{_STYLE}</style></head>\n<body>\n{body}\n</body></html>\n'


_PRINTED = """
h1 { font-size: 19px; margin: 0; } h2 { font-size: 14px; margin: 14px 0 4px 0; } p.sub, td.name { color: #5d6672; }
td { padding: 1px 8px 1px 0; } th { color: #5d6672; font-weight: 500; padding: 1px 8px 1px 0; } td.number { text-align: right; }
td.name { width: 190px; }
th.name { text-align: left; } p.plot { margin: 12px 0 0 0; } p.command { font: 10px monospace; background-color: #f3f4f6; margin: 2px 0; }
"""


def printed(state: AppState, pictures: Sequence[Picture], plots: Sequence[Plot], *, model: str, version: str, when: str) -> str:
    """Returns the page for paper: the same, in tables alone, with images called ``view:0`` and ``plot:0`` and so on; all patches are left
    out.

    Args:
        state: what is shown.
        pictures: the views, in their order.
        plots: what was answered beside them.
        model: "default" or the path of the checkpoint that is loaded.
        version: of the studio.
        when: the date, in words.
    """
    item = next((each for each in state.items if each.key == state.current), None)
    name = item.name if item is not None else "Nothing is open"
    parts = [f"<h1>{escape(name)}</h1>", f'<p class="sub">As ReCon Studio {escape(version)} showed it, {escape(when)}.</p>']
    cells = [f'<td><img src="view:{number}" width="324"></td>' for number in range(len(pictures))]
    parts.append("<table>" + "".join(f"<tr>{''.join(cells[row : row + 2])}</tr>" for row in range(0, len(cells), 2)) + "</table>")
    parts.extend(
        f'<p class="plot"><b>{escape(plot.title)}</b><br><img src="plot:{number}" width="660"><br>{escape(plot.caption)}</p>'
        for number, plot in enumerate(plots)
    )
    for title, facts in (
        ("Cloud", _cloud_facts(state)),
        ("Mask and reconstruction", _mask_facts(state)),
        ("Model", _model_facts(state, model)),
    ):
        rows = "".join(f'<tr><td class="name">{escape(key)}</td><td>{escape(value)}</td></tr>' for key, value in facts.items() if value)
        parts.append(f"<h2>{title}</h2><table>{rows}</table>" if rows else "")
    names = "".join(
        f'<tr><td>{escape(score.name)}</td><td class="number">{100 * score.probability:.1f} %</td>'
        f'<td class="number">{score.similarity:.3f}</td></tr>'
        for score in state.scores
    )
    parts.append(f'<h2>Names</h2><table><tr><th class="name">name</th><th>share</th><th>cosine</th></tr>{names}</table>' if names else "")
    commands = "".join(f'<p class="command">{escape(line)}</p>' for line in tables.recipe(state, model))
    parts.append(f"<h2>How to get this again</h2>{commands}" if commands else "")
    return f"<html><head><style>{_PRINTED}</style></head><body>{''.join(parts)}</body></html>"


def _section(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{body}</section>" if body else ""


def _facts(facts: Mapping[str, str]) -> str:
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts.items() if value)
    return f"<dl>{rows}</dl>" if rows else ""


def _views(pictures: Iterable[Picture]) -> str:
    figures = "".join(
        f'<figure><img alt="{escape(picture.title)}: {escape(picture.caption)}" '
        f'src="data:image/png;base64,{base64.b64encode(picture.png).decode()}"></figure>'
        for picture in pictures
    )
    return f'<div class="views">{figures}</div>' if figures else ""


def _plot(plot: Plot) -> str:
    drawn = plot.svg.decode("utf-8")
    words = f"<figcaption><h2>{escape(plot.title)}</h2>{escape(plot.caption)}</figcaption>"
    return f'<figure class="plot">{drawn[drawn.index("<svg") :]}{words}</figure>'


def _cloud_facts(state: AppState) -> dict[str, str]:
    cloud, prepared = state.cloud, tables.of_this_cloud(state)
    if cloud is None:
        return {}
    low, high = cloud.bounds
    sides = [b - a for a, b in zip(low, high, strict=True)]
    facts = {
        "File": cloud.key,
        "Format": cloud.format,
        "Held": contents(cloud.kind, cloud.vertex_count, cloud.face_count),
        "Extent along x, y, z": " × ".join(f"{side:.4g}" for side in sides) + " file units",
        "Notes": " ".join(cloud.notes),
        "Mended by": ", ".join(fix.kind for fix in state.doctor.treatment.fixes),
    }
    if prepared is not None:
        groups, size = prepared.members.shape
        facts["The model sees"] = f"{grouped(len(prepared.points))} points in {groups} patches of {size}"
        judged = prepared.up_chances is not None and state.doctor.treatment.up == AUTO
        facts["Up in the file"] = f"{prepared.up}, as the model judged" if judged else prepared.up
        facts["Length 1 of the model is"] = f"{prepared.scale:.4g} file units"
    return facts


def _mask_facts(state: AppState) -> dict[str, str]:
    rebuilt, mask = state.reconstruction, state.mask
    errors = tables.patch_errors(state)
    if rebuilt is None or errors is None:
        return {}
    hidden = np.flatnonzero(rebuilt.hidden)
    how = "by hand" if mask.hidden is not None else f"{mask.strategy}, ratio {mask.ratio:g}, seed {mask.seed}"
    facts = {
        "Hidden patches": f"{len(hidden)} of {len(rebuilt.hidden)} ({how})",
        "Their numbers": ", ".join(f"{number}" for number in hidden),
    }
    checkpoint = tables.checkpoint_shown(state)
    if checkpoint:
        facts["Rebuilt by"] = f"{name_of(checkpoint)} of a run, not by the model below: {checkpoint}"
    if len(hidden):
        facts["Mean squared Chamfer distance"] = f"{float(np.nanmean(errors)):.4g} (both ways, in the unit sphere)"
    if state.attention is not None:
        query = state.attention.query
        head = "mean of heads" if query.head < 0 else f"head {query.head + 1}"
        depth = state.model.depth if state.model is not None else 0
        token = f"patch {query.patch}" if query.token == "patch" else query.token
        facts["Attention shown"] = f"of {token}, layer {query.layer % depth + 1 if depth else query.layer + 1}, {head}"
    return facts


def _model_facts(state: AppState, source: str) -> dict[str, str]:
    model = state.model
    if model is None:
        return {}
    card: Mapping[str, Any] = model.card
    return {
        "Name": model.name,
        "Loaded from": "the studio" if source == "default" else source,
        "Parameters": grouped(model.parameters),
        "Encoder": f"{model.depth} layers, {model.heads} heads, {model.num_groups} patches",
        "sha256 of its weights": str(card.get("weights_sha256", "")),
        "Ran on": model.device,
    }


def _names(state: AppState) -> str:
    if not state.scores:
        return ""
    rows = "".join(
        f'<tr><td class="l">{escape(score.name)}</td>'
        f'<td class="l"><span class="bar" style="width:{max(2, round(240 * score.probability))}px"></span></td>'
        f"<td>{100 * score.probability:.1f} %</td><td>{score.similarity:.3f}</td></tr>"
        for score in state.scores
    )
    head = '<tr><th class="l">name</th><th></th><th>share</th><th>cosine</th></tr>'
    return _section("Names", f"<table>{head}{rows}</table>")


def _patches(state: AppState) -> str:
    table = tables.patches(state)
    if not table.rows:
        return ""
    return f"<section><details><summary><b>All {len(table.rows)} patches</b></summary>{_table(table)}</details></section>"


def _table(table: Table) -> str:
    head = "".join(f"<th>{escape(column.replace('_', ' '))}</th>" for column in table.columns)
    rows = "".join("<tr>" + "".join(f"<td>{_shown(cell)}</td>" for cell in row) + "</tr>" for row in table.rows)
    return f"<table><tr>{head}</tr>{rows}</table>"


def _shown(cell: Cell) -> str:
    if cell is None:
        return "–"
    return f"{cell:.5g}" if isinstance(cell, float) else escape(f"{cell}")


def _again(state: AppState, model: str, session: bytes, name: str) -> str:
    commands = tables.recipe(state, model)
    if not commands:
        return ""
    href = f"data:application/json;base64,{base64.b64encode(session).decode()}"
    link = f'<a download="{escape(name, quote=True)}.recon" href="{href}">the session</a>'
    shown = escape("\n".join(commands))
    return _section("How to get this again", f"Without a window: <pre>{shown}</pre>In the window: save {link} and open it in ReCon Studio.")
