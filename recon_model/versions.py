"""Which versions of what are running, read from package metadata: nothing is imported to find out."""

import platform
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version

PACKAGES = ("recon-studio", "torch", "open_clip_torch", "numpy")


def versions(packages: Iterable[str] = PACKAGES) -> dict[str, str]:
    """Returns the version of Python and of every one of the packages that is installed."""
    found = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def own_version() -> str:
    """Returns the version of this project, or says that it runs from a checkout which was not installed."""
    return versions(["recon-studio"]).get("recon-studio", "(not installed)")
