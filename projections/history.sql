-- One goal's story: what happened to it and to its place in the sheet.

-- name: fold
with event as materialized (
    select position, stream, version, type, occurred_at, recorded_at, actor, data::jsonb as data
    from read.window($1, $2, $3, $4)
    where stream like 'goal-%' or stream like 'sheet-%'
),
concerned as (
    select stream as goal, e.*, data - '{by,at,goal}'::text[] as facts
    from event e where stream like 'goal-%'
    union all
    select p ->> 'goal', e.*, jsonb_build_object('sheet', stream, 'weight', p -> 'weight', 'space', data -> 'space')
    from event e, jsonb_array_elements(data -> 'placements') p where type = 'SheetOpened'
    union all
    select data #>> '{placement,goal}', e.*, jsonb_build_object('sheet', stream, 'weight', data #> '{placement,weight}')
    from event e where type = 'GoalPlaced'
    union all
    select p ->> 'goal', e.*, jsonb_build_object('period', data -> 'period', 'weight', p -> 'weight',
        'points', p -> 'points', 'sheet_points', data -> 'points', 'policy', data -> 'policy')
    from event e, jsonb_array_elements(data -> 'parts') p where type = 'SheetScored'
    union all
    select data ->> 'goal', e.*, data - '{by,at,goal}'::text[]
    from event e where type in ('GoalWeighted', 'GoalRemoved', 'FlexibleSpaceUsed')
),
told as (
    insert into history
    select goal, position, stream, version, type, occurred_at, recorded_at, actor, facts from concerned
    on conflict (goal, position) do nothing
)
select count(*) from event

-- name: story
select position, stream, version, type, occurred_at, recorded_at, actor, facts
from read.history
where goal = $1 and position <= coalesce($2, position)
order by position
