"""Which versions of what are running, read from package metadata: nothing is imported to find out."""

import platform
from importlib.metadata import PackageNotFoundError, version

PACKAGES = ("recon-studio", "torch", "open_clip_torch", "numpy")


def versions() -> dict[str, str]:
    """Returns the version of Python and of every package in ``PACKAGES`` that is installed."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
