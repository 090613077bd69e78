-- Scores and results, the last one of each goal or sheet and period.

-- name: fold
with event as materialized (
    select position, stream, version, type, occurred_at, data::jsonb as data
    from read.window($1, $2, $3, $4)
    where type in (
        'GoalScored', 'SheetScored', 'ResultIssued', 'VersionCalibrated', 'VersionShown', 'VersionSigned',
        'RestatementProposed', 'RestatementDecided', 'RestatementTold')
       or (type = 'GoalAdjusted' and data #>> '{before,measure,metric}' is not null)
),
formerly as (
    insert into former_metric
    select distinct stream, data #>> '{before,measure,metric}', data #>> '{before,measure,subject}'
    from event
    where type = 'GoalAdjusted' and data #>> '{before,measure,subject}' is not null
      and data #>> '{after,measure,kind}' is not null
      and (data #>> '{before,measure,metric}', data #>> '{before,measure,subject}')
          is distinct from (data #>> '{after,measure,metric}', data #>> '{after,measure,subject}')
    on conflict do nothing
),
goals as (
    insert into goal_score
    select distinct on (e.stream, d.period)
        e.stream, d.period, d.starts, d.ends, d.actual, d.target, d.attainment, d.points, d.rounded, d.formula,
        nullif(d.why, 'null'), d.marks, d.applies, d.inputs, d.policy, d.by, e.occurred_at, e.version, e.position,
        coalesce(d.number, 1), coalesce(d.cause, 'due'), coalesce(d.parts, '[]')
    from event e
    cross join lateral jsonb_to_record(e.data) as d(
        period text, starts date, ends date, actual text, target text, attainment text, points text, rounded numeric,
        formula jsonb, why jsonb, marks jsonb, applies boolean, inputs jsonb, policy text, by text, number int,
        cause text, parts jsonb)
    where e.type = 'GoalScored'
    order by e.stream, d.period, e.position desc
    on conflict (goal, period) do update set (
        starts, ends, actual, target, attainment, points, rounded, formula, why, marks, applies, inputs, policy, by, at,
        version, position, number, cause, parts) = (
        excluded.starts, excluded.ends, excluded.actual, excluded.target, excluded.attainment, excluded.points,
        excluded.rounded, excluded.formula, excluded.why, excluded.marks, excluded.applies, excluded.inputs,
        excluded.policy, excluded.by, excluded.at, excluded.version, excluded.position, excluded.number,
        excluded.cause, excluded.parts)
),
sheets as (
    insert into sheet_score
    select distinct on (e.stream, d.period)
        e.stream, d.period, d.points, d.rounded, d.parts, d.policy, e.occurred_at, e.version, e.position,
        coalesce(d.number, 1), coalesce(d.cause, 'due')
    from event e
    cross join lateral jsonb_to_record(e.data) as d(
        period text, points text, rounded numeric, parts jsonb, policy text, number int, cause text)
    where e.type = 'SheetScored'
    order by e.stream, d.period, e.position desc
    on conflict (sheet, period) do update set (
        points, rounded, parts, policy, at, version, position, number, cause) = (
        excluded.points, excluded.rounded, excluded.parts, excluded.policy, excluded.at, excluded.version,
        excluded.position, excluded.number, excluded.cause)
),
results as (
    insert into result
    select distinct on (e.stream)
        e.stream, d.points, d.rounded, d.grade, d.coefficient, d.mix, d.periods, d.subordinates,
        d.policy, e.occurred_at, e.version, e.position, coalesce(d.number, 1), coalesce(d.cause, 'due'),
        coalesce(d.waiting, '[]'), d.own, coalesce(d.earlier, '[]'), d.withheld,
        case when d.moved ->> 'case' is not null then d.moved - 'reason' end
    from event e
    cross join lateral jsonb_to_record(e.data) as d(
        points text, rounded numeric, grade text, coefficient numeric, mix jsonb, periods jsonb,
        subordinates jsonb, policy text, number int, cause text, waiting jsonb, own text,
        earlier jsonb, withheld text, moved jsonb)
    where e.type = 'ResultIssued'
    order by e.stream, e.position desc
    on conflict (sheet) do update set (
        points, rounded, grade, coefficient, mix, periods, subordinates, policy, at, version, position, number,
        cause, waiting, own, earlier, withheld, moved) = (
        excluded.points, excluded.rounded, excluded.grade, excluded.coefficient, excluded.mix, excluded.periods,
        excluded.subordinates, excluded.policy, excluded.at, excluded.version, excluded.position, excluded.number,
        excluded.cause, excluded.waiting, excluded.own, excluded.earlier, excluded.withheld,
        excluded.moved)
),
steps as (
    insert into result_step
    select stream, max((data ->> 'number')::int) filter (where type = 'VersionShown'),
        max(occurred_at) filter (where type = 'VersionShown'),
        max((data ->> 'number')::int) filter (where type = 'VersionSigned'),
        max((data ->> 'number')::int) filter (
            where type = 'VersionCalibrated' or data ->> 'cause' in ('calibrated', 'uncalibrated')),
        (array_agg(coalesce(data ->> 'calibration', data #>> '{moved,case}') order by position desc) filter (
            where type = 'VersionCalibrated' or data ->> 'cause' = 'calibrated'))[1]
    from event
    where type in ('VersionCalibrated', 'VersionShown', 'VersionSigned')
       or (type = 'ResultIssued' and data ->> 'cause' in ('calibrated', 'uncalibrated'))
    group by stream
    on conflict (sheet) do update set (shown, shown_at, signed, calibrated, calibration) = (
        coalesce(excluded.shown, result_step.shown), coalesce(excluded.shown_at, result_step.shown_at),
        coalesce(excluded.signed, result_step.signed), coalesce(excluded.calibrated, result_step.calibrated),
        coalesce(excluded.calibration, result_step.calibration))
),
-- A proposal is there from its event until another one replaces it or the person was told what was decided about it.
ended as (
    select data ->> 'restatement' as restatement from event where type = 'RestatementTold'
    union
    select data ->> 'replaces' from event where type = 'RestatementProposed' and data ->> 'replaces' is not null
),
decided as (
    select data ->> 'restatement' as restatement, occurred_at as at, (data ->> 'accepted')::boolean as accepted
    from event where type = 'RestatementDecided' and data ->> 'restatement' not in (select restatement from ended)
),
gone as (
    delete from restatement where restatement in (select restatement from ended)
),
settled as (
    update restatement r set decided_at = d.at, accepted = d.accepted
    from decided d where r.restatement = d.restatement
),
proposed as (
    insert into restatement
    select d.restatement, e.stream, d.cause, d.goal, d.subordinate, d.period, nullif(d.of_goal, 'null'),
        nullif(d.of_period, 'null'), nullif(d.of_result, 'null'), e.occurred_at, e.version, e.position, c.at, c.accepted
    from event e
    cross join lateral jsonb_to_record(e.data) as d(
        restatement text, cause text, goal text, subordinate text, period text, of_goal jsonb, of_period jsonb,
        of_result jsonb)
    left join decided c on c.restatement = d.restatement
    where e.type = 'RestatementProposed' and d.restatement not in (select restatement from ended)
    on conflict (restatement) do nothing
)
select count(*) from event

-- name: goal_scores
select c.*, g.title, g.owner, g.sheet, p.weight
from read.goal_score c
left join read.goal g on g.goal = c.goal
left join read.placement p on p.goal = g.goal and p.sheet = g.sheet
where c.goal = $1
order by c.starts, c.ends

-- name: goal_scores_of_sheets
select c.*, g.title, g.owner, g.sheet, p.weight
from read.goal g
join read.goal_score c on c.goal = g.goal
left join read.placement p on p.goal = g.goal and p.sheet = g.sheet
where g.sheet = any($1::text[]) and ($2::text is null or c.period = $2)
order by c.starts, c.ends, c.goal

-- name: sheet_scores
select c.*, s.cycle, s.kind, s.holder, s.department, s.family
from read.sheet_score c
left join read.sheet s on s.sheet = c.sheet
where c.sheet = $1
order by c.position

-- name: sheet_scores_of_sheets
select c.*, s.cycle, s.kind, s.holder, s.department, s.family
from read.sheet_score c
left join read.sheet s on s.sheet = c.sheet
where c.sheet = any($1::text[])
order by c.position

-- name: sheet_scores_of_cycle
select c.*, s.cycle, s.kind, s.holder, s.department, s.family
from read.sheet s
join read.sheet_score c on c.sheet = s.sheet
where s.cycle = $1 and ($2::text is null or c.period = $2)
order by c.period, s.sheet

-- name: results_of_sheets
select r.*, s.cycle, s.kind, s.holder, s.department, s.family, t.shown, t.shown_at, t.signed, t.calibrated, t.calibration
from read.result r
left join read.sheet s on s.sheet = r.sheet
left join read.result_step t on t.sheet = r.sheet
where r.sheet = any($1::text[])
order by r.sheet

-- name: results_of_cycle
select r.*, s.cycle, s.kind, s.holder, s.department, s.family, t.shown, t.shown_at, t.signed, t.calibrated, t.calibration
from read.sheet s
join read.result r on r.sheet = s.sheet
left join read.result_step t on t.sheet = r.sheet
where s.cycle = $1 and ($2::text is null or s.department = $2)
order by r.rounded desc nulls last, s.sheet

-- name: count_by_grade
select r.grade, count(*) as number
from read.sheet s
join read.result r on r.sheet = s.sheet
where s.cycle = $1 and r.grade is not null
group by r.grade
order by r.grade

-- name: goal_scores_by_key
select c.*, g.title, g.owner, g.sheet, p.weight
from read.goal g
join read.goal_score c on c.goal = g.goal
left join read.placement p on p.goal = g.goal and p.sheet = g.sheet
where g.cycle = $1 and g.key = $2
order by c.goal, c.starts, c.ends

-- name: restatements
select r.*, s.cycle, s.holder
from read.restatement r
join read.sheet s on s.sheet = r.sheet
where s.cycle = $1 and (r.decided_at is not null) = $2
order by r.position

-- name: scores_of_readings
with concerned as (
    select g.goal, k.day
    from unnest($1::text[], $2::text[], $3::date[]) as k(metric, subject, day)
    join read.goal g on g.measure ->> 'metric' = k.metric and g.measure ->> 'subject' = k.subject
    union
    select f.goal, k.day
    from unnest($1::text[], $2::text[], $3::date[]) as k(metric, subject, day)
    join read.former_metric f on f.metric = k.metric and f.subject = k.subject
)
select distinct c.goal, c.period, c.starts, c.ends
from concerned x
join read.goal_score c on c.goal = x.goal and x.day between c.starts and c.ends
where (c.inputs ->> 'upto')::bigint < $4
order by c.goal, c.starts, c.ends

-- name: scores_without
select c.goal, c.period, c.starts, c.ends
from read.goal g
join read.goal_score c on c.goal = g.goal
where g.measure ->> 'metric' = any($1::text[]) and c.ends <= $2 and c.why ->> 'code' = 'not_brought'
  and (c.inputs ->> 'upto')::bigint < $3
order by c.goal, c.starts, c.ends
