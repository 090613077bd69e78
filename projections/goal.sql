-- Goals and sheets, folded as cairn.domain.goal.state.evolve and cairn.domain.sheet.state.evolve do it.

-- name: fold
with event as materialized (
    select position, stream, version, type, occurred_at, data::jsonb as data
    from read.window($1, $2, $3, $4)
    where type in (
        'GoalDrafted', 'GoalRevised', 'SmartChecked', 'GoalDecomposed', 'GoalAligned', 'GoalSubmitted',
        'GoalReturned', 'GoalApproved', 'GoalActivated', 'AdjustmentRequested', 'AdjustmentConfirmed',
        'AdjustmentDeclined', 'AdjustmentWithdrawn', 'AdjustmentExpired', 'GoalAdjusted', 'CheckedIn',
        'CriterionAccepted', 'GoalAssessed', 'ManagerChanged', 'ReminderSent', 'DeadlineMissed', 'GoalScored',
        'ReviewOpened', 'GoalCancelled', 'GoalSuperseded', 'GoalClosed', 'SignalRefused',
        'SheetOpened', 'GoalPlaced', 'GoalWeighted', 'GoalRemoved', 'FlexibleSpaceUsed', 'SheetScored', 'ResultIssued')
),
-- The stored rows of the goals, sheets and places the window speaks of, each looked up once.
stored as materialized (
    select o.*
    from (select distinct stream from event) e
    cross join lateral (select g.goal, g.stage, jsonb_build_object('measure', g.measure, 'accepted', g.accepted) as measured,
                            g as was
                        from goal g where g.goal = e.stream offset 0) o
),
stored_sheet as materialized (
    select o.*
    from (select distinct stream from event) e
    cross join lateral (select s.sheet, s as was from sheet s where s.sheet = e.stream offset 0) o
),
step as (
    select e.stream as goal, e.position, e.version, e.occurred_at,
        g.measured as before, g.stage as stage_before,
        case e.type
            when 'GoalDrafted' then 'draft' when 'GoalSubmitted' then 'submitted' when 'GoalReturned' then 'returned'
            when 'GoalApproved' then 'approved' when 'GoalActivated' then 'active'
            when 'AdjustmentRequested' then 'adjusting' when 'AdjustmentDeclined' then 'active'
            when 'AdjustmentWithdrawn' then 'active' when 'AdjustmentExpired' then 'active'
            when 'GoalAdjusted' then 'active' when 'ReviewOpened' then 'in_review'
            when 'GoalCancelled' then 'cancelled' when 'GoalSuperseded' then 'superseded'
            when 'GoalClosed' then 'closed'
            when 'GoalScored' then case when e.data ->> 'period' = 'Y' then 'scored' end
        end as stage,
        -- What would only show in some windows is refused in all of them.
        case when (e.version = 1) <> (e.type = 'GoalDrafted')
            then read.refuse(format('%s as event %s of %s: a goal starts with GoalDrafted', e.type, e.version, e.stream))
        else case e.type
            when 'GoalDrafted' then e.data - '{by,at,goal,measure}'::text[]
            when 'GoalRevised' then jsonb_build_object('title', e.data -> 'title')
            when 'SmartChecked' then jsonb_build_object('smart', e.data -> 'check')
            when 'GoalDecomposed' then jsonb_build_object('parts', e.data -> 'parts')
            when 'GoalAligned' then jsonb_build_object('parent', e.data -> 'parent')
            when 'ManagerChanged' then jsonb_build_object('manager', e.data -> 'manager')
            when 'AdjustmentRequested' then jsonb_build_object(
                'pending', e.data - '{by,at,goal,policy}'::text[] || jsonb_build_object('requested_by', e.data -> 'by'),
                'expires_at', (e.data ->> 'expires_at')::timestamptz, 'confirmed_manager', null, 'confirmed_hr', null)
            when 'AdjustmentConfirmed' then jsonb_build_object('confirmed_' || (e.data ->> 'role'), e.data -> 'by')
            when 'GoalAdjusted' then '{"pending": null, "expires_at": null}'
                || case when coalesce(e.data #>> '{after,title}', '') = '' then '{}'::jsonb
                        else jsonb_build_object('title', e.data #> '{after,title}') end
            when 'AdjustmentDeclined' then '{"pending": null, "expires_at": null}'
            when 'AdjustmentWithdrawn' then '{"pending": null, "expires_at": null}'
            when 'AdjustmentExpired' then '{"pending": null, "expires_at": null}'
        end end as patch,
        case when e.type in ('AdjustmentDeclined', 'AdjustmentWithdrawn', 'AdjustmentExpired', 'GoalAdjusted')
            then jsonb_build_object(e.data ->> 'adjustment',
                                    lower(regexp_replace(e.type, '^(Adjustment|Goal)', ''))) end as ended,
        case e.type
            when 'GoalDrafted' then jsonb_build_object('since', e.data -> 'since', 'manager', e.data -> 'manager')
            when 'ManagerChanged' then jsonb_build_object('since', e.data -> 'effective', 'manager', e.data -> 'manager')
        end as segment,
        read.measure_change(e.type, e.data, e.position) as change
    from event e
    left join stored g on g.goal = e.stream
    where e.type not in ('SheetOpened', 'GoalPlaced', 'GoalWeighted', 'GoalRemoved', 'FlexibleSpaceUsed',
                         'SheetScored', 'ResultIssued')
),
-- A goal enters a stage only when it comes from another one.
turn as (
    select goal, (array_agg(stage order by position desc))[1] as stage,
        (array_agg(occurred_at order by position desc) filter (where stage is distinct from before))[1] as entered
    from (select s.goal, s.position, s.stage, s.occurred_at,
                 lag(s.stage, 1, s.stage_before) over (partition by s.goal order by s.position) as before
          from step s
          where s.stage is not null) moves
    group by goal
),
merged as (
    select goal, max(version) as version, max(position) as position,
        read.merge(patch order by position) filter (where patch is not null) as patch,
        read.measured(before, change order by position) filter (where change is not null) as measured,
        read.merge(ended order by position) filter (where ended is not null) as ended,
        jsonb_agg(segment order by position) filter (where segment is not null) as segments
    from step group by goal
),
folded as (
    select r.*
    from merged m
    left join stored x on x.goal = m.goal
    left join turn t on t.goal = m.goal
    cross join lateral (select (x.was).*) g
    cross join lateral jsonb_populate_record(x.was, coalesce(m.patch, '{}') || jsonb_build_object(
        'goal', m.goal, 'version', m.version, 'position', m.position,
        'stage', coalesce(t.stage, g.stage), 'entered', coalesce(t.entered, g.entered),
        'measure', coalesce(m.measured -> 'measure', g.measure), 'parts', coalesce(m.patch -> 'parts', g.parts, '[]'),
        'adjustments', coalesce(g.adjustments, '{}') || coalesce(m.ended, '{}'),
        'accepted', coalesce(m.measured -> 'accepted', g.accepted, '{}'),
        'segments', coalesce(g.segments, '[]') || coalesce(m.segments, '[]'))) r
),
saved_goals as (
    insert into goal select * from folded
    on conflict (goal) do update set (
        version, position, stage, entered, cycle, sheet, tier, owner, manager, department, key, dimension, title,
        measure, since, parent, policy, smart, parts, pending, confirmed_manager, confirmed_hr, expires_at,
        adjustments, accepted, segments) = (
        excluded.version, excluded.position, excluded.stage, excluded.entered, excluded.cycle, excluded.sheet,
        excluded.tier, excluded.owner, excluded.manager, excluded.department, excluded.key, excluded.dimension,
        excluded.title, excluded.measure, excluded.since, excluded.parent, excluded.policy, excluded.smart,
        excluded.parts, excluded.pending, excluded.confirmed_manager, excluded.confirmed_hr, excluded.expires_at,
        excluded.adjustments, excluded.accepted, excluded.segments)
),
saved_assessments as (
    insert into assessment
    select distinct on (stream, data ->> 'period', data ->> 'by')
        stream, data ->> 'period', data ->> 'by', (data ->> 'points')::numeric, data ->> 'comment', occurred_at, position
    from event where type = 'GoalAssessed'
    order by stream, data ->> 'period', data ->> 'by', position desc
    on conflict (goal, period, manager) do update
        set (points, comment, at, position) = (excluded.points, excluded.comment, excluded.at, excluded.position)
),
sheet_step as (
    select stream as sheet, max(version) as version, max(position) as position,
        read.merge(case when (version = 1) <> (type = 'SheetOpened')
                then read.refuse(format('%s as event %s of %s: a sheet starts with SheetOpened', type, version, stream))
                when type = 'SheetOpened' then data - '{by,at,sheet,placements}'::text[] else '{}' end
            order by position) as patch,
        sum((data ->> 'used')::numeric) filter (where type = 'FlexibleSpaceUsed') as used
    from event
    where type in ('SheetOpened', 'GoalPlaced', 'GoalWeighted', 'GoalRemoved', 'FlexibleSpaceUsed',
                   'SheetScored', 'ResultIssued')
    group by stream
),
saved_sheets as (
    insert into sheet
    select r.*
    from sheet_step m
    left join stored_sheet x on x.sheet = m.sheet
    cross join lateral jsonb_populate_record(x.was, coalesce(m.patch, '{}') || jsonb_build_object(
        'sheet', m.sheet, 'version', m.version, 'position', m.position,
        'used', coalesce((x.was).used, 0) + coalesce(m.used, 0))) r
    on conflict (sheet) do update set (
        version, position, cycle, kind, holder, department, family, since, space, used, policy) = (
        excluded.version, excluded.position, excluded.cycle, excluded.kind, excluded.holder, excluded.department,
        excluded.family, excluded.since, excluded.space, excluded.used, excluded.policy)
),
-- A weight of null means: taken out of the sheet.
place as (
    select stream as sheet, position, p ->> 'goal' as goal, p ->> 'dimension' as dimension,
        (p ->> 'weight')::numeric as weight
    from event, jsonb_array_elements(data -> 'placements') p where type = 'SheetOpened'
    union all
    select stream, position, data #>> '{placement,goal}', data #>> '{placement,dimension}',
        (data #>> '{placement,weight}')::numeric
    from event where type = 'GoalPlaced'
    union all
    select stream, position, data ->> 'goal', null, (data ->> 'after')::numeric from event where type = 'GoalWeighted'
    union all
    select stream, position, data ->> 'goal', null, null from event where type = 'GoalRemoved'
),
placed as (
    select sheet, goal, max(position) as position, (array_agg(weight order by position desc))[1] as weight,
        (array_agg(dimension order by position desc) filter (where dimension is not null))[1] as dimension
    from place group by sheet, goal
),
stored_place as materialized (
    select n.goal, n.sheet, n.weight, o.dimension, o.place
    from placed n
    cross join lateral (select p.dimension, p.ctid as place
                        from placement p where p.goal = n.goal and p.sheet = n.sheet offset 0) o
),
removed as (
    delete from placement where ctid = any(array(select place from stored_place where weight is null))
),
saved_placements as (
    insert into placement (goal, sheet, dimension, weight, position)
    select n.goal, n.sheet, coalesce(n.dimension, p.dimension), n.weight, n.position
    from placed n left join stored_place p on p.goal = n.goal and p.sheet = n.sheet
    where n.weight is not null
    on conflict (goal, sheet) do update
        set (dimension, weight, position) = (excluded.dimension, excluded.weight, excluded.position)
)
select count(*) from event

-- name: one
select g.*, p.weight, s.family
from read.goal g
left join read.placement p on p.goal = g.goal and p.sheet = g.sheet
left join read.sheet s on s.sheet = g.sheet
where g.goal = $1

-- name: some
select g.*, p.weight, s.family
from read.goal g
left join read.placement p on p.goal = g.goal and p.sheet = g.sheet
left join read.sheet s on s.sheet = g.sheet
where ($1::text is null or g.owner = $1)
  and ($2::text is null or g.sheet = $2)
  and ($3::text is null or g.cycle = $3)
  and ($4::text is null or g.stage = $4)
  and ($5::text is null or g.department = $5)
order by g.goal
limit $6

-- name: sheets
select sheet, version, cycle, kind, holder, department, family, since, space, used, policy
from read.sheet
where ($1::text is null or sheet = $1) and ($2::text is null or cycle = $2) and ($3::text is null or holder = $3)
order by sheet
