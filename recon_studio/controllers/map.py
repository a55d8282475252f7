"""The map: embeddings are laid out by the projection process, watched, steered, and new clouds and phrases placed among them."""

import time
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import QObject

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
from recon_studio.controllers.store import Store
from recon_studio.controllers.writing import LineWriter
from recon_studio.scene.map_export import csv_lines, svg_lines
from recon_studio.state import actions
from recon_studio.state import map as mapping
from recon_studio.state.app_state import AppState, Job, Notice
from recon_studio.state.embeddings import Embeddings
from recon_studio.state.map import ColourBy, MapSettings, MapTool, Projection, Quality, SelectMode, Words

JOB = -2
"""The projection's line of the activity bar."""
MOST_PLACED = 0.5
"""Share of the fitted clouds that are placed rather than laid out anew."""


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
        self._began = 0.0
        self._texts: tuple[int, tuple[str, ...], str] | None = None  # request id, names, phrase
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
            "selectionCleared": lambda: self._apply(mapping.change, selected=None),
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
        self._ask_texts()

    def set_tool(self, tool: MapTool) -> None:
        """Takes another tool in hand."""
        self._apply(mapping.change, tool=tool)

    def select(self, rows: Iterable[int], mode: SelectMode) -> None:
        """Selects clouds."""
        self._apply(mapping.select, rows, mode)

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
            self._ask_texts()

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
        """Writes no further."""
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
        features = None if clouds is None else mapping.features_of(clouds, settings.feature)
        if clouds is None or features is None or len(clouds) < mapping.FEWEST:
            self.say(Notice(why_not(clouds, settings) or "Embed the library first.", "warning"))
            return
        old = self._store.state.map.projection
        known = old if old is not None and old.clouds is clouds else None
        start = known.coordinates if known is not None else np.zeros((len(clouds), 2), np.float32)
        grouped = known.clusters if known is not None and known.settings.feature == settings.feature else None
        labels = mapping.label_numbers(clouds.labels)
        request = StartProjection(
            id=0,
            features=Array.of(features),
            method=settings.method,
            perplexity=settings.perplexity,
            iterations=settings.iterations,
            seed=settings.seed,
            start=settings.start,
            labels=None if labels is None else Array.of(labels),
            clusters=settings.clusters,
        )
        projection = Projection(clouds, settings, start, len(clouds), clusters=grouped)
        self._began = time.monotonic()
        self._running = (self._backend.submit(request), projection)
        self._apply(mapping.change, phase="running")
        self._tell(0, settings.iterations)

    def _steer(self, command: str) -> None:
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
        made, self._running = self._running[1], None
        self._store.apply(lambda state: actions.end_job(mapping.change(state, phase="idle"), JOB))
        if isinstance(reply, Failed):
            self.say(Notice(reply.sentence, "error"))
        elif isinstance(reply, Projected) and made.clouds.model == _model_of(self._store.state.embeddings):
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
        words = f"Laying out the map: iteration {iteration:,} of {iterations:,}" if iterations else "Laying out the map"
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
        new, reference = (mapping.features_of(each, projection.settings.feature) for each in (clouds, projection.clouds))
        if new is None or reference is None:
            return
        fitted = projection.fitted
        request = PlaceClouds(
            id=0,
            features=Array.of(new[rows]),
            reference=Array.of(reference[:fitted]),
            coordinates=Array.of(projection.coordinates[:fitted]),
            method=projection.settings.method,
        )
        self._placing = (self._backend.submit(request), projection, mapping.with_rows(projection.clouds, clouds, rows))

    def _placed(self, reply: Reply) -> None:
        assert self._placing is not None
        _, projection, clouds = self._placing
        self._placing = None
        if isinstance(reply, Failed):
            self.say(Notice(reply.sentence, "error"))
        elif isinstance(reply, CloudsPlaced) and self._store.state.map.projection is projection:
            nearest = reply.neighbours.numpy()[:, 0]
            clusters = None if projection.clusters is None else np.concatenate([projection.clusters, projection.clusters[nearest]])
            coordinates = np.concatenate([projection.coordinates, reply.coordinates.numpy()])
            shown = replace(projection, clouds=clouds, coordinates=coordinates, clusters=clusters)
            self._apply(mapping.show_projection, shown)

    # ------------------------------------------------------------ words

    def _ask_texts(self) -> None:
        """Asks for the features of the names, where a colour needs them, and of the phrase, at once: a newer one replaces an older."""
        state = self._store.state
        names = state.names if state.map.colour_by in mapping.NEEDS_WORDS else ()
        if state.map.words is not None and state.map.words.names == names:
            names = ()
        asked = (*names, *([self._phrase] if self._phrase else []))
        if asked and state.room == "map":
            self._texts = (self._backend.submit(EmbedTexts(id=0, names=asked)), names, self._phrase)

    def _texts_embedded(self, reply: Reply) -> None:
        assert self._texts is not None
        _, names, phrase = self._texts
        self._texts = None
        if isinstance(reply, Failed):
            self._apply(mapping.change, phrase_note=reply.sentence if phrase else "")
            if names:
                self.say(Notice(reply.sentence, "error"))
        elif isinstance(reply, TextsEmbedded):
            features = reply.features.numpy()
            if names:
                self._apply(mapping.change, words=Words(names, features[: len(names)], reply.temperature))
            if phrase and phrase == self._phrase:
                self._show_phrase(phrase, features[-1])

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
        if self._texts is not None and request.id == self._texts[0]:
            self._texts = None  # a newer request asks for the same and more

    def _follow(self, old: AppState, new: AppState) -> None:
        projection = new.map.projection
        if projection is not None and new.embeddings is None and old.embeddings is not None:
            # Another model: what the old one laid out is of no use to it.
            self.stop()
            self._store.apply(lambda state: mapping.change(mapping.show_projection(state, None), words=None, phrase_note=""))
        if new.names != old.names and new.map.colour_by in mapping.NEEDS_WORDS:
            self._ask_texts()
        if new.room == "map" and old.room != "map":
            self._embedded()

    def _apply(self, action: Any, *args: Any, **kwargs: Any) -> None:
        self._store.apply(lambda state: action(state, *args, **kwargs))


def why_not(clouds: Embeddings | None, settings: MapSettings) -> str:
    """Says why these clouds cannot be laid out; empty where they can."""
    if clouds is None:
        return "Embed the library first."
    if len(clouds) < mapping.FEWEST:
        return f"A map needs at least {mapping.FEWEST} clouds; {len(clouds)} are embedded."
    if mapping.features_of(clouds, settings.feature) is None:
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
