-- A manager's people in a cycle.

-- name: team
with member as materialized (select * from read.team_of($3, $4, $5)),
turn as materialized (select holder, acts, until, kind from read.turns($1, $2)),
goals as (
    select g.owner, count(*) filter (where g.stage not in ('cancelled', 'superseded'))::int as goals,
        count(*) filter (where g.stage in ('draft', 'returned', 'submitted'))::int as unapproved,
        count(*) filter (where (g.stage in ('draft', 'returned') and c.drafts_due <= $2)
                            or (g.stage = 'submitted' and c.approvals_due <= $2)
                            or (g.stage = 'in_review' and c.scores_due <= $2)
                            or (g.stage = 'adjusting' and g.expires_at <= $2))::int as late
    from member m
    join read.goal g on g.owner = m.id and g.cycle = $1 and g.tier = 'individual'
    left join read.cycle c on c.cycle = g.cycle
    group by g.owner
),
told as (
    select f.holder, max(f.given_at) as last, count(*) filter (where f.stage = 'observed')::int as untold,
        count(*) filter (where f.overdue_at is not null)::int as breaches,
        count(*) filter (where f.stage = 'given' and f.action_due is not null)::int as actions
    from member m join read.feedback f on f.holder = m.id and f.cycle = $1 and f.stage <> 'withdrawn'
    group by f.holder
),
reported as (
    select g.owner, max(i.at) as last
    from member m
    join read.goal g on g.owner = m.id and g.cycle = $1
    join read.check_in i on i.goal = g.goal
    group by g.owner
),
plans as (
    select k.holder, count(*)::int as plans
    from member m join read.coaching k on k.holder = m.id and k.cycle = $1
    where k.stage in ('proposed', 'objected', 'running', 'statement')
    group by k.holder
),
debts as (
    select d.holder, count(*)::int as owed, count(*) filter (where d.due < $4)::int as late
    from (
        select p.holder, p.due from member m
        join read.promise p on p.holder = m.id and p.cycle = $1 and p.stage = 'made'
        union all
        select k.holder, coalesce(read.after_leave(k.cycle, k.holder, s.until), 'infinity') from member m
        join read.coaching k on k.holder = m.id and k.cycle = $1 and k.stage in ('proposed', 'objected', 'running')
        join read.coaching_support s on s.name = k.name and s.outcome is null and not s.replaced) d
    group by d.holder
)
select m.id, p.name, m.manager, m.level, p.department, coalesce(g.goals, 0) as goals,
    coalesce(g.unapproved, 0) as unapproved, coalesce(g.late, 0) as late, greatest(t.last, r.last) as heard,
    coalesce(t.untold, 0) as untold, coalesce(t.breaches, 0) as breaches, coalesce(t.actions, 0) as actions,
    coalesce(k.plans, 0) as coaching, coalesce(d.owed, 0) as owed, coalesce(d.late, 0) as owed_late,
    (select count(*)::int from turn w where w.holder = m.id and w.kind = 'review') as reviews,
    (select count(*)::int from turn w where w.acts = m.id) as turns,
    (select count(*)::int from turn w where w.acts = m.id and w.until <= $2) as turns_late
from member m
join read.person p on p.id = m.id
left join goals g on g.owner = m.id
left join told t on t.holder = m.id
left join reported r on r.owner = m.id
left join plans k on k.holder = m.id
left join debts d on d.holder = m.id
order by m.level, m.manager, m.id
