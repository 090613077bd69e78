-- name: now
select extract(epoch from clock_timestamp())::float8;

-- name: end
insert into ledger.signed_out (person) values ($1) on conflict (person) do update set at = clock_timestamp();

-- name: is_over
select exists (select from ledger.signed_out where person = $1 and at >= to_timestamp($2));
