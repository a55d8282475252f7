"""Each kind of result in words."""

import pytest

from recon_model.evaluate.figures import in_words


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ({"top1": 0.8621, "top3": 0.9, "n": 800}, "top-1 86.2%"),
        ({"kept_standing": 0.94, "up_found": 0.516, "n": 800}, "kept standing 94.0%, stood up 51.6%"),
        ({"chamfer": 0.00212, "ratios": {"nearest visible patch": 0.384}}, "Chamfer 0.0021 (0.38 of nearest visible patch)"),
        ({"n": 800, "someone's own": 0.3}, ""),
    ],
)
def test_a_result_in_words(result, words):
    assert in_words(result) == words
