"""Where the files that ship with the project live, in a checkout and in an installed wheel alike."""

from pathlib import Path

from recon_model.errors import InputError

_PACKAGE = Path(__file__).resolve().parent


def asset_path(*parts: str) -> Path:
    """Returns the absolute path of a shipped file or folder, such as ``asset_path("clouds", "chair.ply")``.

    Raises:
        InputError: nothing of that name ships with this installation.
    """
    # A wheel carries the folder inside the package; a checkout keeps it at the top of the repository.
    for root in (_PACKAGE / "_assets", _PACKAGE.parent / "assets"):
        path = root.joinpath(*parts)
        if path.exists():
            return path
    raise InputError(f"The shipped file '{'/'.join(parts)}' is missing from this installation; reinstall ReCon Studio.")
