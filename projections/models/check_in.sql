-- Check-ins: numbered in the order they came, confirmed, withdrawn, or of a metric that was replaced.

-- name: fold
with event as materialized (
    select stream, version, type, occurred_at, data::jsonb as data
    from read.window($1, $2, $3, $4)
    where type in ('CheckedIn', 'CheckInsConfirmed', 'CheckInWithdrawn')
       or (type = 'GoalAdjusted' and data #>> '{after,measure}' is not null)
),
stored as materialized (
    select o.*
    from (select distinct stream from event) s
    cross join lateral (select c.goal, c.number, c.version, c.day, c.at, c.has_value, c.confirmed_by, c.withdrawn, c.former
                        from check_in c where c.goal = s.stream offset 0) o
),
every as materialized (
    select * from stored
    union all
    select e.stream, coalesce(b.last, 0) + (row_number() over (partition by e.stream order by e.version))::int, e.version,
        (e.data ->> 'on')::date, e.occurred_at, e.data ->> 'value' is not null, null, false, false
    from event e
    left join (select goal, max(number) as last from stored group by goal) b on b.goal = e.stream
    where e.type = 'CheckedIn'
),
confirmed as (
    select distinct on (e.stream, n.number) e.stream as goal, n.number::int as number, e.data ->> 'by' as by
    from event e
    cross join lateral jsonb_array_elements_text(e.data -> 'check_ins') n(number)
    where e.type = 'CheckInsConfirmed'
    order by e.stream, n.number, e.version
),
withdrawn as (
    select distinct stream as goal, (data ->> 'check_in')::int as number from event where type = 'CheckInWithdrawn'
),
replaced as (
    select stream as goal, max(version) as version
    from event
    where type = 'GoalAdjusted' and not read.same_metric(data #> '{before,measure}', data #> '{after,measure}')
    group by stream
),
saved as (
    insert into check_in as o (goal, number, version, day, at, has_value, confirmed_by, withdrawn, former)
    select n.goal, n.number, n.version, n.day, n.at, n.has_value, coalesce(n.confirmed_by, c.by),
        n.withdrawn or w.goal is not null, n.former or coalesce(n.version < r.version, false)
    from every n
    left join confirmed c on c.goal = n.goal and c.number = n.number
    left join withdrawn w on w.goal = n.goal and w.number = n.number
    left join replaced r on r.goal = n.goal
    on conflict (goal, number) do update
        set (confirmed_by, withdrawn, former) = (excluded.confirmed_by, excluded.withdrawn, excluded.former)
        where (o.confirmed_by, o.withdrawn, o.former)
            is distinct from (excluded.confirmed_by, excluded.withdrawn, excluded.former)
    returning 1
)
select count(*) from saved
