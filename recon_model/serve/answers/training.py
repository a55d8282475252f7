"""Answers for training. The loaded model has no part in them."""

import os

import torch

from recon_model.counts import counted
from recon_model.devices import device_in_words
from recon_model.predictor import Predictor
from recon_model.serve.answers.answer import Answer
from recon_model.serve.messages import Device, DevicesListed, ListDevices


def list_devices(_model: Predictor, request: ListDevices) -> DevicesListed:
    """Lists CUDA devices, Apple's GPU and the CPU, each with its free memory."""
    devices = []
    for index in range(torch.cuda.device_count()):
        free, total = torch.cuda.mem_get_info(index)
        devices.append(Device(name=f"cuda:{index}", words=torch.cuda.get_device_name(index), free=free, total=total))
    if torch.backends.mps.is_available():
        devices.append(Device(name="mps", words=device_in_words(torch.device("mps")), free=0, total=0))
    free, total = host_memory()
    cores = os.cpu_count() or 1
    devices.append(Device(name="cpu", words=f"CPU, {counted(cores, 'core')}", free=free, total=total))
    return DevicesListed(id=request.id, devices=tuple(devices))


def host_memory() -> tuple[int, int]:
    """Returns bytes of main memory that are available and in all; zeros where the system does not tell."""
    try:
        with open("/proc/meminfo", encoding="ascii") as file:  # noqa: PTH123 - no file of a user
            lines = dict(line.split(":", 1) for line in file)
        available, total = (int(lines[name].split()[0]) * 1024 for name in ("MemAvailable", "MemTotal"))
    except (OSError, KeyError, ValueError, IndexError):
        return 0, 0
    return available, total


ANSWERS: dict[type, Answer] = {ListDevices: list_devices}
