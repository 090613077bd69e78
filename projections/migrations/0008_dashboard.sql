-- Cycles with their launch numbers and stages, and the periods of their schedules.
create table read.cycle (
    cycle         text primary key,
    version       bigint not null,
    position      bigint not null,
    stage         text not null,
    title         text not null,
    policy        text not null,
    plan          text not null,
    roster        bigint not null,
    sheets        int not null,
    goals         int not null,
    left_out      jsonb not null,
    launch        jsonb,
    scored        jsonb not null,
    results       boolean not null,
    clock_offset   double precision not null,
    schedule      jsonb not null,
    starts        date not null,
    ends          date not null,
    drafts_due    timestamptz not null,
    approvals_due timestamptz not null,
    scores_due    timestamptz not null
);
create table read.period (
    cycle     text not null,
    key       text not null,
    kind      text not null,
    starts    date not null,
    ends      date not null,
    scored_at timestamptz not null,
    primary key (cycle, key)
);
