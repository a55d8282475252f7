"""The category that the documentation builds is one."""

import re
from pathlib import Path

import numpy as np

from recon_model.data.synthetic import CATEGORIES, sample_shape

PAGE = Path(__file__).parents[4] / "docs" / "adding-a-category.md"


def test_the_documented_category_can_be_sampled(monkeypatch) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len([line for line in code.splitlines() if line.strip()]) <= 20
    for name in list(CATEGORIES):
        monkeypatch.setitem(CATEGORIES, name, CATEGORIES[name])
    monkeypatch.setitem(CATEGORIES, "funnel", None)
    exec(compile(code, str(PAGE), "exec"), {})  # noqa: S102  # our own page
    shapes = [sample_shape("funnel", np.random.default_rng(seed)) for seed in range(8)]
    assert any("with a handle" in shape.caption for shape in shapes)
    assert all(np.isfinite(shape.sample(64, np.random.default_rng(0))[0]).all() for shape in shapes)
