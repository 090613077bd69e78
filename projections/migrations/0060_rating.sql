-- Goals that the raters of an appraisal judge: nobody else is waited for (RULES E1).
create table read.rated_goal (
    goal     text collate "C" primary key,
    rated_at timestamptz                       -- when what raters' roles came to was taken in last; null: not yet
);
grant select on read.rated_goal to cairn_writer, cairn_reader;
