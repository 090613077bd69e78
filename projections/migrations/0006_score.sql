-- Scores as they were issued: per goal and period, per sheet and period, and the year's results.
create table read.goal_score (
    goal       text not null,
    period     text not null,
    starts     date not null,
    ends       date not null,
    actual     numeric,
    target     numeric,
    attainment numeric,
    points     numeric,
    formula    text not null,
    why        text not null,
    applies    boolean not null,
    inputs     jsonb not null,
    policy     text not null,
    by         text not null,
    at         timestamptz not null,
    version    bigint not null,
    position   bigint not null,
    primary key (goal, period)
);

create table read.sheet_score (
    sheet    text not null,
    period   text not null,
    points   numeric,
    parts    jsonb not null,
    policy   text not null,
    at       timestamptz not null,
    version  bigint not null,
    position bigint not null,
    primary key (sheet, period)
);

create table read.result (
    sheet        text primary key,
    points       numeric,
    rounded      numeric,
    grade        text,
    coefficient  numeric,
    mix          jsonb not null,
    by_kind      jsonb not null,
    subordinates jsonb not null,
    policy       text not null,
    at           timestamptz not null,
    version      bigint not null,
    position     bigint not null
);
