import json
from pathlib import Path

import numpy as np
import pytest

from recon_model.data.synthetic import CATEGORIES, Shape, depth_views, sample_cloud, sample_shape
from recon_model.data.synthetic.contact_sheet import main as draw_sheet
from recon_model.data.synthetic.contact_sheet import picture
from recon_model.data.synthetic.primitives import (
    bezier,
    box,
    cylinder,
    ellipsoid,
    hull,
    loft,
    ribbon,
    rounded_box,
    sticks,
    tube,
    turn,
)
from recon_model.data.synthetic.shape import Dice, article, describe
from recon_model.data.synthetic.views import FARTHEST, NEAREST
from recon_model.errors import InputError
from tests.naive import triangle_area

MODELNET10 = ("bathtub", "bed", "chair", "desk", "dresser", "monitor", "night stand", "sofa", "table", "toilet")
NAMES = sorted(CATEGORIES)


def _shape(triangles: np.ndarray, labels: np.ndarray, parts: tuple[str, ...]) -> Shape:
    return Shape("thing", "plain", "a thing", triangles, labels, parts)


def _volume(triangles: np.ndarray) -> float:
    # Divergence theorem on the convex hull's behalf: every triangle faces away from the centre, whatever its winding.
    centre = triangles.reshape(-1, 3).mean(0)
    a, b, c = (triangles[:, k] - centre for k in range(3))
    return float(np.abs(np.einsum("ij,ij->i", a, np.cross(b, c))).sum() / 6)


def test_modelnet10_and_princeton_names_are_there() -> None:
    assert set(MODELNET10) <= set(NAMES)
    assert len(NAMES) >= 120


def test_princeton_names_are_covered() -> None:
    path = Path(__file__).parents[5] / "shared" / "realdata" / "psb_train.npz"
    if not path.exists():
        pytest.skip("the shared measuring set is not here")
    with np.load(path, allow_pickle=False) as file:
        assert {str(name) for name in file["names"]} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_style_gives_a_sound_shape(name: str) -> None:
    category = CATEGORIES[name]
    for style in category.styles:
        for seed in range(3):
            shape = sample_shape(name, np.random.default_rng(seed), style)
            assert shape.style == style
            assert np.isfinite(shape.triangles).all(), style
            assert len(shape.labels) == len(shape.triangles)
            assert shape.labels.min() >= 0
            assert shape.labels.max() < len(shape.parts)
            assert name in shape.caption, shape.caption
            assert "  " not in shape.caption
            assert not shape.caption.endswith(".")
            assert np.ptp(shape.triangles.reshape(-1, 3), axis=0).max() > 0.01


@pytest.mark.parametrize("name", NAMES)
def test_clouds_fill_the_unit_sphere_and_repeat(name: str) -> None:
    points, parts = sample_cloud(name, 512, np.random.default_rng(7))
    again, same_parts = sample_cloud(name, 512, np.random.default_rng(7))
    other, _ = sample_cloud(name, 512, np.random.default_rng(8))
    np.testing.assert_array_equal(points, again)
    np.testing.assert_array_equal(parts, same_parts)
    assert not np.array_equal(points, other)
    assert points.dtype == np.float32
    assert points.shape == (512, 3)
    np.testing.assert_allclose(points.mean(0), 0.0, atol=1e-5)
    assert np.linalg.norm(points, axis=1).max() == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("name", MODELNET10)
def test_the_ten_names_have_many_styles_drawn_by_weight(name: str) -> None:
    drawn = {sample_shape(name, np.random.default_rng(seed)).style for seed in range(150)}
    assert len(CATEGORIES[name].styles) >= 4
    assert drawn == set(CATEGORIES[name].styles)


def test_everything_is_built_in_more_than_one_way() -> None:
    assert [name for name, category in CATEGORIES.items() if len(category.styles) < 2] == []


@pytest.mark.parametrize(("style", "shelf"), [("table", False), ("table", True), ("legged", False)])
def test_a_night_stand_may_be_a_plain_table_with_a_drawer(style: str, shelf: bool) -> None:
    """Legs that reach over half its height, and something to pull out above them."""
    plain = 0
    for seed in range(60):
        shape = sample_shape("night stand", np.random.default_rng([seed, 5]), style)
        ys = {part: shape.triangles[shape.labels == place, :, 1] for place, part in enumerate(shape.parts)}
        height = shape.triangles[..., 1].max()
        plain += ys["leg"].size > 0 and ys["leg"].max() > 0.5 * height and ys["drawer"].size > 0 and (ys["shelf"].size > 0) == shelf
    assert plain >= 5


def _heights_above(triangles: np.ndarray, x: float, z: float) -> np.ndarray:
    """Heights at which a vertical line meets triangles (T, 3, 3)."""
    corners = np.concatenate([triangles[..., ::2], np.ones((*triangles.shape[:2], 1))], 2)  # (T, 3, 3): x, z, 1
    flat = np.abs(np.linalg.det(corners)) < 1e-9
    shares = np.linalg.solve(corners[~flat].transpose(0, 2, 1), np.array([x, z, 1.0])[:, None])[..., 0]
    met = (shares >= 0).all(1)
    return (shares[met] * triangles[~flat][met, :, 1]).sum(1)


@pytest.mark.parametrize("style", ["free-standing", "built-in", "corner", "deck"])
def test_bathtubs_are_open_above_their_basin(style: str) -> None:
    for seed in range(20):
        shape = sample_shape("bathtub", np.random.default_rng([seed, 0]), style)
        rim = shape.triangles[shape.labels == shape.parts.index("rim"), :, 1].max()
        assert _heights_above(shape.triangles, 0.01, 0.02).max() < 0.85 * rim


def test_sampling_follows_area() -> None:
    triangles = np.concatenate([box((1, 1, 1)), box((3, 3, 3), (9, 0, 0)), sticks([[0, 4, 0]], [[0, 9, 0]], 0.02, 0.02)])
    labels = np.repeat([0, 1, 2], [12, 12, len(triangles) - 24])
    shape = _shape(triangles, labels, ("small", "large", "thin"))
    areas = np.array([sum(triangle_area(t) for t in triangles[labels == k]) for k in range(3)])
    _, parts = shape.sample(20_000, np.random.default_rng(0))
    shares = np.bincount(parts, minlength=3) / 20_000
    np.testing.assert_allclose(shares, areas / areas.sum(), atol=2e-3)


@pytest.mark.parametrize("uneven", [0.0, 0.7])
def test_sampling_gives_what_one_point_at_a_time_gives(uneven: float) -> None:
    """What is drawn, and in which order, is what a seed means: pools of the same seed hold the same clouds."""
    shape, count = sample_shape("chair", np.random.default_rng(3)), 500
    points, parts = shape.sample(count, np.random.default_rng(5), uneven)
    rng = np.random.default_rng(5)
    areas = np.array([triangle_area(triangle) for triangle in shape.triangles]) * 2
    if uneven:
        areas *= np.exp(rng.normal(0.0, uneven, len(shape.parts)))[shape.labels]
    total = np.cumsum(areas)
    shares = (np.arange(count) + rng.random(count)) * (total[-1] / count)
    along, across = rng.random((2, count))
    drawn, of = [], []
    for place in rng.permutation(count):
        triangle = int((total < shares[place]).sum())
        a, b = along[place], across[place]
        a, b = (1 - a, 1 - b) if a + b > 1 else (a, b)
        corner, second, third = shape.triangles[triangle]
        drawn.append(corner + a * (second - corner) + b * (third - corner))
        of.append(shape.labels[triangle])
    cloud = np.array(drawn)
    cloud = cloud - sum(drawn[1:], start=drawn[0]) / count
    cloud /= max(np.sqrt((row**2).sum()) for row in cloud) + 1e-12
    np.testing.assert_allclose(points, cloud, rtol=0, atol=1e-7)
    assert np.array_equal(parts, of)


def test_points_lie_on_their_triangles() -> None:
    shape = _shape(ellipsoid((2, 2, 2), segments=48), np.zeros(48 * 48, np.int64), ("ball",))
    points, _ = shape.sample(4000, np.random.default_rng(0))
    radii = np.linalg.norm(points, axis=1)
    assert radii.min() > 0.95
    # The upper half of a ball has half its area, and each octant an eighth.
    assert abs((points[:, 1] > 0).mean() - 0.5) < 0.02
    assert abs(((points > 0).all(1)).mean() - 0.125) < 0.02


def test_box_and_cylinder_enclose_their_volume() -> None:
    assert _volume(box((1, 2, 3))) == pytest.approx(6.0)
    assert _volume(cylinder(1.0, 2.0, segments=64)) == pytest.approx(2 * np.pi, rel=0.01)
    assert _volume(hull([(-1, 0, 1, 1), (1, 0, 1, 1)], 2.0, 64)) == pytest.approx(2 * np.pi, rel=0.01)
    assert _volume(ribbon([(0, 0), (0, 1)], [(2, 0), (2, 1)], 0.5)) == pytest.approx(1.0)


def test_rounded_box_is_closed_and_fits_its_size() -> None:
    solid = rounded_box((2, 1, 3), 0.2, (5, 0, 0))
    corners = solid.reshape(-1, 3)
    np.testing.assert_allclose(np.ptp(corners, axis=0), (2, 1, 3), atol=0.01)
    assert 0.9 * 6 < _volume(solid) < 6
    edges = np.sort(np.round(solid, 6)[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2, 3), axis=1)
    real = edges[np.abs(edges[:, 0] - edges[:, 1]).max(1) > 1e-5]
    _, counts = np.unique(real.reshape(-1, 6), axis=0, return_counts=True)
    assert (counts % 2 == 0).all()


def test_tube_keeps_its_radius_and_bezier_its_ends() -> None:
    line = bezier([(0, 0, 0), (0, 1, 0), (1, 1, 0)], 12)
    np.testing.assert_allclose(line[[0, -1]], [(0, 0, 0), (1, 1, 0)])
    straight = tube([(0, 0, 0), (0, 5, 0)], 0.3, 32).reshape(-1, 3)
    assert np.hypot(straight[:, 0], straight[:, 2]).max() == pytest.approx(0.3)


def test_turn_is_right_handed() -> None:
    triangle = np.array([[[1.0, 0, 0], [0, 1, 0], [0, 0, 1]]])
    np.testing.assert_allclose(turn(triangle, "z", 90)[0, 0], (0, 1, 0), atol=1e-12)
    np.testing.assert_allclose(turn(triangle, "y", 90)[0, 2], (1, 0, 0), atol=1e-12)


def test_loft_fills_ends_only_where_asked() -> None:
    ring = np.array([(1.0, 0, 0), (0, 0, 1), (-1, 0, 0), (0, 0, -1)])
    rings = np.stack([ring, ring + np.array([0, 1, 0])])
    assert len(loft(rings)) - len(loft(rings, False, False)) == 8


def test_depth_views_of_a_sphere_are_nearest_at_the_middle() -> None:
    ball = _shape(ellipsoid((1, 1, 1), segments=32), np.zeros(32 * 32, np.int64), ("ball",))
    views = depth_views(ball, 3, 64, np.random.default_rng(0))
    assert views.shape == (3, 64, 64)
    assert views.dtype == np.float32
    for view in views:
        assert view[0, 0] == 0.0
        assert view[31:33, 31:33].mean() == pytest.approx(NEAREST, abs=0.03)
        middle = (FARTHEST + NEAREST) / 2
        edge = view[32, np.flatnonzero(view[32])[[0, -1]]]
        assert edge.max() < middle + 0.15
        # Only the front half is seen, but for the rim, where the back may show through.
        assert (view[view > 0] >= middle - 0.05).mean() > 0.98


def test_depth_views_show_the_upper_end_up() -> None:
    post = np.column_stack([np.zeros(500), np.linspace(0.2, 0.9, 500), np.zeros(500)]).astype(np.float32)
    view = depth_views(post, 1, 64, np.random.default_rng(0))[0]
    assert view[:32].sum() > 0
    assert view[34:].sum() == 0


def test_contact_sheet_draws_every_name(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "sheet.png"
    assert draw_sheet(["--out", str(out), "--names", "chair", "night stand", "--variants", "1"]) == 0
    assert out.stat().st_size > 500
    picture_of_post = picture(np.array([[0, y, 0] for y in np.linspace(-1, 1, 200)], np.float32), 50)
    inked = (picture_of_post < 255).any(-1)
    assert inked[:, 20:30].sum() > 60
    assert inked[:, :15].sum() == 0


def test_unknown_names_are_refused_with_the_known_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(InputError, match=r"category \('chiar'\) must be one of .*chair"):
        sample_shape("chiar", np.random.default_rng(0))
    with pytest.raises(InputError, match=r"style \('flying'\) of chair must be one of four-legged"):
        sample_shape("chair", np.random.default_rng(0), "flying")
    with pytest.raises(SystemExit):
        draw_sheet(["--out", str(tmp_path / "x.png"), "--names", "chiar"])
    assert "chiar" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "given", "said"), [("x.png", ["--names"], "--names"), ("x.xyz", [], "x.xyz) must end in .png.")])
def test_contact_sheets_that_cannot_be_drawn_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, given: list[str], said: str
) -> None:
    with pytest.raises(SystemExit):
        draw_sheet(["--out", str(tmp_path / name), *given])
    assert said in capsys.readouterr().err


def test_captions_read_as_english() -> None:
    assert describe("chair", ["", "old"], ["a back", "", "arms"]) == "an old chair with a back and arms"
    assert describe("bed") == "a bed"
    assert [article(word) for word in ("L-shaped sofa", "one-piece toilet", "oval top")] == [
        "an L-shaped sofa",
        "a one-piece toilet",
        "an oval top",
    ]
    texts = {sample_shape("chair", np.random.default_rng(seed)).caption for seed in range(60)}
    assert len(texts) > 25
    assert json.dumps(sorted(texts)).isascii()


def test_dice_stay_in_range() -> None:
    dice = Dice(np.random.default_rng(0))
    assert {dice.integer(2, 4) for _ in range(200)} == {2, 3, 4}
    assert {dice.pick("a", "b") for _ in range(50)} == {"a", "b"}
    assert all(1.0 <= dice.uniform(1, 2) < 2.0 for _ in range(200))
