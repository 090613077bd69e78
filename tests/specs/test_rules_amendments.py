"""L11: a policy that changes in mid-cycle."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import strategies as st

from cairn.domain.amendment.changes import changes_between
from cairn.domain.event import SYSTEM
from cairn.domain.goal import events as did
from cairn.domain.goal.owing import decided_from
from cairn.domain.goal.status import deadlines_of
from cairn.domain.launch.checking import check_same_terms
from cairn.domain.policy import Committee, GradeShare, Judgements, WorkingCalendar
from cairn.domain.refusal import Refusal
from tests.specs.company import CHEN, LIN, D, active, draft, fact, on, plan, submitted
from tests.specs.company import schedule as plan_schedule
from tests.specs.given import for_all, given
from tests.specs.rules import Example, check, specs
from tests.specs.rules.amendments import (
    AMENDMENTS,
    LATER,
    Amending,
    ballot,
    proposal,
    version,
)


@specs(*AMENDMENTS)
def test_example(example: Example) -> None:
    check(example)


days = st.integers(0, 12)
shifts = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("drafts_due", "approvals_due", "period_scores_after", "escalate_after"), days)
)


@for_all(st.dates(date(2026, 1, 2), date(2026, 2, 20)), shifts, shifts)
def test_law_L11_what_has_passed_stays_and_what_has_not_never_comes_sooner(
    day: date, first: dict[str, int], second: dict[str, int]
) -> None:
    """Two changes one after the other, by whatever they are allowed to change then."""
    for world in (given(draft()), given(submitted()), given(active())):
        made = Amending(world)
        for number, more in enumerate((first, second)):
            was = made.terms.policy.deadlines
            asked = {name: getattr(was, name) + by for name, by in more.items()}
            try:
                after = version(2 + number, deadlines={**was.model_dump(), **asked})
                changed = made.in_force(after, (day + timedelta(days=9 * number)).isoformat())
            except (Refusal, ValueError):
                continue
            since, before, now = changed.cycle.amended_at, ahead(made), ahead(changed)
            assert since is not None
            assert passed(before, since) == passed(now, since)
            assert all(now.get(key, at) >= at for key, at in before.items() if "remind" not in key[0])
            made = changed


def passed(
    found: dict[tuple[str, str | None], datetime], since: datetime
) -> dict[tuple[str, str | None], datetime]:
    """What had passed, but for reminders: of a date that moves people are reminded again."""
    return {key: at for key, at in found.items() if at <= since and "remind" not in key[0]}


def ahead(made: Amending) -> dict[tuple[str, str | None], datetime]:
    return {(each.phase, each.period): each.at for each in deadlines_of(made.world.goal(), made.context)}


def test_L11_nobody_is_reminded_twice_of_a_date_that_did_not_move() -> None:
    """Five working days ahead in place of three, once the reminder of three days ahead is out."""
    reminded = fact(
        did.ReminderSent, SYSTEM, on("01-13", 9), phase="drafts_remind", due=on("01-13", 9), to=[LIN]
    )
    made = Amending(given(draft(), reminded))
    assert made.in_force(version(deadlines={"remind_before": 5}), "01-14").due("drafts_remind") == "none"
    assert made.in_force(LATER, "01-14").due("drafts_remind") == "01-16"  # of another date


def test_L11_a_wait_that_is_over_stays_over() -> None:
    """Ten working days after its score was due HR may go on without a judgement; later twenty days are given."""
    longer = version(judgements=Judgements(wait=20))
    due, before = on("01-05", 9), Amending(given(active()))
    assert decided_from(due, before.context) == on("01-19", 9)
    assert decided_from(due, before.in_force(longer, "01-16").context) == on("02-02", 9)
    assert decided_from(due, before.in_force(longer, "01-20").context) == on("01-19", 9)


ALL = Committee(quorum="all")


def whole_committee() -> Amending:
    """A change proposed where both members of the committee have to vote."""
    under = Amending(versions={"plan@1": plan(committee=ALL)})
    return under.proposed(version(committee=ALL, deadlines={"drafts_due": 20}))


def test_L11_a_proposal_takes_the_place_of_the_open_one_with_its_votes() -> None:
    made = whole_committee().having(ballot(CHEN, how="against"))
    assert made.cycle.amendment is not None and set(made.cycle.amendment.ballots) == {CHEN}
    other = version(3, committee=ALL, deadlines={"drafts_due": 21})
    again = made.proposed(other, "01-11").cycle.amendment
    assert again is not None and (again.proposed.replaces, again.ballots) == ("2026-P1", {})


def test_L11_asking_twice_and_voting_twice_alike_does_nothing() -> None:
    made = whole_committee()
    assert made.decided(proposal(made.versions["plan@2"], "01-10")) == []
    voted = made.having(ballot(CHEN, how="against"))
    assert voted.decided(ballot(CHEN, how="against")) == []


def test_L11_what_was_decided_is_the_preview_that_was_seen() -> None:
    made = replace(Amending(), versions={"plan@1": plan(), LATER.version: LATER})
    with pytest.raises(Refusal) as refused:
        made.decided(proposal(LATER, "01-10", seen="another"))
    assert refused.value.code == "amendment.otherwise"


def test_L11_a_change_names_every_field_by_its_path() -> None:
    family = plan().families["sales"]
    heavier = family.template[0].model_copy(update={"target": D(1300)})
    after = version(
        families={
            **plan().families,
            "sales": family.model_copy(update={"template": (heavier, family.template[1])}),
        },
        calendar=WorkingCalendar(holidays=(date(2026, 10, 8),)),
    )
    assert [(each.field, each.before, each.after) for each in changes_between(plan(), after)] == [
        ("families.sales.template.revenue.target", "1200", "1300"),
        ("calendar.holidays", (), ("2026-10-08",)),
    ]


def test_L11_a_change_of_shares_is_told_in_words() -> None:
    shares = plan().evaluation.model_copy(
        update={"distribution": (GradeShare(grades=("A", "S"), most=D(20)),)}
    )
    [change] = changes_between(plan(), version(evaluation=shares))
    assert (change.field, change.after) == ("evaluation.distribution", ("grades A/S most 20",))


def test_L11_a_cycle_is_launched_again_as_it_was_launched() -> None:
    """Another policy in force makes no other launch of it: its plan is that of the first one."""
    cycle = Amending().in_force(LATER).cycle
    check_same_terms(cycle, "2026", date(2026, 1, 1), date(2026, 12, 31), "plan@1")
    assert cycle.policy == "plan@2" and cycle.launch_schedule == plan_schedule()
