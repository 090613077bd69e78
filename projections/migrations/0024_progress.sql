-- As before; days of long leave, and those after a goal's last day, are none of its own (RULES L7). `absences` and `last_day`
-- say them: targets are prorated for them by the domain.
drop function read.progress_of(text[]);
create function read.progress_of(goals text[])
returns table (goal text, since date, measure jsonb, accepted int, period text, kind text, starts date, ends date,
               rows int, latest date, total numeric, base numeric, weighed numeric, last numeric,
               unconfirmed int, last_day date, absences jsonb)
language sql stable parallel safe rows 100 set enable_nestloop = off as $$
-- 1. What the log says of the goals. It goes on while the fold is under way, so it is read to where the fold stands; a
--    stream that is parked ends there, and what was skipped is left out.
with wanted as materialized (
    select w.goal, least(c.cursor, k.position - 1) as upto
    from (select distinct unnest($1) collate "C" as goal) w
    join read.projection c on c.name = 'progress'
    left join (select p.stream, min(p.position) as position from read.parked p
               where p.projection in ('goal', 'progress') group by p.stream) k on k.stream = w.goal
),
bound as materialized (
    select b.upto, k.epoch, k.xid, k.id
    from (select distinct upto from wanted) b
    cross join lateral ledger.key_at(b.upto) k
),
left_out as materialized (
    select s.stream, k.epoch, k.xid, k.id
    from read.skipped s
    cross join lateral ledger.key_at(s.position) k
    where s.projection in ('goal', 'progress') and s.stream = any ($1)
),
event as materialized (
    select w.goal, e.version, e.type, e.data
    from wanted w
    join bound b on b.upto = w.upto
    cross join lateral (
        select l.version, l.type, l.data from ledger.event l
        where l.stream = w.goal and (l.epoch, l.xid, l.id) <= (b.epoch, b.xid, b.id)
          and (l.stream, l.epoch, l.xid, l.id) not in (select o.stream, o.epoch, o.xid, o.id from left_out o)
          and l.type in ('GoalDrafted', 'GoalRevised', 'GoalAdjusted', 'CriterionAccepted', 'CheckedIn',
                         'CheckInsConfirmed', 'CheckInWithdrawn', 'LastDaySet', 'AbsencesSet', 'GoalCancelled',
                         'GoalSuperseded') offset 0) e
),
stated as (
    select e.goal, max(e.data ->> 'cycle') filter (where e.type = 'GoalDrafted') as cycle,
        max(e.data ->> 'since') filter (where e.type = 'GoalDrafted')::date as since,
        read.measured(null, read.measure_change(e.type, e.data::jsonb, e.version) order by e.version) as now
    from event e where e.type in ('GoalDrafted', 'GoalRevised', 'GoalAdjusted', 'CriterionAccepted') group by e.goal
),
-- What was said last of a goal's last day, and of the days on which its holder is away.
ended as (
    select distinct on (e.goal) e.goal, (e.data ->> 'last')::date as last_day
    from event e where e.type in ('LastDaySet', 'GoalCancelled', 'GoalSuperseded')
    order by e.goal, e.version desc
),
away as (
    select distinct on (e.goal) e.goal, (e.data -> 'absences')::jsonb as absences
    from event e where e.type = 'AbsencesSet'
    order by e.goal, e.version desc
),
gap as materialized (
    select s.goal, n.last_day, a.absences, range_agg(d.days) filter (where d.days is not null) as gaps
    from stated s
    left join ended n on n.goal = s.goal
    left join away a on a.goal = s.goal
    left join lateral (
        select daterange(n.last_day + 1, null) as days where n.last_day is not null
        union all
        select daterange((v.value ->> 'first')::date, (v.value ->> 'last')::date, '[]')
        from jsonb_array_elements(coalesce(a.absences, '[]')) v) d on true
    group by s.goal, n.last_day, a.absences
),
-- Each measure is taken apart once, not once per period. A fed KPI counts its feed's readings, any other its check-ins:
-- those after the version `counts_from`, for the ones before are of a former metric.
goal_measure as materialized (
    select s.goal, s.cycle, s.since as goal_since, greatest(s.since, m.since) as since, s.now -> 'measure' as measure,
        p.last_day, p.absences, coalesce(p.gaps, '{}') as gaps,
        coalesce(m.metric, '') as metric, case when m.metric is null then s.goal else m.subject end as subject,
        m.kind as sort, coalesce((s.now ->> 'counts_from')::int, 0) as counts_from,
        (select count(*) from jsonb_object_keys(coalesce(s.now -> 'accepted', '{}')))::int as accepted
    from stated s
    join gap p on p.goal = s.goal
    cross join lateral jsonb_to_record(s.now -> 'measure') as m(kind text, metric text, subject text, since date)
),
period as materialized (
    select p.cycle, p.key, p.ordinal, p.kind, p.starts, p.ends
    from (select distinct cycle from goal_measure) c
    cross join lateral (select * from read.progress_period p where p.cycle = c.cycle offset 0) p
),
line as materialized (
    select g.*, p.key, p.kind, p.starts, p.ends
    from goal_measure g
    join period p on p.cycle = g.cycle
    where g.sort = 'kpi' or (g.sort = 'key_task' and p.kind = 'year')
),

-- 2. The days that count: readings of a metric and subject, or the last check-in of each day of a goal.
told as materialized (
    select e.goal, e.version, row_number() over (partition by e.goal order by e.version) as number,
        (e.data ->> 'on')::date as day, read.number_or_null(e.data ->> 'value') as value,
        read.number_or_null(e.data ->> 'base') as base
    from event e where e.type = 'CheckedIn'
),
confirmed as materialized (
    select distinct e.goal, n.number::bigint as number
    from event e cross join lateral json_array_elements_text(e.data -> 'check_ins') n(number)
    where e.type = 'CheckInsConfirmed'
),
withdrawn as materialized (
    select e.goal, (e.data ->> 'check_in')::bigint as number from event e where e.type = 'CheckInWithdrawn'
),
check_in as (
    select t.goal, t.version, t.day, t.value, t.base, (c.number is null)::int as unconfirmed
    from goal_measure a
    join told t on t.goal = a.goal and t.version > a.counts_from
    left join confirmed c on c.goal = t.goal and c.number = t.number
    where a.sort = 'kpi' and a.metric = ''
      and not exists (select from withdrawn w where w.goal = t.goal and w.number = t.number)
),
day as materialized (
    select d.*, 0 as unconfirmed
    from (select distinct a.metric, a.subject from goal_measure a where a.sort = 'kpi' and a.metric <> '') m
    cross join lateral (select d.metric, d.subject, d.day, d.value, d.base from read.progress_day d
                        where d.metric = m.metric and d.subject = m.subject offset 0) d
    union all
    (select distinct on (s.goal, s.day) '', s.goal, s.day, s.value, s.base, s.unconfirmed
     from check_in s where s.value is not null
     order by s.goal, s.day, s.version desc)
),

-- 3. What they come to, worked out once for all goals that count the same days (a department's yield counts for everybody in
--    it). Each day is looked at once, not once per period: days with no end of a period between them are one piece.
cut as materialized (
    select g.cycle, g.since, array_agg(distinct e.day order by e.day) as ends
    from (select distinct a.cycle, a.since from goal_measure a where a.sort = 'kpi') g
    join period p on p.cycle = g.cycle
    cross join lateral (values (greatest(p.starts, g.since)), (p.ends + 1)) e(day)
    group by g.cycle, g.since
),
piece as materialized (
    select g.metric, g.subject, g.cycle, g.since, g.gaps, max(d.day) as latest, count(*) as rows, sum(d.value) as total,
        sum(coalesce(d.base, 1)) as base, sum(d.value * coalesce(d.base, 1)) as weighed,
        sum(d.unconfirmed) as unconfirmed
    from (select distinct a.metric, a.subject, a.cycle, a.since, a.gaps from goal_measure a where a.sort = 'kpi') g
    join cut c on c.cycle = g.cycle and c.since = g.since
    join day d on d.metric = g.metric and d.subject = g.subject and not g.gaps @> d.day
    group by g.metric, g.subject, g.cycle, g.since, g.gaps, width_bucket(d.day, c.ends)
),
actual_of_period as materialized (
    select t.*, d.value as last
    from (select s.metric, s.subject, s.cycle, s.since, s.gaps, p.key, max(s.latest) as latest, sum(s.rows)::bigint as rows,
              sum(s.total) as total, sum(s.base) as base, sum(s.weighed) as weighed, sum(s.unconfirmed)::int as unconfirmed
          from piece s
          join period p on p.cycle = s.cycle and s.latest between greatest(p.starts, s.since) and p.ends
          group by s.metric, s.subject, s.cycle, s.since, s.gaps, p.key) t
    join day d on d.metric = t.metric and d.subject = t.subject and d.day = t.latest
)
select l.goal, l.goal_since, l.measure, l.accepted, l.key, l.kind, l.starts, l.ends, coalesce(t.rows, 0)::int, t.latest,
    t.total, t.base, t.weighed, t.last, coalesce(t.unconfirmed, 0), l.last_day,
    coalesce(l.absences, '[]')
from line l
left join actual_of_period t on l.sort = 'kpi' and t.metric = l.metric and t.subject = l.subject and t.cycle = l.cycle
    and t.since = l.since and t.gaps = l.gaps and t.key = l.key
$$;
