-- Goals and sheets, folded as cairn.domain.goal.state.evolve and cairn.domain.sheet.state.evolve do it.

-- name: fold
-- Check-ins, reminders, missed deadlines and refused signals say nothing of the row, nor do a sheet's scores: they are not read at
-- all. Most other events only move a goal on (its version, position and stage): their data is never looked at. Whoever
-- decides about a goal names the version of its row: every event that changes what is decided about moves it.
-- What is looked at is taken from the json text at once where that is cheaper than making jsonb of it.
with event as materialized (
    select position, stream, version, type, occurred_at,
        type in ('SheetOpened', 'GoalPlaced', 'GoalWeighted', 'GoalRemoved', 'FlexibleSpaceUsed') as of_sheet,
        -- What would only show in some windows is refused in all of them.
        case when (version = 1) <> (type in ('GoalDrafted', 'SheetOpened'))
            then read.refuse(format('%s as event %s of %s: %s', type, version, stream,
                case when type in ('SheetOpened', 'GoalPlaced', 'GoalWeighted', 'GoalRemoved', 'FlexibleSpaceUsed')
                    then 'a sheet starts with SheetOpened' else 'a goal starts with GoalDrafted' end))
            when type in ('GoalSubmitted', 'GoalApproved', 'GoalActivated', 'GoalReturned', 'GoalPaused', 'GoalResumed',
                          'ReviewOpened', 'GoalRated', 'WorkEvaluated', 'EvaluationWithdrawn', 'EvidenceWaived',
                          'ScoreHeldBack', 'LastDaySet', 'AbsencesSet', 'CommitteeDecided', 'GoalDiagnosed',
                          'DiagnosisClosed') then null
            else data end as data
    from read.window($1, $2, $3, $4)
    where type in (
        'GoalDrafted', 'GoalRevised', 'SmartChecked', 'GoalDecomposed', 'GoalAligned', 'GoalSubmitted',
        'GoalReturned', 'GoalApproved', 'GoalActivated', 'GoalPaused', 'GoalResumed', 'AdjustmentRequested',
        'AdjustmentConfirmed', 'GoalSteppedBack',
        'AdjustmentDeclined', 'AdjustmentWithdrawn', 'AdjustmentExpired', 'GoalAdjusted', 'CriterionAccepted',
        'GoalAssessed', 'ManagerChanged', 'GoalScored', 'ReviewOpened', 'GoalCancelled', 'GoalSuperseded', 'GoalClosed',
        'GoalRated', 'WorkEvaluated', 'EvaluationWithdrawn', 'EvidenceWaived', 'ScoreHeldBack', 'LastDaySet',
        'AbsencesSet', 'CommitteeDecided', 'GoalDiagnosed', 'DiagnosisClosed',
        'SheetOpened', 'GoalPlaced', 'GoalWeighted', 'GoalRemoved', 'FlexibleSpaceUsed')
),
touched as materialized (
    select stream, of_sheet, max(version) as version, max(position) as position, min(version) = 1 as fresh
    from event group by stream, of_sheet
),
-- What says more than that, drafts and openings aside: few events, so that nobody has to look for them among all.
changing as materialized (
    select position, stream, version, type, occurred_at, data
    from event where data is not null and type not in ('GoalDrafted', 'SheetOpened')
),
-- The stored rows of the goals, sheets and places that began before the window, each looked up once.
stored as materialized (
    select o.*
    from touched t
    cross join lateral (select g as was, g.goal, g.stage from goal g where g.goal = t.stream offset 0) o
    where not t.of_sheet and not t.fresh
),
stored_sheet as materialized (
    select o.*
    from touched t
    cross join lateral (select s.* from sheet s where s.sheet = t.stream offset 0) o
    where t.of_sheet and not t.fresh
),
draft as materialized (
    select e.stream, e.data, d.cycle, d.sheet, d.tier, d.owner, d.manager, d.department, d.key, d.dimension, d.title,
        read.checked_measure(d.measure) as measure, d.since, d.parent, d.policy
    from event e
    cross join lateral json_to_record(e.data) as d(
        cycle text, sheet text, tier text, owner text, manager text, department text, key text, dimension text,
        title text, measure jsonb, since date, parent text, policy text)
    where e.type = 'GoalDrafted'
),
-- A goal enters a stage only when it comes from another one: the last change of each goal.
stage_change as (
    select distinct on (goal) goal, stage, occurred_at as entered
    from (select s.stream as goal, s.position, s.stage, s.occurred_at,
                 lead(s.stage, 1, g.stage) over (partition by s.stream order by s.position desc) as before
          from (select stream, position, occurred_at,
                    case type
                        when 'GoalDrafted' then 'draft' when 'GoalSubmitted' then 'submitted'
                        when 'GoalApproved' then 'approved' when 'GoalActivated' then 'active'
                        when 'GoalReturned' then 'returned' when 'GoalPaused' then 'paused'
                        when 'GoalResumed' then 'approved' when 'GoalSteppedBack' then data ->> 'stage'
                        when 'AdjustmentRequested' then 'adjusting' when 'AdjustmentDeclined' then 'active'
                        when 'AdjustmentWithdrawn' then 'active' when 'AdjustmentExpired' then 'active'
                        when 'GoalAdjusted' then 'active' when 'ReviewOpened' then 'in_review'
                        when 'GoalCancelled' then 'cancelled' when 'GoalSuperseded' then 'superseded'
                        when 'GoalClosed' then 'closed'
                        when 'GoalScored' then case when data ->> 'period' = 'Y' and coalesce((data ->> 'number')::int, 1) = 1
                            and coalesce(data ->> 'cause', 'due') <> 'part' then 'scored' end
                    end as stage
                from event
                where type in (
                    'GoalDrafted', 'GoalSubmitted', 'GoalReturned', 'GoalApproved', 'GoalActivated', 'GoalPaused', 'GoalResumed',
                    'GoalSteppedBack', 'AdjustmentRequested', 'AdjustmentDeclined', 'AdjustmentWithdrawn', 'AdjustmentExpired',
                    'GoalAdjusted', 'ReviewOpened', 'GoalCancelled', 'GoalSuperseded', 'GoalClosed', 'GoalScored')) s
          left join stored g on g.goal = s.stream
          where s.stage is not null) moves
    where stage is distinct from before
    order by goal, position desc
),
step as (
    select e.stream as goal, e.position,
        case when d.stream is not null then jsonb_build_object('measure', d.measure)
             else jsonb_build_object('measure', (g.was).measure, 'accepted', (g.was).accepted) end as before,
        case e.type
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
        end as patch,
        case when e.type in ('AdjustmentDeclined', 'AdjustmentWithdrawn', 'AdjustmentExpired', 'GoalAdjusted')
            then jsonb_build_object(e.data ->> 'adjustment',
                                    lower(regexp_replace(e.type, '^(Adjustment|Goal)', ''))) end as ended,
        case when e.type = 'ManagerChanged'
            then jsonb_build_object('since', e.data -> 'effective', 'manager', e.data -> 'manager') end as segment,
        read.measure_change(e.type, e.data, e.version) as change
    from (select stream, position, version, type, data::jsonb as data
          from changing
          where type in (
              'GoalRevised', 'SmartChecked', 'GoalDecomposed', 'GoalAligned', 'ManagerChanged', 'AdjustmentRequested',
              'AdjustmentConfirmed', 'GoalAdjusted', 'AdjustmentDeclined', 'AdjustmentWithdrawn', 'AdjustmentExpired',
              'CriterionAccepted')
          offset 0) e
    left join draft d on d.stream = e.stream
    left join stored g on g.goal = e.stream
),
change as materialized (
    select goal, coalesce(read.merge(patch order by position) filter (where patch is not null), '{}') as patch,
        read.measured(before, change order by position) filter (where change is not null) as measured,
        coalesce(read.merge(ended order by position) filter (where ended is not null), '{}') as ended,
        coalesce(jsonb_agg(segment order by position) filter (where segment is not null), '[]') as segments
    from step group by goal
),
-- Drafted in this window and nothing else but moved on; there before and only moved on; changed in what it says.
goals as (
    select t.stream as goal, t.version, t.position, null as stage, null::timestamptz as entered, d.cycle, d.sheet, d.tier,
        d.owner, d.manager, d.department, d.key, d.dimension, d.title, d.measure, d.since, d.parent, d.policy,
        null::jsonb as smart, '[]'::jsonb as parts, null::jsonb as pending, null as confirmed_manager,
        null as confirmed_hr, null::timestamptz as expires_at, '{}'::jsonb as adjustments, '{}'::jsonb as accepted,
        jsonb_build_array(jsonb_build_object('since', d.since, 'manager', d.manager)) as segments
    from touched t
    join draft d on d.stream = t.stream
    where not t.of_sheet and not exists (select from change c where c.goal = t.stream)
    union all
    select t.stream, t.version, t.position, w.stage, w.entered, w.cycle, w.sheet, w.tier, w.owner, w.manager,
        w.department, w.key, w.dimension, w.title, w.measure, w.since, w.parent, w.policy, w.smart, w.parts, w.pending,
        w.confirmed_manager, w.confirmed_hr, w.expires_at, w.adjustments, w.accepted, w.segments
    from touched t
    left join stored x on x.goal = t.stream
    cross join lateral (select (x.was).* offset 0) w
    where not t.of_sheet and not t.fresh and not exists (select from change c where c.goal = t.stream)
    union all
    select t.stream, t.version, t.position, r.stage, r.entered, r.cycle, r.sheet, r.tier, r.owner, r.manager,
        r.department, r.key, r.dimension, r.title, coalesce(c.measured -> 'measure', r.measure), r.since, r.parent,
        r.policy, r.smart, coalesce(r.parts, '[]'), r.pending, r.confirmed_manager, r.confirmed_hr, r.expires_at,
        coalesce(r.adjustments, '{}') || c.ended, coalesce(c.measured -> 'accepted', r.accepted, '{}'),
        coalesce(r.segments, jsonb_build_array(jsonb_build_object('since', d.since, 'manager', d.manager))) || c.segments
    from touched t
    join change c on c.goal = t.stream
    left join draft d on d.stream = t.stream
    left join stored x on x.goal = t.stream
    cross join lateral jsonb_populate_record(x.was, coalesce(d.data::jsonb, '{}') || c.patch) r
    where not t.of_sheet
),
saved_goals as (
    insert into goal (
        goal, version, position, stage, entered, cycle, sheet, tier, owner, manager, department, key, dimension, title,
        measure, since, parent, policy, smart, parts, pending, confirmed_manager, confirmed_hr, expires_at,
        adjustments, accepted, segments)
    select g.goal, g.version, g.position, coalesce(t.stage, g.stage), coalesce(t.entered, g.entered), g.cycle, g.sheet,
        g.tier, g.owner, g.manager, g.department, g.key, g.dimension, g.title, g.measure, g.since, g.parent, g.policy,
        g.smart, g.parts, g.pending, g.confirmed_manager, g.confirmed_hr, g.expires_at, g.adjustments, g.accepted,
        g.segments
    from goals g left join stage_change t on t.goal = g.goal
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
    select distinct on (stream, data ->> 'period', coalesce(data ->> 'acting_for', data ->> 'by'))
        stream, data ->> 'period', coalesce(data ->> 'acting_for', data ->> 'by'), read.number(data ->> 'points'), data ->> 'comment', occurred_at, position
    from changing where type = 'GoalAssessed'
    order by stream, data ->> 'period', coalesce(data ->> 'acting_for', data ->> 'by'), position desc
    on conflict (goal, period, manager) do update
        set (points, comment, at, position) = (excluded.points, excluded.comment, excluded.at, excluded.position)
),
opened as materialized (
    select e.stream as sheet, e.position as placed_at, d.*
    from event e
    cross join lateral json_to_record(e.data) as d(
        cycle text, kind text, holder text, department text, family text, since date, space text, policy text,
        placements json)
    where e.type = 'SheetOpened'
),
used as materialized (
    select stream as sheet, sum(read.number(data ->> 'used')) as used
    from changing where type = 'FlexibleSpaceUsed' group by stream
),
saved_sheets as (
    insert into sheet (
        sheet, version, position, cycle, kind, holder, department, family, since, space, used, policy)
    select t.stream, t.version, t.position, coalesce(s.cycle, o.cycle), coalesce(s.kind, o.kind),
        coalesce(s.holder, o.holder), coalesce(s.department, o.department), coalesce(s.family, o.family),
        coalesce(s.since, o.since), coalesce(s.space, read.number(o.space)), coalesce(s.used, 0) + coalesce(u.used, 0),
        coalesce(s.policy, o.policy)
    from touched t
    left join opened o on o.sheet = t.stream
    left join stored_sheet s on s.sheet = t.stream
    left join used u on u.sheet = t.stream
    where t.of_sheet
    on conflict (sheet) do update set (
        version, position, cycle, kind, holder, department, family, since, space, used, policy) = (
        excluded.version, excluded.position, excluded.cycle, excluded.kind, excluded.holder, excluded.department,
        excluded.family, excluded.since, excluded.space, excluded.used, excluded.policy)
),
first_place as (
    select o.sheet, o.placed_at as position, p.goal, p.dimension, read.number(p.weight) as weight
    from opened o cross join lateral json_to_recordset(o.placements) as p(goal text, dimension text, weight text)
),
-- A weight of null means: taken out of the sheet.
place as materialized (
    select stream as sheet, position, data #>> '{placement,goal}' as goal, data #>> '{placement,dimension}' as dimension,
        read.number(data #>> '{placement,weight}') as weight
    from changing where type = 'GoalPlaced'
    union all
    select stream, position, data ->> 'goal', null, read.number(data ->> 'after') from changing where type = 'GoalWeighted'
    union all
    select stream, position, data ->> 'goal', null, null from changing where type = 'GoalRemoved'
),
stored_place as materialized (
    select n.goal, n.sheet, o.dimension, o.place
    from (select distinct goal, sheet from place) n
    cross join lateral (select p.dimension, p.ctid as place
                        from placement p where p.goal = n.goal and p.sheet = n.sheet offset 0) o
),
placed as materialized (
    select sheet, goal, max(position) as position, (array_agg(weight order by position desc))[1] as weight,
        (array_agg(dimension order by position desc) filter (where dimension is not null))[1] as dimension
    from (select sheet, goal, position, weight, dimension from place
          union all
          select f.sheet, f.goal, f.position, f.weight, f.dimension
          from first_place f join (select distinct sheet, goal from place) p using (sheet, goal)) every
    group by sheet, goal
),
removed as (
    delete from placement
    where ctid = any(array(select p.place from stored_place p join placed n using (sheet, goal) where n.weight is null))
),
saved_placements as (
    insert into placement (goal, sheet, dimension, weight, position)
    select f.goal, f.sheet, f.dimension, f.weight, f.position
    from first_place f
    where not exists (select from placed n where n.sheet = f.sheet and n.goal = f.goal)
    union all
    select n.goal, n.sheet, coalesce(n.dimension, p.dimension), n.weight, n.position
    from placed n left join stored_place p using (goal, sheet)
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

-- name: named
select g.*, p.weight, s.family
from read.goal g
left join read.placement p on p.goal = g.goal and p.sheet = g.sheet
left join read.sheet s on s.sheet = g.sheet
where g.goal = any ($1::text[])
order by g.goal

-- name: some
select g.*, p.weight, s.family
from read.goal g
left join read.placement p on p.goal = g.goal and p.sheet = g.sheet
left join read.sheet s on s.sheet = g.sheet
where ($1::text[] is null or g.owner = any($1))
  and ($2::text is null or g.sheet = $2)
  and ($3::text is null or g.cycle = $3)
  and ($4::text is null or g.stage = $4)
  and ($5::text is null or g.department = $5)
  and g.goal > $6
order by g.goal
limit $7

-- name: alike
select g.*, p.weight, s.family
from read.goal g
left join read.placement p on p.goal = g.goal and p.sheet = g.sheet
left join read.sheet s on s.sheet = g.sheet
where g.cycle = $1 and strpos(lower(g.goal || ' ' || g.title), lower($2)) > 0
order by (g.owner = $3 or g.manager = $3) desc, g.goal
limit $4

-- name: measures
select goal, version, measure from read.goal where goal = any($1)

-- name: ids
select goal from read.goal where $1 = '' or cycle = $1 order by goal

-- name: open_ids
select goal from read.goal where stage not in ('closed', 'cancelled', 'superseded') order by goal

-- name: dropped_ids
select goal from read.goal where cycle = any ($1::text[]) and stage in ('cancelled', 'superseded') order by goal

-- name: count_by_stage
select stage, count(*)::int as goals from read.goal where cycle = $1 group by stage

-- name: open_goals
select count(*) as goals from read.goal where stage not in ('closed', 'cancelled', 'superseded')

-- name: sheets
select sheet, version, cycle, kind, holder, department, family, since, space, used, policy
from read.sheet
where ($1::text is null or sheet = $1) and ($2::text is null or cycle = $2) and ($3::text[] is null or holder = any($3))
order by sheet
