"""The category that the documentation builds is one, and the folders that it says to replace are those of the model."""

import re
from pathlib import Path

import numpy as np

from recon_model.data.synthetic import CATEGORIES, sample_shape
from tests.recon_model.data.synthetic import test_synthetic, test_whole

ROOT = Path(__file__).parents[4]
PAGE = ROOT / "docs" / "adding-a-category.md"


def test_only_the_folders_of_the_model_are_replaced() -> None:
    page = (ROOT / "docs" / "your-own-default.md").read_text(encoding="utf-8")
    assert set(re.findall(r"`assets/(\w*)", page)) == {"clip", "default"}
    assert all((ROOT / "assets" / name).is_dir() for name in ("clip", "default"))


def test_the_documented_category_can_be_sampled(monkeypatch) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len([line for line in code.splitlines() if line.strip()]) <= 20
    for name in list(CATEGORIES):
        monkeypatch.setitem(CATEGORIES, name, CATEGORIES[name])
    monkeypatch.setitem(CATEGORIES, "funnel", None)
    exec(compile(code, str(PAGE), "exec"), {})  # noqa: S102  # our own page
    shapes = [sample_shape("funnel", np.random.default_rng(seed), style) for style in ("kitchen", "laboratory") for seed in range(8)]
    assert any("with a handle" in shape.caption for shape in shapes[:8])
    assert all(np.isfinite(shape.sample(64, np.random.default_rng(0))[0]).all() for shape in shapes)
    # What the page says to run takes up the page's own category, too.
    test_synthetic.test_everything_is_built_in_more_than_one_way()
    test_synthetic.test_every_style_gives_a_sound_shape("funnel")
    test_synthetic.test_clouds_fill_the_unit_sphere_and_repeat("funnel")
    assert not any(test_whole.hanging(shape.triangles) for shape in shapes)
