-- A cycle at a glance: launch numbers, stages, who is waited for, what is overdue, space used.

-- name: fold
with event as materialized (
    select position, stream, version, type, occurred_at, data::jsonb as data
    from read.window($1, $2, $3, $4)
    where type in ('CycleLaunched', 'LaunchFinished', 'StageReached', 'PeriodScored', 'ResultsIssued', 'CycleClosed',
                   'CycleAbandoned', 'CycleSignalRefused', 'SheetsAdded', 'PolicyAmendmentProposed', 'PolicyAmendmentVoted',
                   'PolicyAmendmentDecided', 'PolicyAmended')
),
known as (
    select e.*, coalesce(c.stage <> 'launching', false)
            or bool_or(e.type in ('StageReached', 'CycleClosed', 'CycleAbandoned')) over (partition by e.stream order by e.position)
            as past_launching
    from event e left join cycle c on c.cycle = e.data ->> 'cycle'
),
step as (
    select data ->> 'cycle' as cycle, position, version,
        case type
            when 'CycleLaunched' then data - '{by,at,cycle}'::text[] || jsonb_build_object(
                'stage', 'launching', 'starts', data #> '{schedule,starts}', 'ends', data #> '{schedule,ends}',
                'drafts_due', data #> '{schedule,drafts_due}', 'approvals_due', data #> '{schedule,approvals_due}',
                'scores_due', data #> '{schedule,scores_due}')
            when 'PolicyAmended' then jsonb_build_object(
                'policy', data -> 'after', 'schedule', data -> 'schedule',
                'drafts_due', data #> '{schedule,drafts_due}', 'approvals_due', data #> '{schedule,approvals_due}',
                'scores_due', data #> '{schedule,scores_due}')
            when 'LaunchFinished' then jsonb_build_object('launch', data - '{by,at,cycle}'::text[])
                || case when past_launching then '{}' else '{"stage": "goal_setting"}' end::jsonb
            when 'StageReached' then jsonb_build_object('stage', data -> 'stage')
            when 'ResultsIssued' then '{"results": true}'
            when 'CycleClosed' then '{"stage": "closed"}'
            when 'CycleAbandoned' then '{"stage": "abandoned"}'
        end as patch,
        case when type = 'PeriodScored' then jsonb_build_object(data ->> 'period', data -> 'sheets') end as scored,
        case when type = 'SheetsAdded' then jsonb_array_length(data -> 'sheets') else 0 end as more_sheets,
        case when type = 'SheetsAdded' then (data ->> 'goals')::int else 0 end as more_goals
    from known
),
merged as (
    select cycle, max(version) as version, max(position) as position,
        read.merge(patch order by position) filter (where patch is not null) as patch,
        read.merge(scored order by position) filter (where scored is not null) as scored,
        sum(more_sheets)::int as more_sheets, sum(more_goals)::int as more_goals
    from step group by cycle
),
cycles as (
    insert into cycle
    select r.*
    from merged m
    left join cycle c on c.cycle = m.cycle
    cross join lateral jsonb_populate_record(c, jsonb_build_object('results', coalesce(c.results, false))
        || coalesce(m.patch, '{}') || jsonb_build_object(
        'cycle', m.cycle, 'version', m.version, 'position', m.position,
        'sheets', coalesce((m.patch ->> 'sheets')::int, c.sheets) + m.more_sheets,
        'goals', coalesce((m.patch ->> 'goals')::int, c.goals) + m.more_goals,
        'scored', coalesce(c.scored, '{}') || coalesce(m.scored, '{}'))) r
    on conflict (cycle) do update set (
        version, position, stage, title, policy, plan, roster, sheets, goals, left_out, launch, scored, results,
        clock_offset, schedule, starts, ends, drafts_due, approvals_due, scores_due) = (
        excluded.version, excluded.position, excluded.stage, excluded.title, excluded.policy, excluded.plan,
        excluded.roster, excluded.sheets, excluded.goals, excluded.left_out, excluded.launch, excluded.scored,
        excluded.results, excluded.clock_offset, excluded.schedule, excluded.starts, excluded.ends,
        excluded.drafts_due, excluded.approvals_due, excluded.scores_due)
),
periods as (
    insert into period
    select distinct on (e.data ->> 'cycle', p.key) e.data ->> 'cycle', p.key, p.kind, p.starts, p.ends, p.scored_at
    from event e
    cross join lateral jsonb_to_recordset(e.data #> '{schedule,periods}')
        as p(key text, kind text, starts date, ends date, scored_at timestamptz)
    where e.type in ('CycleLaunched', 'PolicyAmended')
    order by e.data ->> 'cycle', p.key, e.position desc
    on conflict (cycle, key) do update
        set (kind, starts, ends, scored_at) = (excluded.kind, excluded.starts, excluded.ends, excluded.scored_at)
)
select count(*) from event

-- name: cycles
select * from read.cycle where ($1::text is null or cycle = $1) order by starts, cycle

-- name: departments
with counted as (
    select coalesce(department, '') as department, stage, count(*) as goals,
        count(*) filter (where stage = 'adjusting' and expires_at <= $2) as expired
    from read.goal where cycle = $1 group by 1, stage
),
goals as (
    select k.department, jsonb_object_agg(k.stage, k.goals) as stages,
        sum(k.goals) filter (where k.stage in ('draft', 'returned', 'submitted', 'adjusting', 'in_review')) as waiting,
        sum(case when k.stage in ('draft', 'returned') and y.drafts_due <= $2 then k.goals
                 when k.stage = 'submitted' and y.approvals_due <= $2 then k.goals
                 when k.stage = 'in_review' and y.scores_due <= $2 then k.goals
                 when k.stage = 'adjusting' then k.expired end) as overdue
    from counted k left join read.cycle y on y.cycle = $1
    group by k.department
),
space as (
    select coalesce(department, '') as department, sum(space) as space, sum(used) as used, count(*) as sheets
    from read.sheet where cycle = $1 group by 1
)
select nullif(department, '') as department, d.name, coalesce(c.stages, '{}') as stages,
    coalesce(c.waiting, 0)::int as waiting, coalesce(c.overdue, 0)::int as overdue, coalesce(s.space, 0) as space,
    coalesce(s.used, 0) as used, coalesce(s.sheets, 0)::int as sheets
from goals c
full join space s using (department)
left join read.department d on d.id = department
order by nullif(department, '') nulls first
