-- The number of the goal's diagnosis that a plan answers.
alter table read.coaching add column diagnosis int;
create index coaching_goal on read.coaching (goal) where goal is not null;
