"""AppState -> BenchPicture: what each view shows, decided in one pure place.

``Resolver`` remembers the last value of each step and hands it out again while that step's inputs are the same objects, so that
moving the mask neither recolours the input nor touches the actors that show it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, ParamSpec, TypeVar

import numpy as np

from recon_model.counts import counted
from recon_studio.scene import paint, scenes
from recon_studio.scene.choices import TITLES, why_not_coloured, why_not_shown
from recon_studio.scene.colours import GROUNDS
from recon_studio.scene.explain import Explained, Explanation, waits
from recon_studio.scene.paint import Paint
from recon_studio.scene.picture import BenchPicture, Marker, ViewPicture
from recon_studio.scene.pieces import Shown, shown
from recon_studio.scene.scenes import Sample, sample_of
from recon_studio.state.app_state import AppState, Flags, Mask, Prepared, Reconstruction, Theme
from recon_studio.state.trying import in_words, withstood
from recon_studio.state.view_state import COLOURS_OF, ColourBy, Range, Shading, TileChoice

P = ParamSpec("P")
R = TypeVar("R")


class _Last(Generic[P, R]):
    """A function that returns its last value while it is called with the same objects."""

    def __init__(self, function: Callable[P, R]) -> None:
        self._function = function
        self._arguments: tuple[Any, ...] | None = None
        self._value: Any = None

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        arguments = (*args, *kwargs.values())
        if self._arguments is None or len(arguments) != len(self._arguments) or not all(map(_same, arguments, self._arguments)):
            self._value = self._function(*args, **kwargs)
            self._arguments = arguments
        return self._value  # type: ignore[no-any-return]


def _same(a: object, b: object) -> bool:
    return a is b or (isinstance(a, (str, int, float, tuple, Mask, Range)) and type(a) is type(b) and a == b)


@dataclass(frozen=True, eq=False)
class _Facts:
    """What the views of one state are made from; answers about another cloud are left out."""

    state: AppState
    shown: Shown | None
    sample: Sample | None
    prepared: Prepared | None
    rebuilt: Reconstruction | None
    rebuilt_b: Reconstruction | None
    explanation: Explained | None
    hidden: Flags | None
    wait: str


class Resolver:
    """Turns states into pictures; two resolvers given the same state draw the same picture."""

    def __init__(self) -> None:
        self._shown = _Last(shown)
        self._sample = _Last(sample_of)
        self._hidden = _Last(hidden_patches)
        self._explained = Explanation()
        self._steps: dict[tuple[object, object], _Last[Any, Any]] = {}
        self._used: dict[tuple[object, object], _Last[Any, Any]] = {}
        self._picture = _Last(_picture)
        self._all: tuple[ViewPicture, ...] = ()

    def beside(self) -> "Resolver":
        """Returns another one, which finds clouds as this one has cut them: no theme changes that."""
        made = Resolver()
        made._shown, made._sample = self._shown, self._sample
        return made

    def __call__(self, state: AppState) -> BenchPicture:
        """Returns the picture of ``state``; parts of the last picture that still hold are the same objects."""
        facts = self._facts(state)
        views = tuple(self._view(facts, place, tile) for place, tile in enumerate(state.views.tiles))
        # What no view needs any more must not keep a large cloud alive.
        self._steps, self._used = self._used, {}
        if len(views) != len(self._all) or any(new is not old for new, old in zip(views, self._all, strict=True)):
            self._all = views
        look = state.views
        return self._picture(
            self._all, facts.prepared, facts.shown, state.selected_patch, facts.hidden, state.theme, look.point_size, look.shading
        )

    def _facts(self, state: AppState) -> _Facts:
        cloud = state.cloud
        prepared = state.prepared if cloud and state.prepared and state.prepared.key == cloud.key else None

        def current(answer: Any) -> Any:
            return answer if prepared is not None and answer is not None and answer.key == prepared.key else None

        rebuilt = current(state.reconstruction)
        return _Facts(
            state=state,
            shown=self._shown(cloud, prepared) if cloud else None,
            sample=self._sample(prepared, cloud) if prepared and cloud else None,
            prepared=prepared,
            rebuilt=rebuilt,
            rebuilt_b=current(state.rival.reconstruction) if state.rival is not None else None,
            explanation=self._explained(state) if prepared is not None else None,
            hidden=self._hidden(state.mask.hidden, prepared, rebuilt) if prepared else None,
            wait=_waiting_for(state),
        )

    def _once(self, name: object, function: Callable[..., R], *arguments: Any) -> R:
        """Calls, or returns what the last call of that name returned while its arguments are the same."""
        key = (name, function)
        step = self._used[key] = self._used.get(key) or self._steps.get(key) or _Last(function)
        return step(*arguments)  # type: ignore[no-any-return]

    # ------------------------------------------------------------ colours

    def _paint(self, facts: _Facts, colour: ColourBy, rebuilt: Reconstruction | None = None) -> Paint | None:
        """Returns a colouring; None where what it needs is not there."""
        state, theme, edited = facts.state, facts.state.theme, facts.state.views.range_of(colour)
        rebuilt = rebuilt if rebuilt is not None else facts.rebuilt
        if colour == "patch" and facts.prepared is not None:
            return self._once(colour, paint.by_patch, len(facts.prepared.centres), theme)
        if colour == "height" and facts.shown is not None and state.cloud is not None:
            return self._once(colour, paint.by_height, state.cloud, facts.shown, theme, edited)
        if colour == "normal" and state.cloud is not None and state.cloud.normals is not None:
            return self._once(colour, paint.by_normal)
        if colour == "rgb" and state.cloud is not None and state.cloud.colours is not None:
            return self._once(colour, paint.by_rgb)
        if colour == "part" and state.cloud is not None and state.cloud.parts is not None:
            return self._once(colour, paint.by_part, state.cloud.parts, theme)
        if colour == "error" and rebuilt is not None:
            # Two models are compared on one scale.
            others = max((_largest(each) for each in (facts.rebuilt, facts.rebuilt_b)), default=0.0)
            return self._once((colour, rebuilt is facts.rebuilt_b), paint.by_error, rebuilt, others, theme, edited)
        if colour == "attention" and facts.explanation is not None:
            return self._once(colour, paint.by_explanation, facts.explanation, theme, edited)
        return None

    def _usual(self, facts: _Facts, tile: TileChoice) -> tuple[Paint | None, str]:
        """Returns the colouring asked for, or else the view's usual one and why the other cannot be had."""
        why = why_not_coloured(facts.state, tile.show, tile.colour)
        made = None if why else self._paint(facts, tile.colour)
        if made is not None or tile.colour == COLOURS_OF[tile.show][0]:
            return made, ""
        return self._paint(facts, COLOURS_OF[tile.show][0]), why.rstrip(".").lower()

    # ------------------------------------------------------------ views

    def _view(self, facts: _Facts, place: int, tile: TileChoice) -> ViewPicture:
        state, theme = facts.state, facts.state.theme
        tried = withstood(state)
        shown = next((at for at, each in enumerate(state.views.tiles) if each.show == "input"), 0)
        if tried is not None and facts.sample is not None and place == shown:
            caption = f"{counted(tried.count, 'point')} · {in_words(tried.asked.damage)} · a preview, cloud and mask stay"
            return self._once((place, "damaged"), scenes.damaged_view, facts.sample, tried.points, caption, theme)
        # While a file's failure is told in the input view, the others do not repeat it.
        rest = "" if state.cloud is None and _failure(state) else facts.wait
        match tile.show:
            case "input":
                made, why = self._usual(facts, tile)
                if made is None and facts.shown is not None:  # no patches yet: as the file has it
                    made = self._paint(facts, "rgb")
                    why = "" if made is not None else "no colours in the file"
                return self._once(place, scenes.input_view, facts.shown, made, why, theme, facts.wait)
            case "seen":
                if state.leaks and facts.sample is not None and facts.hidden is not None:
                    return self._once(place, scenes.leaks_view, facts.sample, facts.hidden, theme)
                made, _ = self._usual(facts, tile)
                by_hand = state.mask.hidden is not None
                return self._once(place, scenes.seen_view, facts.sample, facts.hidden, by_hand, made, theme, rest)
            case "attention":
                made = self._paint(facts, "attention")
                cut = facts.shown if facts.prepared is not None else None
                why = waits(state) if cut is not None and facts.explanation is None else ""
                return self._once(place, scenes.attention_view, cut, facts.explanation, made, theme, why or rest)
        return self._answer(facts, place, tile, rest)

    def _answer(self, facts: _Facts, place: int, tile: TileChoice, rest: str) -> ViewPicture:
        """Returns a view of what a model rebuilt."""
        state, theme = facts.state, facts.state.theme
        edited = state.views.range_of(tile.colour)
        missing = why_not_shown(state, tile.show)
        if missing:
            return self._once(place, scenes.waiting, tile.show, missing)
        rival = state.rival
        match tile.show:
            case "overlay":
                return self._once(place, scenes.overlay_view, facts.sample, facts.rebuilt, theme, rest)
            case "difference":
                unit = facts.shown.unit if facts.shown is not None else 1.0
                return self._once(place, scenes.difference_view, facts.sample, facts.rebuilt, tile.colour, unit, edited, theme, rest)
            case "contest":
                return self._once(place, scenes.contest_view, facts.sample, facts.rebuilt, rival, edited, theme, rest)
        second = tile.show == "rebuilt_b"
        rebuilt = facts.rebuilt_b if second else facts.rebuilt
        if second and rival is not None and rival.sentence:
            return self._once(place, scenes.waiting, tile.show, rival.sentence)
        title = TITLES[tile.show] if second or rival is None else f"{TITLES['rebuilt']} · model A"
        model = rival.model if second and rival is not None else state.model
        by = f" · by {model.name}" if rival is not None and model is not None else ""
        made = self._paint(facts, tile.colour, rebuilt)
        return self._once(place, scenes.rebuilt_view, tile.show, title, by, facts.sample, rebuilt, made, state.views.flipped, theme, rest)


def _largest(rebuilt: Reconstruction | None) -> float:
    return float(np.max(rebuilt.chamfer, initial=0.0)) if rebuilt is not None else 0.0


def _waiting_for(state: AppState) -> str:
    """Says in one line why nothing is drawn yet; nothing where no cloud was asked for."""
    if state.current is None:
        return ""
    if state.cloud is None:
        return _failure(state) or "Reading the file…"
    if state.engine == "failed":
        return "The model is not running"
    if state.prepared is None:
        return "Loading the model…" if state.model is None else "Cutting the cloud into patches…"
    return "Computing…"


def _failure(state: AppState) -> str:
    """Says why the current file could not be opened; nothing where it could."""
    item = next((item for item in state.items if item.key == state.current), None)
    return (item.sentence or "This file could not be opened.") if item is not None and item.status == "failed" else ""


def hidden_patches(by_hand: tuple[bool, ...] | None, prepared: Prepared, rebuilt: Reconstruction | None) -> Flags | None:
    """Returns which patches are hidden (G,): those set by hand, else those of the reconstruction shown; None while unknown."""
    if by_hand is not None and len(by_hand) == len(prepared.centres):
        return np.array(by_hand, dtype=bool)
    return rebuilt.hidden if rebuilt is not None else None


def _picture(
    views: tuple[ViewPicture, ...],
    prepared: Prepared | None,
    cloud: Shown | None,
    selected: int | None,
    hidden: Flags | None,
    theme: Theme,
    point_size: float,
    shading: Shading,
) -> BenchPicture:
    marker = None
    if prepared is not None and selected is not None and selected < len(prepared.centres):
        x, y, z = (float(value) for value in prepared.centres[selected])
        marker = Marker(selected, (x, y, z), bool(hidden is not None and hidden[selected]))
    return BenchPicture(
        views,
        GROUNDS[theme].background,
        marker,
        centres=None if prepared is None else prepared.centres,
        unit=None if cloud is None else cloud.unit,
        whole=None if cloud is None else cloud.first.points,
        point_size=point_size,
        shading=shading,
    )
