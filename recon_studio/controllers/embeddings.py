"""Embeds the library: files are read, their clouds embedded in short batches, and what is done is kept, so that it can stop at any time."""

import time
from collections import deque
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from recon_model.counts import grouped
from recon_model.lexicon import taught
from recon_model.serve.messages import Array, CloudsEmbedded, EmbedClouds, Failed, MembersRead, ReadMembers, Reply, Request
from recon_model.sides import Sides
from recon_studio.backend.client import Backend
from recon_studio.backend.shelf import Row, Shelf, Source
from recon_studio.controllers.scribe import Scribe
from recon_studio.controllers.store import Store
from recon_studio.state import actions
from recon_studio.state import embeddings as embedded
from recon_studio.state.app_state import AppState, Job, Model, Notice
from recon_studio.state.embeddings import CloudKey, Embeddings, EmbeddingWork
from recon_studio.state.words import head_labels

JOB = -1
"""The line of the activity bar; requests have positive ids."""
READ_COUNT = 64
"""Clouds read at a time from a data set."""
FIRST_BATCH, MOST_BATCH = 4, 32
BATCH_MS = 90.0
"""What a batch should take: nobody at the bench waits longer for it."""
SAVE_ROWS = 256
SLICE_SECONDS = 0.008
SHOW_SECONDS = 0.5
"""New rows are shown at most this often; less often when there are many, for all are joined each time."""
MOST_FAILURES = 3
"""Batches that fail one after another before the whole is given up."""


@dataclass
class _Cloud:
    """A cloud read and not yet embedded."""

    source: Source
    total: int
    label: str
    points: Array


@dataclass
class _Run:
    """One walk through the library."""

    paths: deque[str]
    began: float
    resumed: dict[str, list[int]] = field(default_factory=dict)  # path -> members still to be read
    reading: tuple[int, Source] | None = None  # request id, and the file as it was when it was asked for
    embedding: tuple[int, list[_Cloud]] | None = None
    ready: deque[_Cloud] = field(default_factory=deque)
    done: int = 0
    fresh: int = 0  # of those, embedded now rather than found on the shelf
    coming: int = 0  # clouds of opened files that are still to be embedded
    failures: list[str] = field(default_factory=list)
    failed_batches: int = 0

    def keep(self, paths: Container[str]) -> None:
        """Leaves out what is still to be done of all other files."""
        self.coming -= sum(len(members) for path, members in self.resumed.items() if path not in paths)
        self.coming -= sum(cloud.source.path not in paths for cloud in self.ready)
        self.paths = deque(path for path in self.paths if path in paths)
        self.resumed = {path: members for path, members in self.resumed.items() if path in paths}
        self.ready = deque(cloud for cloud in self.ready if cloud.source.path in paths)


class EmbeddingController(QObject):
    """Owns the embeddings of the library's clouds by the current model; another model begins anew, from its own shelf."""

    finished = Signal()  # nothing is left to embed, or it was cancelled

    def __init__(self, store: Store, backend: Backend, scribe: Scribe, cache: Path | None = None, parent: QObject | None = None) -> None:
        """Makes it idle.

        Args:
            store: where the embeddings are shown.
            backend: who reads and embeds.
            scribe: writes what is kept.
            cache: the folder that keeps embeddings; None keeps none.
        """
        super().__init__(parent)
        self._store, self._backend, self._scribe, self._cache = store, backend, scribe, cache
        self._shelf: Shelf | None = None
        self._to_load: deque[Path] = deque()
        self._kept: dict[str, dict[int, Row]] = {}  # by path and member
        self._unsaved: list[Row] = []
        self._paths: dict[str, None] = {}  # of the library's files, in order
        self._run: _Run | None = None
        self._batch = FIRST_BATCH
        self._shown = 0.0
        self._changed = False
        self._step = QTimer(self, interval=0)
        self._step.timeout.connect(self._go_on)
        store.changed.connect(self._follow)
        backend.answered.connect(self._answered)
        self._open_shelf(store.state.model)

    # ------------------------------------------------------------ what others ask

    def embed(self, paths: Iterable[str] | None = None) -> None:
        """Embeds clouds that are not embedded yet: those of these files, or of the whole library. What runs already takes them in."""
        state = self._store.state
        named = paths if paths is not None else (item.path for item in state.items if item.status != "failed")
        wanted = dict.fromkeys(named)
        if state.model is None or not wanted:
            return
        self._paths = {**self._paths, **wanted}
        if self._run is None:
            self._run = _Run(deque(wanted), time.monotonic())
        else:
            self._run.paths.extend(path for path in wanted if path not in self._run.paths)
        self._step.start()
        self._tell()

    def cancel(self, job: int = JOB) -> None:
        """Stops; what is done is kept, and the next ``embed`` goes on from there."""
        if job == JOB and self._run is not None:
            self._end()

    def close(self) -> None:
        """Stops for good and keeps what is done."""
        self._step.stop()
        self._save()

    # ------------------------------------------------------------ one thing after another

    def _go_on(self) -> None:
        """Does a few milliseconds of work: loads from the shelf, finds what is missing, asks for it."""
        self._step.stop()
        run = self._run
        if run is None:
            return
        deadline = time.monotonic() + SLICE_SECONDS
        while self._to_load and self._shelf is not None:
            for row in self._shelf.load(self._to_load.popleft()):
                self._kept.setdefault(row.source.path, {})[row.source.member] = row
            if time.monotonic() > deadline:
                self._step.start()
                return
        while run.reading is None and len(run.ready) < 2 * self._batch and (run.paths or run.resumed):
            self._read_next(run)
            if time.monotonic() > deadline:
                self._step.start()
                break
        self._embed_next(run)
        self._show(now=False)
        if run.reading is None and run.embedding is None and not run.ready and not run.paths and not run.resumed:
            self._end()

    def _read_next(self, run: _Run) -> None:
        if run.resumed:
            path = next(iter(run.resumed))
            missing = run.resumed[path]
            self._submit_read(run, path, missing[0])
            return
        path = run.paths.popleft()
        rows, source = self._kept.get(path, {}), _source(path)
        rows = {member: row for member, row in rows.items() if source is not None and row.source[1:3] == source[1:3]}
        self._kept[path] = rows
        total = next(iter(rows.values())).total if rows else None
        run.done += len(rows)
        self._changed |= bool(rows)
        if total is None:
            self._submit_read(run, path, 0)
        elif len(rows) < total:
            run.resumed[path] = sorted(set(range(total)) - rows.keys())
            run.coming += len(run.resumed[path])

    def _submit_read(self, run: _Run, path: str, start: int) -> None:
        source = _source(path) or Source(path, -1, -1, -1)
        run.reading = (self._backend.submit(ReadMembers(id=0, path=path, start=start, count=READ_COUNT)), source)

    def _embed_next(self, run: _Run) -> None:
        more_coming = run.reading is not None or run.paths or run.resumed
        if run.embedding is not None or not run.ready or (more_coming and len(run.ready) < self._batch and run.fresh):
            return
        batch = [run.ready.popleft() for _ in range(min(self._batch, len(run.ready)))]
        run.embedding = (self._backend.submit(EmbedClouds(id=0, clouds=tuple(cloud.points for cloud in batch))), batch)

    # ------------------------------------------------------------ replies

    def _answered(self, request: Request, reply: Reply) -> None:
        run = self._run
        if run is None:
            return
        if isinstance(request, ReadMembers) and run.reading is not None and request.id == run.reading[0]:
            source, run.reading = run.reading[1], None
            self._take_read(run, source, reply)
        elif isinstance(request, EmbedClouds) and run.embedding is not None and request.id == run.embedding[0]:
            batch, run.embedding = run.embedding[1], None
            self._take_embedded(run, batch, reply)
        else:
            return
        self._tell()
        self._step.start()

    def _take_read(self, run: _Run, source: Source, reply: Reply) -> None:
        known = run.resumed.get(source.path)
        if not isinstance(reply, MembersRead):
            run.failures.append(reply.sentence if isinstance(reply, Failed) else f"{Path(source.path).name} could not be read.")
            run.coming -= len(run.resumed.pop(source.path, ()))
            return
        alone = reply.total == 1 and not reply.labels[0] if reply.labels else True
        members = range(reply.start, reply.start + len(reply.points))
        if known is None:
            known = list(range(reply.total))
            run.coming += reply.total
        wanted = set(known)
        for member, points, label in zip(members, reply.points, reply.labels, strict=True):
            if member in wanted:
                run.ready.append(_Cloud(source._replace(member=-1 if alone else member), reply.total, label, points))
        left = [member for member in known if member not in members] if reply.points else []
        run.coming -= 0 if reply.points else len(known)
        if left:
            run.resumed[source.path] = left
        else:
            run.resumed.pop(source.path, None)

    def _take_embedded(self, run: _Run, batch: list[_Cloud], reply: Reply) -> None:
        run.coming -= len(batch)
        if not isinstance(reply, CloudsEmbedded):
            run.failures += [reply.sentence if isinstance(reply, Failed) else "A batch could not be embedded."]
            run.failed_batches += 1
            if run.failed_batches >= MOST_FAILURES:
                self._end()
            return
        run.failed_batches = 0
        run.failures += [f"{Path(cloud.source.path).name}: {why}" for cloud, why in zip(batch, reply.failures, strict=True) if why]
        for cloud, row in _rows(batch, reply):
            self._kept.setdefault(cloud.source.path, {})[cloud.source.member] = row
            self._unsaved.append(row)
            run.done += 1
            run.fresh += 1
            self._changed = True
        self._batch = int(np.clip(BATCH_MS / max(reply.milliseconds / len(batch), 0.1), 1, min(2 * len(batch), MOST_BATCH)))
        if len(self._unsaved) >= SAVE_ROWS:
            self._save()

    # ------------------------------------------------------------ showing and keeping

    def _tell(self) -> None:
        run = self._run
        if run is None:
            return
        total = run.done + run.coming + len(run.paths)
        left = None
        if run.fresh >= 2 * FIRST_BATCH:
            left = (time.monotonic() - run.began) / run.fresh * (total - run.done)
        work = EmbeddingWork(run.done, total, left, tuple(run.failures))
        title = f"Embedding the library: {grouped(run.done)} of {grouped(total)} clouds"
        job = Job(JOB, title, run.done / max(total, 1), None if left is None else round(left))
        self._store.apply(lambda state: actions.put_job(embedded.show_work(state, work), job))

    def _show(self, *, now: bool) -> None:
        """Joins all rows into one value, if there are new ones and the last time was long enough ago."""
        count = sum(len(self._kept.get(path, {})) for path in self._paths)
        pause = SHOW_SECONDS * max(1.0, count / 2000)
        if self._changed and (now or time.monotonic() - self._shown > pause):
            self._changed, self._shown = False, time.monotonic()
            joined = self._joined()
            self._store.apply(lambda state: embedded.show_embeddings(state, joined))

    def _joined(self) -> Embeddings | None:
        rows = [row for path in self._paths for _, row in sorted(self._kept.get(path, {}).items())]
        if not rows or self._shelf is None:
            return None
        folders = embedded.folder_count(self._paths)
        model = self._store.state.model
        known = taught(model.card) if model is not None else ()
        said = {path: embedded.label_of(path, folders, known) for path in self._paths}
        sides = [row.sides for row in rows if row.sides is not None]
        images = [row.image for row in rows if row.image is not None]
        heads = [row.head for row in rows if row.head is not None]
        errors = np.array([row.error for row in rows], np.float32)
        return Embeddings(
            model=model_key(model),
            keys=tuple(CloudKey(row.source.path, row.source.member).text() for row in rows),
            labels=tuple(row.label or said[row.source.path] for row in rows),
            sets=tuple(embedded.set_of(row.source.path, row.source.member) for row in rows),
            features=np.stack([row.feature for row in rows]),
            sides=Sides.joined(sides) if len(sides) == len(rows) else None,
            images=np.stack(images) if len(images) == len(rows) else None,
            errors=None if np.isnan(errors).all() else errors,
            previews=np.stack([row.preview for row in rows]),
            head=np.stack(heads) if len(heads) == len(rows) else None,
            head_labels=head_labels(model),
        )

    def _save(self) -> None:
        unsaved, self._unsaved = self._unsaved, []
        if self._shelf is None or self._cache is None or not unsaved:
            return
        self._scribe.write(partial(self._shelf.save, unsaved), self._complain)

    def _complain(self, complaint: str) -> None:
        if complaint:
            self._store.apply(lambda state: actions.notify(state, Notice(complaint, "warning")))

    def _end(self) -> None:
        run, self._run = self._run, None
        if run is None:
            return
        self._step.stop()
        for asked in (run.reading, run.embedding):
            if asked is not None:
                self._backend.forget(asked[0])
        self._save()
        self._show(now=True)
        self._store.apply(lambda state: actions.end_job(embedded.show_work(state, None), JOB))
        if run.failures:
            many = f" and {grouped(len(run.failures) - 1)} more" if len(run.failures) > 1 else ""
            notice = Notice(f"Not everything could be embedded: {run.failures[0]}{many}", "warning")
            self._store.apply(lambda state: actions.notify(state, notice))
        self.finished.emit()

    # ------------------------------------------------------------ following the state

    def _follow(self, old: AppState, new: AppState) -> None:
        if model_key(new.model) != model_key(old.model):
            self._end()
            self._open_shelf(new.model)
            self._store.apply(lambda state: embedded.show_embeddings(state, None))
        elif new.items is not old.items and self._paths:
            self._forget_removed(new)

    def _forget_removed(self, state: AppState) -> None:
        """Clouds taken out of the library leave the map, too; what is kept of them stays on the shelf."""
        here = {item.path for item in state.items}
        if any(path not in here for path in self._paths):
            self._paths = {path: None for path in self._paths if path in here}
            if self._run is not None:
                self._leave_out(self._run, here)
            self._changed = True
            self._show(now=True)

    def _leave_out(self, run: _Run, here: Container[str]) -> None:
        """Embeds no other files any more than these; a batch under way comes to its end."""
        if run.reading is not None and run.reading[1].path not in here:
            self._backend.forget(run.reading[0])
            run.reading = None
        run.keep(here)
        self._step.start()
        self._tell()

    def _open_shelf(self, model: Model | None) -> None:
        self._kept, self._paths, self._to_load = {}, {}, deque()
        self._shelf = None
        if model is not None:
            self._shelf = Shelf(self._cache or Path(), model_key(model))
            self._to_load.extend(self._shelf.files() if self._cache is not None else ())


def model_key(model: Model | None) -> str:
    """Returns what embeddings are kept under: the weights' hash, or the model's name where its card knows none; what the chances of sides
    came from, judge and temperature; and the precision that it answers in, for features in bfloat16 lie some thousandths beside those in
    float32."""
    if model is None:
        return ""
    judge = str((model.card.get("upright") or {}).get("sha256", ""))[:8]  # folders are named after this, up to a length
    parts = (model.card.get("weights_sha256") or model.name, judge, model.card.get("temperature"), model.precision)
    return " ".join(str(part) for part in parts if part)


def _source(path: str) -> Source | None:
    try:
        status = Path(path).stat()
    except OSError:
        return None
    return Source(path, status.st_size, status.st_mtime_ns, -1)


def _rows(batch: list[_Cloud], reply: CloudsEmbedded) -> Iterator[tuple[_Cloud, Row]]:
    features, previews = reply.features.numpy(), reply.previews.numpy()
    sides = None if reply.sides is None else reply.sides.sides()
    images = None if reply.images is None else reply.images.numpy()
    errors = np.full(len(batch), np.nan, np.float32) if reply.errors is None else reply.errors.numpy()
    heads = None if reply.labels is None else reply.labels.numpy()
    for place, cloud in enumerate(batch):
        if not reply.failures[place]:
            yield (
                cloud,
                Row(
                    source=cloud.source,
                    total=cloud.total,
                    label=cloud.label,
                    feature=features[place],
                    sides=None if sides is None else sides.of([place]),
                    image=None if images is None else images[place],
                    error=float(errors[place]),
                    preview=previews[place],
                    head=None if heads is None else heads[place],
                ),
            )
