-- Scores and results are chains of versions: each says which one it is and why it was computed. What waits for the
-- decision on a restatement is kept beside them.
alter table read.goal_score add column number int not null default 1, add column cause text not null default 'due',
    add column parts jsonb not null default '[]';
alter table read.sheet_score add column number int not null default 1, add column cause text not null default 'due';
alter table read.result add column number int not null default 1, add column cause text not null default 'due',
    add column waiting jsonb not null default '[]', add column own text, add column earlier jsonb not null default '[]',
    add column withheld text;

create table read.restatement (
    restatement text primary key,
    sheet       text not null,
    cause       text not null,
    goal        text,
    subordinate text,
    period      text not null,
    of_goal     jsonb,
    of_period   jsonb,
    of_result   jsonb,
    at          timestamptz not null,
    version     bigint not null,
    position    bigint not null
);
create index restatement_of_sheet on read.restatement (sheet);

grant select on read.restatement to cairn_writer, cairn_reader;
