-- Stage reviews: one row a review, and whoever has none of a period. What was written stays in the log.
create table read.review (
    name               text collate "C" primary key,
    version            bigint not null,
    cycle              text collate "C" not null,
    holder             text collate "C" not null,
    stage              text not null,
    entered            timestamptz not null,
    period             text not null,
    starts             date not null,
    ends               date not null,
    family             text not null,
    share              text not null,
    opened_at          timestamptz not null,
    mark               text not null,           -- ended, returned, or empty: the stage then follows from what is in
    report_in          boolean not null,
    report_asked       timestamptz not null,
    report_by          timestamptz not null,
    reported_at        timestamptz,
    report_late        boolean,
    report_drafted     boolean not null,        -- a draft was saved since the side was last handed in
    report_overdue_at  timestamptz,
    comment_in         boolean not null,
    comment_asked      timestamptz not null,
    comment_by         timestamptz not null,
    commented_at       timestamptz,
    comment_late       boolean,
    comment_drafted    boolean not null,
    comment_overdue_at timestamptz,
    comment_writer     text collate "C",        -- who handed the comment in last
    returns            integer not null
);
create index review_holder on read.review (holder, cycle);
create index review_cycle on read.review (cycle, period, stage);

create table read.review_left_out (
    cycle  text collate "C" not null,
    period text not null,
    person text collate "C" not null,
    code   text not null,
    primary key (cycle, period, person)
);

grant select on read.review, read.review_left_out to cairn_writer, cairn_reader;

-- Whose turn it is in every open review of a cycle (of all cycles where it is null) at an instant, and until when:
-- cairn.domain.review.dates.awaited, before anybody acts for them. `step` is the side that is asked for.
create function read.review_turns(in_cycle text, at timestamptz)
returns table (kind text, name text, version bigint, cycle text, holder text, stage text, since timestamptz, until timestamptz, awaited text, step text)
language sql stable as $$
    select 'review', r.name, r.version, r.cycle, r.holder, r.stage, w.since, w.until, coalesce(w.awaited, 'role:hr'), w.side
    from read.review r
    cross join lateral (
        select 'report' as side, r.report_asked as since, r.report_by as until,
            (select p.id from read.person p
             where p.id = r.holder and (p.left_on is null or p.left_on > read.day_of(r.cycle, $2))) as awaited
        where r.stage in ('open', 'commented', 'returned') and not (
            read.is_away(r.holder, read.day_of(r.cycle, $2))
            and exists (select from read.person p
                        where p.id = r.holder and (p.left_on is null or p.left_on > read.day_of(r.cycle, $2))))
        union all
        select 'comment', r.comment_asked, r.comment_by, read.manager_on(r.holder, read.day_of(r.cycle, $2))
        where r.stage = 'reported' or (r.stage = 'open' and r.share = 'together')) w
    where $1 is null or r.cycle = $1
$$;
