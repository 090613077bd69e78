-- Scores as they were issued: per goal and period, per sheet and period, and the year's results. Exact numbers are kept
-- as events hold them, `98.5` or `859095/9000`; beside them what is rounded once.
create table read.goal_score (
    goal       text not null,
    period     text not null,
    starts     date not null,
    ends       date not null,
    actual     text,
    target     text,
    attainment text,
    points     text,
    rounded    numeric,
    formula    jsonb not null,
    why        jsonb,
    marks      jsonb not null,
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
    points   text,
    rounded  numeric,
    parts    jsonb not null,
    policy   text not null,
    at       timestamptz not null,
    version  bigint not null,
    position bigint not null,
    primary key (sheet, period)
);

create table read.result (
    sheet        text primary key,
    points       text,
    rounded      numeric,
    grade        text,
    coefficient  numeric,
    mix          jsonb not null,
    periods      jsonb not null,
    subordinates jsonb not null,
    policy       text not null,
    at           timestamptz not null,
    version      bigint not null,
    position     bigint not null
);
