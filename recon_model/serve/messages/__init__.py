"""The words spoken between the window and its helper processes: the one seam of the project.

Every request carries an ``id`` and everything it needs, so a helper keeps no state that a restart could lose.
Every reply names the request it answers; the window drops replies to requests it has since replaced.
Arrays travel as raw little-endian bytes with their dtype and shape. No torch is needed to read this module.
"""

from typing import Final

import msgspec

from recon_model.errors import ServeError
from recon_model.serve.messages import doctor, explain, replay
from recon_model.serve.messages.bench import Reconstruct, Reconstructed
from recon_model.serve.messages.clouds import CloudPrepared, CloudRead, CloudWritten, DataSet, Glance, PrepareCloud, ReadCloud, WriteCloud
from recon_model.serve.messages.control import Failed, LoadModel, ModelLoaded, Progress, Ready, Shutdown
from recon_model.serve.messages.doctor import (
    CloudDamaged,
    CloudExamined,
    DamageCloud,
    DamageTraced,
    DoctorReply,
    DoctorRequest,
    ExamineCloud,
    Finding,
    Fix,
    LookFromSides,
    SidesSeen,
    TraceDamage,
)
from recon_model.serve.messages.embedding import CloudsEmbedded, EmbedClouds, EmbedTexts, MembersRead, ReadMembers, TextsEmbedded
from recon_model.serve.messages.explain import (
    AttendAll,
    AttendedAll,
    Curve,
    CurvesTraced,
    ExplainReply,
    ExplainRequest,
    Occlude,
    Occluded,
    Overlap,
    RatiosSwept,
    Relate,
    Related,
    SweepRatios,
    TraceCurves,
)
from recon_model.serve.messages.projection import (
    CloudsPlaced,
    PlaceClouds,
    Projected,
    ProjectionFrame,
    ProjectionReply,
    ProjectionRequest,
    ProjectionSteered,
    StartProjection,
    SteerProjection,
)
from recon_model.serve.messages.replay import RebuildAt, RebuiltAt
from recon_model.serve.messages.rival import CloseRival, OpenRival, RebuildByRival, RivalClosed, RivalRebuilt, RivalReply, RivalRequest
from recon_model.serve.messages.training import Device, DevicesListed, ListDevices
from recon_model.serve.messages.wire import Array, Message, PackedSides
from recon_model.serve.messages.words import (
    ClassifyByWords,
    CloudLabelled,
    CloudsFound,
    CloudsRanked,
    FindByPicture,
    FindByWords,
    LabelCloud,
    PictureRead,
    RankClouds,
    ReadPicture,
    Scores,
)

__all__ = [
    "PATIENT",
    "Array",
    "AttendAll",
    "AttendedAll",
    "ClassifyByWords",
    "CloseRival",
    "CloudDamaged",
    "CloudExamined",
    "CloudLabelled",
    "CloudPrepared",
    "CloudRead",
    "CloudWritten",
    "CloudsEmbedded",
    "CloudsFound",
    "CloudsPlaced",
    "CloudsRanked",
    "Curve",
    "CurvesTraced",
    "DamageCloud",
    "DamageTraced",
    "DataSet",
    "Device",
    "DevicesListed",
    "EmbedClouds",
    "EmbedTexts",
    "ExamineCloud",
    "Failed",
    "FindByPicture",
    "FindByWords",
    "Finding",
    "Fix",
    "Glance",
    "LabelCloud",
    "ListDevices",
    "LoadModel",
    "LookFromSides",
    "MembersRead",
    "Message",
    "ModelLoaded",
    "Occlude",
    "Occluded",
    "OpenRival",
    "Overlap",
    "PackedSides",
    "PictureRead",
    "PlaceClouds",
    "PrepareCloud",
    "Progress",
    "Projected",
    "ProjectionFrame",
    "ProjectionSteered",
    "RankClouds",
    "RatiosSwept",
    "ReadCloud",
    "ReadMembers",
    "ReadPicture",
    "Ready",
    "RebuildAt",
    "RebuildByRival",
    "RebuiltAt",
    "Reconstruct",
    "Reconstructed",
    "Relate",
    "Related",
    "Reply",
    "Request",
    "RivalClosed",
    "RivalRebuilt",
    "Scores",
    "Shutdown",
    "SidesSeen",
    "StartProjection",
    "SteerProjection",
    "SweepRatios",
    "TextsEmbedded",
    "TraceCurves",
    "TraceDamage",
    "WriteCloud",
    "decode_reply",
    "decode_request",
    "encode",
]

Request = (
    ReadCloud
    | Glance
    | WriteCloud
    | ReadMembers
    | Shutdown
    | LoadModel
    | PrepareCloud
    | Reconstruct
    | ClassifyByWords
    | LabelCloud
    | EmbedClouds
    | EmbedTexts
    | RankClouds
    | FindByWords
    | FindByPicture
    | ReadPicture
    | ListDevices
    | ExplainRequest
    | ProjectionRequest
    | RivalRequest
    | DoctorRequest
    | RebuildAt
)
Reply = (
    Ready
    | Progress
    | Failed
    | CloudRead
    | CloudWritten
    | MembersRead
    | ModelLoaded
    | CloudPrepared
    | Reconstructed
    | Scores
    | CloudLabelled
    | CloudsEmbedded
    | TextsEmbedded
    | CloudsRanked
    | CloudsFound
    | PictureRead
    | DevicesListed
    | ExplainReply
    | ProjectionReply
    | RivalReply
    | DoctorReply
    | RebuiltAt
)

PATIENT: Final = (*explain.PATIENT, *doctor.LONG, *replay.LONG)
"""Long questions, worked on while nothing quicker is asked; they answer with ``Progress`` on the way."""

_encoder = msgspec.msgpack.Encoder()
_requests: msgspec.msgpack.Decoder[Request] = msgspec.msgpack.Decoder(Request)
_replies: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)


def encode(message: Request | Reply) -> bytes:
    """Returns the body of one frame."""
    return _encoder.encode(message)


def decode_request(body: bytes | memoryview) -> Request:
    """Reads a request; raises ServeError when it is none."""
    try:
        return _requests.decode(body)
    except msgspec.DecodeError as error:
        raise ServeError(f"a request could not be read: {error}.") from error


def decode_reply(body: bytes | memoryview) -> Reply:
    """Reads a reply; raises ServeError when it is none."""
    try:
        return _replies.decode(body)
    except msgspec.DecodeError as error:
        raise ServeError(f"a reply could not be read: {error}.") from error
