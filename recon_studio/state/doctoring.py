"""What can happen at the input doctor's: pure functions from one AppState to the next."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from recon_model.serve.messages import Fix
from recon_studio.state.app_state import UPS, AppState, Cloud
from recon_studio.state.doctor import AUTO, Report, Sides, Treatment


def add_fix(state: AppState, fix: Fix) -> AppState:
    """Adds a fix behind those there are. The same again may find more: with strays gone, what was near them is far from the others."""
    return _refixed(state, (*state.doctor.treatment.fixes, fix))


def drop_fix(state: AppState, index: int) -> AppState:
    """Takes back one fix; those after it are applied without it."""
    fixes = state.doctor.treatment.fixes
    return _refixed(state, fixes[:index] + fixes[index + 1 :]) if 0 <= index < len(fixes) else state


def keep_reported(state: AppState) -> AppState:
    """Takes back fixes that could not be applied."""
    report = state.doctor.report
    return _refixed(state, report.fixes if report is not None else ())


def set_up(state: AppState, up: str) -> AppState:
    """Says which way is up in the file, or leaves it to the model; the patches stay the same and turn."""
    return treat(state, replace(state.doctor.treatment, up=up)) if up in (AUTO, *UPS) else state


def treat(state: AppState, treatment: Treatment) -> AppState:
    """Sets the whole treatment, as undo does."""
    return state if treatment == state.doctor.treatment else replace(state, doctor=replace(state.doctor, treatment=treatment))


def show_treated(state: AppState, cloud: Cloud, report: Report) -> AppState:
    """Shows what the fixes left of the cloud, with nothing computed for it yet. Which patches are hidden was settled with the fix."""
    state = show_report(state, report)
    if cloud is state.cloud:
        return state
    explain = replace(state.explain, maps=None, answers=())
    return replace(state, cloud=cloud, prepared=None, reconstruction=None, attention=None, scores=(), explain=explain)


def examined(state: AppState) -> bool:
    """Whether the report is of the cloud as it stands and is treated now."""
    report, prepared = state.doctor.report, state.prepared
    return report is not None and prepared is not None and (report.fixes, report.up) == (state.doctor.treatment.fixes, prepared.up)


def show_report(state: AppState, report: Report) -> AppState:
    """Shows what was found."""
    return replace(state, doctor=replace(state.doctor, report=report))


def look_from_sides(state: AppState, looking: bool) -> AppState:
    """Opens or closes the view from all sides."""
    return replace(state, doctor=replace(state.doctor, looking=looking))


def show_sides(state: AppState, sides: Sides | None) -> AppState:
    """Shows the best name in each orientation."""
    return replace(state, doctor=replace(state.doctor, sides=sides))


def left_by(cloud: Cloud, rows: npt.NDArray[np.integer] | None) -> Cloud:
    """Returns the cloud with these of its rows alone; None for all."""
    if rows is None:
        return cloud
    colours, normals, parts = (None if values is None else values[rows] for values in (cloud.colours, cloud.normals, cloud.parts))
    return replace(cloud, points=cloud.points[rows], colours=colours, normals=normals, parts=parts)


def shape_key(state: AppState) -> str | None:
    """Returns what names the shape that is shown: cameras frame it anew when the fixes, or the cloud, are others."""
    report = state.doctor.report
    if state.current is None or report is None or not report.fixes:
        return state.current
    return f"{state.current} after {' '.join(fix.kind for fix in report.fixes)}"


def way_up(rotation: npt.NDArray[np.floating], prepared_rotation: npt.NDArray[np.floating]) -> str:
    """Returns which direction of the file is up after turning it by the second rotation, then by the first."""
    direction = (rotation @ prepared_rotation).T @ np.array([0.0, 1.0, 0.0])
    axis = int(np.abs(direction).argmax())
    return f"{'+' if direction[axis] > 0 else '-'}{'xyz'[axis]}"


def _refixed(state: AppState, fixes: tuple[Fix, ...]) -> AppState:
    """Sets the fixes; patches will lie elsewhere, so what belongs to single ones goes."""
    if fixes == state.doctor.treatment.fixes:
        return state
    state = treat(state, replace(state.doctor.treatment, fixes=fixes))
    return replace(state, mask=replace(state.mask, hidden=None), query=state.query.without_patches(), selected_patch=None)
