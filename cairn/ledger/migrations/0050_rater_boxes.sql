-- Who the unnamed raters of an appraisal are, and what they answered until it is taken in: one row an appraisal, and both
-- of it encrypted under the wrapping key, which lies outside the database (ADR 0017). Each write encrypts all of it anew,
-- so that nobody who reads the table can tell whose part changed; the row goes with the appraisal's end.

create table ledger.rater_box (
    appraisal  text  primary key collate "C",
    cycle      text  not null collate "C",
    raters_by  text  not null,
    raters     bytea not null,
    answers_by text  not null,
    answers    bytea not null
);
comment on column ledger.rater_box.raters_by is 'the id of the wrapping key of what stands beside it';
create index rater_box_cycle on ledger.rater_box (cycle);

revoke all on ledger.rater_box from public;
grant select, insert, update, delete on ledger.rater_box to cairn_writer;
