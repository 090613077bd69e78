-- Promises, folded as cairn.domain.promise.state.evolve does it; and what the company owes somebody of every kind.

-- name: fold
with event as materialized (
    select position, stream, version, type, occurred_at, data::jsonb as data
    from read.window($1, $2, $3, $4)
    where type in ('PromiseMade', 'PromiseKept', 'PromiseContested', 'PromiseReleased', 'PromiseOverdue',
                   'EvidenceWaived')
),
merged as (
    select stream, max(version) as version,
        read.merge(case type
            when 'PromiseMade' then jsonb_build_object('stage', 'made', 'entered', occurred_at, 'kind', data -> 'kind',
                'promised_by', data -> 'promised_by', 'goal', data -> 'goal', 'due', data -> 'due',
                'opened_by', data -> 'by', 'opened_at', occurred_at)
            when 'PromiseKept' then jsonb_build_object('stage', 'kept', 'entered', occurred_at, 'kept', data -> 'on',
                'days_late', coalesce(data -> 'days_late', '0'))
            when 'PromiseContested' then jsonb_build_object('stage', 'made', 'entered', occurred_at, 'kept', null,
                'days_late', null)
            when 'PromiseReleased' then jsonb_build_object('stage', 'released', 'entered', occurred_at)
            else jsonb_build_object('overdue_at', data -> 'due') end
            order by version) as patch
    from event where type <> 'EvidenceWaived' group by stream
),
saved as (
    insert into promise
    select r.*
    from merged m
    left join lateral (select p as was from promise p where p.name = m.stream offset 0) x on true
    cross join lateral jsonb_populate_record(x.was, m.patch || jsonb_build_object('name', m.stream,
        'version', m.version, 'cycle', read.cycle_in(m.stream), 'holder', read.holder_in(m.stream))) r
    on conflict (name) do update set (version, stage, entered, kept, days_late, overdue_at) = (
        excluded.version, excluded.stage, excluded.entered, excluded.kept, excluded.days_late, excluded.overdue_at)
    returning 1
),
waived as (
    insert into data_waived (goal, period, by, at)
    select distinct on (stream, data ->> 'period') stream, data ->> 'period', data ->> 'by', occurred_at
    from event where type = 'EvidenceWaived'
    order by stream, data ->> 'period', position
    on conflict (goal, period) do nothing
    returning 1
)
select (select count(*) from saved) + (select count(*) from waived)

-- name: listed
select p.*, h.name as holder_name
from read.promise p
left join read.person h on h.id = p.holder
where ($1::text is null or p.cycle = $1) and ($2::text is null or p.holder = $2)
  and ($3::text is null or p.promised_by = $3) and ($4::text is null or p.goal = $4)
order by p.due, p.name

-- What was owed, until when, and when it came. A request is owed to the owner of the goal it is for, from the day on
-- which it was promised; feedback is a breach only; data that a feed did not bring is owed from the day its period ended.
-- A training of a coaching plan is owed by whoever is the person's manager on its day, a session by the mentor; while
-- the person is on long leave, and before the plan runs, nothing of it is late.
-- name: owed
with debt as (
    select 'promise' as kind, p.kind as of, p.name, null::int as number, p.goal, null as period, p.holder, p.promised_by as owed_by,
        p.stage = 'made' as open, p.due, p.kept as came,
        case when p.stage = 'made' then greatest(read.day_of(p.cycle, $2) - p.due, 0) else p.days_late end as days_late,
        null as outcome, false as replaced
    from read.promise p
    where p.cycle = $1 and p.stage <> 'released'
    union all
    select 'request', null, r.name, null, r.goal, null, h.owner, r.holder, r.stage = 'accepted', r.promised, r.delivered,
        case when r.stage = 'accepted' then greatest(read.day_of(r.cycle, $2) - r.promised, 0) else r.days_late end,
        null, false
    from read.request r
    join read.goal g on g.goal = r.goal
    cross join lateral read.held(g.tier, g.owner, g.department, g.segments, g.cycle, $2) h
    where r.cycle = $1 and r.promised is not null and r.stage <> 'withdrawn'
    union all
    select 'feedback', f.kind, f.name, null, f.goal, null, f.holder, f.opened_by, f.stage = 'observed',
        (f.answer_by at time zone z.zone)::date, (f.given_at at time zone z.zone)::date,
        coalesce((f.given_at at time zone z.zone)::date, read.day_of(f.cycle, $2)) - (f.answer_by at time zone z.zone)::date,
        null, false
    from read.feedback f
    cross join lateral (
        select coalesce(c.schedule #>> '{calendar,timezone}', 'UTC') as zone from (select 1) one
        left join read.cycle c on c.cycle = f.cycle) z
    where f.cycle = $1 and f.overdue_at is not null and f.stage <> 'withdrawn'
    union all
    select 'data', null, w.goal, null, w.goal, w.period, h.owner, 'company', false, p.ends, null, null, null, false
    from read.data_waived w
    join read.goal g on g.goal = w.goal
    join read.period p on p.cycle = g.cycle and p.key = w.period
    cross join lateral read.held(g.tier, g.owner, g.department, g.segments, g.cycle, $2) h
    where g.cycle = $1
    union all
    select 'coaching', s.kind, c.name, s.number, c.goal, null, c.holder,
        case when s.kind = 'session' then coalesce(c.mentor, m.above) else m.above end, o.open, o.due, s.held_on,
        case when s.held_on is not null then greatest(s.held_on - o.due, 0)
             when o.back is null or c.started_at is null then 0
             when o.open then greatest(read.day_of(c.cycle, $2) - o.due, 0) end,
        s.outcome, s.replaced
    from read.coaching c
    join read.coaching_support s on s.name = c.name
    cross join lateral (
        select x.back, coalesce(x.back, s.until) as due,
            c.stage in ('proposed', 'objected', 'running') and s.held_on is null and not s.replaced as open
        from (select read.after_leave(c.cycle, c.holder, s.until) as back offset 0) x) o
    cross join lateral (
        select coalesce(read.manager_on(c.holder, least(o.due, read.day_of(c.cycle, $2))), 'role:hr') as above) m
    where c.cycle = $1 and (o.open or s.outcome is not null or s.overdue_at is not null)
)
select d.*, h.name as holder_name
from debt d
left join read.person h on h.id = d.holder
where ($3::text is null or d.holder = $3) and ($4::text is null or d.goal = $4)
order by d.due, d.name, d.number
