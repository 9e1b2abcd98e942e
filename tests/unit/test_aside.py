"""Work beside the transaction gives what the same work gives in one process, and faults of it are not lost."""

import os
import signal
import threading

import pytest

from data_access import aside


def test_the_result_of_another_process_comes_back(monkeypatch):
    monkeypatch.setattr(aside, "possible", lambda: True)
    begun = aside.Aside(lambda: (os.getpid(), [1, None, "ā"]))
    child, found = begun.result()
    assert child != os.getpid()
    assert found == [1, None, "ā"]


def test_small_work_stays_in_this_process(monkeypatch):
    monkeypatch.setattr(aside, "possible", lambda: True)
    assert aside.Aside(os.getpid, apart=False).result() == os.getpid()


def test_a_fault_of_the_work_is_raised_where_it_is_asked_for(monkeypatch):
    monkeypatch.setattr(aside, "possible", lambda: True)

    def fail() -> None:
        raise LookupError("no such year")

    begun = aside.Aside(fail)
    with pytest.raises(LookupError, match="no such year"):
        begun.result()


def test_the_work_of_a_killed_process_is_done_over(monkeypatch):
    monkeypatch.setattr(aside, "possible", lambda: True)
    parent = os.getpid()

    def work() -> int:
        if os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
        return os.getpid()

    assert aside.Aside(work).result() == parent


def test_beside_another_thread_nothing_is_forked():
    stop = threading.Event()
    other = threading.Thread(target=stop.wait)
    other.start()
    try:
        assert not aside.possible()
    finally:
        stop.set()
        other.join()


@pytest.mark.parametrize("possible", [True, False])
def test_spread_work_keeps_its_order(monkeypatch, possible):
    monkeypatch.setattr(aside, "possible", lambda: possible)
    found = aside.spread(lambda item: (item * item, os.getpid()), [3, 1, 4, 1, 5], float)
    assert [square for square, _process in found] == [9, 1, 16, 1, 25]
    assert len({process for _square, process in found}) == (2 if possible else 1)


def test_halves_weigh_about_the_same():
    parts = aside._halves([5.0, 1.0, 1.0, 4.0, 2.0])
    assert parts == ([0, 1, 2], [3, 4])
