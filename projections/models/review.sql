-- Stage reviews, folded as cairn.domain.review.state.evolve does it.

-- name: fold
with event as materialized (
    select position, stream, version, type, actor, occurred_at, data::jsonb as data
    from read.window($1, $2, $3, $4)
    where type in ('ReviewAsked', 'ReviewDrafted', 'ReviewReported', 'ReviewCommented', 'ReviewReturned',
                   'ReviewReopened', 'ReviewWidened', 'ReviewWentOn', 'ReviewOverdue', 'ReviewsOpened')
),
merged as (
    select stream, max(version) as version, (count(*) filter (where type = 'ReviewReturned'))::int as returns,
        max(occurred_at) filter (where type not in ('ReviewDrafted', 'ReviewWidened', 'ReviewOverdue')) as moved,
        read.merge(case type
            when 'ReviewAsked' then jsonb_build_object('period', data -> 'period', 'starts', data -> 'starts',
                'ends', data -> 'ends', 'family', data -> 'family', 'share', data -> 'share', 'opened_at', occurred_at,
                'mark', '', 'report_in', false, 'comment_in', false, 'report_asked', occurred_at,
                'comment_asked', occurred_at, 'report_by', data -> 'report_by', 'comment_by', data -> 'comment_by',
                'report_drafted', false, 'comment_drafted', false)
            when 'ReviewDrafted' then jsonb_build_object((data ->> 'side') || '_drafted', true)
            when 'ReviewReported' then jsonb_build_object('mark', '', 'report_in', true, 'report_drafted', false,
                'reported_at', occurred_at, 'report_late', coalesce(data -> 'late', 'false'),
                'comment_by', data -> 'comment_by', 'comment_asked', occurred_at)
            when 'ReviewCommented' then jsonb_build_object('mark', '', 'comment_in', true, 'comment_drafted', false,
                'commented_at', occurred_at, 'comment_late', coalesce(data -> 'late', 'false'), 'comment_writer', actor)
            when 'ReviewReturned' then jsonb_build_object('mark', 'returned', 'report_in', false, 'comment_in', false,
                'report_by', data -> 'report_by', 'report_asked', occurred_at)
            when 'ReviewReopened' then jsonb_build_object('mark', '')
                || case when data -> 'sides' ? 'report' then jsonb_build_object('report_in', false) else '{}' end
                || case when data -> 'sides' ? 'comment' then jsonb_build_object('comment_in', false) else '{}' end
                || case when data ->> 'report_by' is not null then jsonb_build_object(
                    'report_by', data -> 'report_by', 'report_asked', occurred_at) else '{}' end
                || case when data ->> 'comment_by' is not null then jsonb_build_object(
                    'comment_by', data -> 'comment_by', 'comment_asked', occurred_at) else '{}' end
            when 'ReviewWentOn' then jsonb_build_object('mark', 'ended')
            when 'ReviewOverdue' then jsonb_build_object((data ->> 'side') || '_overdue_at', data -> 'due')
            else '{}' end
            order by version) as patch
    from event where type <> 'ReviewsOpened' group by stream
),
saved as (
    insert into review
    select r.*
    from merged m
    left join lateral (select v as was from review v where v.name = m.stream offset 0) x on true
    cross join lateral jsonb_populate_record(x.was, m.patch || jsonb_build_object('name', m.stream,
        'version', m.version, 'cycle', read.cycle_in(m.stream), 'holder', read.holder_in(m.stream),
        'returns', coalesce((x.was).returns, 0) + m.returns, 'entered', coalesce(m.moved, (x.was).entered))) p
    cross join lateral jsonb_populate_record(p, jsonb_build_object('stage', case when p.mark <> '' then p.mark
        when p.report_in and p.comment_in then 'shared' when p.report_in then 'reported'
        when p.comment_in then 'commented' else 'open' end)) r
    on conflict (name) do update set (
        version, stage, entered, mark, report_in, report_asked, report_by, reported_at, report_late, report_drafted,
        report_overdue_at, comment_in, comment_asked, comment_by, commented_at, comment_late, comment_drafted,
        comment_overdue_at, comment_writer, returns) = (
        excluded.version, excluded.stage, excluded.entered, excluded.mark, excluded.report_in, excluded.report_asked,
        excluded.report_by, excluded.reported_at, excluded.report_late, excluded.report_drafted,
        excluded.report_overdue_at, excluded.comment_in, excluded.comment_asked, excluded.comment_by,
        excluded.commented_at, excluded.comment_late, excluded.comment_drafted, excluded.comment_overdue_at,
        excluded.comment_writer, excluded.returns)
    returning 1
),
left_out as (
    insert into review_left_out (cycle, period, person, code)
    select e.data ->> 'cycle', e.data ->> 'period', l.person, l.code
    from event e
    cross join lateral jsonb_to_recordset(e.data -> 'left_out') as l (person text, code text)
    where e.type = 'ReviewsOpened'
    on conflict do nothing
    returning 1
)
select (select count(*) from saved) + (select count(*) from left_out)

-- name: listed
select r.*, p.name as holder_name
from read.review r
left join read.person p on p.id = r.holder
where ($1::text is null or r.cycle = $1) and ($2::text is null or r.holder = $2)
  and ($3::text is null or p.manager = $3) and ($4::text is null or r.period = $4)
order by r.ends desc, r.period, r.holder

-- name: left_out
select l.*, p.name as person_name
from read.review_left_out l
left join read.person p on p.id = l.person
where l.cycle = $1 and ($2::text is null or l.period = $2)
  and not exists (  -- opened later, by HR or the line
      select from read.review r where r.cycle = l.cycle and r.holder = l.person and r.period = l.period)
order by l.period desc, l.person
