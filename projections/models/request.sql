-- Requests to other departments, folded as cairn.domain.request.state.evolve does it.

-- name: fold
with event as materialized (
    select position, stream, version, type, occurred_at, data::jsonb as data
    from read.window($1, $2, $3, $4)
    where type in ('RequestOpened', 'RequestAccepted', 'RequestOffered', 'RequestAgreed', 'RequestAskedBack',
                   'RequestReplied', 'RequestDeclined', 'RequestDelivered', 'RequestIncomplete', 'RequestReceived',
                   'RequestWithdrawn', 'RequestOverdue')
),
merged as (
    select stream, max(version) as version,
        read.merge(case type
            when 'RequestOpened' then jsonb_build_object('stage', 'asked', 'opened_by', data -> 'by',
                'opened_at', occurred_at, 'goal', data -> 'goal', 'needed_by', data -> 'needed_by',
                'diagnosis', data -> 'diagnosis')
            when 'RequestAccepted' then jsonb_build_object('stage', 'accepted', 'promised', data -> 'promised')
            when 'RequestAgreed' then jsonb_build_object('stage', 'accepted', 'promised', data -> 'promised')
            when 'RequestOffered' then '{"stage": "offered"}'
            when 'RequestAskedBack' then '{"stage": "asked_back"}'
            when 'RequestReplied' then jsonb_build_object('stage', 'asked', 'needed_by', data -> 'needed_by')
            when 'RequestDeclined' then '{"stage": "declined"}'
            when 'RequestDelivered' then jsonb_build_object('stage', 'delivered', 'delivered', data -> 'on',
                'days_late', coalesce(data -> 'days_late', '0'))
            when 'RequestIncomplete' then '{"stage": "accepted", "delivered": null, "days_late": null}'
            when 'RequestReceived' then '{"stage": "received"}'
            when 'RequestWithdrawn' then '{"stage": "withdrawn"}'
            else jsonb_build_object('overdue_at', data -> 'due') end
            || case when type = 'RequestOverdue' then '{}'::jsonb else jsonb_build_object('entered', occurred_at) end
            || case when data ? 'answer_by' then jsonb_build_object('answer_by', data -> 'answer_by') else '{}' end
            order by version) as patch
    from event group by stream
),
saved as (
    insert into request
    select r.*
    from merged m
    left join lateral (select q as was from request q where q.name = m.stream offset 0) x on true
    cross join lateral jsonb_populate_record(x.was, m.patch || jsonb_build_object('name', m.stream,
        'version', m.version, 'cycle', read.cycle_in(m.stream), 'holder', read.holder_in(m.stream),
        'department', regexp_replace(read.holder_in(m.stream), '^department\.', ''))) r
    on conflict (name) do update set (
        version, stage, entered, answer_by, needed_by, promised, delivered, days_late, overdue_at) = (
        excluded.version, excluded.stage, excluded.entered, excluded.answer_by, excluded.needed_by,
        excluded.promised, excluded.delivered, excluded.days_late, excluded.overdue_at)
    returning 1
)
select count(*) from saved

-- name: listed
select r.*, d.name as department_name, o.name as opener_name
from read.request r
left join read.department d on d.id = r.department
left join read.person o on o.id = r.opened_by
where ($1::text is null or r.cycle = $1) and ($2::text is null or r.department = $2)
  and ($3::text is null or r.opened_by = $3) and ($4::text is null or r.goal = $4)
order by r.opened_at desc, r.name
