-- A goal's own events are in the log under its name; kept here is only in which sheets it was placed. A row per placing
-- and no unique key: to keep each row the only one would cost more than it saves.
create table read.mention (
    goal  text collate "C" not null,
    sheet text collate "C" not null
);
create index mention_of_goal on read.mention (goal);
