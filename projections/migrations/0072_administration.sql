-- Who imported people, set targets, changed policies, ran feeds, launched and paid: one row for each event of these kinds.
create table read.act (
    position    bigint primary key,
    kind        text not null,
    type        text collate "C" not null,
    stream      text collate "C" not null,
    version     integer not null,
    actor       text collate "C" not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    rows        integer
);
create index act_by_time on read.act (occurred_at desc);
create index act_by_actor on read.act (actor, occurred_at desc);
grant select on read.act to cairn_writer, cairn_reader;
