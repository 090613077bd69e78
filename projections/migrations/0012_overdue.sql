-- What people were last told of a goal's deadlines: one row per goal and kind of deadline, the last event's.
create table read.notice (
    goal      text not null,
    phase     text not null,
    escalated boolean not null,
    told      text[] not null,
    at        timestamptz not null,
    position  bigint not null,
    primary key (goal, phase)
);
grant select on read.notice to cairn_writer, cairn_reader;
