"""One under way and the newest waiting, for each kind: never a queue."""

from recon_model.serve.messages import ClassifyByWords, Glance, LoadModel, Occlude, ReadCloud, ReadMembers, Reconstruct, WriteCloud
from recon_studio.backend.lanes import Lanes
from tests.fakes import Array

POINTS = Array.of([[0.0, 0.0, 0.0]])


def _rebuild(number: int) -> Reconstruct:
    return Reconstruct(id=number, points=POINTS)


def test_only_the_newest_of_many_waits() -> None:
    lanes = Lanes()
    assert lanes.put(_rebuild(1), running=True) == (_rebuild(1), None)
    assert lanes.put(_rebuild(2), running=True) == (None, None)
    assert lanes.put(_rebuild(3), running=True) == (None, _rebuild(2))
    flight, following = lanes.land(1)
    assert flight is not None
    assert flight.request.id == 1
    assert flight.wanted
    assert following == _rebuild(3)
    assert lanes.land(3)[1] is None
    assert not lanes.busy


def test_kinds_do_not_wait_for_each_other() -> None:
    lanes = Lanes()
    lanes.put(_rebuild(1), running=True)
    words = ClassifyByWords(id=2, points=POINTS, names=("cat",))
    assert lanes.put(words, running=True) == (words, None)


def test_an_abandoned_flight_still_occupies_its_lane_but_is_not_wanted() -> None:
    lanes = Lanes()
    lanes.put(_rebuild(1), running=True)
    lanes.put(_rebuild(2), running=True)
    assert [request.id for request in lanes.abandon([Reconstruct])] == [1, 2]
    assert not lanes.busy
    assert lanes.put(_rebuild(3), running=True) == (None, None)
    flight, following = lanes.land(1)
    assert flight is not None
    assert not flight.wanted
    assert following == _rebuild(3)


def test_an_answer_to_nothing_is_ignored() -> None:
    assert Lanes().land(7) == (None, None)


def test_after_a_death_everything_is_sent_again_in_order() -> None:
    lanes = Lanes()
    lanes.put(LoadModel(id=1), running=True)
    lanes.put(_rebuild(2), running=True)
    lanes.put(_rebuild(3), running=True)
    given_up, dropped = lanes.crash(most_deaths=2)
    assert given_up is None
    assert [request.id for request in dropped] == [2]
    assert [request.id for request in lanes.resend()] == [1, 3]


def test_the_oldest_request_is_given_up_after_its_second_death() -> None:
    lanes = Lanes()
    lanes.put(_rebuild(1), running=True)
    lanes.put(ClassifyByWords(id=2, points=POINTS, names=()), running=True)
    assert lanes.crash(most_deaths=2)[0] is None
    assert [request.id for request in lanes.resend()] == [1, 2]
    given_up, _ = lanes.crash(most_deaths=2)
    assert given_up == _rebuild(1)
    assert [request.id for request in lanes.resend()] == [2]


def test_a_file_that_kills_its_reader_is_not_read_again_but_the_next_one_is() -> None:
    lanes = Lanes()
    lanes.put(ReadCloud(id=1, path="bomb"), running=True)
    lanes.put(ReadCloud(id=2, path="good"), running=True)
    assert lanes.crash(most_deaths=1) == (ReadCloud(id=1, path="bomb"), [])
    assert [request.id for request in lanes.resend()] == [2]


def test_what_no_one_wants_is_not_sent_again() -> None:
    lanes = Lanes()
    lanes.put(_rebuild(1), running=True)
    lanes.abandon([Reconstruct])
    assert lanes.crash(most_deaths=1) == (None, [])
    assert lanes.resend() == []


def test_before_the_helper_runs_requests_wait() -> None:
    lanes = Lanes()
    assert lanes.put(_rebuild(1), running=False) == (None, None)
    assert lanes.put(_rebuild(2), running=False) == (None, _rebuild(1))
    assert lanes.resend() == [_rebuild(2)]
    assert lanes.flight(Reconstruct).request == _rebuild(2)


def test_a_long_question_overtakes_an_older_one_of_its_kind() -> None:
    def leave_out(number: int) -> Occlude:
        return Occlude(id=number, points=POINTS, hidden=POINTS)

    lanes = Lanes()
    assert lanes.put(leave_out(1), running=True) == (leave_out(1), None)
    assert lanes.put(leave_out(2), running=True) == (leave_out(2), leave_out(1))
    assert lanes.land(1) == (None, None)  # it may have been answered just before
    assert lanes.put(leave_out(3), running=False) == (None, None)
    assert lanes.put(leave_out(4), running=False) == (None, leave_out(3))
    flight, following = lanes.land(2)
    assert flight is not None
    assert flight.request == leave_out(2)
    assert following == leave_out(4)


def test_a_long_question_is_not_suspected_while_anything_else_is_under_way() -> None:
    lanes = Lanes()
    lanes.put(Occlude(id=1, points=POINTS, hidden=POINTS), running=True)
    lanes.put(_rebuild(2), running=True)
    given_up, _ = lanes.crash(most_deaths=1)
    assert given_up == _rebuild(2)


def _write(number: int) -> WriteCloud:
    return WriteCloud(id=number, path=f"{number}.ply", points=POINTS)


def test_of_files_to_be_written_none_takes_anothers_place() -> None:
    lanes = Lanes()
    assert [lanes.put(_write(number), running=True) for number in (1, 2, 3)] == [(_write(1), None), (None, None), (None, None)]
    assert lanes.land(1)[1] == _write(2)
    assert lanes.crash(most_deaths=2) == (None, [])
    assert lanes.resend() == [_write(2)]
    assert lanes.waiting(WriteCloud) == [_write(3)]
    assert lanes.land(2)[1] == _write(3)
    assert lanes.land(3)[1] is None


def test_one_request_is_forgotten_and_its_like_is_not() -> None:
    lanes = Lanes()
    for number in (1, 2, 3):
        lanes.put(ReadMembers(id=number, path=f"{number}.npz"), running=True)
    assert [request.id for request in lanes.forget(2)] == [2]
    assert [request.id for request in lanes.forget(1)] == [1]
    assert lanes.forget(1) == lanes.forget(9) == []
    flight, following = lanes.land(1)
    assert flight is not None
    assert not flight.wanted
    assert following is not None
    assert following.id == 3


def test_a_helper_ended_for_a_kind_of_request_died_of_nothing_else() -> None:
    lanes = Lanes()
    lanes.put(Glance(id=1, path="row"), running=True)
    assert lanes.crash(most_deaths=1, guilty=ReadCloud) == (None, [])  # the read was answered in the last moment
    lanes.put(ReadCloud(id=2, path="slow"), running=True)
    assert lanes.crash(most_deaths=1, guilty=ReadCloud) == (ReadCloud(id=2, path="slow"), [])
    assert [request.id for request in lanes.resend()] == [1]
