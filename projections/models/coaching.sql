-- Coaching plans, folded as cairn.domain.coaching.state.evolve does it.

-- name: fold
with event as materialized (
    select position, stream, version, type, actor, occurred_at, data::jsonb as data
    from read.window($1, $2, $3, $4)
    where type in ('CoachingOpened', 'CheckpointSet', 'SupportPromised', 'AgreementAsked', 'CoachingRead', 'CoachingAgreed',
                   'CoachingObjected', 'CoachingWentOn', 'CoachingCommented', 'CheckpointReported', 'CheckpointMissed',
                   'CheckpointJudged', 'CheckpointMoved', 'SupportRecorded', 'SupportOverdue', 'MentorNamed', 'MentorLeft',
                   'CoachingExtended', 'CoachingConcluded', 'CoachingStated', 'StatementLapsed', 'CoachingLapsed',
                   'CoachingCancelled')
),
merged as (
    select stream, max(version) as version, (count(*) filter (where type = 'CoachingExtended'))::int as extended,
        read.merge(case type
            when 'CoachingOpened' then jsonb_build_object('stage', 'proposed', 'opened_by', data -> 'by',
                'opened_at', occurred_at, 'gap', data -> 'gap', 'goal', data -> 'goal', 'diagnosis', data -> 'diagnosis', 'ends', data -> 'ends',
                'mentor', data -> 'mentor', 'mentor_read', false, 'holder_read', false, 'objected', false, 'stated', false)
            when 'AgreementAsked' then jsonb_build_object('stage', 'proposed', 'asked_at', occurred_at,
                'answer_by', data -> 'answer_by', 'holder_read', false, 'mentor_asked_at', occurred_at,
                'mentor_by', data -> 'answer_by', 'mentor_read', false)
            when 'CoachingRead' then jsonb_build_object((data ->> 'role') || '_read', true)
            when 'CoachingAgreed' then jsonb_build_object('stage', 'running', 'started_at', occurred_at,
                'agreed_at', occurred_at, 'objected', false, 'holder_read', true)
            when 'CoachingObjected' then jsonb_build_object('stage', 'objected', 'objected', true,
                'objected_at', occurred_at, 'decide_by', data -> 'decide_by', 'holder_read', true)
            when 'CoachingWentOn' then jsonb_build_object('stage', 'running', 'started_at', occurred_at)
            when 'MentorNamed' then jsonb_build_object('mentor', data -> 'mentor', 'mentor_asked_at', occurred_at,
                'mentor_by', data -> 'confirm_by', 'mentor_read', false)
            when 'CoachingExtended' then jsonb_build_object('ends', data -> 'ends')
            when 'CoachingConcluded' then jsonb_build_object(
                'stage', case when data ->> 'statement_by' is null then 'concluded' else 'statement' end,
                'outcome', data -> 'outcome', 'concluded_by', data -> 'by', 'concluded_at', occurred_at,
                'statement_by', data -> 'statement_by')
            when 'CoachingStated' then jsonb_build_object('stage', 'concluded', 'stated', true)
            when 'StatementLapsed' then jsonb_build_object('stage', 'concluded')
            when 'CoachingLapsed' then jsonb_build_object('stage', 'lapsed')
            when 'CoachingCancelled' then jsonb_build_object('stage', 'cancelled')
            else '{}' end
            order by version) as patch
    from event group by stream
),
saved as (
    insert into coaching
    select r.*
    from merged m
    left join lateral (select c as was from coaching c where c.name = m.stream offset 0) x on true
    cross join lateral jsonb_populate_record(x.was, m.patch || jsonb_build_object('name', m.stream,
        'version', m.version, 'cycle', read.cycle_in(m.stream), 'holder', read.holder_in(m.stream),
        'extended', coalesce((x.was).extended, 0) + m.extended)) r
    on conflict (name) do update set (
        version, stage, ends, extended, mentor, mentor_asked_at, mentor_by, mentor_read, holder_read, asked_at, answer_by,
        agreed_at, objected, objected_at, decide_by, started_at, outcome, concluded_by, concluded_at, statement_by, stated) = (
        excluded.version, excluded.stage, excluded.ends, excluded.extended, excluded.mentor, excluded.mentor_asked_at,
        excluded.mentor_by, excluded.mentor_read, excluded.holder_read, excluded.asked_at, excluded.answer_by,
        excluded.agreed_at, excluded.objected, excluded.objected_at, excluded.decide_by, excluded.started_at,
        excluded.outcome, excluded.concluded_by, excluded.concluded_at, excluded.statement_by, excluded.stated)
),
checkpoint as (
    select stream, (data ->> 'checkpoint')::int as number,
        read.merge(case type
            when 'CheckpointSet' then jsonb_build_object('until', data -> 'until', 'set_at', occurred_at)
            when 'CheckpointReported' then jsonb_build_object('reported_at', occurred_at, 'outcome', null, 'judged_by', null)
            when 'CheckpointMissed' then jsonb_build_object('missed_at', data -> 'due')
            when 'CheckpointJudged' then jsonb_build_object('outcome', data -> 'outcome', 'judged_by', data -> 'by')
            else jsonb_build_object('until', data -> 'until', 'set_at', occurred_at, 'reported_at', null,
                'missed_at', null, 'outcome', null, 'judged_by', null) end
            order by version) as patch
    from event
    where type in ('CheckpointSet', 'CheckpointReported', 'CheckpointMissed', 'CheckpointJudged', 'CheckpointMoved')
    group by stream, (data ->> 'checkpoint')::int
),
checkpoints as (
    insert into coaching_checkpoint
    select r.*
    from checkpoint k
    left join lateral (
        select c as was from coaching_checkpoint c where c.name = k.stream and c.number = k.number offset 0) x on true
    cross join lateral jsonb_populate_record(x.was,
        k.patch || jsonb_build_object('name', k.stream, 'number', k.number)) r
    on conflict (name, number) do update set (until, set_at, reported_at, missed_at, outcome, judged_by) = (
        excluded.until, excluded.set_at, excluded.reported_at, excluded.missed_at, excluded.outcome, excluded.judged_by)
),
-- A training that takes another's place is a fact of both.
support as (
    select p.stream, p.number, read.merge(p.patch order by p.version) as patch
    from (
        select stream, version, (data ->> 'support')::int as number, case type
            when 'SupportPromised' then jsonb_build_object('kind', data -> 'kind', 'until', data -> 'until',
                'promised_at', occurred_at, 'replaced', false)
            when 'SupportRecorded' then jsonb_build_object('outcome', data -> 'outcome', 'held_on', data -> 'on',
                'recorded_by', data -> 'by')
            else jsonb_build_object('overdue_at', data -> 'due') end as patch
        from event where type in ('SupportPromised', 'SupportRecorded', 'SupportOverdue')
        union all
        select stream, version, (data ->> 'instead_of')::int, jsonb_build_object('replaced', true)
        from event where type = 'SupportPromised' and data ->> 'instead_of' is not null) p
    group by p.stream, p.number
),
supports as (
    insert into coaching_support
    select r.*
    from support s
    left join lateral (
        select c as was from coaching_support c where c.name = s.stream and c.number = s.number offset 0) x on true
    cross join lateral jsonb_populate_record(x.was,
        s.patch || jsonb_build_object('name', s.stream, 'number', s.number)) r
    on conflict (name, number) do update set (outcome, held_on, recorded_by, overdue_at, replaced) = (
        excluded.outcome, excluded.held_on, excluded.recorded_by, excluded.overdue_at, excluded.replaced)
)
select count(*) from event

-- name: plans
select c.*, p.name as holder_name, m.name as mentor_name, k.*, s.*
from read.coaching c
left join read.person p on p.id = c.holder
left join read.person m on m.id = c.mentor
cross join lateral (
    select count(*)::int as checkpoints, (count(*) filter (where outcome = 'met'))::int as met,
        (count(*) filter (where outcome = 'not_met'))::int as not_met,
        (count(*) filter (where missed_at is not null))::int as missed, min(until) filter (where outcome is null) as next
    from read.coaching_checkpoint k where k.name = c.name) k
cross join lateral (
    select (count(*) filter (where not replaced))::int as promised,
        (count(*) filter (where outcome in ('held', 'missed')))::int as given,
        (count(*) filter (where outcome is null and not replaced))::int as owed,
        (count(*) filter (where outcome is null and not replaced and overdue_at is not null))::int as overdue
    from read.coaching_support s where s.name = c.name) s
where ($1::text is null or c.cycle = $1) and ($2::text is null or c.holder = $2) and ($3::text is null or c.mentor = $3)
  and ($4::text is null or c.goal = $4)
order by c.ends, c.name

-- name: owed
select c.name, c.cycle, c.holder, p.name as holder_name, p.manager, c.mentor, s.number, s.kind, s.until, s.overdue_at
from read.coaching c
join read.coaching_support s on s.name = c.name
left join read.person p on p.id = c.holder
where c.cycle = $1 and c.stage in ('proposed', 'objected', 'running') and s.outcome is null and not s.replaced
order by s.until, c.name, s.number
