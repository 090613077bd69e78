-- What is late in a cycle: who is waited for, and scores that are due and not there; with what people were told of it.

-- name: fold
with event as materialized (
    select position, stream, occurred_at, data ->> 'phase' as phase, type = 'DeadlineMissed' as escalated,
        array(select jsonb_array_elements_text(data::jsonb -> 'to')) as recipients
    from read.window($1, $2, $3, $4)
    where type in ('ReminderSent', 'DeadlineMissed')
),
saved as (
    insert into notice (goal, phase, escalated, recipients, at, position)
    select distinct on (stream, phase) stream, phase, escalated, recipients, occurred_at, position
    from event
    order by stream, phase, position desc
    on conflict (goal, phase) do update set (escalated, recipients, at, position) =
        (excluded.escalated, excluded.recipients, excluded.at, excluded.position)
)
select count(*) from event

-- The dates are the cycle's: what the policy adds for whoever was asked late is not in them.
-- name: late
with task as (
    select g.goal, w.act, read.done_by(g.tier, w.act, w.awaited, h.owner, g.cycle, $2) as awaited, null as period,
        read.awaited_until(w.act, c.drafts_due, c.approvals_due, c.scores_due, g.expires_at) as due
    from read.goal g
    join read.cycle c on c.cycle = g.cycle
    cross join lateral read.held(g.tier, g.owner, g.department, g.segments, g.cycle, $2) h
    cross join lateral read.awaited(g.stage, g.tier, coalesce(nullif(h.owner, ''), 'role:hr'), h.manager,
        g.measure ->> 'kind', g.confirmed_manager, g.confirmed_hr,
        exists (select from read.assessment a where a.goal = g.goal and a.period = 'Y')
            or exists (select from read.rated_goal r where r.goal = g.goal)) w
    where g.cycle = $1 and g.stage in ('draft', 'returned', 'submitted', 'adjusting', 'in_review')
      and not (w.act = 'submit' and g.tier = 'individual' and read.is_away(g.owner, read.day_of(g.cycle, $2)))
),
-- As cairn.domain.goal.status: a goal that is judged has a score only where it was judged.
score as (
    select g.goal, 'score' as act, null as awaited, p.key as period, p.scored_at as due
    from read.goal g
    join read.period p on p.cycle = g.cycle and p.ends >= g.since
    left join read.sheet s on s.sheet = g.sheet
    where g.cycle = $1 and p.scored_at <= $2 and g.stage in ('active', 'adjusting', 'in_review')
      and case when p.kind = 'year' then g.stage = 'in_review'
               else g.tier = 'individual' and (s.family, p.kind) in (select * from unnest($4::text[], $5::text[])) end
      and (g.measure ->> 'kind' = 'kpi'
           or exists (select from read.assessment a where a.goal = g.goal and a.period = p.key)
           or (p.kind = 'year' and exists (
                   select from read.rated_goal r where r.goal = g.goal and r.rated_at is not null)))
      and not exists (select from read.goal_score o where o.goal = g.goal and o.period = p.key)
),
-- As cairn.domain.goal.status.to_deliver: over with the day itself, on the clock of the cycle's calendar.
delivery as (
    select g.goal, 'deliver' as act, coalesce(nullif(h.owner, ''), 'role:hr') as awaited, null as period,
        ((g.measure ->> 'due')::date + 1)::timestamp
            at time zone coalesce(c.schedule #>> '{calendar,timezone}', 'UTC') as due
    from read.goal g
    join read.cycle c on c.cycle = g.cycle
    cross join lateral read.held(g.tier, g.owner, g.department, g.segments, g.cycle, $2) h
    where g.cycle = $1 and g.stage in ('active', 'adjusting', 'in_review')
      and g.measure ->> 'kind' in ('key_task', 'capability') and g.measure ->> 'due' is not null
      and (select count(*) from jsonb_object_keys(g.accepted))
          < jsonb_array_length(coalesce(g.measure -> 'criteria', g.measure -> 'outcomes'))
      and not exists (select from read.assessment a
                      join read.period p on p.cycle = g.cycle and p.key = a.period
                      where a.goal = g.goal and p.ends >= (g.measure ->> 'due')::date)
)
select g.goal, g.title, g.owner, o.name as owner_name, g.department, l.act, l.period, l.awaited, a.name as awaited_name,
    g.entered as since, g.since as begins, l.due, coalesce(n.notices, '[]') as notices
from (select * from task union all select * from score union all select * from delivery) l
join read.goal g on g.goal = l.goal
left join read.person o on o.id = g.owner
left join read.person a on a.id = l.awaited
left join lateral (
    select jsonb_agg(jsonb_build_object('at', n.at, 'escalated', n.escalated, 'recipients', n.recipients)
                     order by n.position desc) as notices
    from read.notice n
    where n.goal = g.goal and n.at >= g.entered and l.awaited is not null
      and (l.act = 'deliver') = (n.phase in ('delivery_remind', 'delivery_due'))) n on true
where l.due <= $2 and ($3::text is null or g.department = $3)
