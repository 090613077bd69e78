-- What is sent by chat, beside what is sent by mail, each with its own place in the log: one holds back no other. The person
-- of a message may be a role (role:hr), whose people read it together.
alter table ledger.mail_position add column way text collate "C" not null default 'mail' check (way in ('mail', 'chat'));
alter table ledger.mail_position drop constraint mail_position_pkey, add primary key (way), drop column single;
alter table ledger.mail add column way text collate "C" not null default 'mail' check (way in ('mail', 'chat'));
alter table ledger.mail_notice add column way text collate "C" not null default 'mail' check (way in ('mail', 'chat'));
