-- Progress: what is done of a goal's target in each period, from readings, check-ins and accepted criteria.

-- name: fold
with event as materialized (
    select position, stream, type, data::jsonb as data
    from read.window($1, $2, $3, $4)
    where type in ('CycleLaunched', 'GoalDrafted', 'GoalRevised', 'GoalAdjusted', 'CriterionAccepted', 'CheckedIn',
                   'ReadingsRecorded')
),

-- 1. What the window states of periods, goals and days. A statement does not see its own writes, so from here on
--    "new or stored" is said in so many words.
launched as (
    select distinct on (e.data ->> 'cycle', p.value ->> 'key')
        e.data ->> 'cycle' as cycle, p.value ->> 'key' as key, p.ordinality::int as ordinal, p.value ->> 'kind' as kind,
        (p.value ->> 'starts')::date as starts, (p.value ->> 'ends')::date as ends
    from event e
    cross join lateral jsonb_array_elements(e.data #> '{schedule,periods}') with ordinality p
    where e.type = 'CycleLaunched'
    order by e.data ->> 'cycle', p.value ->> 'key', e.position desc
),
saved_periods as (
    insert into progress_period (cycle, key, ordinal, kind, starts, ends) select * from launched
    on conflict (cycle, key) do update set (ordinal, kind, starts, ends) =
        (excluded.ordinal, excluded.kind, excluded.starts, excluded.ends)
),
stored_goal as materialized (
    select o.*
    from (select distinct stream from event) e
    cross join lateral (select g.goal, g.cycle, g.since,
                            jsonb_build_object('measure', g.measure, 'accepted', g.accepted, 'counts_from', g.counts_from)
                                as measured
                        from progress_goal g where g.goal = e.stream offset 0) o
),
stated as (
    select e.stream as goal, max(e.position) as position,
        max(e.data ->> 'cycle') filter (where e.type = 'GoalDrafted') as cycle,
        max(e.data ->> 'since') filter (where e.type = 'GoalDrafted') as since,
        read.measured(g.measured, read.measure_change(e.type, e.data, e.position) order by e.position) as measured
    from event e
    left join stored_goal g on g.goal = e.stream
    where e.type in ('GoalDrafted', 'GoalRevised', 'GoalAdjusted', 'CriterionAccepted')
    group by e.stream
),
new_goal as (
    select s.goal, s.position, coalesce(s.cycle, g.cycle) as cycle, coalesce(s.since::date, g.since) as since,
        s.measured -> 'measure' as measure, coalesce(s.measured -> 'accepted', '{}') as accepted,
        coalesce((s.measured ->> 'counts_from')::bigint, 0) as counts_from
    from stated s left join stored_goal g on g.goal = s.goal
),
saved_goals as (
    insert into progress_goal (goal, position, cycle, since, measure, accepted, counts_from) select * from new_goal
    on conflict (goal) do update set (position, cycle, since, measure, accepted, counts_from) =
        (excluded.position, excluded.cycle, excluded.since, excluded.measure, excluded.accepted, excluded.counts_from)
),
brought as (
    select r.value ->> 'metric' as metric, r.value ->> 'subject' as subject, (r.value ->> 'on')::date as day,
        e.position, r.ordinality::int as ordinal, (r.value ->> 'value')::numeric as value,
        (r.value ->> 'base')::numeric as base
    from event e cross join lateral jsonb_array_elements(e.data -> 'rows') with ordinality r
    where e.type = 'ReadingsRecorded'
    union all
    select 'check_in', stream, (data ->> 'on')::date, position, 0, (data ->> 'value')::numeric, (data ->> 'base')::numeric
    from event where type = 'CheckedIn' and data ->> 'value' is not null
),
new_day as (
    select n.*
    from (select distinct on (metric, subject, day) * from brought
          order by metric, subject, day, position desc, ordinal desc) n
    left join lateral (select d.position, d.ordinal from progress_day d
                       where d.metric = n.metric and d.subject = n.subject and d.day = n.day offset 0) d on true
    where d.position is null or (n.position, n.ordinal) > (d.position, d.ordinal)
),
saved_days as (
    insert into progress_day (metric, subject, day, position, ordinal, value, base) select * from new_day
    on conflict (metric, subject, day) do update set (position, ordinal, value, base) =
        (excluded.position, excluded.ordinal, excluded.value, excluded.base)
),

-- 2. Whose progress that changes, with everything it is worked out from.
changed as (
    select goal from new_goal
    union
    select g.goal from (select distinct cycle from launched) l
    cross join lateral (select goal from progress_goal g where g.cycle = l.cycle offset 0) g
    union
    select g.goal from (select distinct metric, subject from new_day) d
    cross join lateral (select goal from progress_goal g
                        where g.metric = d.metric and g.subject = d.subject offset 0) g
),
whose as (
    select n.goal, n.cycle, n.since, n.measure, n.accepted, n.counts_from, true as whole,
        coalesce(n.measure ->> 'metric', 'check_in') as metric,
        case when n.measure ->> 'metric' is null then n.goal else n.measure ->> 'subject' end as subject
    from new_goal n
    union all
    select g.goal, g.cycle, g.since, g.measure, g.accepted, g.counts_from,
        exists (select from launched l where l.cycle = g.cycle), g.metric, g.subject
    from (select goal from changed except select goal from new_goal) c
    cross join lateral (select * from progress_goal g where g.goal = c.goal offset 0) g
),
-- Each measure is taken apart once, not once per period. Check-ins up to `after` are of a former metric.
goal as materialized (
    select w.goal, w.cycle, w.since, w.whole, w.metric, w.subject, m.kind as sort, m.unit, m.baseline, m.target, m.lower,
        m.upper, coalesce(m.direction, '') as direction, coalesce(m.aggregation, '') as aggregation,
        coalesce(m.targets, '{}') as targets, jsonb_array_length(m.criteria) as criteria,
        (select count(*) from jsonb_object_keys(w.accepted)) as accepted,
        case when w.metric = 'check_in' then w.counts_from else 0 end as after
    from whose w
    cross join lateral jsonb_to_record(w.measure) as m(
        kind text, unit text, direction text, aggregation text, baseline numeric, target numeric, lower numeric,
        upper numeric, targets jsonb, criteria jsonb)
),
period as materialized (
    select cycle, key, ordinal, kind, starts, ends from launched
    union all
    select p.cycle, p.key, p.ordinal, p.kind, p.starts, p.ends
    from (select distinct cycle from goal) c
    cross join lateral (select * from progress_period p where p.cycle = c.cycle offset 0) p
    where not exists (select from launched l where l.cycle = p.cycle and l.key = p.key)
),
-- All periods of a goal that was changed itself, else those that hold a day with news.
due as materialized (
    select g.goal, p.key from goal g join period p on p.cycle = g.cycle where g.whole
    union
    select g.goal, p.key
    from new_day d
    join goal g on g.metric = d.metric and g.subject = d.subject and not g.whole
    join period p on p.cycle = g.cycle and d.day between p.starts and p.ends
),
line as materialized (
    select g.*, p.key, p.kind, p.starts, p.ends, greatest(p.starts, g.since) as first
    from due u
    join goal g on g.goal = u.goal
    join period p on p.cycle = g.cycle and p.key = u.key
    where p.ends >= g.since and (g.sort = 'kpi' or (g.sort = 'key_task' and p.kind = 'year'))
),

-- 3. The target, as cairn.domain.measure.target_in.
part as (
    select g.goal, p.ordinal, p.starts, p.ends, t.value::numeric as target
    from goal g
    cross join lateral jsonb_each_text(g.targets) t
    join period p on p.cycle = g.cycle and p.key = t.key
),
from_parts as (
    select l.goal, l.key, sum(p.target) as total, (array_agg(p.target order by p.ends desc, p.ordinal))[1] as latest
    from line l
    join part p on p.goal = l.goal and p.starts >= l.starts and p.ends <= l.ends
    where l.targets <> '{}' and not l.targets ? l.key
    group by l.goal, l.key
),
kinds as (select cycle, kind, count(*) as number from period group by cycle, kind),
aimed as materialized (
    select l.*, case
        when l.sort = 'key_task' then l.criteria
        when l.targets ? l.key then (l.targets ->> l.key)::numeric
        when l.targets <> '{}' then case when l.aggregation = 'sum' then f.total else f.latest end
        else read.target_share(l.target, l.direction, l.aggregation, k.number, l.starts, l.ends, l.since)
        end as aim
    from line l
    join kinds k on k.cycle = l.cycle and k.kind = l.kind
    left join from_parts f on f.goal = l.goal and f.key = l.key
),

-- 4. The actual, from the days the goal had in the period: worked out once for all goals that count the same days (a
--    department's yield counts for everybody in it).
stretch as materialized (
    select row_number() over () as no, s.*
    from (select distinct metric, subject, first, ends, after from aimed where sort = 'kpi') s
),
old_day as materialized (
    select d.*
    from (select distinct metric, subject from stretch) s
    cross join lateral (select * from progress_day d where d.metric = s.metric and d.subject = s.subject offset 0) d
),
known_day as materialized (
    select d.metric, d.subject, d.day, d.position, d.value, d.base
    from old_day d
    left join new_day n on n.metric = d.metric and n.subject = d.subject and n.day = d.day
    where n.day is null
    union all
    select metric, subject, day, position, value, base from new_day
),
told as materialized (
    select s.no, count(*) as rows, sum(d.value) as total, sum(coalesce(d.base, 1)) as base,
        (array_agg(d.value order by d.day desc))[1] as last, max(d.day) as latest
    from stretch s
    join known_day d on d.metric = s.metric and d.subject = s.subject and d.day between s.first and s.ends
        and d.position > s.after
    group by s.no
),
reached as materialized (
    select a.*, coalesce(t.rows, 0) as rows, t.latest,
        case when a.sort = 'kpi' then read.actual(a.aggregation, a.unit, t.rows, t.total, t.base, t.last)
             else a.accepted end as actual
    from aimed a
    left join stretch s on a.sort = 'kpi' and s.metric = a.metric and s.subject = a.subject and s.first = a.first
        and s.ends = a.ends and s.after = a.after
    left join told t on t.no = s.no
    where a.aim is not null or a.direction = 'range'
),
-- A sum's baseline is the year's: it moves with the period's target, as in cairn.domain.scoring.kpi_points.
based as materialized (
    select r.*, case when r.aggregation = 'sum' and r.target <> 0 and r.aim is not null
        then r.baseline * r.aim / r.target else r.baseline end as base_here
    from reached r
),
worked_out as materialized (
    select goal, key, kind, starts, ends, aim, actual, rows, latest,
        case when sort = 'kpi' then read.attainment(direction, base_here, lower, upper, actual, aim)
             else 100 * actual / aim end as attainment
    from based
),
gone as (
    delete from progress where ctid = any(array(
        select o.place
        from (select goal, key from due except select goal, key from worked_out) u
        cross join lateral (select ctid as place from progress p
                            where p.goal = u.goal and p.period = u.key offset 0) o))
),
saved as (
    insert into progress as o (goal, period, kind, starts, ends, target, actual, attainment, done, rows, latest)
    select goal, key, kind, starts, ends, aim, actual, attainment,
        case when attainment is not null then least(greatest(attainment, 0), 100) end, rows, latest
    from worked_out
    on conflict (goal, period) do update set (kind, starts, ends, target, actual, attainment, done, rows, latest) =
        (excluded.kind, excluded.starts, excluded.ends, excluded.target, excluded.actual, excluded.attainment,
         excluded.done, excluded.rows, excluded.latest)
        where (o.starts, o.ends, o.target, o.actual, o.rows, o.latest, o.attainment) is distinct from
              (excluded.starts, excluded.ends, excluded.target, excluded.actual, excluded.rows, excluded.latest,
               excluded.attainment)
)
select count(*) from event

-- name: of_owner
select g.goal, g.title, g.owner, g.sheet, g.tier, g.dimension, g.stage, g.measure, w.weight, p.period, p.kind, p.starts,
    p.ends, p.target, p.actual, p.attainment, p.done, p.rows, p.latest
from read.goal g
left join read.placement w on w.goal = g.goal and w.sheet = g.sheet
left join read.progress p on p.goal = g.goal
where g.owner = $1 and ($2::text is null or g.cycle = $2)
  and g.stage in ('approved', 'active', 'adjusting', 'in_review', 'scored', 'closed')
order by w.weight desc nulls last, g.goal, p.starts, p.ends

-- name: of_goal
select g.goal, g.title, g.owner, g.sheet, g.tier, g.dimension, g.stage, g.measure, w.weight, p.period, p.kind, p.starts,
    p.ends, p.target, p.actual, p.attainment, p.done, p.rows, p.latest
from read.goal g
left join read.placement w on w.goal = g.goal and w.sheet = g.sheet
left join read.progress p on p.goal = g.goal
where g.goal = $1
order by p.starts, p.ends
