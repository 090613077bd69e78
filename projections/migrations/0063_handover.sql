-- Hand-overs of results to payroll: one row a cycle, its entries, its messages and the lowerings that were proposed.
create table read.handover (
    name      text collate "C" primary key,
    version   bigint not null,
    cycle     text collate "C" not null,
    holder    text collate "C" not null,
    opened_by text collate "C" not null,
    opened_at timestamptz not null,
    entered   timestamptz not null,        -- when anything changed last
    batches   int not null
);

create table read.handover_entry (
    handover text collate "C" not null,
    number   int not null,
    batch    int not null,
    message  int not null,
    person   text collate "C" not null,
    sheet    text collate "C" not null,
    version  int not null,                 -- of the result
    element  text collate "C" not null,
    amount   numeric not null,
    reverses int,
    made_at  timestamptz not null,
    primary key (handover, number)
);
create index handover_entry_person on read.handover_entry (person, handover);

create table read.handover_message (
    handover       text collate "C" not null,
    message        int not null,
    batch          int not null,
    way            text not null,          -- file, webhook
    entries        int not null,
    made_by        text collate "C" not null,
    made_at        timestamptz not null,
    acknowledge_by timestamptz,
    taken_at       timestamptz,
    taken_how      text,
    failed         text,                   -- why its webhook did not take it the last time
    failed_status  int,
    failed_at      timestamptz,
    primary key (handover, message)
);

create table read.handover_lowering (
    handover    text collate "C" not null,
    proposal    int not null,
    person      text collate "C" not null,
    sheet       text collate "C" not null,
    version     int not null,
    changes     jsonb not null,
    proposed_at timestamptz not null,
    decide_by   timestamptz not null,
    hr          text collate "C",          -- who agreed
    committee   text collate "C",
    outcome     text,                      -- replaced, withdrawn, agreed, declined; null while it waits
    primary key (handover, proposal)
);

grant select on read.handover, read.handover_entry, read.handover_message, read.handover_lowering
    to cairn_writer, cairn_reader;

-- The stage, as cairn.domain.handover.state.evolve has it.
create function read.handover_stage(handover text) returns text language sql stable as $$
    select case when exists (select from read.handover_message m where m.handover = $1 and m.taken_at is null)
                  or exists (select from read.handover_lowering l where l.handover = $1 and l.outcome is null)
        then 'waiting' else 'done' end
$$;

-- Whose turn it is (cairn.domain.handover.dates.awaited): HR's while payroll has not said that it has a file or a
-- webhook fails, and of a lowering that of HR and of the committee, until each has agreed.
create function read.handover_turns(in_cycle text, at timestamptz)
returns table (kind text, name text, version bigint, cycle text, holder text, stage text, since timestamptz, until timestamptz, awaited text, step text)
language sql stable as $$
    select 'handover', h.name, h.version, h.cycle, h.holder, 'waiting', w.since, w.until, w.awaited, w.step
    from read.handover h
    cross join lateral (
        select 'acknowledge' as step, min(m.made_at) as since, min(m.acknowledge_by) as until, 'role:hr' as awaited
        from read.handover_message m
        where m.handover = h.name and m.way = 'file' and m.taken_at is null
        having count(*) > 0
        union all
        select 'failing', min(m.failed_at), null, 'role:hr'
        from read.handover_message m
        where m.handover = h.name and m.failed is not null and m.taken_at is null
        having count(*) > 0
        union all
        select 'decide', min(l.proposed_at), min(l.decide_by), p.place
        from read.handover_lowering l
        cross join (values ('role:hr'), ('role:committee')) p(place)
        where l.handover = h.name and l.outcome is null
          and case p.place when 'role:hr' then l.hr else l.committee end is null
        group by p.place) w
    where $1 is null or h.cycle = $1
$$;
