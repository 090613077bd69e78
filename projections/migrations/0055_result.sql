-- Results that were shown: one row each. What was written stays in the log.
create table read.result_case (
    name           text collate "C" primary key,
    version        bigint not null,
    cycle          text collate "C" not null,
    holder         text collate "C" not null,
    stage          text not null,
    entered        timestamptz not null,
    number         int not null,               -- the version that was shown last
    rounded        numeric,
    grade          text,
    computed       text,                       -- the grade before people moved it, where both are shown
    shown_at       timestamptz not null,
    asked_at       timestamptz not null,
    acknowledge_by timestamptz,
    interview_by   timestamptz,
    appeal_by      timestamptz,
    lapsed         boolean not null,           -- the window for the signature is over without one
    closed         boolean not null,
    signed         int,                        -- the version that was signed last
    signed_at      timestamptz,
    agrees         boolean,
    talked         int,                        -- the version on which an interview is on record
    talked_on      date,
    appeals        int not null,
    open_appeal    boolean not null,
    appealed_at    timestamptz,
    decide_by      timestamptz,
    outcome        text                        -- of the last appeal that was decided
);
create index result_case_holder on read.result_case (holder, cycle);
create index result_case_cycle on read.result_case (cycle, stage);

grant select on read.result_case to cairn_writer, cairn_reader;

-- Whose turn it is in every result that was shown, at an instant, and until when: cairn.domain.result.dates.awaited,
-- before anybody acts for them.
create function read.result_turns(in_cycle text, at timestamptz)
returns table (kind text, name text, version bigint, cycle text, holder text, stage text, since timestamptz, until timestamptz, awaited text, step text)
language sql stable as $$
    select 'result', r.name, r.version, r.cycle, r.holder, r.stage, w.since, w.until, w.awaited, w.step
    from read.result_case r
    cross join lateral (
        select exists (select from read.person p where p.id = r.holder
            and (p.left_on is null or p.left_on > read.day_of(r.cycle, $2))) as here) h
    cross join lateral (
        select 'acknowledge' as step, r.asked_at as since, r.acknowledge_by as until,
            case when h.here then r.holder else 'role:hr' end as awaited
        where r.stage = 'shown' and not (h.here and read.is_away(r.holder, read.day_of(r.cycle, $2)))
        union all
        select 'decide', r.appealed_at, r.decide_by, 'role:committee' where r.stage = 'appealed'
        union all
        select 'interview', r.shown_at, r.interview_by,
            coalesce(read.manager_on(r.holder, read.day_of(r.cycle, $2)), 'role:hr')
        where r.interview_by is not null and r.talked is distinct from r.number and r.stage <> 'closed') w
    where $1 is null or r.cycle = $1
$$;
