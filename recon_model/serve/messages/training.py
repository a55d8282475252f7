"""Training: which devices there are, and what is free on each."""

import msgspec

from recon_model.serve.messages.wire import Message


class Device(msgspec.Struct, frozen=True):
    """One place a model can be trained on."""

    name: str  # as --device takes it: "cpu", "cuda:0", "mps"
    words: str  # what it is, for people
    free: int  # bytes of memory that are free, 0 where it does not tell
    total: int  # bytes of memory, 0 where it does not tell


class ListDevices(Message, frozen=True):
    """To the model: which devices there are."""


class DevicesListed(Message, frozen=True):
    """The devices, the one that "auto" means first."""

    devices: tuple[Device, ...]
