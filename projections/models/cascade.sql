-- From strategy to person: which goals serve which, who carries each part, and what nobody has taken up.

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
select t.depth, t.parent, g.goal, g.tier, g.title, g.owner, g.manager, g.department, g.stage, p.weight, g.parts,
    (select count(*) from read.goal c where c.parent = g.goal
        and c.stage not in ('cancelled', 'superseded'))::int as children,
    (select s.attainment from read.goal_score s where s.goal = g.goal and s.attainment is not null
     order by s.ends desc, s.period = 'Y' desc limit 1) as attainment
from tree t
join read.goal g on g.goal = t.goal
left join read.placement p on p.goal = g.goal and p.sheet = g.sheet
order by t.path

-- name: aligned
select goal from read.goal where parent = $1 order by goal

-- name: coverage
with recursive part as (
    select g.goal, g.title, (a.ordinality)::int as part, a.value ->> 'title' as part_title,
        a.value ->> 'department' as department, read.number_or_null(a.value ->> 'target') as target
    from read.goal g
    cross join lateral jsonb_array_elements(g.parts) with ordinality a
    where g.cycle = $1 and g.stage not in ('cancelled', 'superseded')
),
carrying as (
    select p.goal as root, p.part, c.goal, c.tier, c.owner, true as direct
    from part p
    join read.goal c on c.parent = p.goal and c.department = p.department
    where c.stage not in ('cancelled', 'superseded')
    union
    select k.root, k.part, c.goal, c.tier, c.owner, false
    from carrying k
    join read.goal c on c.parent = k.goal
    where c.stage not in ('cancelled', 'superseded')
)
select p.*,
    array(select k.goal from carrying k where k.root = p.goal and k.part = p.part and k.direct
          order by k.goal) as aligned,
    array(select distinct k.owner from carrying k where k.root = p.goal and k.part = p.part and k.tier = 'individual'
          order by k.owner) as people
from part p
order by p.goal, p.part

-- name: loose
-- Goals that lack what should be above or below them. A parent that has ended is none.
with alive as (
    select g.goal, g.title, g.tier, g.dimension, g.owner, g.manager, g.department, g.parent, g.parts
    from read.goal g
    where g.cycle = $1 and g.stage not in ('cancelled', 'superseded')
),
lacking as (
    select a.*, case
        when a.tier = 'strategic' then 'undivided'
        when a.tier = 'department' then 'nobody'
        else 'alone' end as code
    from alive a
    where case a.tier
        when 'strategic' then jsonb_array_length(a.parts) = 0
        when 'department' then not exists (
            select from alive c where c.parent = a.goal and c.tier = 'individual')
        else a.dimension = 'duties' and not exists (select from alive b where b.goal = a.parent) end
    union all
    select a.*, 'unaligned'
    from alive a
    where a.tier = 'department' and not exists (select from alive b where b.goal = a.parent)
)
select code, goal, title, owner, manager, department
from lacking
order by array_position(array['undivided', 'unaligned', 'nobody', 'alone'], code), goal
