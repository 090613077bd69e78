-- Who follows the log beside the read models, and how far each has come.
create table read.follower (
    name   text primary key,
    cursor bigint not null
);

grant select on read.follower to cairn_writer, cairn_reader;
