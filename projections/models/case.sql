-- Open cases of every kind: whose turn it is, since when and until when.

-- name: turns
with turn as (
    select f.*, f.stage as step from read.feedback_turns($1, $2) f
    union all
    select * from read.coaching_turns($1, $2)
    union all
    select r.*, r.stage from read.request_turns($1, $2) r
    union all
    select p.*, p.stage from read.promise_turns($1, $2) p
    union all
    select * from read.review_turns($1, $2)
    union all
    select * from read.result_turns($1, $2)
    union all
    select * from read.calibration_turns($1, $2)
)
select t.kind, t.name, t.version, t.cycle, t.holder, coalesce(p.name, d.name) as holder_name, t.stage, t.since, t.until, t.awaited as turn, w.awaited,
    t.step
from turn t
left join read.person p on p.id = t.holder
left join read.department d on 'department.' || d.id = t.holder
cross join lateral (
    select case when t.awaited like 'role:%' then t.awaited
                else read.acting_for(t.awaited, read.day_of(t.cycle, $2)) end as awaited offset 0) w
where ($3::text[] is null or w.awaited = any($3))
order by t.until nulls last, t.name, w.awaited, t.step

-- name: open
select name from read.feedback where stage = 'observed' or (stage = 'given' and action_due is not null)
union all
select name from read.coaching where stage in ('proposed', 'objected', 'running', 'statement')
union all
select name from read.request where stage in ('asked', 'asked_back', 'offered', 'accepted', 'delivered')
union all
select name from read.promise where stage = 'made'
union all
select name from read.review where stage in ('open', 'commented', 'returned', 'reported')
union all
select name from read.result_case
where stage in ('shown', 'appealed') or (stage in ('told', 'signed', 'unsigned') and appeal_by is not null)
   or (interview_by is not null and talked is distinct from number and stage <> 'closed')
union all
select name from read.calibration where stage = 'open'
