-- Feedback, folded as cairn.domain.feedback.state.evolve does it.

-- name: fold
with event as materialized (
    select position, stream, version, type, occurred_at, data::jsonb as data
    from read.window($1, $2, $3, $4)
    where type in ('FeedbackObserved', 'FeedbackGiven', 'FeedbackAnswered', 'FeedbackOverdue', 'FeedbackFollowedUp',
                   'FeedbackWithdrawn')
),
merged as (
    select stream, max(version) as version,
        read.merge(case type
            when 'FeedbackObserved' then jsonb_build_object('stage', 'observed', 'entered', occurred_at,
                'kind', data -> 'kind', 'goal', data -> 'goal', 'opened_by', data -> 'by', 'opened_at', occurred_at,
                'seen_at', data -> 'seen_at', 'answer_by', data -> 'answer_by')
            when 'FeedbackGiven' then jsonb_build_object('stage', 'given', 'entered', occurred_at, 'kind', data -> 'kind',
                'given_by', data -> 'by', 'given_at', occurred_at, 'late', coalesce(data -> 'late', 'false'),
                'action_due', data -> 'action_due')
            when 'FeedbackOverdue' then jsonb_build_object('overdue_at', data -> 'due')
            when 'FeedbackFollowedUp' then jsonb_build_object('stage', 'followed_up', 'entered', occurred_at,
                'outcome', data -> 'outcome')
            when 'FeedbackWithdrawn' then jsonb_build_object('stage', 'withdrawn', 'entered', occurred_at)
            else '{}' end
            order by version) as patch
    from event group by stream
),
saved as (
    insert into feedback
    select r.*
    from merged m
    left join lateral (select f as was from feedback f where f.name = m.stream offset 0) x on true
    cross join lateral jsonb_populate_record(x.was, m.patch || jsonb_build_object('name', m.stream,
        'version', m.version, 'cycle', read.cycle_in(m.stream), 'holder', read.holder_in(m.stream))) r
    on conflict (name) do update set (
        version, stage, kind, goal, entered, given_by, given_at, late, overdue_at, action_due, outcome) = (
        excluded.version, excluded.stage, excluded.kind, excluded.goal, excluded.entered, excluded.given_by,
        excluded.given_at, excluded.late, excluded.overdue_at, excluded.action_due, excluded.outcome)
    returning 1
)
select count(*) from saved

-- name: listed
select f.*, p.name as holder_name, o.name as opener_name
from read.feedback f
left join read.person p on p.id = f.holder
left join read.person o on o.id = f.opened_by
where ($1::text is null or f.cycle = $1) and ($2::text is null or f.holder = $2)
  and ($3::text is null or f.opened_by = $3 or f.given_by = $3)
order by f.seen_at desc, f.name

-- name: kept
select coalesce(p.manager, '') as manager, count(*)::int as observed,
    (count(*) filter (where f.given_at is not null))::int as given,
    (count(*) filter (where f.overdue_at is not null))::int as breached,
    (count(*) filter (where f.stage = 'observed'))::int as open
from read.feedback f
left join read.person p on p.id = f.holder
where f.cycle = $1 and f.stage <> 'withdrawn'
group by coalesce(p.manager, '')
order by breached desc, manager

-- Most have heard or reported something since then, and of those nothing more is asked.
-- name: quiet
with running as materialized (
    select owner as holder, (array_agg(manager order by goal))[1] as manager, min(since)::timestamptz as begun
    from read.goal
    where cycle = $1 and tier = 'individual' and stage in ('active', 'adjusting', 'in_review')
    group by owner
),
silent as materialized (
    select r.holder, r.manager, r.begun
    from running r
    where not exists (select from read.feedback f where f.cycle = $1 and f.holder = r.holder and f.given_at >= $2)
      and not exists (select from read.goal g join read.check_in i on i.goal = g.goal
                      where g.cycle = $1 and g.owner = r.holder and i.at >= $2)
),
heard as (
    select holder, max(at) as last
    from (select f.holder, f.given_at as at from read.feedback f join silent s on s.holder = f.holder where f.cycle = $1
          union all
          select s.holder, i.at from silent s join read.goal g on g.owner = s.holder and g.cycle = $1
          join read.check_in i on i.goal = g.goal) every
    group by holder
)
select s.holder, p.name as holder_name, s.manager, h.last, count(*) over () as everybody
from silent s
left join read.person p on p.id = s.holder
left join heard h on h.holder = s.holder
where h.last is not null or s.begun < $2  -- nobody has been silent for longer than their goals run
order by h.last nulls first, s.holder
limit $3
