-- Appraisals, folded as cairn.domain.appraisal.state.evolve does it.

-- name: fold
with event as materialized (
    select position, stream, version, type, actor, occurred_at, data::jsonb as data
    from read.window($1, $2, $3, $4)
    where type in ('AppraisalOpened', 'RatersNominated', 'RatersConfirmed', 'RaterDeclined', 'RaterDelegated', 'AnswerGiven',
                   'QuestionsChanged', 'AnswersCollected', 'RoleReleased', 'AppraisalScored', 'AppraisalWentOn', 'AppraisalEnded',
                   'AppraisalsOpened')
),
merged as (
    select stream, max(version) as version,
        read.merge(case type
            when 'AppraisalOpened' then jsonb_build_object('sheet', data -> 'sheet', 'family', data -> 'family',
                'opened_at', occurred_at, 'nominate_by', data -> 'nominate_by', 'answers_by', data -> 'answers_by',
                'late_by', data -> 'late_by', 'collected', false)
            when 'AnswersCollected' then jsonb_build_object('collected', true)
            when 'AppraisalScored' then jsonb_build_object('scored', version)
            when 'AppraisalEnded' then jsonb_build_object('over', version)
            else '{}' end
            order by version) as patch
    from event where type <> 'AppraisalsOpened' group by stream
),
saved as (
    insert into appraisal
    select r.*
    from merged m
    left join lateral (select v as was from appraisal v where v.name = m.stream offset 0) x on true
    cross join lateral jsonb_populate_record(x.was, m.patch || jsonb_build_object('name', m.stream,
        'version', m.version, 'cycle', read.cycle_in(m.stream), 'holder', read.holder_in(m.stream))) p
    cross join lateral jsonb_populate_record(p, jsonb_build_object('stage',
        case when p.over > p.scored then 'ended' when p.scored is not null then 'scored' else 'open' end)) r
    on conflict (name) do update set (version, stage, collected, scored, over) = (
        excluded.version, excluded.stage, excluded.collected, excluded.scored, excluded.over)
    returning 1
),
of_role as (
    select e.stream, e.version, w.role, jsonb_build_object('weight', w.weight, 'without', false) as patch
    from event e cross join lateral jsonb_each(e.data -> 'weights') as w (role, weight)
    where e.type = 'AppraisalOpened'
    union all
    select stream, version, data ->> 'role', jsonb_build_object('nominated', data -> 'raters')
    from event where type = 'RatersNominated'
    union all
    select e.stream, e.version, c.role, jsonb_build_object('confirmed', c.raters)
    from event e cross join lateral jsonb_each(e.data -> 'raters') as c (role, raters)
    where e.type = 'RatersConfirmed'
    union all
    select stream, version, data ->> 'role', jsonb_build_object('answers', data -> 'answers', 'number', data -> 'number')
    from event where type = 'RoleReleased'
    union all
    select e.stream, e.version, w.role, jsonb_build_object('without', true)
    from event e cross join lateral jsonb_array_elements_text(e.data -> 'without') as w (role)
    where e.type = 'AppraisalWentOn'
),
roles as (
    insert into appraisal_role
    select r.*
    from (select stream, role, read.merge(patch order by version) as patch from of_role group by stream, role) m
    left join lateral (
        select v as was from appraisal_role v where v.name = m.stream and v.role = m.role offset 0) x on true
    cross join lateral jsonb_populate_record(x.was, m.patch || jsonb_build_object('name', m.stream, 'role', m.role)) r
    on conflict (name, role) do update set (nominated, confirmed, without, answers, number) = (
        excluded.nominated, excluded.confirmed, excluded.without, excluded.answers, excluded.number)
    returning 1
),
of_rater as (
    select stream, version, 'self' as role, read.holder_in(stream) as person,
        jsonb_build_object('asked_at', occurred_at, 'declined', false) as patch
    from event where type = 'AppraisalOpened' and data -> 'weights' ? 'self'
    union all
    select e.stream, e.version, 'manager', m.manager, jsonb_build_object('asked_at', e.occurred_at, 'declined', false)
    from event e cross join lateral jsonb_to_recordset(e.data -> 'managers') as m (manager text)
    where e.type = 'AppraisalOpened' and e.data -> 'weights' ? 'manager'
    union all
    select stream, version, 'second_line_manager', data ->> 'second_line_manager',
        jsonb_build_object('asked_at', occurred_at, 'declined', false)
    from event
    where type = 'AppraisalOpened' and data -> 'weights' ? 'second_line_manager'
      and data ->> 'second_line_manager' is not null
    union all
    select e.stream, e.version, 'dotted_line_managers', d.person,
        jsonb_build_object('asked_at', e.occurred_at, 'declined', false)
    from event e cross join lateral jsonb_array_elements_text(e.data -> 'raters' -> 'dotted_line_managers') as d (person)
    where e.type = 'RatersConfirmed'
    union all
    select stream, version, data ->> 'role', data ->> 'rater', jsonb_build_object('given_at', occurred_at)
    from event where type = 'AnswerGiven'
    union all
    select stream, version, data ->> 'role', data ->> 'rater', jsonb_build_object('declined', true)
    from event
    where type in ('RaterDeclined', 'RaterDelegated') and data ->> 'role' in ('second_line_manager', 'dotted_line_managers')
    union all
    select stream, version, data ->> 'role', data ->> 'to',
        jsonb_build_object('asked_at', occurred_at, 'declined', false)
    from event
    where type = 'RaterDelegated' and data ->> 'role' in ('second_line_manager', 'dotted_line_managers')
),
raters as (
    insert into appraisal_rater
    select r.*
    from (select stream, role, person, read.merge(patch order by version) as patch
          from of_rater group by stream, role, person) m
    left join lateral (
        select v as was from appraisal_rater v
        where v.name = m.stream and v.role = m.role and v.person = m.person offset 0) x on true
    cross join lateral jsonb_populate_record(x.was, m.patch || jsonb_build_object(
        'name', m.stream, 'role', m.role, 'person', m.person)) r
    on conflict (name, role, person) do update set (asked_at, given_at, declined) = (
        excluded.asked_at, excluded.given_at, excluded.declined)
    returning 1
),
left_out as (
    insert into appraisal_left_out (cycle, person, code)
    select e.data ->> 'cycle', l.person, l.code
    from event e
    cross join lateral jsonb_to_recordset(e.data -> 'left_out') as l (person text, code text)
    where e.type = 'AppraisalsOpened'
    on conflict do nothing
    returning 1
)
select (select count(*) from saved) + (select count(*) from roles) + (select count(*) from raters)
    + (select count(*) from left_out)

-- name: listed
select a.name, a.version, a.cycle, a.holder, p.name as holder_name, a.stage, a.family, a.opened_at, a.nominate_by,
    a.answers_by, a.late_by, a.collected, coalesce(o.owed, '{}') as owed
from read.appraisal a
left join read.person p on p.id = a.holder
left join lateral (
    select array_agg(distinct w.person order by w.person) as owed
    from read.appraisal_rater w
    join read.appraisal_role r on r.name = w.name and r.role = w.role
    where w.name = a.name and w.given_at is null and not w.declined and not r.without and a.stage = 'open') o on true
where ($1::text is null or a.cycle = $1) and ($2::text is null or a.holder = $2)
  and ($3::text is null or p.manager = $3)
order by a.cycle, a.holder, a.name

-- name: rated_by
select w.name from read.appraisal_rater w
join read.appraisal a on a.name = w.name
where w.person = $1 and a.cycle = $2
order by w.name

-- name: left_out
select l.*, p.name as person_name
from read.appraisal_left_out l
left join read.person p on p.id = l.person
where l.cycle = $1
order by l.person
