"""What ``recon info`` makes of a card's results."""

from recon_model.cli.info import _results

WAY = "turned about y by a random angle (seed 0), then as it lies"


def test_what_protocols_share_is_said_once() -> None:
    def row(pose: str, clouds: int, names: int, top1: float) -> dict[str, object]:
        said = f"zero-shot: model 'x'; {pose}, 64 patches of 16 (no, not 8; 16); {clouds} clouds, {names} candidate names."
        return {"protocol": said, "data": "a.npz", "n": clouds, "top1": top1}

    svm = {"protocol": "linear SVM [a; b], 5 folds.", "top1": 0.75}
    rebuilt = [{"protocol": f"rebuilding: all hidden; {count} clouds.", "data": "a.npz", "n": count, "chamfer": 0.5} for count in (3, 4)]
    results = [row("as given", 12, 10, 0.5), svm, row(WAY, 12, 10, 0.25), *rebuilt, row("as given", 7, 11, 1.0)]
    assert list(_results(results)) == [
        ("protocol", "zero-shot: model 'x', 64 patches of 16 (no, not 8; 16)."),
        ("result", "top-1 50.0% on a.npz (12 clouds): as given, 10 candidate names"),
        ("result", "top-1 25.0% on a.npz (12 clouds): turned about y by a random angle (seed 0), then as it lies, 10 candidate names"),
        ("result", "top-1 100.0% on a.npz (7 clouds): as given, 11 candidate names"),
        ("result", "top-1 75.0%: linear SVM [a; b], 5 folds."),
        ("protocol", "rebuilding: all hidden."),
        ("result", "Chamfer 0.5 () on a.npz (3 clouds)"),
        ("result", "Chamfer 0.5 () on a.npz (4 clouds)"),
    ]


def test_what_is_alike_only_in_kind_keeps_its_protocol() -> None:
    results = [{"protocol": "by ear: twice.", "top1": 0.5}, {"protocol": "by ear: once.", "top1": 0.25}, "none", {"top1": 0.125}]
    assert [value for _, value in _results(results)] == [
        "top-1 50.0%: by ear: twice.",
        "top-1 25.0%: by ear: once.",
        "none",
        "top-1 12.5%: no protocol is named.",
    ]
