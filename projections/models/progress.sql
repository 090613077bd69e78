-- Progress: what is done of a goal's target in each period, from readings, check-ins and accepted criteria. The fold
-- keeps what the log cannot tell by a goal's name; read.progress_of looks the rest up when somebody asks, and cairn.domain says what it comes to.

-- name: fold
-- Check-ins are only looked at: a number with an exponent, as the log writes it, may be too large for read.progress_of.
with event as materialized (
    select position, type, case type
        when 'CheckedIn' then to_jsonb(array[read.number(data ->> 'value'), read.number(data ->> 'base')])
        else data::jsonb end as data
    from read.window($1, $2, $3, $4)
    where type in ('CycleLaunched', 'ReadingsRecorded') or (type = 'CheckedIn' and data::text like '%E+%')
),
saved_periods as (
    insert into progress_period (cycle, key, ordinal, kind, starts, ends)
    select distinct on (e.data ->> 'cycle', p.value ->> 'key') e.data ->> 'cycle', p.value ->> 'key', p.ordinality::int,
        p.value ->> 'kind', (p.value ->> 'starts')::date, (p.value ->> 'ends')::date
    from event e
    cross join lateral jsonb_array_elements(e.data #> '{schedule,periods}') with ordinality p
    where e.type = 'CycleLaunched'
    order by e.data ->> 'cycle', p.value ->> 'key', e.position desc
    on conflict (cycle, key) do update set (ordinal, kind, starts, ends) =
        (excluded.ordinal, excluded.kind, excluded.starts, excluded.ends)
),
brought as (
    select r.value ->> 'metric' as metric, r.value ->> 'subject' as subject, (r.value ->> 'on')::date as day,
        r.ordinality::int as ordinal, e.position, read.number(r.value ->> 'value') as value,
        read.number(r.value ->> 'base') as base
    from event e cross join lateral jsonb_array_elements(e.data -> 'rows') with ordinality r
    where e.type = 'ReadingsRecorded'
)
-- A parked stream that is retried comes late: what was read after it stands.
insert into progress_day as d (metric, subject, day, ordinal, position, value, base)
select distinct on (metric, subject, day) * from brought
order by metric, subject, day, position desc, ordinal desc
on conflict (metric, subject, day) do update set (ordinal, position, value, base) =
    (excluded.ordinal, excluded.position, excluded.value, excluded.base)
    where (excluded.position, excluded.ordinal) > (d.position, d.ordinal)

-- name: of_owner
with running as materialized (
    select g.goal, g.title, g.owner, g.sheet, g.tier, g.dimension, g.stage, g.measure, w.weight, s.family
    from read.goal g
    left join read.sheet s on s.sheet = g.sheet
    left join read.placement w on w.goal = g.goal and w.sheet = g.sheet
    where g.owner = any($1) and ($2::text is null or g.cycle = $2)
      and g.stage in ('approved', 'active', 'adjusting', 'in_review', 'scored', 'closed')
)
select a.goal, a.title, a.owner, a.sheet, a.tier, a.family, a.dimension, a.stage, a.weight,
    coalesce(p.measure, a.measure) as measure, p.since, p.accepted, p.period, p.kind, p.starts, p.ends, p.rows, p.latest,
    p.total, p.base, p.weighed, p.last, p.unconfirmed, p.last_day, p.absences
from running a
left join read.progress_of(array(select goal from running)) p on p.goal = a.goal
order by a.weight desc nulls last, a.goal, p.starts, p.ends

-- name: of_goal
select g.goal, g.title, g.owner, g.sheet, g.tier, s.family, g.dimension, g.stage, w.weight,
    coalesce(p.measure, g.measure) as measure, p.since, p.accepted, p.period, p.kind, p.starts, p.ends, p.rows, p.latest,
    p.total, p.base, p.weighed, p.last, p.unconfirmed, p.last_day, p.absences
from read.goal g
left join read.sheet s on s.sheet = g.sheet
left join read.placement w on w.goal = g.goal and w.sheet = g.sheet
left join read.progress_of(array[$1]) p on p.goal = g.goal
where g.goal = $1
order by p.starts, p.ends
