-- What progress is worked out from and the log cannot tell by a name: a cycle's periods and the days of readings. A
-- goal's measure, accepted criteria and check-ins are in its own stream; read.progress_of works progress out when asked.
create table read.progress_period (
    cycle   text not null,
    key     text not null,
    ordinal int not null,
    kind    text not null,
    starts  date not null,
    ends    date not null check (ends >= starts),
    primary key (cycle, key)
);

create table read.progress_day (
    metric   text collate "C" not null,
    subject  text collate "C" not null,
    day      date not null,
    ordinal  int not null,
    position bigint not null,
    value    numeric not null,
    base     numeric,
    primary key (metric, subject, day)
);

-- Attainment in percent of an actual against a target, as cairn.domain.scoring.attainment; null where either lacks.
create function read.attainment(direction text, baseline numeric, lower numeric, upper numeric,
                                actual numeric, target numeric)
returns numeric language sql immutable parallel safe as $$
    select case
        when $5 is null then null
        when $1 = 'range' then case
            when $5 between coalesce($3, 0) and coalesce($4, 0) then 100
            when coalesce($3, 0) = coalesce($4, 0) then 0
            else greatest(0, 100 - 100 * greatest(coalesce($3, 0) - $5, $5 - coalesce($4, 0))
                                       / (coalesce($4, 0) - coalesce($3, 0))) end
        when $6 is null then null
        when $1 = 'on_off' then case when $5 >= $6 then 100 else 0 end
        when $2 <> $6 then 100 * ($5 - $2) / ($6 - $2)
        when $6 = 0 or $2 = $6 then case when case $1 when 'higher' then $5 - $6 else $6 - $5 end >= 0 then 100 else 0 end
        else 100 + 100 * case $1 when 'higher' then $5 - $6 else $6 - $5 end / abs($6)
    end
$$;

-- The year's target shared out: for sums over the periods of the kind and by the days from `since` on.
create function read.target_share(target numeric, direction text, aggregation text, kinds bigint,
                                  starts date, ends date, since date)
returns numeric language sql immutable parallel safe as $$
    select case
        when $1 is null then case when $2 = 'on_off' then 1 end
        when $3 <> 'sum' then $1
        else $1 * ($6 - greatest($5, $7) + 1) / ($4 * ($6 - $5 + 1))
    end
$$;

-- One number for a period from its days' values, as cairn.domain.reading.aggregate.
create function read.actual(aggregation text, unit text, rows bigint, total numeric, base numeric, latest numeric)
returns numeric language sql immutable parallel safe as $$
    select case $1
        when 'sum' then $4
        when 'last' then $6
        when 'mean' then $4 / $3
        when 'ratio' then $4 * case when $2 = '%' then 100 else 1 end / nullif($5, 0)
    end
$$;

-- The progress of goals in every period that has something to measure, as far as the fold of `progress` is.
create function read.progress_of(goals text[])
returns table (goal text, period text, kind text, starts date, ends date, target numeric, actual numeric,
               attainment numeric, done numeric, rows int, latest date)
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
          and l.type in ('GoalDrafted', 'GoalRevised', 'GoalAdjusted', 'CriterionAccepted', 'CheckedIn') offset 0) e
),
stated as (
    select e.goal, max(e.data ->> 'cycle') filter (where e.type = 'GoalDrafted') as cycle,
        max(e.data ->> 'since') filter (where e.type = 'GoalDrafted')::date as since,
        read.measured(null, read.measure_change(e.type, e.data::jsonb, e.version) order by e.version) as now
    from event e where e.type <> 'CheckedIn' group by e.goal
),
-- Each measure is taken apart once, not once per period. A fed KPI counts its feed's readings, any other its check-ins:
-- those after the version `counts_from`, for the ones before are of a former metric.
goal_measure as materialized (
    select s.goal, s.cycle, s.since, coalesce(m.metric, '') as metric,
        case when m.metric is null then s.goal else m.subject end as subject, m.kind as sort, m.unit, m.baseline, m.target,
        m.lower, m.upper, coalesce(m.direction, '') as direction, coalesce(m.aggregation, '') as aggregation,
        coalesce(m.targets, '{}') as targets, jsonb_array_length(m.criteria) as criteria,
        (select count(*) from jsonb_object_keys(coalesce(s.now -> 'accepted', '{}'))) as accepted,
        coalesce((s.now ->> 'counts_from')::int, 0) as counts_from
    from stated s
    cross join lateral jsonb_to_record(s.now -> 'measure') as m(
        kind text, metric text, subject text, unit text, direction text, aggregation text, baseline numeric,
        target numeric, lower numeric, upper numeric, targets jsonb, criteria jsonb)
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
    where p.ends >= g.since and (g.sort = 'kpi' or (g.sort = 'key_task' and p.kind = 'year'))
),

-- 2. The target, as cairn.domain.measure.target_in.
part as (
    select g.goal, p.ordinal, p.starts, p.ends, t.value::numeric as target
    from goal_measure g
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
kinds as (select p.cycle, p.kind, count(*) as number from period p group by p.cycle, p.kind),
with_target as materialized (
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

-- 3. The days that count: readings of a metric and subject, or the last check-in of each day of a goal.
check_in as (
    select e.goal, e.version, (e.data ->> 'on')::date as day, read.number_or_null(e.data ->> 'value') as value,
        read.number_or_null(e.data ->> 'base') as base
    from goal_measure a
    join event e on e.goal = a.goal and e.version > a.counts_from
    where a.sort = 'kpi' and a.metric = '' and e.type = 'CheckedIn'
),
day as materialized (
    select d.*
    from (select distinct a.metric, a.subject from goal_measure a where a.sort = 'kpi' and a.metric <> '') m
    cross join lateral (select d.metric, d.subject, d.day, d.value, d.base from read.progress_day d
                        where d.metric = m.metric and d.subject = m.subject offset 0) d
    union all
    (select distinct on (s.goal, s.day) '', s.goal, s.day, s.value, s.base
     from check_in s where s.value is not null
     order by s.goal, s.day, s.version desc)
),

-- 4. The actual, worked out once for all goals that count the same days (a department's yield counts for everybody in
--    it). Each day is looked at once, not once per period: days with no end of a period between them are one piece.
cut as materialized (
    select g.cycle, g.since, array_agg(distinct e.day order by e.day) as ends
    from (select distinct a.cycle, a.since from goal_measure a where a.sort = 'kpi') g
    join period p on p.cycle = g.cycle
    cross join lateral (values (greatest(p.starts, g.since)), (p.ends + 1)) e(day)
    group by g.cycle, g.since
),
piece as materialized (
    select g.metric, g.subject, g.cycle, g.since, max(d.day) as latest, count(*) as rows, sum(d.value) as total,
        sum(coalesce(d.base, 1)) as base
    from (select distinct a.metric, a.subject, a.cycle, a.since from goal_measure a where a.sort = 'kpi') g
    join cut c on c.cycle = g.cycle and c.since = g.since
    join day d on d.metric = g.metric and d.subject = g.subject
    group by g.metric, g.subject, g.cycle, g.since, width_bucket(d.day, c.ends)
),
actual_of_period as materialized (
    select t.*, d.value as last
    from (select s.metric, s.subject, s.cycle, s.since, p.key, max(s.latest) as latest, sum(s.rows)::bigint as rows,
              sum(s.total) as total, sum(s.base) as base
          from piece s
          join period p on p.cycle = s.cycle and s.latest between greatest(p.starts, s.since) and p.ends
          group by s.metric, s.subject, s.cycle, s.since, p.key) t
    join day d on d.metric = t.metric and d.subject = t.subject and d.day = t.latest
),
-- A sum's baseline is the year's: it moves with the period's target, as in cairn.domain.scoring.kpi_points.
with_actual as materialized (
    select a.*, coalesce(t.rows, 0) as rows, t.latest,
        case when a.sort = 'kpi' then read.actual(a.aggregation, a.unit, t.rows, t.total, t.base, t.last)
             else a.accepted end as actual,
        case when a.aggregation = 'sum' and a.target <> 0 and a.aim is not null
             then a.baseline * a.aim / a.target else a.baseline end as base_here
    from with_target a
    left join actual_of_period t on a.sort = 'kpi' and t.metric = a.metric and t.subject = a.subject and t.cycle = a.cycle
        and t.since = a.since and t.key = a.key
    where a.aim is not null or a.direction = 'range'
),
with_attainment as (
    select r.*, case when r.sort = 'kpi' then read.attainment(r.direction, r.base_here, r.lower, r.upper, r.actual, r.aim)
                     else 100 * r.actual / r.aim end as attainment
    from with_actual r
)
select goal, key, kind, starts, ends, aim, actual, attainment,
    case when attainment is not null then least(greatest(attainment, 0), 100) end, rows::int, latest
from with_attainment
$$;
