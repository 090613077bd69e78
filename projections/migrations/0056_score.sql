-- How far the last version of a sheet's result is: numbers of versions.
create table read.result_step (
    sheet       text collate "C" primary key,
    shown       int,
    shown_at    timestamptz,
    signed      int,
    calibrated  int,
    calibration text collate "C"
);
alter table read.result add column moved jsonb;  -- by whom the grade was moved, where, and from which

grant select on read.result_step to cairn_writer, cairn_reader;
