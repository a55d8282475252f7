"""Which requests are under way in one helper and which wait: one of each per kind, and mostly the newest wins. Pure, no Qt."""

from collections.abc import Iterable
from dataclasses import dataclass

from recon_model.serve.messages import PATIENT, EmbedClouds, ReadMembers, Request, WriteCloud

Kind = type[Request]
ALL_COUNT: tuple[Kind, ...] = (WriteCloud, ReadMembers, EmbedClouds)
"""Kinds of which none takes another's place: files to be written, and pieces of walks, of which several may be under way."""


@dataclass
class Flight:
    """A request sent and not yet answered."""

    request: Request
    wanted: bool = True  # False: its reply will be dropped
    deaths: int = 0  # how often the helper died over it


class Lanes:
    """One lane for each kind of request: at most one under way and the newest one waiting, so that nothing queues but ``ALL_COUNT``.

    The reply under way is still delivered when a newer request waits behind it: a slider that is dragged without pause
    would otherwise never show anything. What must not be delivered any more is abandoned.

    Long questions (``PATIENT``) do not wait: the helper gives up the older one of a kind when it is told of a newer.
    """

    def __init__(self) -> None:
        self._flights: dict[Kind, Flight] = {}  # insertion order is the order of sending
        self._waiting: dict[Kind, list[Request]] = {}  # more than one only of ALL_COUNT

    @property
    def busy(self) -> bool:
        """Whether a request whose reply is wanted is under way."""
        return any(flight.wanted for flight in self._flights.values())

    def flight(self, kind: Kind) -> Flight | None:
        """Returns the request of a kind that is under way."""
        return self._flights.get(kind)

    def waiting(self, kind: Kind) -> list[Request]:
        """Returns the requests of a kind that wait, the oldest first."""
        return self._waiting.get(kind, [])

    def put(self, request: Request, *, running: bool) -> tuple[Request | None, Request | None]:
        """Takes a request in.

        Args:
            request: what to do.
            running: whether the helper can be written to.

        Returns:
            The request to send now (or None), and the waiting one that it replaced (or None).
        """
        kind = type(request)
        replaced = None if kind in ALL_COUNT else next(iter(self._waiting.pop(kind, [])), None)
        if running and kind in PATIENT and kind in self._flights:
            overtaken = self._flights.pop(kind)
            replaced = overtaken.request if overtaken.wanted else None
        if running and kind not in self._flights:
            self._flights[kind] = Flight(request)
            return request, replaced
        self._waiting.setdefault(kind, []).append(request)
        return None, replaced

    def land(self, request_id: int) -> tuple[Flight | None, Request | None]:
        """Takes note of a reply; returns what it answers (None when unknown) and the request to send next, if one waited."""
        flight = self.find(request_id)
        if flight is None:
            return None, None
        kind = type(flight.request)
        del self._flights[kind]
        return flight, self._follow(kind)

    def find(self, request_id: int) -> Flight | None:
        """Returns the flight of that id, or None."""
        return next((flight for flight in self._flights.values() if flight.request.id == request_id), None)

    def abandon(self, kinds: Iterable[Kind]) -> list[Request]:
        """Forgets what waits in these lanes and turns what is under way unwanted; returns both."""
        gone: list[Request] = []
        for kind in kinds:
            flight = self._flights.get(kind)
            asked = [flight.request] if flight is not None else []
            for request in (*asked, *self.waiting(kind)):
                gone += self.forget(request.id)
        return gone

    def forget(self, request_id: int) -> list[Request]:
        """Forgets one request that waits, or turns the one under way unwanted; returns it, or nothing where it is not there."""
        flight = self.find(request_id)
        if flight is not None:
            wanted, flight.wanted = flight.wanted, False
            return [flight.request] if wanted else []
        gone = [request for waiting in self._waiting.values() for request in waiting if request.id == request_id]
        for request in gone:
            left = [each for each in self._waiting.pop(type(request)) if each is not request]
            if left:
                self._waiting[type(request)] = left
        return gone

    def crash(self, *, most_deaths: int, guilty: Kind | None = None) -> tuple[Request | None, list[Request]]:
        """The helper died: everything under way goes back to waiting, where nothing newer waits already.

        The helper works in order, long questions last, so the oldest request under way is the suspect.

        Args:
            most_deaths: a suspect that has seen this many deaths is given up.
            guilty: the kind that it was ended for, if it was; nothing else under way is to blame then.

        Returns:
            The request given up (or None when there is none, or no one wants it), and those dropped in favour of newer ones.
        """
        flights = [flight for flight in self._flights.values() if flight.wanted]
        given_up: Request | None = None
        suspect = min(self._flights.values(), key=lambda flight: isinstance(flight.request, PATIENT), default=None)
        if guilty is not None:
            suspect = self._flights.get(guilty)
        if suspect is not None:
            suspect.deaths += 1
            if suspect.deaths >= most_deaths and suspect.wanted:
                given_up = suspect.request
                flights.remove(suspect)
        overtaken = [kind for kind in self._waiting if kind not in ALL_COUNT]
        dropped = [flight.request for flight in flights if type(flight.request) in overtaken]
        self._flights = {type(flight.request): flight for flight in flights if type(flight.request) not in overtaken}
        return given_up, dropped

    def resend(self) -> list[Request]:
        """Returns what a fresh helper must be sent: what was under way first, then what waited, one of a kind."""
        for kind in [kind for kind in self._waiting if kind not in self._flights]:
            self._follow(kind)
        return [flight.request for flight in self._flights.values()]

    def _follow(self, kind: Kind) -> Request | None:
        """Takes the oldest that waits into its lane, which is free; None where nothing waits."""
        waiting = self._waiting.pop(kind, [])
        if not waiting:
            return None
        self._flights[kind] = Flight(waiting[0])
        if waiting[1:]:
            self._waiting[kind] = waiting[1:]
        return waiting[0]
