-- Who is to be told of what: one row an event and recipient, so that nobody is told twice. Recipients are people's ids
-- and places such as `role:hr`; whoever did something is not told of it.
create table read.notice_told (
    position  bigint not null,
    recipient text collate "C" not null,
    stream    text collate "C" not null,
    version   bigint not null,
    type      text not null,
    about     text collate "C" not null,
    by        text not null,
    at        timestamptz not null,
    primary key (position, recipient)
);
create index notice_told_recipient on read.notice_told (recipient, position);

grant select on read.notice_told to cairn_writer, cairn_reader;
