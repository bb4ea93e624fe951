"""An engine that is to send so many packets and no more."""

from probes.stamp.sender import StampProbe
from probes.target import Target

from .harness import Reports, running, until
from .stamp.reference import answers, reference, silent


async def test_each_target_is_sent_as_many_as_were_asked_for_and_no_more() -> None:
    reports = Reports()
    async with reference(answers) as peer, reference(silent) as deaf:
        probe = StampProbe(interval=0.01, deadline=0.1, report=0.01)
        targets = [Target(f"{p.port}", "127.0.0.1", p.port) for p in (peer, deaf)]
        engine = probe.engine(targets, report=reports)
        engine.limit(5)
        async with running(engine):
            for target in targets:
                await until(lambda t=target: reports.outcomes(t.id).total() >= 5)  # type: ignore[misc]
            before = len(peer.heard), len(deaf.heard)
            # Ten more turns, in which nothing is sent.
            idle = StampProbe(interval=0.01, deadline=0.1, report=0.01).engine(
                [Target("idle", "127.0.0.1", deaf.port)], report=reports
            )
            async with running(idle):
                await until(lambda: reports.outcomes("idle").total() >= 10)
    assert before == (5, 5)
    assert len(peer.heard) == 5
    assert [reports.outcomes(target.id).total() for target in targets] == [5, 5]
