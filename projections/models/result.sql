-- Results that were shown, folded as cairn.domain.result.state.evolve does it.

-- name: fold
with event as materialized (
    select position, stream, version, type, occurred_at, data::jsonb as data
    from read.window($1, $2, $3, $4)
    where type in ('ResultShown', 'InterviewRecorded', 'InterviewMissed', 'ResultAcknowledged', 'ResultNotAcknowledged',
                   'ResultWentOn', 'ResultAppealed', 'AppealWithdrawn', 'AppealVoted', 'AppealOverdue', 'AppealDecided', 'ResultClosed')
),
merged as (
    select stream, max(version) as version, (count(*) filter (where type = 'ResultAppealed'))::int as appeals,
        max(occurred_at) filter (
            where type not in ('InterviewRecorded', 'InterviewMissed', 'AppealVoted', 'AppealOverdue')) as moved,
        read.merge(case type
            when 'ResultShown' then jsonb_build_object('number', data -> 'number', 'rounded', data -> 'rounded',
                'grade', data -> 'grade', 'computed', data -> 'computed', 'shown_at', occurred_at,
                'asked_at', occurred_at, 'acknowledge_by', data -> 'acknowledge_by',
                'interview_by', data -> 'interview_by', 'appeal_by', data -> 'appeal_by', 'lapsed', false,
                'closed', false, 'open_appeal', false)
            when 'InterviewRecorded' then jsonb_build_object('talked', data -> 'number', 'talked_on', data -> 'on')
            when 'ResultAcknowledged' then jsonb_build_object('signed', data -> 'number', 'signed_at', occurred_at,
                'agrees', data -> 'agrees')
            when 'ResultWentOn' then jsonb_build_object('lapsed', true)
            when 'ResultNotAcknowledged' then jsonb_build_object('lapsed', true)
            when 'ResultAppealed' then jsonb_build_object('open_appeal', true, 'appealed_at', occurred_at,
                'decide_by', data -> 'decide_by')
            when 'AppealWithdrawn' then jsonb_build_object('open_appeal', false)
            when 'AppealDecided' then jsonb_build_object('open_appeal', false, 'outcome', data -> 'outcome')
            when 'ResultClosed' then jsonb_build_object('closed', true)
            else '{}' end
            || case when type in ('AppealWithdrawn', 'AppealDecided') and data ->> 'acknowledge_by' is not null
                then jsonb_build_object('lapsed', false, 'acknowledge_by', data -> 'acknowledge_by',
                    'asked_at', occurred_at)
                else '{}' end
            order by version) as patch
    from event group by stream
),
saved as (
    insert into result_case
    select r.*
    from merged m
    left join lateral (select c as was from result_case c where c.name = m.stream offset 0) x on true
    cross join lateral jsonb_populate_record(x.was, m.patch || jsonb_build_object('name', m.stream,
        'version', m.version, 'cycle', read.cycle_in(m.stream), 'holder', read.holder_in(m.stream),
        'appeals', coalesce((x.was).appeals, 0) + m.appeals, 'entered', coalesce(m.moved, (x.was).entered))) p
    cross join lateral jsonb_populate_record(p, jsonb_build_object('stage', case
        when p.open_appeal then 'appealed' when p.closed then 'closed' when p.signed = p.number then 'signed'
        when p.lapsed then 'unsigned' when p.acknowledge_by is null then 'told' else 'shown' end)) r
    on conflict (name) do update set (
        version, stage, entered, number, rounded, grade, computed, shown_at, asked_at, acknowledge_by, interview_by,
        appeal_by, lapsed, closed, signed, signed_at, agrees, talked, talked_on, appeals, open_appeal, appealed_at,
        decide_by, outcome) = (
        excluded.version, excluded.stage, excluded.entered, excluded.number, excluded.rounded, excluded.grade,
        excluded.computed, excluded.shown_at, excluded.asked_at, excluded.acknowledge_by, excluded.interview_by,
        excluded.appeal_by, excluded.lapsed, excluded.closed, excluded.signed, excluded.signed_at, excluded.agrees,
        excluded.talked, excluded.talked_on, excluded.appeals, excluded.open_appeal, excluded.appealed_at,
        excluded.decide_by, excluded.outcome)
    returning 1
)
select count(*) from saved

-- name: listed
select r.*, p.name as holder_name
from read.result_case r
left join read.person p on p.id = r.holder
where r.cycle = $1 and ($2::text is null or r.holder = $2) and ($3::text is null or r.stage = $3)
order by r.acknowledge_by nulls last, r.name
