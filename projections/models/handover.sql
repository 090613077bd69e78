-- Hand-overs with their entries, messages and lowerings, folded as cairn.domain.handover.state.evolve does it.

-- name: fold
with event as materialized (
    select position, stream, version, type, actor, occurred_at, data::jsonb as data
    from read.window($1, $2, $3, $4)
    where type in ('HandoverMade', 'EntriesMade', 'LoweringProposed', 'LoweringWithdrawn', 'LoweringAgreed',
                   'LoweringDeclined', 'MessageTaken', 'MessageNotTaken')
),
merged as (
    select stream, max(version) as version, (array_agg(actor order by version))[1] as opened_by,
        (array_agg(occurred_at order by version))[1] as opened_at, max(occurred_at) as entered,
        coalesce(max((data ->> 'batch')::int) filter (where type = 'HandoverMade'), 0) as batches
    from event group by stream
),
saved as (
    insert into handover as h
    select m.stream, m.version, read.cycle_in(m.stream), read.holder_in(m.stream), m.opened_by, m.opened_at, m.entered,
        m.batches
    from merged m
    on conflict (name) do update set version = excluded.version, entered = excluded.entered,
        batches = greatest(h.batches, excluded.batches)
    returning 1
),
entered as (
    insert into handover_entry
    select e.stream, d.number, (e.data ->> 'batch')::int, (e.data ->> 'part')::int, d.person, d.sheet, d.version,
        d.element, read.number(d.amount), d.reverses, e.occurred_at
    from event e
    cross join lateral jsonb_to_recordset(e.data -> 'entries') as d(
        number int, person text, sheet text, version int, element text, amount text, reverses int)
    where e.type = 'EntriesMade'
    on conflict (handover, number) do nothing
    returning 1
),
told as (
    select e.stream, (e.data ->> 'part')::int as message,
        read.merge(case e.type
            when 'EntriesMade' then jsonb_build_object('batch', (e.data ->> 'batch')::int, 'way', e.data -> 'way',
                'acknowledge_by', e.data -> 'acknowledge_by', 'entries', jsonb_array_length(e.data -> 'entries'),
                'made_by', e.actor, 'made_at', e.occurred_at)
            when 'MessageTaken' then jsonb_build_object('taken_at', e.occurred_at, 'taken_how', e.data ->> 'way',
                'failed', null, 'failed_status', null, 'failed_at', null)
            else jsonb_build_object('failed', e.data ->> 'why', 'failed_status', e.data -> 'status',
                'failed_at', e.occurred_at) end
            order by e.version) as patch
    from event e
    where e.type in ('EntriesMade', 'MessageTaken', 'MessageNotTaken')
    group by e.stream, (e.data ->> 'part')::int
),
messages as (
    insert into handover_message
    select r.*
    from told t
    left join lateral (select m as was from handover_message m
        where m.handover = t.stream and m.message = t.message offset 0) x on true
    cross join lateral jsonb_populate_record(x.was, t.patch || jsonb_build_object('handover', t.stream,
        'message', t.message)) r
    on conflict (handover, message) do update set (taken_at, taken_how, failed, failed_status, failed_at) = (
        excluded.taken_at, excluded.taken_how, excluded.failed, excluded.failed_status, excluded.failed_at)
    returning 1
),
said as (
    select stream, (data ->> 'proposal')::int as proposal, version,
        case type
            when 'LoweringProposed' then (data - array['case', 'proposal', 'replaces', 'by', 'at'])
                || jsonb_build_object('proposed_at', occurred_at)
            when 'LoweringWithdrawn' then jsonb_build_object('outcome', 'withdrawn')
            when 'LoweringDeclined' then jsonb_build_object('outcome', 'declined')
            else jsonb_build_object(data ->> 'role', actor) end as patch
    from event
    where type in ('LoweringProposed', 'LoweringWithdrawn', 'LoweringAgreed', 'LoweringDeclined')
    union all
    select stream, (data ->> 'replaces')::int, version, jsonb_build_object('outcome', 'replaced')
    from event
    where type = 'LoweringProposed' and data ->> 'replaces' is not null
),
proposals as (
    insert into handover_lowering
    select r.handover, r.proposal, r.person, r.sheet, r.version, r.changes, r.proposed_at, r.decide_by, r.hr, r.committee,
        coalesce(r.outcome, case when r.hr is not null and r.committee is not null then 'agreed' end)
    from (select stream, proposal, read.merge(patch order by version) as patch from said group by stream, proposal) s
    left join lateral (select l as was from handover_lowering l
        where l.handover = s.stream and l.proposal = s.proposal offset 0) x on true
    cross join lateral jsonb_populate_record(x.was, s.patch || jsonb_build_object('handover', s.stream,
        'proposal', s.proposal)) r
    on conflict (handover, proposal) do update set (hr, committee, outcome) = (
        excluded.hr, excluded.committee, excluded.outcome)
    returning 1
)
select (select count(*) from saved) + (select count(*) from entered) + (select count(*) from messages)
    + (select count(*) from proposals)

-- name: messages
select m.*, read.handover_stage(m.handover) as stage
from read.handover_message m
where m.handover = $1
order by m.message

-- name: entries
select e.*, p.name as person_name
from read.handover_entry e
left join read.person p on p.id = e.person
where e.handover = $1 and ($2::int is null or e.batch = $2) and ($3::text is null or e.person = $3)
order by e.number

-- name: lowerings
select l.*, p.name as person_name
from read.handover_lowering l
left join read.person p on p.id = l.person
where l.handover = $1
order by l.proposal

-- name: sums
select e.person, e.element, sum(e.amount) as amount, (array_agg(e.version order by e.number desc))[1] as version,
    bool_and(m.taken_at is not null) as taken
from read.handover_entry e
join read.handover_message m on m.handover = e.handover and m.message = e.message
where e.handover = $1
group by e.person, e.element
order by e.person, e.element
