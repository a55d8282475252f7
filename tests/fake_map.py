"""Replies of the map's helper to play back: frames of an arrangement, and places in it."""

import numpy as np

from recon_model.serve.messages import (
    Array,
    CloudsPlaced,
    PlaceClouds,
    Projected,
    ProjectionFrame,
    Reply,
    StartProjection,
)


def frame_of(request: StartProjection, iteration: int) -> ProjectionFrame:
    """A frame in which every cloud lies at (its first feature, the iteration)."""
    first = request.features.numpy()[:, 0]
    places = np.stack([first, np.full(len(first), iteration)], axis=1).astype(np.float32)
    total = request.iterations if request.method == "tsne" else 0
    return ProjectionFrame(id=request.id, iteration=iteration, iterations=total, coordinates=Array.of(places), divergence=1.0)


def project(request: StartProjection) -> Reply:
    last = frame_of(request, request.iterations)
    count = len(request.features.numpy())
    return Projected(
        id=request.id,
        coordinates=last.coordinates,
        iteration=last.iterations,
        iterations=last.iterations,
        divergence=0.5,
        explained=0.6,
        stopped=False,
        trustworthiness=0.9,
        features_accuracy=0.8,
        map_accuracy=0.7,
        neighbours=10,
        clusters=Array.of((np.arange(count) % 2).astype(np.int32)),
        seconds=0.1,
    )


def place(request: PlaceClouds) -> Reply:
    """Each new cloud lies on the reference cloud whose first feature is nearest to its own."""
    apart = np.abs(request.features.numpy()[:, :1] - request.reference.numpy()[None, :, 0])
    nearest = np.argsort(apart, axis=1)
    return CloudsPlaced(
        id=request.id, coordinates=Array.of(request.coordinates.numpy()[nearest[:, 0]]), neighbours=Array.of(nearest), milliseconds=1.0
    )
