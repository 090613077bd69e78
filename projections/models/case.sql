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
