"""A user's picture, decoded small: to look for shapes by. Only in the process that opens users' files."""

import os
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from recon_model.counts import in_bytes
from recon_model.data.readers.found import shown_name
from recon_model.errors import InputError

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")
MOST_BYTES = 200_000_000
MOST_PIXELS = 89_000_000


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture no larger than asked for, upright, on white where it was transparent."""

    pixels: npt.NDArray[np.uint8]  # (h, w, 3)
    width: int
    """Of the file's picture."""
    height: int


def read_picture(path: str | os.PathLike[str], side: int = 512) -> Picture:
    """Decodes a picture and shrinks it until it fits into a square of ``side`` pixels.

    Raises:
        InputError: it cannot be opened, is of another kind, damaged, or too large.
    """
    from PIL import Image, ImageOps

    file = Path(path)
    name = shown_name(file)
    try:
        size = file.stat().st_size
        if size > MOST_BYTES:
            raise InputError(f"{name}: the picture has {in_bytes(size)}; at most {in_bytes(MOST_BYTES)} are read.")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the number of pixels, which is looked at here
            with Image.open(file, formats=FORMATS) as image:
                width, height = image.size
                if width * height > MOST_PIXELS:
                    raise InputError(f"{name}: the picture has {width} x {height} pixels; at most {MOST_PIXELS // 10**6} million are read.")
                image.draft("RGB", (side, side))  # a JPEG is decoded no larger than need be
                upright = ImageOps.exif_transpose(image)
                upright.thumbnail((side, side))
                pixels = np.asarray(_on_white(upright), np.uint8)
    except InputError:
        raise
    except FileNotFoundError:
        raise InputError(f"{name}: there is no such picture.") from None
    except Exception as error:  # decoders raise whatever they like
        raise InputError(f"{name}: it is no picture that can be read ({', '.join(FORMATS)}), or it is damaged.") from error
    return Picture(pixels, width, height)


def _on_white(image: "Image") -> "Image":  # type: ignore[name-defined]  # noqa: F821
    from PIL import Image

    if image.mode.startswith(("I", "F")):  # more than eight bits, in either order: depth pictures often are
        values = np.asarray(image, np.float64)
        known = values[np.isfinite(values)]
        low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
        shares = np.clip((np.nan_to_num(values, nan=low, posinf=high, neginf=low) - low) / max(high - low, 1e-12), 0, 1)
        return Image.fromarray((shares * 255).astype(np.uint8)).convert("RGB")
    whole = image.convert("RGBA")
    ground = Image.new("RGBA", whole.size, "white")
    return Image.alpha_composite(ground, whole).convert("RGB")
