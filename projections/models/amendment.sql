-- Changes of a cycle's policy, folded as cairn.domain.cycle.state.evolve does it.

-- name: fold
with event as materialized (
    select position, version, type, actor, occurred_at, data::jsonb as data
    from read.window($1, $2, $3, $4)
    where type in ('PolicyAmendmentProposed', 'PolicyAmendmentVoted', 'PolicyAmendmentDecided', 'PolicyAmended')
),
step as (
    select data ->> 'cycle' as cycle, data ->> 'amendment' as amendment, version, case type
            when 'PolicyAmendmentProposed' then jsonb_build_object('stage', 'proposed', 'entered', occurred_at,
                'proposed_by', actor, 'proposed_at', occurred_at, 'before', data -> 'before', 'after', data -> 'after')
            when 'PolicyAmendmentDecided' then jsonb_build_object('entered', occurred_at,
                'stage', case when data ->> 'outcome' = 'for' then 'decided' else 'refused' end)
            when 'PolicyAmended' then jsonb_build_object('stage', 'in_force', 'entered', occurred_at)
            else '{}' end as patch,
        case when type = 'PolicyAmendmentVoted' then actor end as voter
    from event
    union all
    select data ->> 'cycle', data ->> 'replaces', version,
        jsonb_build_object('stage', 'replaced', 'entered', occurred_at), null
    from event where type = 'PolicyAmendmentProposed' and data ->> 'replaces' is not null
),
merged as (
    select cycle, amendment, max(version) as version, read.merge(patch order by version) as patch,
        coalesce(array_agg(distinct voter) filter (where voter is not null), '{}') as voters
    from step group by cycle, amendment
),
saved as (
    insert into amendment
    select r.*
    from merged m
    left join lateral (
        select a as was from amendment a where a.cycle = m.cycle and a.amendment = m.amendment offset 0) x on true
    cross join lateral jsonb_populate_record(x.was, m.patch || jsonb_build_object('cycle', m.cycle,
        'amendment', m.amendment, 'version', m.version, 'voted', (
            select coalesce(array_agg(v order by v), '{}') from (
                select unnest(coalesce((x.was).voted, '{}')) as v union select unnest(m.voters)) all_of_them))) r
    on conflict (cycle, amendment) do update set (version, stage, entered, voted) = (
        excluded.version, excluded.stage, excluded.entered, excluded.voted)
    returning 1
)
select count(*) from saved

-- name: listed
select * from read.amendment where cycle = $1 order by proposed_at, amendment
