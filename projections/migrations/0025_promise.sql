-- Promises: one row each. What was written stays in the log.
create table read.promise (
    name        text collate "C" primary key,
    version     bigint not null,
    cycle       text collate "C" not null,
    holder      text collate "C" not null,
    stage       text not null,
    kind        text not null,
    promised_by text collate "C" not null,
    goal        text collate "C",
    due         date not null,
    opened_by   text not null,
    opened_at   timestamptz not null,
    entered     timestamptz not null,
    kept        date,
    days_late   int,
    overdue_at  timestamptz
);
create index promise_holder on read.promise (holder, cycle);
create index promise_goal on read.promise (goal) where goal is not null;
create index promise_cycle on read.promise (cycle, stage);

-- Periods that HR went on to score without what a feed had not brought.
create table read.data_waived (
    goal   text collate "C" not null,
    period text not null,
    by     text not null,
    at     timestamptz not null,
    primary key (goal, period)
);

grant select on read.promise, read.data_waived to cairn_writer, cairn_reader;

-- Whose turn it is in every open promise at an instant, and until when: cairn.domain.promise.decide.awaited, before
-- anybody acts for them.
create function read.promise_turns(in_cycle text, at timestamptz)
returns table (kind text, name text, version bigint, cycle text, holder text, stage text, since timestamptz, until timestamptz, awaited text)
language sql stable as $$
    select 'promise', p.name, p.version, p.cycle, p.holder, p.stage, p.entered, read.day_ends(p.cycle, p.due),
        read.place_of(p.promised_by, read.day_of(p.cycle, $2))
    from read.promise p
    where ($1 is null or p.cycle = $1) and p.stage = 'made'
$$;
