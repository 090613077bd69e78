-- From strategy to person: which goals serve which, and which parts nobody has taken up.

-- name: below
with recursive tree as (
    select g.goal, g.parent, 0 as depth, array[g.goal] as path
    from read.goal g
    where ($2::text is not null and g.goal = $2) or ($2::text is null and g.cycle = $1 and g.parent is null)
    union all
    select g.goal, g.parent, t.depth + 1, t.path || g.goal
    from tree t
    join read.goal g on g.parent = t.goal
    where not g.goal = any(t.path)
)
select t.depth, t.parent, g.goal, g.tier, g.title, g.owner, g.department, g.stage, p.weight, g.parts,
    (select count(*) from read.goal c where c.parent = g.goal
        and c.stage not in ('cancelled', 'superseded'))::int as children
from tree t
join read.goal g on g.goal = t.goal
left join read.placement p on p.goal = g.goal and p.sheet = g.sheet
order by t.path

-- name: aligned
select goal from read.goal where parent = $1 order by goal

-- name: coverage
select g.goal, g.title, (a.ordinality)::int as part, a.value ->> 'title' as part_title,
    a.value ->> 'department' as department, read.number_or_null(a.value ->> 'target') as target,
    array(select c.goal from read.goal c
          where c.parent = g.goal and c.department = a.value ->> 'department'
            and c.stage not in ('cancelled', 'superseded')
          order by c.goal) as aligned
from read.goal g
cross join lateral jsonb_array_elements(g.parts) with ordinality a
where g.cycle = $1 and g.stage not in ('cancelled', 'superseded')
order by g.goal, a.ordinality
