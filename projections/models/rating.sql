-- Which goals raters judge, folded as cairn.domain.goal.state.evolve does it.

-- name: fold
with event as materialized (
    select stream, version, type, occurred_at
    from read.window($1, $2, $3, $4)
    where type = 'GoalRated' or (type = 'ReviewOpened' and data ->> 'rated' = 'true')
),
saved as (
    insert into rated_goal (goal, rated_at)
    select stream, max(occurred_at) filter (where type = 'GoalRated')
    from event
    group by stream
    on conflict (goal) do update set rated_at = coalesce(excluded.rated_at, rated_goal.rated_at)
    returning 1
)
select count(*) from saved
