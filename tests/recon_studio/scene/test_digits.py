"""Numbers far from 0 are told apart."""

import pytest

from recon_studio.scene.digits import told_apart


@pytest.mark.parametrize(
    ("value", "span", "words"),
    [
        (5403206.21, 11.6, "5403206.2"),
        (5403217.83, 11.6, "5403217.8"),
        (-5403206.21, 0.2, "-5403206.21"),
        (5403206.0, 1000.0, "5403206"),
        (0.012345, 0.012345, "0.0123"),
        (-0.5, 1.0, "-0.5"),
        (12345.0, 20000.0, "1.23e+04"),
        (0.0, 11.6, "0"),
        (7.0, 0.0, "7"),
    ],
)
def test_a_number_has_as_many_digits_as_its_span_asks_for(value: float, span: float, words: str) -> None:
    assert told_apart(value, span) == words


def test_more_digits_may_be_asked_for() -> None:
    assert told_apart(5403217.7770257, 11.6, digits=4) == "5403217.78"
    assert told_apart(0.0123456, 0.01, digits=4) == "0.01235"
