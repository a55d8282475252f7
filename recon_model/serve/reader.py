"""The reader role: it takes requests to open files and answers each, come what may.

It parses nothing itself. A process of its own does (``parser``), so a file that crashes a native library, never ends or asks for
all memory costs that process its life, and the window one sentence.
"""

from typing import BinaryIO

from recon_model.serve.client import ReaderProcess
from recon_model.serve.framing import pack, read_frame
from recon_model.serve.messages import Failed, ReadCloud, Ready, Shutdown, decode_request, encode
from recon_model.serve.versions import versions


def serve(incoming: BinaryIO, outgoing: BinaryIO) -> int:
    """Answers requests in the order they come until a ``Shutdown`` or the end of the pipe.

    Returns:
        The exit status, 0.

    Raises:
        ServeError: the bytes on the pipe are no requests.
    """
    with ReaderProcess() as process:
        _send(outgoing, encode(Ready(id=0, role="reader", versions=versions())))
        while (body := read_frame(incoming)) is not None:
            request = decode_request(body)
            if isinstance(request, Shutdown):
                break
            if isinstance(request, ReadCloud):
                _send(outgoing, process.answer(request))
            else:
                wrong = f"the reader opens files and knows nothing of {type(request).__name__}."
                _send(outgoing, encode(Failed(id=request.id, sentence=wrong, fault=True)))
    return 0


def _send(outgoing: BinaryIO, body: bytes) -> None:
    outgoing.write(pack(body))
    outgoing.flush()
