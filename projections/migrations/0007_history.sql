-- One goal's story: the events of its stream and those of its sheet that concern it, in sealed order.
create table read.history (
    goal        text not null,
    position    bigint not null,
    stream      text not null,
    version     bigint not null,
    type        text not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    actor       text not null,
    facts       jsonb not null,
    primary key (goal, position)
);
