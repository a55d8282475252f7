"""Stand-ins for what takes seconds or a screen: a scripted helper process behind the real backend, and replies to play back."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, QTimer, Signal

from recon_model.lexicon import as_names
from recon_model.serve.messages import (
    Array,
    AttendAll,
    AttendedAll,
    ClassifyByWords,
    CloseRival,
    CloudDamaged,
    CloudExamined,
    CloudPrepared,
    CloudRead,
    CloudsEmbedded,
    Curve,
    CurvesTraced,
    DamageCloud,
    DamageTraced,
    DataSet,
    Device,
    DevicesListed,
    EmbedClouds,
    EmbedTexts,
    ExamineCloud,
    Failed,
    FindByPicture,
    FindByWords,
    Finding,
    Fix,
    Glance,
    ListDevices,
    LoadModel,
    MembersRead,
    ModelLoaded,
    Occlude,
    Occluded,
    OpenRival,
    Overlap,
    PackedSides,
    PlaceClouds,
    PrepareCloud,
    Progress,
    ProjectionSteered,
    RankClouds,
    RatiosSwept,
    ReadCloud,
    ReadMembers,
    ReadPicture,
    Ready,
    RebuildAt,
    RebuildByRival,
    RebuiltAt,
    Reconstruct,
    Reconstructed,
    Relate,
    Related,
    Reply,
    Request,
    RivalClosed,
    RivalRebuilt,
    StartProjection,
    SteerProjection,
    SweepRatios,
    TraceCurves,
    TraceDamage,
    encode,
)
from recon_model.serve.messages.embedding import PREVIEW_POINTS
from recon_model.sides import Sides
from recon_studio.backend.client import Backend
from recon_studio.controllers.scribe import Scribe
from tests import fake_words
from tests.fake_map import place, project

GROUPS = 8
SIZE = 4


class FakeProcess(QObject):
    """A helper that is a list: what it was sent stays in ``inbox`` until the test answers, fails or kills it.

    With ``prompt`` set it answers everything by ``reply_to``, one request each time the event loop comes round: like a
    real one, never while it is still being asked.
    """

    received = Signal(object)
    stopped = Signal(str)
    unstartable = Signal(str)

    def __init__(self, role: str, *, prompt: bool = False) -> None:
        super().__init__()
        self.role = role
        self.prompt = prompt
        self.running = False
        self.stderr_lines: tuple[str, ...] = ()
        self.inbox: list[Request] = []
        self.sent: list[Request] = []  # over all lives
        self.starts = 0
        self.missing = ""  # set to a reason: it cannot be started
        self.patience_ms = 0  # it was last given to leave
        self._soon = QTimer(self, interval=0)
        self._soon.timeout.connect(self._answer_soon)

    def start(self) -> None:
        self.starts += 1
        if self.missing:
            self.unstartable.emit(self.missing)
            return
        self.running = True
        if self.prompt:
            self.ready()

    def send(self, request: Request) -> None:
        encode(request)
        self.inbox.append(request)
        self.sent.append(request)
        if self.prompt:
            self._soon.start()

    def kill(self) -> None:
        self.die("exit 9")

    def ask_to_leave(self) -> None:
        self.blockSignals(True)
        self._soon.stop()
        self.running = False

    def ensure_gone(self, patience_ms: int) -> None:
        assert not self.running
        self.patience_ms = patience_ms

    def _answer_soon(self) -> None:
        if self.inbox and self.prompt:
            self.answer()
        else:
            self._soon.stop()

    # ------------------------------------------------------------ the script

    def ready(self) -> None:
        self.received.emit(Ready(id=0, role=self.role, versions={}))

    def answer(self, reply: Reply | None = None) -> None:
        """Answers the oldest request, by ``reply_to`` unless told how."""
        request = self.inbox.pop(0)
        self.received.emit(reply if reply is not None else reply_to(request))

    def fail(self, sentence: str) -> None:
        self.answer(Failed(id=self.inbox[0].id, sentence=sentence))

    def progress(self, fraction: float, text: str = "") -> None:
        self.received.emit(Progress(id=self.inbox[0].id, fraction=fraction, text=text))

    def die(self, how: str = "exit 9") -> None:
        self.running = False
        self.inbox.clear()
        self.stopped.emit(how)


def fake_backend(*, prompt: bool = False, log_folder: Path | None = None) -> tuple[Backend, FakeProcess, FakeProcess]:
    """Returns the real backend over two fake processes: (backend, reader, model), not yet started."""
    reader, model = FakeProcess("reader", prompt=prompt), FakeProcess("model", prompt=prompt)
    return Backend({"reader": reader, "model": model}, log_folder), reader, model


def fake_backend_with_map() -> tuple[Backend, FakeProcess, FakeProcess, FakeProcess]:
    """The same with a third process that is started when it is needed: (backend, reader, model, projection)."""
    reader, model, projection = (FakeProcess(role, prompt=True) for role in ("reader", "model", "projection"))
    return Backend({"reader": reader, "model": model, "projection": projection}), reader, model, projection


def at_once() -> Scribe:
    """Returns one that writes before it returns."""
    scribe = Scribe()
    scribe.close()
    return scribe


# ---------------------------------------------------------------- replies that hang together


def reply_to(request: Request) -> Reply:
    """Returns what a tiny honest helper would say: 8 patches of 4 points, hidden by ratio and seed."""
    handlers: dict[type, Callable[..., Reply]] = {
        ReadCloud: _read,
        Glance: _read,
        ExamineCloud: _examine,
        LoadModel: _load,
        OpenRival: _load,
        RebuildByRival: _rebuild_by_rival,
        RebuildAt: rebuilt_at,
        CloseRival: lambda request: RivalClosed(id=request.id),
        PrepareCloud: _prepare,
        Reconstruct: _reconstruct,
        AttendAll: _attend,
        Occlude: _occlude,
        TraceCurves: _trace,
        SweepRatios: _sweep,
        Relate: _relate,
        ClassifyByWords: fake_words.classify,
        DamageCloud: _damage,
        TraceDamage: _trace_damage,
        ReadMembers: _read_members,
        EmbedClouds: _embed_clouds,
        EmbedTexts: fake_words.embed_texts,
        StartProjection: project,
        SteerProjection: lambda steer: ProjectionSteered(id=steer.id, command=steer.command, running=True),
        PlaceClouds: place,
        RankClouds: fake_words.rank,
        ListDevices: lambda request: DevicesListed(id=request.id, devices=(Device("cpu", "CPU, 2 cores", 5_000_000_000, 8_000_000_000),)),
        FindByWords: fake_words.find,
        FindByPicture: fake_words.find,
        ReadPicture: fake_words.read_picture,
    }
    return handlers[type(request)](request)


def _read(request: ReadCloud | Glance) -> Reply:
    if "broken" in Path(request.path).name:
        return Failed(id=request.id, sentence=f"{Path(request.path).name} ends in the middle of its header.")
    points = np.random.default_rng(len(request.path)).normal(size=(40, 3)).astype(np.float32)
    return CloudRead(
        id=request.id,
        path=request.path,
        format="ply",
        kind="points",
        vertex_count=40,
        face_count=0,
        points=Array.of(points),
        origin=(0.0, 0.0, 0.0),
        colours=None,
        normals=None,
        notes=(),
        seconds=0.0,
        dataset=DataSet(3, Array.of(np.array([0, 1, 0])), ("chair", "bed")) if request.path.endswith(".npz") else None,
    )


def _examine(request: ExamineCloud) -> Reply:
    """Each fix takes four of the first points away; one finding, two strays, until it is mended."""
    points = request.points.numpy()
    if any(fix.kind == "crop" for fix in request.fixes):
        return Failed(id=request.id, sentence="The fix (crop) would leave none of 40 points.")
    rows = np.arange(4 * len(request.fixes), len(points), dtype=np.int32)
    mended = any(fix.kind == "strays" for fix in request.fixes)
    return CloudExamined(
        id=request.id,
        kept=Array.of(rows) if request.fixes else None,
        removed=(4,) * len(request.fixes),
        count=len(rows),
        extent=(1.0, 1.0, 1.0),
        spacing=(0.1, 0.2, 0.3),
        judged=len(rows),
        units="m",
        why_units="A fake says so.",
        findings=() if mended else (Finding("2 stray points.", "By a rule.", Fix("strays"), "Remove strays"),),
        milliseconds=1.0,
    )


def _load(request: LoadModel | OpenRival) -> Reply:
    return ModelLoaded(
        id=request.id,
        name=request.source,
        card='{"name": "fake"}',
        device="cpu",
        parameters=7,
        depth=2,
        heads=2,
        num_groups=GROUPS,
        notes=(),
        precision="bfloat16" if request.source.endswith("in bfloat16") else "float32",
    )


def _prepare(request: PrepareCloud) -> Reply:
    points = request.points.numpy()[: GROUPS * SIZE]
    members = np.arange(GROUPS * SIZE).reshape(GROUPS, SIZE)
    return CloudPrepared(
        id=request.id,
        points=Array.of(points),
        indices=Array.of(np.arange(GROUPS * SIZE)),
        centre=(0.0, 0.0, 0.0),
        scale=1.0,
        centres=Array.of(points[members].mean(axis=1)),
        members=Array.of(members),
        milliseconds=1.0,
    )


def _reconstruct(request: Reconstruct) -> Reply:
    if request.hidden is not None:
        hidden = request.hidden.numpy()
    else:
        hidden = np.zeros(GROUPS, dtype=bool)
        chosen = np.random.default_rng(request.seed).permutation(GROUPS)[: int(GROUPS * request.mask_ratio)]
        hidden[chosen] = True
    count = int(hidden.sum())
    return Reconstructed(
        id=request.id,
        hidden=Array.of(hidden),
        rebuilt=Array.of(np.zeros((count, SIZE, 3), dtype=np.float32)),
        chamfer=Array.of(np.full(count, 0.5, dtype=np.float32)),
        milliseconds=2.0,
    )


def _rebuild_by_rival(request: RebuildByRival) -> Reply:
    if "strange" in request.source:
        return Failed(id=request.id, sentence="Model B (strange) cuts the cloud differently.")
    hidden = request.hidden.numpy()
    count = int(hidden.sum())
    return RivalRebuilt(
        id=request.id,
        hidden=request.hidden,
        rebuilt=Array.of(np.ones((count, SIZE, 3), dtype=np.float32)),
        chamfer=Array.of(np.linspace(0.0, 1.0, count, dtype=np.float32)),
        group_size=SIZE,
        milliseconds=2.0,
    )


def _attend(request: AttendAll) -> Reply:
    """2 layers of 2 heads in the encoder, 1 of 2 in the decoder; patch p looks at p more than at others, and so do all at the first."""
    hidden = request.hidden.numpy()
    visible, masked = np.flatnonzero(~hidden), np.flatnonzero(hidden)
    own = np.eye(GROUPS, dtype=np.float32) + 1.0 / (1 + np.arange(GROUPS, dtype=np.float32))
    blocks = np.stack([np.stack([own ** (1 + layer + head) for head in range(2)]) for layer in range(2)])
    everyone = np.append(visible, masked)

    def rows(askers: npt.ArrayLike, looked: npt.ArrayLike, layers: int = 2) -> npt.NDArray[np.float32]:
        chosen = blocks[:layers][:, :, askers][..., looked]
        shares: npt.NDArray[np.float32] = chosen / chosen.sum(-1, keepdims=True)
        return shares

    rolled = np.where(hidden, 0, own) / np.where(hidden, 0, own).sum(1, keepdims=True)
    return AttendedAll(
        id=request.id,
        cross=Array.of(rows([0, 1, 2], visible)),
        patches=Array.of(rows(visible, visible)),
        decoder=Array.of(rows(everyone, everyone, 1)) if len(masked) else None,
        visible=Array.of(visible),
        masked=Array.of(masked),
        rollout_queries=Array.of(rolled[:3]),
        rollout_patches=Array.of(np.where(hidden[:, None], 0, rolled).astype(np.float32)),
        rollout_masks=Array.of(np.where(hidden[:, None], rolled, 0).astype(np.float32)) if len(masked) else None,
        overlap=Overlap(4 * len(visible), 0, 4 * len(masked), 0, 4 * len(masked), f"{len(masked)} patches are hidden."),
        milliseconds=1.0,
    )


def rebuilt_at(request: RebuildAt) -> RebuiltAt:
    """As the model itself would answer."""
    prepared = _prepare(PrepareCloud(id=request.id, points=request.points, up=request.up))
    assert isinstance(prepared, CloudPrepared)
    rebuilt = _reconstruct(Reconstruct(id=request.id, points=prepared.points, hidden=request.hidden))
    attended = _attend(AttendAll(id=request.id, points=prepared.points, hidden=request.hidden))
    assert isinstance(rebuilt, Reconstructed)
    assert isinstance(attended, AttendedAll)
    return RebuiltAt(id=request.id, prepared=prepared, rebuilt=rebuilt, attended=attended, same_mask=True)


def _occlude(request: Occlude) -> Reply:
    effect = np.where(request.hidden.numpy(), 0, np.arange(GROUPS) - 3).astype(np.float32) / 1000
    return Occluded(id=request.id, whole=0.5, effect=Array.of(effect), milliseconds=1.0)


def _trace(request: TraceCurves) -> Reply:
    steps = np.linspace(0, 0.75, 4, dtype=np.float32)
    orders = ("attention", "error", "random", *(("relevance", "occlusion") if request.names else ()))
    curves = []
    for rank, order in enumerate(orders):
        runs = np.stack([steps * (5 - rank) + run for run in range(len(request.seeds) if order == "random" else 1)])
        area = float(runs.mean())
        curves.append(Curve(order, Array.of(steps), Array.of(runs), Array.of(1 - steps[::-1]), Array.of(runs[:, ::-1]), area, area))
    return CurvesTraced(id=request.id, curves=tuple(curves), milliseconds=1.0)


def _sweep(request: SweepRatios) -> Reply:
    ratios, errors = (0.25, 0.5, 0.75), np.ones((2, 3, len(request.seeds)), np.float32)
    errors *= np.arange(1, 1 + len(request.seeds), dtype=np.float32)
    hidden = tuple(int(GROUPS * ratio) for ratio in ratios)
    return RatiosSwept(
        id=request.id,
        strategies=("random", "block"),
        ratios=ratios,
        hidden=hidden,
        seeds=request.seeds,
        errors=Array.of(errors),
        milliseconds=1.0,
    )


def _relate(request: Relate) -> Reply:
    relevance = np.linspace(0.5, -0.2, GROUPS).astype(np.float32)
    return Related(
        id=request.id,
        score=0.4,
        relevance=Array.of(relevance),
        method=f"{request.method} of a fake",
        occlusion=Array.of(relevance[::-1]),
        milliseconds=1.0,
    )


def _damage(request: DamageCloud) -> Reply:
    """What is dropped is the end of the cloud, and the first name goes with it."""
    left = request.points.numpy()[: max(1, round((1 - request.damage.drop) * len(request.points.numpy())))]
    names = tuple(name.name for name in as_names(request.names))
    shares = np.full(len(names), request.damage.drop / max(1, len(names) - 1), np.float32)
    shares[0] = 1 - request.damage.drop
    order = np.argsort(-shares, kind="stable")
    return CloudDamaged(
        id=request.id,
        points=Array.of(left),
        count=len(left),
        names=tuple(names[place] for place in order),
        scores=Array.of(shares[order]),
        shares=Array.of(shares[order]),
        notes=(),
        milliseconds=1.0,
    )


def _trace_damage(request: TraceDamage) -> Reply:
    names = tuple(name.name for name in as_names(request.names))
    strengths = (0.0, 0.5, 1.0)
    shares = np.zeros((3, len(request.seeds), len(names)), np.float32)
    shares[:, :, 0] = np.array([0.9, 0.5, 0.1])[:, None] + 0.01 * np.arange(len(request.seeds))
    shares[:, :, 1:] = (1 - shares[:, :, :1]) / max(1, len(names) - 1)
    return DamageTraced(
        id=request.id,
        strengths=strengths,
        seeds=request.seeds,
        names=names,
        shares=Array.of(shares),
        scores=Array.of(shares),
        milliseconds=1.0,
    )


def _read_members(request: ReadMembers) -> Reply:
    """A file is one cloud; "set-12.npz" holds twelve, by turns a "chair" and a "table"."""
    name = Path(request.path).stem
    if "broken" in name:
        return Failed(id=request.id, sentence=f"{Path(request.path).name} ends in the middle of its header.")
    total = int(name.partition("-")[2]) if request.path.endswith(".npz") else 1
    rows = range(request.start, min(total, request.start + request.count))
    points = tuple(Array.of(np.full((5, 3), 10 * len(name) + row, dtype=np.float32)) for row in rows)
    labels = tuple(("chair", "table")[row % 2] if request.path.endswith(".npz") else "" for row in rows)
    return MembersRead(id=request.id, path=request.path, total=total, start=request.start, points=points, labels=labels)


def _embed_clouds(request: EmbedClouds) -> Reply:
    """Every feature of a cloud is its first coordinate; an odd one may also lie upside down, and then looks like its opposite."""
    first = np.array([cloud.numpy()[0, 0] for cloud in request.clouds], dtype=np.float32)
    counts = np.where(first % 2 == 1, 2, 1)
    upright = np.repeat(np.cumsum(counts) - counts, counts) == np.arange(counts.sum())
    angles = np.repeat(first, counts) + np.where(upright, 0, np.pi).astype(np.float32)
    chances = np.where(np.repeat(counts, counts) == 1, 1, np.where(upright, 0.75, 0.25)).astype(np.float32)
    seen = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return CloudsEmbedded(
        id=request.id,
        model=request.checkpoint or "fake",
        features=Array.of(np.repeat(first[:, None], 4, axis=1)),
        sides=PackedSides.of(Sides(seen, counts, chances, -chances)),
        images=Array.of(np.stack([np.sin(first), np.cos(first)], axis=1)),
        errors=Array.of(first / 100),
        labels=None,
        previews=Array.of(np.zeros((len(first), PREVIEW_POINTS, 3), dtype=np.uint8)),
        failures=("",) * len(first),
        milliseconds=80.0,
    )
