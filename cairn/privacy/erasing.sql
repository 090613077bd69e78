-- name: keys_of
select id from ledger.text_key where owner = $1;

-- Which streams are about an owner says their name (cairn.domain.private_text.about); this leaves out most others.
-- name: with_texts
select stream, type, occurred_at, data::text as data from ledger.event
where type = any ($1) and ($2::text = 'company' or position($2 in stream) > 0);

-- name: may_delete
select has_table_privilege('ledger.text_key', 'delete');

-- name: delete
delete from ledger.text_key where id = any ($1) returning id;

-- name: returned
select distinct k.owner from ledger.text_key k
join ledger.event e on e.type = 'ErasureOrdered' and e.stream = 'erasure-' || k.owner
where (e.data -> 'keys')::jsonb ? k.id::text
order by k.owner;
