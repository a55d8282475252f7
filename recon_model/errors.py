"""The errors a user may read: every message is one sentence naming the thing, its value and the rule it breaks."""


class ReconError(Exception):
    """Anything a user can mend. ``str(error)`` is the whole sentence shown to them."""


class ConfigError(ReconError):
    """A setting is unknown or outside its range."""


class InputError(ReconError):
    """A file, folder or array given by the user cannot be used."""


class CheckpointError(ReconError):
    """A checkpoint is damaged, foreign, or covers too little of the model."""


class TeacherError(ReconError):
    """A model was asked to work with a teacher it was not taught by, or the teacher is missing."""


class MemoryShortError(ReconError):
    """A device has too little memory for what was asked of it."""


class ServeError(ReconError):
    """The byte stream between two of our processes broke its rules."""


def sentence(error: BaseException) -> str:
    """Returns the one sentence to show for any error, expected or not."""
    if isinstance(error, ReconError):
        return str(error)
    return f"Something went wrong inside ReCon Studio ({type(error).__name__}: {error}); please report it."
