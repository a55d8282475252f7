"""The map: embeddings are laid out by the projection process, watched, steered, and new clouds and phrases placed among them."""

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import QObject

from recon_model.counts import grouped
from recon_model.serve.messages import (
    Array,
    CloudsPlaced,
    EmbedTexts,
    Failed,
    PlaceClouds,
    Projected,
    ProjectionFrame,
    ProjectionSteered,
    Reply,
    Request,
    StartProjection,
    SteerProjection,
    TextsEmbedded,
)
from recon_studio.backend.client import Backend
from recon_studio.controllers.embeddings import EmbeddingController
from recon_studio.controllers.lapse import LapseController
from recon_studio.controllers.library import LibraryController
from recon_studio.controllers.parcel import INLINE_BYTES, Parcel
from recon_studio.controllers.store import Store
from recon_studio.controllers.writing import LineWriter
from recon_studio.scene.map_export import csv_lines, svg_lines
from recon_studio.state import actions
from recon_studio.state import map as mapping
from recon_studio.state.app_state import AppState, Job, Notice
from recon_studio.state.embeddings import Embeddings
from recon_studio.state.map import ColourBy, MapSettings, MapTool, Projection, Quality, SelectMode

JOB = -2
"""The projection's line of the activity bar."""
MOST_PLACED = 0.5
"""Share of the fitted clouds that are placed rather than laid out anew."""
PACKING = 0
"""In place of a request's id, while its features are being packed."""


class MapController(QObject):
    """Owns the projection: one runs at a time, a newer one stops it first."""

    def __init__(
        self,
        store: Store,
        backend: Backend,
        embeddings: EmbeddingController,
        library: LibraryController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store, self._backend, self._embeddings, self._library = store, backend, embeddings, library
        self._running: tuple[int, Projection] | None = None  # request id, and what it lays out
        self._next: MapSettings | None = None  # to start when what runs has stopped
        self._placing: tuple[int, Projection, Embeddings] | None = None
        self._parcel: Parcel | None = None
        self._selections = 0
        self._began = 0.0
        self._texts: tuple[int, str] | None = None  # request id, and the phrase
        self._phrase = ""
        self._writer: LineWriter | None = None
        self.lapse = LapseController(store, backend, self)
        store.changed.connect(self._follow)
        backend.answered.connect(self._answered)
        backend.progressed.connect(self._progressed)
        backend.dropped.connect(self._dropped)
        embeddings.finished.connect(self._embedded)

    def connect_view(self, view: Any) -> None:
        """Joins the room's signals, and starts the projection's process: whoever enters the map will need it."""
        self._backend.begin("projection")
        for name, handler in {
            "embedRequested": self.embed,
            "foldersChosen": self.add,
            "settingsChanged": self.set_settings,
            "startRequested": self.start,
            "pauseRequested": self.pause,
            "stopRequested": self.stop,
            "placeRequested": self.place_new,
            "colourChosen": self.colour_by,
            "groupToggled": lambda group: self._apply(mapping.toggle_group, group),
            "namesToggled": lambda shown: self._apply(mapping.change, names_shown=shown),
            "toolChosen": self.set_tool,
            "rowsChosen": self.select,
            "selectionCleared": lambda: self.select((), "replace"),
            "rowPicked": self.pick,
            "rowOpened": self.open,
            "phraseEntered": self.ask_phrase,
            "exportRequested": self.export,
            "lapseWanted": self.lapse.start,
            "frameChosen": self.lapse.show,
            "lapseClosed": self.lapse.close_lapse,
            "pictureSaved": self._exported,
        }.items():
            getattr(view, name).connect(handler)
        if self._store.state.embeddings is not None and self._store.state.map.projection is None:
            self._embedded()

    # ------------------------------------------------------------ what the room asks

    def embed(self) -> None:
        """Embeds what is not embedded yet; the map follows when that is done."""
        self._embeddings.embed()

    def add(self, paths: Iterable[str]) -> None:
        """Opens files and folders in the library."""
        self._library.open_paths(paths)

    def set_settings(self, settings: MapSettings) -> None:
        """Takes other settings for the next projection."""
        self._apply(mapping.change, settings=settings)

    def start(self) -> None:
        """Lays the embedded clouds out, by the settings; what runs is stopped first."""
        self.lapse.close_lapse()
        settings = self._store.state.map.settings
        if self._running is not None:
            self._next = settings
            self._steer("stop")
        else:
            self._start(settings)

    def pause(self) -> None:
        """Pauses what runs, or lets it go on."""
        if self._running is not None:
            self._steer("continue" if self._store.state.map.phase == "paused" else "pause")

    def stop(self) -> None:
        """Stops what runs; the map stays as it is then."""
        self._next = None
        if self._running is not None:
            self._steer("stop")

    def cancel(self, job: int) -> None:
        """Stops what runs when its line in the activity bar is cancelled."""
        if job == JOB:
            self.stop()
        self.lapse.cancel(job)

    def place_new(self) -> None:
        """Embeds clouds that came to the library since, and places them on the map."""
        self._embeddings.embed()

    def colour_by(self, by: ColourBy) -> None:
        """Colours the clouds another way."""
        self._apply(mapping.colour_by, by)

    def set_tool(self, tool: MapTool) -> None:
        """Takes another tool in hand."""
        self._apply(mapping.change, tool=tool)

    def select(self, rows: Iterable[int], mode: SelectMode) -> None:
        """Selects clouds; each selection is a step to undo."""
        self._selections += 1
        chosen = tuple(rows)
        self._store.record("selection on the map", lambda state: mapping.select(state, chosen, mode), self._selections)

    def pick(self, row: int) -> None:
        """Opens a cloud on the bench, and stays here."""
        projection = self._store.state.map.projection
        if projection is not None and 0 <= row < len(projection.clouds):
            self._library.choose(projection.clouds.keys[row])

    def open(self, row: int) -> None:
        """Opens a cloud and goes to the bench."""
        self.pick(row)
        self._store.apply(lambda state: actions.enter(state, "bench"))

    def ask_phrase(self, text: str) -> None:
        """Places a phrase; an empty one takes it away."""
        self._phrase = " ".join(text.split())
        self._apply(mapping.change, phrase=None, phrase_note="Asking the text teacher…" if self._phrase else "")
        if self._phrase:
            self._ask_phrase()

    def export(self, kind: str, path: str) -> None:
        """Writes the map as a drawing ("svg") or a table ("csv"), a little at a time."""
        state = self._store.state
        if state.map.projection is None:
            return
        lines = svg_lines(state.map, state.theme) if kind == "svg" else csv_lines(state.map)
        if self._writer is not None:
            self._writer.cancel()
        self._writer = LineWriter(path, lines, self)
        self._writer.finished.connect(self._exported)

    def close(self) -> None:
        """Writes and packs no further."""
        self._unpack()
        if self._writer is not None:
            self._writer.cancel()
            self._writer = None

    def _exported(self, path: str, complaint: str) -> None:
        self._writer = None
        self.say(Notice(complaint, "error") if complaint else Notice(f"The map was saved as {path}."))

    def say(self, notice: Notice) -> None:
        """Tells the user something."""
        self._store.apply(lambda state: actions.notify(state, notice))

    # ------------------------------------------------------------ projecting

    def _start(self, settings: MapSettings) -> None:
        clouds = self._store.state.embeddings
        why = why_not(clouds, settings)
        if clouds is None or why:
            self.say(Notice(why, "warning"))
            return
        old = self._store.state.map.projection
        known = old if old is not None and old.clouds is clouds else None
        start = known.coordinates if known is not None else np.zeros((len(clouds), 2), np.float32)
        grouped = known.clusters if known is not None and known.settings.feature == settings.feature else None
        projection = Projection(clouds, settings, start, len(clouds), clusters=grouped)
        self._began = time.monotonic()
        self._forget_placing()  # what is laid out anew holds the new clouds, too
        self._running = (PACKING, projection)
        self._apply(mapping.change, phase="running")
        self._tell(0, settings.iterations)
        self._pack(lambda: mapping.features_of(clouds, settings.feature), clouds, lambda features: self._submit(features, projection))

    def _submit(self, features: Array | str, projection: Projection) -> None:
        settings, labels = projection.settings, mapping.label_numbers(projection.clouds.labels)
        request = StartProjection(
            id=0,
            features=features,
            method=settings.method,
            perplexity=settings.perplexity,
            iterations=settings.iterations,
            seed=settings.seed,
            start=settings.start,
            labels=None if labels is None else Array.of(labels),
            clusters=settings.clusters,
        )
        self._running = (self._backend.submit(request), projection)

    def _pack(self, make: Callable[[], Any], clouds: Embeddings, then: Callable[[Array | str], None]) -> None:
        """Hands features of these clouds over, when they are packed."""
        self._unpack()
        if clouds.features.nbytes <= INLINE_BYTES:
            then(Array.of(make()))
        else:
            self._parcel = Parcel(make, then, self._not_packed)

    def _not_packed(self, why: str) -> None:
        self.say(Notice(f"The clouds cannot be laid out: their features could not be written to a temporary file ({why}).", "error"))
        self._placing = None
        self._idle()

    def _unpack(self) -> None:
        parcel, self._parcel = self._parcel, None
        if parcel is not None:
            parcel.close()

    def _steer(self, command: str) -> None:
        if self._running is not None and self._running[0] == PACKING:
            if command == "stop":
                self._idle()
            return
        self._backend.submit(SteerProjection(id=0, command=command))

    def _progressed(self, request: Request, reply: Reply) -> None:
        if self._running is None or request.id != self._running[0] or not isinstance(reply, ProjectionFrame):
            return
        made = self._running[1]
        shown = replace(made, coordinates=reply.coordinates.numpy(), iteration=reply.iteration, iterations=reply.iterations)
        self._apply(mapping.show_projection, shown)
        self._tell(reply.iteration, reply.iterations)

    def _finish(self, reply: Reply) -> None:
        assert self._running is not None
        made = self._running[1]
        if isinstance(reply, Failed):
            self.say(Notice(reply.sentence, "error"))
        self._idle(made if isinstance(reply, Projected) else None, reply)

    def _idle(self, made: Projection | None = None, reply: Reply | None = None) -> None:
        """Nothing runs any more: what was made is shown, and what was asked meanwhile begun."""
        self._running = None
        self._unpack()
        self._store.apply(lambda state: actions.end_job(mapping.change(state, phase="idle"), JOB))
        if made is not None and isinstance(reply, Projected) and made.clouds.model == _model_of(self._store.state.embeddings):
            self._apply(mapping.show_projection, _finished(made, reply))
        following, self._next = self._next, None
        if following is not None:
            self._start(following)
        elif isinstance(reply, Projected):
            self._embedded()  # clouds may have come meanwhile

    def _tell(self, iteration: int, iterations: int) -> None:
        left = None
        if iteration > 0:
            left = round((time.monotonic() - self._began) / iteration * (iterations - iteration))
        words = f"Laying out the map: iteration {grouped(iteration)} of {grouped(iterations)}" if iterations else "Laying out the map"
        job = Job(JOB, words, iteration / iterations if iterations else -1.0, left)
        self._store.apply(lambda state: actions.put_job(state, job))

    # ------------------------------------------------------------ new clouds

    def _embedded(self) -> None:
        """All is embedded: the first map is PCA's, at once; on a finished map what is new is placed."""
        state = self._store.state
        clouds, projection = state.embeddings, state.map.projection
        if clouds is None or self._running is not None or self._placing is not None or state.room != "map":
            return
        if state.map.lapse is not None:
            return  # its clouds are chosen already
        if projection is None:
            if len(clouds) >= mapping.FEWEST:
                self._start(replace(state.map.settings, method="pca"))
            return
        rows = mapping.new_rows(projection, clouds)
        if not len(rows):
            return
        if not projection.finished or len(rows) > MOST_PLACED * projection.fitted:
            self._start(projection.settings if projection.finished else replace(projection.settings, method="pca"))
            return
        feature, fitted = projection.settings.feature, projection.fitted
        joined: list[Embeddings] = []

        def reference() -> Any:
            joined.append(mapping.with_rows(projection.clouds, clouds, rows))
            found = mapping.features_of(projection.clouds, feature)
            return None if found is None else found[:fitted]

        def place(packed: Array | str) -> None:
            new = mapping.features_of(mapping.rows_of(clouds, rows), feature)
            request = PlaceClouds(
                id=0,
                features=Array.of(new if new is not None else np.zeros((0, 0), np.float32)),
                reference=packed,
                coordinates=Array.of(projection.coordinates[:fitted]),
                method=projection.settings.method,
            )
            self._placing = (self._backend.submit(request), projection, joined[0])

        if not why_not(clouds, projection.settings) and not why_not(projection.clouds, projection.settings):
            self._placing = (PACKING, projection, clouds)
            self._pack(reference, projection.clouds, place)

    def _forget_placing(self) -> None:
        placing, self._placing = self._placing, None
        if placing is not None and placing[0] != PACKING:
            self._backend.forget(placing[0])

    def _placed(self, reply: Reply) -> None:
        assert self._placing is not None
        _, projection, clouds = self._placing
        self._placing = None
        self._unpack()
        if isinstance(reply, Failed):
            self.say(Notice(reply.sentence, "error"))
        elif isinstance(reply, CloudsPlaced) and self._store.state.map.projection is projection:
            nearest = reply.neighbours.numpy()[:, 0]
            clusters = None if projection.clusters is None else np.concatenate([projection.clusters, projection.clusters[nearest]])
            coordinates = np.concatenate([projection.coordinates, reply.coordinates.numpy()])
            shown = replace(projection, clouds=clouds, coordinates=coordinates, clusters=clusters)
            self._apply(mapping.show_projection, shown)

    # ------------------------------------------------------------ words

    def _ask_phrase(self) -> None:
        self._texts = None
        if self._store.state.room == "map":
            self._texts = (self._backend.submit(EmbedTexts(id=0, names=(self._phrase,))), self._phrase)

    def _texts_embedded(self, reply: Reply) -> None:
        assert self._texts is not None
        _, phrase = self._texts
        self._texts = None
        if isinstance(reply, Failed):
            self._apply(mapping.change, phrase_note=reply.sentence)
        elif isinstance(reply, TextsEmbedded) and phrase == self._phrase:
            self._show_phrase(phrase, reply.features.numpy()[-1])

    def _show_phrase(self, text: str, feature: Any) -> None:
        projection = self._store.state.map.projection
        found = mapping.place_phrase(projection, text, feature) if projection is not None else None
        note = "" if found is not None else "This model has no feature that words and shapes share."
        self._apply(mapping.change, phrase=found, phrase_note=note)

    # ------------------------------------------------------------ following

    def _answered(self, request: Request, reply: Reply) -> None:
        if self._running is not None and request.id == self._running[0]:
            self._finish(reply)
        elif self._placing is not None and request.id == self._placing[0]:
            self._placed(reply)
        elif self._texts is not None and request.id == self._texts[0]:
            self._texts_embedded(reply)
        elif isinstance(reply, ProjectionSteered) and reply.running and reply.command != "stop" and self._running is not None:
            self._apply(mapping.change, phase="paused" if reply.command == "pause" else "running")

    def _dropped(self, request: Request) -> None:
        """Someone cancelled it: it can be asked for again."""
        if self._texts is not None and request.id == self._texts[0]:
            self._texts = None
            self._apply(mapping.change, phrase_note="")
        elif self._placing is not None and request.id == self._placing[0]:
            self._placing = None
            self._unpack()

    def _follow(self, old: AppState, new: AppState) -> None:
        projection = new.map.projection
        if projection is not None and new.embeddings is None and old.embeddings is not None:
            # Another model: what the old one laid out is of no use to it.
            self.stop()
            self._store.apply(lambda state: mapping.change(mapping.show_projection(state, None), phrase_note=""))
        if new.words.ranking is not old.words.ranking:
            self._apply(mapping.predict)
        if new.room == "map" and old.room != "map":
            self._embedded()

    def _apply(self, action: Any, *args: Any, **kwargs: Any) -> None:
        self._store.apply(lambda state: action(state, *args, **kwargs))


def why_not(clouds: Embeddings | None, settings: MapSettings) -> str:
    """Says why these clouds cannot be laid out; empty where they can."""
    if clouds is None:
        return "Embed the library first."
    if len(clouds) < mapping.FEWEST:
        return f"A map needs at least {mapping.FEWEST} clouds; {grouped(len(clouds))} are embedded."
    if settings.feature == "projected" and clouds.sides is None:
        return "This model has no projected features; choose queries or pooled patches."
    return ""


def _model_of(clouds: Embeddings | None) -> str:
    return "" if clouds is None else clouds.model


def _finished(made: Projection, reply: Projected) -> Projection:
    quality = Quality(
        trustworthiness=reply.trustworthiness,
        features_accuracy=reply.features_accuracy,
        map_accuracy=reply.map_accuracy,
        neighbours=reply.neighbours,
        divergence=reply.divergence,
        explained=reply.explained,
        seconds=reply.seconds,
    )
    return replace(
        made,
        coordinates=reply.coordinates.numpy(),
        iteration=reply.iteration,
        iterations=reply.iterations,
        finished=True,
        quality=quality,
        clusters=reply.clusters.numpy(),
    )
