-- Signals that could not be done: nobody waited for their answer, so the refusal is shown here.
create table read.refused (
    position bigint primary key,
    stream   text not null,
    kind     text not null check (kind in ('goal', 'cycle')),
    name     text not null,
    code     text not null,
    field    text,
    facts    jsonb not null,
    by       text not null,
    at       timestamptz not null
);
create index refused_of_stream on read.refused (stream, position);
create index refused_of_person on read.refused (by, position);
