"""The Words room: the same names over the whole library, and clouds found by a phrase, by a cloud or by a picture."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from recon_model.lexicon import Name
from recon_model.serve.messages import (
    Array,
    CloudsFound,
    CloudsRanked,
    Failed,
    FindByPicture,
    FindByWords,
    PackedSides,
    PictureRead,
    RankClouds,
    ReadPicture,
    Reply,
    Request,
)
from recon_model.sides import Sides
from recon_studio.backend.client import Backend
from recon_studio.controllers.embeddings import EmbeddingController
from recon_studio.controllers.library import LibraryController
from recon_studio.controllers.store import Store
from recon_studio.controllers.words import WordsController
from recon_studio.state import actions, words
from recon_studio.state.app_state import AppState, Notice
from recon_studio.state.embeddings import CloudKey, Embeddings
from recon_studio.state.map import NEEDS_WORDS
from recon_studio.state.wording import Found, LibraryRanking, Picture, Search

PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff")
"""What a dropped file's name ends in when it is a picture rather than a cloud."""
PART_BYTES = 4 << 20
"""Features sent to be ranked in one message: a few milliseconds of packing."""
AT_ONCE = 200
"""A library of so many files is embedded when the room is entered; a larger one when the user says so."""


@dataclass(eq=False)
class _Walk:
    """One ranking of the whole library, part by part."""

    embeddings: Embeddings
    sides: Sides
    names: tuple[Name, ...]
    templates: str | tuple[str, ...]
    parts: list[CloudsRanked] = field(default_factory=list)

    @property
    def done(self) -> int:
        """Clouds ranked so far."""
        return sum(part.best.shape[0] for part in self.parts)

    def next_part(self) -> Sides:
        """Returns the clouds to rank now: as many as ``PART_BYTES`` hold from all their sides, at least one."""
        held = np.cumsum(self.sides.counts[self.done :]) * self.sides.features[0].nbytes
        count = max(1, int(np.searchsorted(held, PART_BYTES, side="right")))
        return self.sides.of(np.arange(self.done, self.done + count))

    def ranking(self) -> LibraryRanking:
        """Returns all parts in one."""

        def joined(*arrays: Array) -> Any:
            return np.concatenate([array.numpy() for array in arrays])

        parts = self.parts
        unlike = [part.unlike for part in parts if part.unlike is not None]
        return LibraryRanking(
            embeddings=self.embeddings,
            names=parts[0].names,
            scores=joined(*(part.scores for part in parts)),
            best=joined(*(part.best for part in parts)),
            share=joined(*(part.shares for part in parts)),
            margin=joined(*(part.margins for part in parts)),
            entropy=joined(*(part.entropies for part in parts)),
            unlike=joined(*unlike) if len(unlike) == len(parts) else None,
            milliseconds=sum(part.milliseconds for part in parts),
        )


class WordsRoomController(QObject):
    """Ranks the library while this room is in sight, or the map coloured by it, and looks for what is asked.

    Args:
        words: owns the names.
        library: opens clouds.
        embeddings: embeds the library.
    """

    tableWanted = Signal(str, object)  # path, what makes the text to write there

    def __init__(
        self,
        store: Store,
        backend: Backend,
        words: WordsController,
        library: LibraryController,
        embeddings: EmbeddingController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store, self._backend = store, backend
        self._words, self._library, self._embeddings = words, library, embeddings
        self._ranked: tuple[Any, ...] = ()  # embeddings, names and templates last asked
        self._looked: tuple[Any, ...] = ()  # search, embeddings, templates and picture last asked
        self._walks: dict[int, _Walk] = {}  # request -> the ranking it is a part of
        self._walk: _Walk | None = None  # the newest; None where it was cancelled or failed
        self._asked: dict[int, Embeddings] = {}  # request -> what it was asked about
        self._offered: set[str] = set()  # paths already given to be embedded
        store.changed.connect(self._follow)
        backend.answered.connect(self._answered)
        backend.dropped.connect(self._dropped)

    def connect_view(self, view: Any) -> None:
        """Joins the room's signals to the handlers."""
        for name, handler in {
            "textEdited": self._words.edit,
            "templatesChosen": self._words.choose_templates,
            "ownEdited": self._words.edit_templates,
            "embedRequested": self.embed,
            "phraseSearched": self.find_phrase,
            "alikeSearched": self.find_alike,
            "pictureSearched": self.find_picture,
            "searchCleared": self.clear_search,
            "cellChosen": lambda cell: self._store.apply(lambda state: words.narrow(state, cell)),
            "cloudOpened": self.open,
            "tableExported": self.tableWanted.emit,
        }.items():
            getattr(view, name).connect(handler)

    # ------------------------------------------------------------ what the room asks

    def embed(self) -> None:
        """Embeds what is not embedded yet."""
        self._offered |= {item.path for item in self._store.state.items}
        self._embeddings.embed()

    def find_phrase(self, phrase: str) -> None:
        """Looks for clouds that fit a phrase; commas part other words for it, and words against it, which begin with '-'."""
        tidy = " ".join(phrase.split())
        self._search(Search("words", tidy) if tidy else None)

    def find_alike(self, key: str) -> None:
        """Looks for clouds like one of them."""
        self._search(Search("shape", key))
        state = self._store.state
        if state.embeddings is None or key not in state.embeddings.keys:
            self._embeddings.embed([CloudKey.parse(key).path])

    def find_picture(self, path: str) -> None:
        """Looks for clouds that would look like a picture; the reader decodes it."""
        if not path:
            return
        absolute = str(Path(path).absolute())
        self._store.apply(lambda state: actions.enter(state, "words"))
        self._search(Search("picture", absolute))

    def clear_search(self) -> None:
        """Looks for nothing any more."""
        self._search(None)

    def open(self, key: str) -> None:
        """Shows a cloud on the bench."""
        self._library.choose(key)
        self._store.apply(lambda state: actions.enter(state, "bench"))

    # ------------------------------------------------------------ asking

    def _search(self, wanted: Search | None) -> None:
        self._looked = ()
        self._backend.abandon(FindByWords, FindByPicture)
        self._store.apply(lambda state: words.search(state, wanted))
        self._look()

    def _follow(self, old: AppState, new: AppState) -> None:
        emptied = new.embeddings is None and old.embeddings is not None  # by another model
        if emptied:
            self._ranked, self._looked, self._offered = (), (), set()
            self._store.apply(lambda state: words.show_ranking(state, None))
        wanted = new.words.search
        if wanted is not None and wanted.kind == "picture" and new.words.picture is None and wanted is not old.words.search:
            self._backend.submit(ReadPicture(id=0, path=wanted.what))
        if new.room != old.room and self._walk is None:
            self._ranked = ()
        if new.room == "map" and new.map.colour_by in NEEDS_WORDS:
            self._rank(new)
        if new.room != "words":
            return
        if emptied or new.items is not old.items or old.room != "words" or (new.model is not None and old.model is None):
            self._offer(new)
        self._rank(new)
        self._look()

    def _offer(self, state: AppState) -> None:
        """Embeds a small library without being asked."""
        paths = dict.fromkeys(item.path for item in state.items if item.status != "failed")
        fresh = [path for path in paths if path not in self._offered]
        if state.model is not None and fresh and len(paths) <= AT_ONCE:
            self._offered.update(fresh)
            self._embeddings.embed(fresh)

    def _rank(self, state: AppState) -> None:
        wording, embeddings = state.words.wording, state.embeddings
        names = words.asked_names(state)
        if wording.template_problem() or embeddings is None or embeddings.sides is None:
            return
        if not names:
            self._ranked = ()
            self._backend.abandon(RankClouds)
            if state.words.ranking is not None:
                self._store.apply(lambda before: words.show_ranking(before, None))
            return
        question = (embeddings, names, wording.asked_templates())
        if question != self._ranked:
            self._ranked = question
            self._walk = _Walk(embeddings, embeddings.sides, names, wording.asked_templates())
            self._rank_part(self._walk)

    def _rank_part(self, walk: "_Walk") -> None:
        """Asks about the next of the clouds: packing all fifty thousand of a large library would hold the window up."""
        request = RankClouds(id=0, sides=PackedSides.of(walk.next_part()), names=walk.names, templates=walk.templates)
        self._walks[self._backend.submit(request)] = walk

    def _look(self) -> None:
        """Asks how well the library fits what is looked for, where that is not known yet."""
        state = self._store.state
        wanted, embeddings = state.words.search, state.embeddings
        if wanted is None or embeddings is None:
            return
        templates = "default" if state.words.wording.template_problem() else state.words.wording.asked_templates()
        question = (wanted, embeddings, templates, state.words.picture)
        if question == self._looked:
            return
        if wanted.kind == "shape":
            self._looked = question
            likeness = words.neighbours(embeddings, wanted.what)
            if likeness is not None:
                self._store.apply(lambda before: words.show_found(before, Found(wanted, embeddings, likeness)))
        elif wanted.kind == "words" and embeddings.projected is not None:
            self._looked = question
            names = (phrase_name(wanted.what),)
            request = FindByWords(id=0, projected=Array.of(embeddings.projected), names=names, templates=templates)
            self._asked[self._backend.submit(request)] = embeddings
        elif wanted.kind == "picture" and state.words.picture is not None and embeddings.images is not None:
            self._looked = question
            pixels = Array.of(state.words.picture.pixels)
            self._asked[self._backend.submit(FindByPicture(id=0, images=Array.of(embeddings.images), pixels=pixels))] = embeddings

    # ------------------------------------------------------------ replies

    def _answered(self, request: Request, reply: Reply) -> None:
        if isinstance(request, ReadPicture):
            self._take_picture(request, reply)
        elif isinstance(request, RankClouds):
            self._take_ranking(self._walks.pop(request.id), reply)
        elif isinstance(request, FindByWords | FindByPicture):
            self._take_found(request, self._asked.pop(request.id), reply)

    def _take_ranking(self, walk: "_Walk", reply: Reply) -> None:
        if isinstance(reply, CloudsRanked):
            walk.parts.append(reply)
            if walk.done < len(walk.sides):
                if walk is self._walk:  # else names or library have changed meanwhile
                    self._rank_part(walk)
                return
            ranking = walk.ranking()
            if self._store.state.embeddings is not None and walk.embeddings.model == self._store.state.embeddings.model:
                self._store.apply(lambda state: words.show_ranking(state, ranking))
        elif isinstance(reply, Failed):
            self._give_up(walk)
            self._notify(reply.sentence)

    def _dropped(self, request: Request) -> None:
        self._asked.pop(request.id, None)
        self._give_up(self._walks.pop(request.id, None))

    def _give_up(self, walk: _Walk | None) -> None:
        """Asks no further; the same is asked anew when a room is entered that needs it, and not at once, for that was not wanted."""
        if walk is self._walk:
            self._walk = None

    def _take_found(self, request: FindByWords | FindByPicture, embeddings: Embeddings, reply: Reply) -> None:
        wanted = self._store.state.words.search
        kind = "words" if isinstance(request, FindByWords) else "picture"
        if wanted is None or wanted.kind != kind:
            return
        if isinstance(request, FindByWords) and request.names != (phrase_name(wanted.what),):
            return
        if isinstance(reply, CloudsFound):
            found = Found(wanted, embeddings, np.asarray(reply.likeness.numpy()), reply.note)
            self._store.apply(lambda state: words.show_found(state, found))
        elif isinstance(reply, Failed):
            self._notify(reply.sentence)

    def _take_picture(self, request: ReadPicture, reply: Reply) -> None:
        wanted = self._store.state.words.search
        if wanted is None or wanted.what != request.path:
            return
        if isinstance(reply, PictureRead):
            picture = Picture(reply.path, reply.pixels.numpy(), (reply.width, reply.height))
            self._store.apply(lambda state: words.show_picture(state, picture))
            self._look()
        elif isinstance(reply, Failed):
            self.clear_search()
            self._notify(reply.sentence)

    def _notify(self, sentence: str) -> None:
        self._store.apply(lambda state: actions.notify(state, Notice(sentence, "error")))


def phrase_name(text: str) -> Name:
    """Reads what is looked for: a phrase, other words for it, and words against it, between commas."""
    parts = [part.strip() for part in text.split(",")]
    wanted = [part for part in parts if part and not part.startswith("-")]
    against = tuple(part[1:].strip() for part in parts if part.startswith("-") and part[1:].strip())
    return Name(wanted[0] if wanted else text, tuple(wanted[1:]), against)
