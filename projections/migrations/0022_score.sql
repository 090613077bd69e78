-- What was decided about a restatement stays until the person was told.
alter table read.restatement add column decided_at timestamptz, add column accepted boolean;
