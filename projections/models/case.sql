-- Open cases of every kind: whose turn it is, since when and until when; how many there are in which stage.

-- name: turns
select t.kind, t.name, t.version, t.cycle, t.holder, coalesce(p.name, d.name) as holder_name, t.stage, t.since, t.until,
    t.awaited as turn, t.acts as awaited, t.step
from read.turns($1, $2) t
left join read.person p on p.id = t.holder
left join read.department d on 'department.' || d.id = t.holder
where $3::text[] is null or t.acts = any($3)
order by t.until nulls last, t.name, t.acts, t.step

-- name: waiting
select t.acts as awaited, t.kind, t.step, count(*)::int as cases, min(t.since) as oldest, min(t.until) as until,
    (count(*) filter (where t.until <= $2))::int as overdue
from read.turns($1, $2) t
group by t.acts, t.kind, t.step
order by overdue desc, cases desc, t.acts, t.kind, t.step

-- name: counted
with late as (select distinct name from read.turns($1, $2) where until <= $2),
every as (
    select 'feedback' as kind, name, stage from read.feedback where cycle = $1
    union all
    select 'coaching', name, stage from read.coaching where cycle = $1
    union all
    select 'request', name, stage from read.request where cycle = $1
    union all
    select 'promise', name, stage from read.promise where cycle = $1
    union all
    select 'review', name, stage from read.review where cycle = $1
    union all
    select 'appraisal', name, stage from read.appraisal where cycle = $1
    union all
    select 'result', name, stage from read.result_case where cycle = $1
    union all
    select 'calibration', name, stage from read.calibration where cycle = $1
    union all
    select 'handover', name, read.handover_stage(name) from read.handover where cycle = $1
    union all
    select 'amendment', amendment, stage from read.amendment where cycle = $1
)
select e.kind, e.stage, count(*)::int as cases, count(l.name)::int as overdue
from every e left join late l on l.name = e.name
group by e.kind, e.stage
order by e.kind, e.stage

-- name: cases
with every as (
    select 'feedback' as kind, name, holder, stage, opened_at as since, array[opened_by] as by from read.feedback where cycle = $1
    union all
    select 'coaching', name, holder, stage, opened_at, array[opened_by, mentor] from read.coaching where cycle = $1
    union all
    select 'request', name, holder, stage, opened_at, array[opened_by] from read.request where cycle = $1
    union all
    select 'promise', name, holder, stage, opened_at, array[opened_by, promised_by] from read.promise where cycle = $1
    union all
    select 'review', name, holder, stage, entered, null from read.review where cycle = $1
    union all
    select 'appraisal', name, holder, stage, opened_at, null from read.appraisal where cycle = $1
    union all
    select 'result', name, holder, stage, entered, null from read.result_case where cycle = $1
    union all
    select 'calibration', name, holder, stage, opened_at, array[opened_by] from read.calibration where cycle = $1
    union all
    select 'handover', name, holder, read.handover_stage(name), opened_at, array[opened_by] from read.handover where cycle = $1
)
select e.kind, e.name, e.holder, coalesce(p.name, d.name) as holder_name, e.stage, e.since
from every e
left join read.person p on p.id = e.holder
left join read.department d on 'department.' || d.id = e.holder
where ($2::text[] is null or e.holder = any($2) or $3 = any(e.by)) and ($5::text is null or e.kind = $5)
order by e.since desc, e.name
limit $4

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
select name from read.appraisal where stage = 'open' or (stage = 'scored' and over is null)
union all
select name from read.result_case
where stage in ('shown', 'appealed') or (stage in ('told', 'signed', 'unsigned') and appeal_by is not null)
   or (interview_by is not null and talked is distinct from number and stage <> 'closed')
union all
select name from read.calibration where stage = 'open'
union all
select name from read.handover where read.handover_stage(name) = 'waiting'
