-- Appraisals: one row an appraisal, one a role, one a rater who is known by name. Unnamed raters are tokens here too, and
-- whether one of them has answered is nowhere: the log does not know (ADR 0017).
create table read.appraisal (
    name         text collate "C" primary key,
    version      bigint not null,
    cycle        text collate "C" not null,
    holder       text collate "C" not null,
    stage        text not null,
    sheet        text collate "C" not null,
    family       text not null,
    opened_at    timestamptz not null,
    nominate_by  timestamptz not null,
    answers_by   timestamptz not null,
    late_by      timestamptz not null,
    collected    boolean not null,             -- what waited was taken in at least once
    scored       bigint,                       -- the version at which it was scored last
    over         bigint                        -- the version at which what came late was taken in
);
create index appraisal_holder on read.appraisal (holder, cycle);
create index appraisal_cycle on read.appraisal (cycle, stage);

create table read.appraisal_role (
    name      text collate "C" not null,
    role      text not null,
    weight    numeric not null,
    nominated jsonb,                           -- tokens, of dotted-line managers ids
    confirmed jsonb,
    without   boolean not null,                -- HR went on without it
    answers   integer,                         -- of the last release
    number    integer,                         -- which release that is
    primary key (name, role)
);

create table read.appraisal_rater (
    name     text collate "C" not null,
    role     text not null,
    person   text collate "C" not null,
    asked_at timestamptz not null,
    given_at timestamptz,
    declined boolean not null,
    primary key (name, role, person)
);
create index appraisal_rater_person on read.appraisal_rater (person, name);

create table read.appraisal_left_out (
    cycle  text collate "C" not null,
    person text collate "C" not null,
    code   text not null,
    primary key (cycle, person)
);

grant select on read.appraisal, read.appraisal_role, read.appraisal_rater, read.appraisal_left_out
    to cairn_writer, cairn_reader;

-- Whose turn it is in every open appraisal of a cycle (of all cycles where it is null) at an instant, and until when:
-- cairn.domain.appraisal.dates.awaited, before anybody acts for them. `step` is the role, or what is done to raters.
create function read.appraisal_turns(in_cycle text, at timestamptz)
returns table (kind text, name text, version bigint, cycle text, holder text, stage text, since timestamptz, until timestamptz, awaited text, step text)
language sql stable as $$
    with running as (
        select a.*, read.day_of(a.cycle, $2) as today, p.id is not null as is_here
        from read.appraisal a
        left join read.person p
            on p.id = a.holder and (p.left_on is null or p.left_on > read.day_of(a.cycle, $2))
        where a.stage = 'open' and ($1 is null or a.cycle = $1)
    ),
    nominating as (
        select r.name, bool_and(r.nominated is not null) as named,
            bool_and(r.nominated is not distinct from r.confirmed) as confirmed
        from read.appraisal_role r
        where r.role in ('peers', 'internal_customers', 'dotted_line_managers')
        group by r.name
    )
    select 'appraisal', a.name, a.version, a.cycle, a.holder, a.stage, w.since, w.until, coalesce(w.awaited, 'role:hr'), w.step
    from running a
    cross join lateral (
        select case when n.named then 'confirm' else 'nominate' end as step, a.opened_at as since, a.nominate_by as until,
            case when n.named then read.manager_on(a.holder, a.today) when a.is_here then a.holder end as awaited
        from nominating n
        where n.name = a.name and not (n.named and n.confirmed) and not a.collected
        union all
        select p.role, p.asked_at, a.answers_by,
            case when h.id is not null then p.person when p.role = 'manager' then read.manager_on(a.holder, a.today) end
        from read.appraisal_rater p
        join read.appraisal_role r on r.name = p.name and r.role = p.role
        left join read.person h on h.id = p.person and (h.left_on is null or h.left_on > a.today)
        where p.name = a.name and p.given_at is null and not p.declined and not r.without) w
$$;
