-- What was decided about a restatement stays until the person was told.
alter table read.restatement add column decided_at timestamptz, add column accepted boolean;

-- The metrics that goals were measured by before another one took their place: what comes late of them still counts.
create table read.former_metric (
    goal    text not null,
    metric  text not null,
    subject text not null,
    primary key (metric, subject, goal)
);

grant select on read.former_metric to cairn_writer, cairn_reader;
