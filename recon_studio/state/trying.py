"""What a cloud is put through in the drawer: pure functions of the state. Nothing of it touches the cloud, its patches or their mask."""

from dataclasses import replace

from recon_model.config import Damage, DamageKind
from recon_studio.state.app_state import AppState
from recon_studio.state.doctor import AUTO
from recon_studio.state.explain import Trial, Withstood


def set_damage(state: AppState, damage: Damage) -> AppState:
    """Puts the cloud through something else."""
    return replace(state, explain=replace(state.explain, damage=damage))


def vary(state: AppState, kind: DamageKind) -> AppState:
    """Chooses the kind of damage that the curve follows."""
    return replace(state, explain=replace(state.explain, varied=kind))


def show_withstood(state: AppState, found: Withstood) -> AppState:
    """Shows what came of a trial."""
    return replace(state, explain=replace(state.explain, withstood=found))


def trial(state: AppState) -> Trial | None:
    """Returns what is to be asked of the model; None while the page is shut, nothing is damaged, or there is nothing to rank."""
    explain, prepared, wording = state.explain, state.prepared, state.words.wording
    idle = not explain.open or explain.page != "robustness" or explain.damage.harmless
    if idle or prepared is None or not wording.lexicon.names or wording.template_problem():
        return None
    return Trial(prepared, explain.damage, wording, way_up(state))


def way_up(state: AppState) -> str:
    """Returns how a damaged cloud is stood up: as the model judges, unless it was told; the cloud stands already."""
    return AUTO if state.doctor.treatment.up == AUTO else "+y"


def withstood(state: AppState) -> Withstood | None:
    """Returns what came of the last trial of this cloud, while the page is open and something is damaged."""
    found, asked = state.explain.withstood, trial(state)
    return found if found is not None and asked is not None and found.asked.prepared is asked.prepared else None


def in_words(damage: Damage) -> str:
    """Says what was done, seed included where chance had a part in it."""
    side = f"{damage.side:g}°"
    part = f"of what is out of sight from {side}" if damage.part == "unseen" else f"cut away at {side}"
    done = (
        (damage.occlude, f"{damage.occlude:.0%} {part}"),
        (damage.drop, f"{damage.drop:.0%} dropped"),
        (damage.jitter, f"noise {damage.jitter:.3g} radii"),
        (damage.tilt, f"tilted {damage.tilt:g}° to {side}"),
        (damage.turn, f"turned {damage.turn:g}°"),
        (damage.drawn, f"seed {damage.seed}"),
    )
    return ", ".join(words for holds, words in done if holds)
