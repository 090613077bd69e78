-- Who is waited for, for what, since when and until when: the goals' stages under their cycle's dates.

-- name: fold
with event as materialized (
    select position, stream, occurred_at, data ->> 'by' as member
    from read.window($1, $2, $3, $4)
    where type = 'CommitteeVoted'
),
saved as (
    insert into vote (goal, member, at, position)
    select distinct on (stream, member) stream, member, occurred_at, position
    from event
    order by stream, member, position desc
    on conflict (goal, member) do update set (at, position) = (excluded.at, excluded.position)
)
select count(*) from event

-- name: for_person
with candidate as (
    select goal from read.goal where owner = $1 and stage in ('draft', 'returned')
    union
    select g.goal from read.goal g join read.department d on d.id = g.department
    where g.tier = 'department' and g.stage in ('draft', 'returned')
      and (d.head = $1 or (d.head is null and 'role:hr' = any($2::text[])))
    union
    select goal from read.goal
    where tier <> 'department' and stage in ('draft', 'returned')
      and owner in (select person from read.person_leave where delegate = $1)
    union
    select goal from read.goal where manager = $1 and stage in ('submitted', 'adjusting', 'in_review')
    union
    select goal from read.goal
    where jsonb_array_length(segments) > 1 and segments @> jsonb_build_array(jsonb_build_object('manager', $1::text))
      and stage in ('submitted', 'adjusting', 'in_review')
    union
    select goal from read.goal
    where 'role:committee' = any($2::text[]) and (tier <> 'individual' or manager is null)
      and stage in ('submitted', 'adjusting', 'in_review')
    union
    select goal from read.goal
    where 'role:committee' = any($2::text[]) and jsonb_array_length(segments) > 1
      and segments @> '[{"manager": null}]' and stage in ('submitted', 'adjusting', 'in_review')
    union
    select goal from read.goal
    where ('role:hr' = any($2::text[]) or 'role:executive' = any($2::text[]))
      and stage = 'adjusting' and confirmed_hr is null
    union
    -- whoever is or was away, has left or delegates: somebody stands in for them
    select g.goal from read.goal g
    join (select person from read.person_leave union select id from read.person where left_on is not null) a
        on a.person = g.manager
    where g.stage in ('submitted', 'adjusting', 'in_review')
       or exists (select from read.check_in i where i.goal = g.goal and i.waits)
    union
    select g.goal from read.goal g join read.department d on d.id = g.department
    join (select person from read.person_leave union select id from read.person where left_on is not null) a
        on a.person = d.head
    where g.tier = 'department' and g.stage in ('draft', 'returned')
    union
    -- what is reported waits for whoever judges the goal
    select g.goal from read.goal g
    where g.manager = $1 and exists (select from read.check_in i where i.goal = g.goal and i.waits)
    union
    select g.goal from read.goal g
    where jsonb_array_length(g.segments) > 1
      and g.segments @> jsonb_build_array(jsonb_build_object('manager', $1::text))
      and exists (select from read.check_in i where i.goal = g.goal and i.waits)
    union
    select g.goal from read.goal g
    where 'role:committee' = any($2::text[]) and (g.tier <> 'individual' or g.manager is null)
      and exists (select from read.check_in i where i.goal = g.goal and i.waits)
    union
    select g.goal from read.goal g
    where 'role:committee' = any($2::text[]) and jsonb_array_length(g.segments) > 1
      and g.segments @> '[{"manager": null}]'
      and exists (select from read.check_in i where i.goal = g.goal and i.waits)
)
select g.goal, w.act, s.awaited, g.cycle, g.sheet, g.department, g.tier, h.owner, o.name as owner_name, g.title,
    g.stage, case when w.act = 'confirm_check_ins' then greatest(g.version, (
        select max(i.version) from read.check_in i where i.goal = g.goal)) else g.version end as version,
    w.since, w.until
from candidate k
join read.goal g on g.goal = k.goal
left join read.cycle c on c.cycle = g.cycle
cross join lateral read.held(g.tier, g.owner, g.department, g.segments, g.cycle, $4) h
cross join lateral (
    select a.act, a.awaited, g.entered as since, read.awaited_until(
        a.act, c.drafts_due, c.approvals_due, c.scores_due, g.expires_at) as until
    from read.awaited(g.stage, g.tier, coalesce(nullif(h.owner, ''), 'role:hr'), h.manager,
        g.measure ->> 'kind', g.confirmed_manager, g.confirmed_hr,
        exists (select from read.assessment a where a.goal = g.goal and a.period = 'Y')
            or exists (select from read.rated_goal r where r.goal = g.goal)) a
    union all
    select r.act, r.awaited, r.since, null
    from read.awaited_reports(g.goal, g.stage, g.tier, h.manager, g.cycle, $5) r) w
cross join lateral (
    select case when w.act = 'confirm_hr' then read.hr_place(h.owner, h.manager, coalesce($4, now())::date)
                else read.done_by(g.tier, w.act, w.awaited, h.owner, g.cycle, $4) end as awaited offset 0) s
left join read.person o on o.id = h.owner
where (s.awaited = $1 and (h.owner <> $1 or w.act = 'submit') or (s.awaited = any($2::text[]) and h.owner <> $1)) and ($3::text is null or g.cycle = $3)
  and not (s.awaited = 'role:committee'
           and exists (select from read.vote v where v.goal = g.goal and v.member = $1 and v.at >= g.entered))
order by until nulls last, g.goal, w.act

-- name: for_goal
select g.goal, w.act, s.awaited, g.cycle, g.sheet, g.department, g.tier, h.owner, o.name as owner_name, g.title,
    g.stage, case when w.act = 'confirm_check_ins' then greatest(g.version, (
        select max(i.version) from read.check_in i where i.goal = g.goal)) else g.version end as version,
    w.since, w.until
from read.goal g
left join read.cycle c on c.cycle = g.cycle
cross join lateral read.held(g.tier, g.owner, g.department, g.segments, g.cycle, $2) h
cross join lateral (
    select a.act, a.awaited, g.entered as since, read.awaited_until(
        a.act, c.drafts_due, c.approvals_due, c.scores_due, g.expires_at) as until
    from read.awaited(g.stage, g.tier, coalesce(nullif(h.owner, ''), 'role:hr'), h.manager,
        g.measure ->> 'kind', g.confirmed_manager, g.confirmed_hr,
        exists (select from read.assessment a where a.goal = g.goal and a.period = 'Y')
            or exists (select from read.rated_goal r where r.goal = g.goal)) a
    union all
    select r.act, r.awaited, r.since, null
    from read.awaited_reports(g.goal, g.stage, g.tier, h.manager, g.cycle, $3) r) w
cross join lateral (
    select case when w.act = 'confirm_hr' then read.hr_place(h.owner, h.manager, coalesce($2, now())::date)
                else read.done_by(g.tier, w.act, w.awaited, h.owner, g.cycle, $2) end as awaited offset 0) s
left join read.person o on o.id = h.owner
-- of everybody, or of one person as for_person has it
where g.goal = $1
  and ($4::text is null or (s.awaited = $4 and (h.owner <> $4 or w.act = 'submit')
                            or (s.awaited = any($5::text[]) and h.owner <> $4))
       and not (s.awaited = 'role:committee'
                and exists (select from read.vote v where v.goal = g.goal and v.member = $4 and v.at >= g.entered)))
order by w.act

-- Asked of a whole cycle, so nothing is called goal by goal that most goals need not: who is awaited for a stage only
-- where one waits, who held it only where it moved or a department holds it; reports are gathered once. Few have
-- somebody who stands in for them; whoever has nobody does what waits for them.
-- name: waiting
with standing as materialized (
    select person from read.person_leave union select id from read.person where left_on is not null
),
report as materialized (
    select goal, min(at) as since from read.check_in where waits group by goal
)
select s.awaited, w.act, count(*)::int as goals, min(w.since) as oldest, min(w.until) as until,
    (count(*) filter (where w.until <= $2))::int as overdue
from read.goal g
left join read.cycle c on c.cycle = g.cycle
left join report p on p.goal = g.goal
cross join lateral (
    select case when moved then (select o.owner from read.held(g.tier, g.owner, g.department, g.segments, g.cycle, $2) o)
                else g.owner end as owner,
        case when moved then (select o.manager from read.held(g.tier, g.owner, g.department, g.segments, g.cycle, $2) o)
             else g.segments -> 0 ->> 'manager' end as manager
    from (values (g.tier = 'department' or jsonb_array_length(g.segments) > 1)) m (moved)) h
cross join lateral (
    select a.act, a.awaited, g.entered as since, read.awaited_until(
        a.act, c.drafts_due, c.approvals_due, c.scores_due, g.expires_at) as until
    from read.awaited(g.stage, g.tier, coalesce(nullif(h.owner, ''), 'role:hr'), h.manager,
        g.measure ->> 'kind', g.confirmed_manager, g.confirmed_hr,
        exists (select from read.assessment a where a.goal = g.goal and a.period = 'Y')
            or exists (select from read.rated_goal r where r.goal = g.goal)) a
    where g.stage in ('draft', 'returned', 'submitted', 'adjusting', 'in_review')
    union all
    -- as read.awaited_reports has it, of reports gathered above
    select 'confirm_check_ins',
        case when g.tier = 'individual' then coalesce(h.manager, 'role:committee') else 'role:committee' end, p.since, null
    where p.goal is not null and g.stage in ('approved', 'active', 'adjusting', 'in_review') and g.cycle <> all ($3)) w
cross join lateral (
    select case when w.act = 'confirm_hr' then read.hr_place(h.owner, h.manager, coalesce($2, now())::date)
                when w.awaited not in (select person from standing) then w.awaited
                else read.done_by(g.tier, w.act, w.awaited, h.owner, g.cycle, $2) end as awaited offset 0) s
where g.cycle = $1
  and (g.stage in ('draft', 'returned', 'submitted', 'adjusting', 'in_review') or p.goal is not null)
group by s.awaited, w.act
order by overdue desc, goals desc, s.awaited
