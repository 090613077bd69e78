-- name: of_owners
select id, owner, wrapped_by, wrapped from ledger.text_key where owner = any ($1) order by made_at, id;

-- name: of_ids
select id, owner, wrapped_by, wrapped from ledger.text_key where id = any ($1);

-- name: add
insert into ledger.text_key (id, owner, wrapped_by, wrapped)
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[])
on conflict (owner, wrapped_by) do nothing;

-- name: by_wrapping
select wrapped_by, count(*)::int as keys from ledger.text_key group by wrapped_by order by wrapped_by;
