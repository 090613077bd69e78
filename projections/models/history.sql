-- One goal's story: its own events, and those of its sheets that mention it. The fold keeps which sheets those are.

-- name: fold
with event as materialized (
    select stream, type, data::jsonb as data
    from read.window($1, $2, $3, $4)
    where type in ('SheetOpened', 'GoalPlaced')
)
insert into mention (goal, sheet)
select p ->> 'goal', stream from event, jsonb_array_elements(data -> 'placements') p where type = 'SheetOpened'
union all
select data #>> '{placement,goal}', stream from event where type = 'GoalPlaced'

-- name: story
-- The log goes on while the fold is under way: it is read to where the fold stands.
with bound as materialized (
    select k.epoch, k.xid, k.id
    from read.projection c
    cross join lateral ledger.key_at(least($2, c.cursor)) k
    where c.name = 'history'
),
story as materialized (
    select e.*
    from bound b
    cross join ledger.event e
    where e.stream = $1 and (e.epoch, e.xid, e.id) <= (b.epoch, b.xid, b.id)
    union all
    select e.*
    from bound b
    cross join (select distinct sheet from read.mention where goal = $1) m
    join ledger.event e on e.stream = m.sheet and (e.epoch, e.xid, e.id) <= (b.epoch, b.xid, b.id)
    where e.type in ('SheetOpened', 'GoalPlaced', 'GoalWeighted', 'GoalRemoved', 'FlexibleSpaceUsed', 'SheetScored')
)
select ledger.position_of(epoch, xid, id) as position, stream, version, type, schema_version, occurred_at, recorded_at,
       actor, data
from story
order by position
