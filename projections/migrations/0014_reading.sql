-- What feeds state: each one's statements, by the sealed position of the event, and the metrics it has brought rows of.
create table read.feed_statement (
    feed     text not null,
    position bigint not null,
    through  date not null,
    data     jsonb not null,
    primary key (feed, position)
);

create table read.feed_metric (
    metric   text collate "C" not null,
    feed     text not null,
    primary key (metric, feed)
);

insert into read.feed_metric select distinct metric, feed from read.reading;

grant select on read.feed_statement, read.feed_metric to cairn_writer, cairn_reader;
