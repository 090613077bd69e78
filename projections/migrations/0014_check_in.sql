-- What people reported of goals themselves. `waits`: it has a value that counts for the present measure and nobody has
-- confirmed; `former`: it is of a metric that was replaced.
create table read.check_in (
    goal         text collate "C" not null,
    number       int not null,
    version      bigint not null,
    day          date not null,
    at           timestamptz not null,
    has_value    boolean not null,
    confirmed_by text,
    withdrawn    boolean not null default false,
    former       boolean not null default false,
    waits        boolean not null generated always as (
        has_value and confirmed_by is null and not withdrawn and not former) stored,
    primary key (goal, number)
);
create index check_in_waits on read.check_in (goal) where waits;

grant select on read.check_in to cairn_writer, cairn_reader;
