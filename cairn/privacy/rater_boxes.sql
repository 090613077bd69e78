-- name: of_appraisal
select raters_by, raters, answers_by, answers from ledger.rater_box where appraisal = $1;

-- name: locked
select raters_by, raters, answers_by, answers from ledger.rater_box where appraisal = $1 for update;

-- name: of_cycle
select appraisal, raters_by, raters from ledger.rater_box where $1::text is null or cycle = $1;

-- name: put
insert into ledger.rater_box (appraisal, cycle, raters_by, raters, answers_by, answers) values ($1, $2, $3, $4, $5, $6)
on conflict (appraisal) do update
set raters_by = excluded.raters_by, raters = excluded.raters, answers_by = excluded.answers_by, answers = excluded.answers;

-- name: add
insert into ledger.rater_box (appraisal, cycle, raters_by, raters, answers_by, answers) values ($1, $2, $3, $4, $5, $6)
on conflict (appraisal) do nothing;

-- name: delete
delete from ledger.rater_box where appraisal = any ($1);

-- name: names_like
select appraisal from ledger.rater_box where position($1 in appraisal) > 0;
