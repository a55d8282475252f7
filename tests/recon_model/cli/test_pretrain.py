import argparse

import pytest

from recon_model.cli.pretrain import add_arguments


@pytest.mark.parametrize("kind", ["'synthetic'", ".npz", ".csv", "folder"])
def test_the_help_names_every_kind_of_data(kind: str) -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    (data,) = [action for action in parser._actions if action.dest == "data"]
    assert kind in str(data.help)
