"""Which requests are under way in one helper and which wait: one of each per kind, the newest wins. Pure, no Qt."""

from collections.abc import Iterable
from dataclasses import dataclass

from recon_model.serve.messages import PATIENT, Request

Kind = type[Request]


@dataclass
class Flight:
    """A request sent and not yet answered."""

    request: Request
    wanted: bool = True  # False: its reply will be dropped
    deaths: int = 0  # how often the helper died over it


class Lanes:
    """One lane for each kind of request: at most one under way and the newest one waiting, so that nothing ever queues.

    The reply under way is still delivered when a newer request waits behind it: a slider that is dragged without pause
    would otherwise never show anything. What must not be delivered any more is abandoned.

    Long questions (``PATIENT``) do not wait: the helper gives up the older one of a kind when it is told of a newer.
    """

    def __init__(self) -> None:
        self._flights: dict[Kind, Flight] = {}  # insertion order is the order of sending
        self._waiting: dict[Kind, Request] = {}

    @property
    def busy(self) -> bool:
        """Whether a request whose reply is wanted is under way."""
        return any(flight.wanted for flight in self._flights.values())

    def flight(self, kind: Kind) -> Flight | None:
        """Returns the request of a kind that is under way."""
        return self._flights.get(kind)

    def put(self, request: Request, *, running: bool) -> tuple[Request | None, Request | None]:
        """Takes a request in.

        Args:
            request: what to do.
            running: whether the helper can be written to.

        Returns:
            The request to send now (or None), and the waiting one that it replaced (or None).
        """
        kind = type(request)
        replaced = self._waiting.pop(kind, None)
        if running and kind in PATIENT and kind in self._flights:
            overtaken = self._flights.pop(kind)
            replaced = overtaken.request if overtaken.wanted else None
        if running and kind not in self._flights:
            self._flights[kind] = Flight(request)
            return request, replaced
        self._waiting[kind] = request
        return None, replaced

    def land(self, request_id: int) -> tuple[Flight | None, Request | None]:
        """Takes note of a reply; returns what it answers (None when unknown) and the request to send next, if one waited."""
        flight = self.find(request_id)
        if flight is None:
            return None, None
        kind = type(flight.request)
        del self._flights[kind]
        following = self._waiting.pop(kind, None)
        if following is not None:
            self._flights[kind] = Flight(following)
        return flight, following

    def find(self, request_id: int) -> Flight | None:
        """Returns the flight of that id, or None."""
        return next((flight for flight in self._flights.values() if flight.request.id == request_id), None)

    def abandon(self, kinds: Iterable[Kind]) -> list[Request]:
        """Forgets what waits in these lanes and turns what is under way unwanted; returns both."""
        gone: list[Request] = []
        for kind in kinds:
            flight = self._flights.get(kind)
            if flight is not None and flight.wanted:
                flight.wanted = False
                gone.append(flight.request)
            if kind in self._waiting:
                gone.append(self._waiting.pop(kind))
        return gone

    def crash(self, *, most_deaths: int) -> tuple[Request | None, list[Request]]:
        """The helper died: everything under way goes back to waiting, where nothing newer waits already.

        The helper works in order, long questions last, so the oldest request under way is the suspect.

        Args:
            most_deaths: a suspect that has seen this many deaths is given up.

        Returns:
            The request given up (or None when there is none, or no one wants it), and those dropped in favour of newer ones.
        """
        flights = [flight for flight in self._flights.values() if flight.wanted]
        given_up: Request | None = None
        suspect = min(self._flights.values(), key=lambda flight: isinstance(flight.request, PATIENT), default=None)
        if suspect is not None:
            suspect.deaths += 1
            if suspect.deaths >= most_deaths and suspect.wanted:
                given_up = suspect.request
                flights.remove(suspect)
        dropped = [flight.request for flight in flights if type(flight.request) in self._waiting]
        self._flights = {type(flight.request): flight for flight in flights if type(flight.request) not in self._waiting}
        return given_up, dropped

    def resend(self) -> list[Request]:
        """Returns what a fresh helper must be sent: what was under way first, then what waited, one of a kind."""
        for kind in [kind for kind in self._waiting if kind not in self._flights]:
            self._flights[kind] = Flight(self._waiting.pop(kind))
        return [flight.request for flight in self._flights.values()]
