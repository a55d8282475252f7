"""The words of one model: which teacher speaks them, in which templates, and which rows are known already."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn.functional import normalize

from recon_model.counts import grouped
from recon_model.errors import ConfigError, InputError, TeacherError
from recon_model.lexicon import Name, as_names, phrases, taught
from recon_model.teachers.clip import Clip
from recon_model.teachers.prompts import classifier
from recon_model.teachers.ranking import Classifier
from recon_model.templates import PUBLISHED, SETS, Templates, clean, own_templates

MAX_PROMPTS = 20_000
"""New sentences read at once: a name in a template is one. That many take some seconds, in which nothing else is answered."""
_CLASSIFIERS = 8


class Vocabulary:
    """Turns names into features that the zero-shot feature of one model can be compared with.

    Finding the shipped teacher takes milliseconds; opening its text tower takes seconds of imports, and is put off until a name is
    asked for whose row is not remembered.

    Args:
        card: the model's; ``teacher`` and ``templates`` are read.
        source: where the teacher is, see ``Clip.load``; None follows the card.
        allow_download: whether a published teacher may be fetched.
    """

    def __init__(self, card: Mapping[str, Any], *, source: str | None = None, allow_download: bool = False) -> None:
        self._taught: Mapping[str, Any] = card.get("teacher") or {}
        self._templates = tuple(card.get("templates") or PUBLISHED)
        # How unlike anything known a cloud is, is read against the taught names, whatever names are on offer.
        self._always = taught(card) if card.get("unlike") else ()
        self._source = source
        self._allow_download = allow_download
        self._teacher: Clip | Exception | None = None
        self._open = False
        self._rows: dict[tuple[str, tuple[str, ...]], Tensor] = {}
        self._classifiers: OrderedDict[tuple[tuple[Name, ...], tuple[str, ...]], Classifier] = OrderedDict()

    def classifier(self, names: Sequence[str | Name], templates: Templates = "default") -> Classifier:
        """Returns what ranks names, with their synonyms and negatives; built once for the same names and templates.

        Raises:
            InputError, ConfigError, TeacherError: see ``rows``.
        """
        key = (as_names(names), self.templates(templates))
        made = self._classifiers.get(key)
        if made is None:
            made = Classifier(key[0], self.rows(phrases(key[0]), templates).numpy())
            self._classifiers[key] = made
            if len(self._classifiers) > _CLASSIFIERS:
                self._classifiers.popitem(last=False)
        else:
            self._classifiers.move_to_end(key)
        return made

    def rows(self, names: Sequence[str], templates: Templates = "default") -> Tensor:
        """Returns the summed prompt features of names, each of length 1: (n, D) float32. Remembered by name and templates.

        Raises:
            InputError: there is no name, one is blank, or they are too many to read at once.
            ConfigError: the templates are unknown, or hold no place for the name.
            TeacherError: the text teacher is missing, or not the one the model was taught by.
        """
        if not names or any(not clean(name) for name in names):
            raise InputError(f"names ({', '.join(map(repr, names)) or 'none'}) must hold at least one name, and none may be blank.")
        chosen = self.templates(templates)
        teacher = self.teacher()
        keys = [(clean(name), chosen) for name in names]
        missing = [key for key in dict.fromkeys(keys) if key not in self._rows]
        new = [name for name, _ in missing if teacher.remembered(name, chosen) is None]
        if len(new) * len(chosen) > MAX_PROMPTS:
            raise InputError(
                f"names ({grouped(len(new))} new ones) in {len(chosen)} templates make {grouped(len(new) * len(chosen))} sentences; "
                f"at most {MAX_PROMPTS} are read at once."
            )
        if missing:
            made = classifier(teacher, [name for name, _ in missing], chosen)
            self._rows.update(zip(missing, normalize(made.float().cpu(), dim=-1), strict=True))
        return torch.stack([self._rows[key] for key in keys])

    def see(self, picture: npt.NDArray[np.uint8]) -> tuple[Tensor, str]:
        """What the image teacher makes of a picture (h, w, 3): (1, D) of length 1, to compare with ``Embedding.images``; and a note.

        Raises:
            TeacherError: the image teacher is missing, or not the one the model was taught by.
        """
        teacher = self.teacher()
        if self._taught.get("image_fingerprint"):  # the authors' files do not say
            teacher.check(self._taught, image=True)
        feature, note = teacher.see(picture)
        return normalize(feature.float().cpu(), dim=-1), note

    def templates(self, name: Templates) -> tuple[str, ...]:
        """Returns the templates of that name, or those given; "default" are those on the model's card, else the published ones.

        Raises:
            ConfigError: the name is unknown (the known ones are listed), or a template given holds no place for the name.
        """
        if not isinstance(name, str):
            return own_templates(name)
        if name == "default":
            return self._templates
        if name not in SETS:
            raise ConfigError(f"templates ({name!r}) must be one of default, {', '.join(SETS)}.")
        return SETS[name]

    def ready(self, names: Sequence[str | Name], templates: Templates = "default") -> bool:
        """Whether names would be answered at once: rows are at hand, or the tower is open, or it is known to be missing.

        Raises:
            ConfigError: see ``templates``.
        """
        chosen = self.templates(templates)
        if self.settled:
            return True
        if self._teacher is None and "/" in self._name:
            return False  # a published tower is opened by finding it
        try:
            teacher = self.teacher()
        except TeacherError:
            return True
        wanted = [*((name, chosen) for name in phrases(names)), *((name, self._templates) for name in self._always)]
        return all((clean(name), shape) in self._rows or teacher.remembered(name, shape) is not None for name, shape in wanted)

    @property
    def settled(self) -> bool:
        """Whether the text tower is open, or known to be missing."""
        return self._open or isinstance(self._teacher, Exception)

    def settle(self) -> None:
        """Opens the text tower, and remembers the reason where that fails; may run on another thread."""
        try:
            self.teacher().encode_text(["a cloud"])
        except Exception as error:
            self._teacher = error
        else:
            self._open = True

    def teacher(self) -> Clip:
        """Returns the teacher, finding it if need be.

        Raises:
            TeacherError: it is missing, or not the one the model was taught by.
        """
        if self._teacher is None:
            try:
                self._teacher = self._find()
            except TeacherError as error:
                self._teacher = error
        if isinstance(self._teacher, Exception):
            raise self._teacher
        return self._teacher

    @property
    def _name(self) -> str:
        return self._source or str(self._taught.get("name", ""))

    def _find(self) -> Clip:
        name = self._name
        if self._source is not None:
            found = Clip.load(name, allow_download=self._allow_download)
        elif not name:
            raise TeacherError("The model's card names no teacher, so its words are unknown; give one with --teacher.")
        elif "/" in name:
            found = self._find_published(name)
        else:
            found = Clip.load()
        # The authors' files do not say which weights taught them; their published name is all there is to go by.
        if self._taught.get("text_fingerprint") or found.name != self._taught.get("name"):
            found.check(self._taught)
        return found

    def _find_published(self, name: str) -> Clip:
        try:
            return Clip.load(name, allow_download=self._allow_download)
        except TeacherError as error:
            raise TeacherError(f"{str(error).rstrip('.')}; 'recon classify --download-teacher' fetches them once.") from error
