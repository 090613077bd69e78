-- name: table
create schema if not exists floor;
create table floor.reading (
    metric text not null, subject text not null, day date not null, position bigint not null, ordinal int not null,
    value numeric not null, primary key (metric, subject, day, position, ordinal));

-- name: insert
insert into floor.reading
select r.metric, r.subject, r."on", e.id, 0, r.value
from ledger.event e
cross join lateral json_to_recordset(e.data -> 'rows') as r(metric text, subject text, "on" date, value numeric)
where e.type = 'ReadingsRecorded';
