"""What every helper says and hears: it is up, it must go, it gets on, it could not; and which model is loaded."""

from recon_model.serve.messages.wire import Message


class Shutdown(Message, frozen=True):
    """To any role: finish and exit 0."""


class LoadModel(Message, frozen=True):
    """To the model: load a checkpoint ("default" or a path) and make it the current one."""

    source: str = "default"
    device: str = "auto"


class Ready(Message, frozen=True):
    """A helper is up (id 0): its role and the versions it runs."""

    role: str
    versions: dict[str, str]


class Progress(Message, frozen=True):
    """A long request goes on: ``fraction`` in 0..1, or -1 where unknown."""

    fraction: float
    text: str


class Failed(Message, frozen=True):
    """A request could not be done; ``sentence`` is what the user reads. ``fault`` is true when it is our mistake."""

    sentence: str
    fault: bool = False


class ModelLoaded(Message, frozen=True):
    """The current model: its card (JSON text), device in words, and what loading matched."""

    name: str
    card: str
    device: str
    parameters: int
    depth: int
    heads: int
    num_groups: int
    notes: tuple[str, ...]
    precision: str = "float32"  # or "bfloat16": what it answers in
