-- Readings, each kept for good: the current one of a metric, subject and day, and those it replaced.
create table read.reading (
    metric        text not null,
    subject       text not null,
    day           date not null,
    position      bigint not null,
    ordinal       int not null,
    value         numeric not null,
    base          numeric,
    feed          text not null,
    correction    boolean not null,
    recorded_at   timestamptz not null,
    superseded_by bigint,
    primary key (metric, subject, day, position, ordinal)
);
create unique index reading_current on read.reading (metric, subject, day) where superseded_by is null;
