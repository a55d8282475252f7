import torch

from recon_model.train.targets import TextTargets
from tests.recon_model.train.runs import encode


def spelled(texts: list[str]) -> torch.Tensor:
    """A teacher that tells every text from every other."""
    return torch.tensor([[float(len(text)), float(sum(map(ord, text)))] for text in texts])


def test_names_are_put_into_every_template_and_summed():
    targets = TextTargets(spelled, ("mug", "night_stand"), ("{}", "a {}."))
    assert targets.features.tolist() == [spelled(["mug", "a mug."]).tolist(), spelled(["night stand", "a night stand."]).tolist()]
    assert torch.equal(targets.classifier, targets.features.sum(1))


def test_a_cloud_is_taught_by_its_name_in_any_template_or_its_caption():
    targets = TextTargets(spelled, ("mug", "cup"), ("{}", "a {}."))
    labels, captions = torch.zeros(400, dtype=torch.int64), ["a tall mug"] * 200 + [""] * 200
    drawn = targets.draw(labels, captions, 0.5, torch.Generator().manual_seed(0))
    meant = {"mug": 0, "a mug.": 0, "a tall mug": 0}
    for text in meant:
        meant[text] = int((drawn == spelled([text])).all(1).sum())
    assert sum(meant.values()) == 400
    assert 70 < meant["a tall mug"] < 130  # half of the 200 that have one
    assert abs(meant["mug"] - meant["a mug."]) < 60
    assert torch.equal(drawn, targets.draw(labels, captions, 0.5, torch.Generator().manual_seed(0)))


def test_captions_are_encoded_once():
    asked: list[str] = []

    def listening(texts: list[str]) -> torch.Tensor:
        asked.extend(texts)
        return encode(texts)

    targets = TextTargets(listening, ("rod",), ("{}",))
    for captions in (["a thin rod", "a thin rod", "a fat rod"], ["a fat rod", "", "a thin rod"]):
        targets.draw(torch.zeros(3, dtype=torch.int64), captions, 1.0, torch.Generator().manual_seed(0))
    assert asked == ["rod", "a fat rod", "a thin rod"]
