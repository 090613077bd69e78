-- People and departments as the roster last stated them.
create table read.person (
    id         text primary key,
    version    bigint not null,
    position   bigint not null,
    name       text not null,
    email      text not null,
    department text not null,
    title      text not null,
    family     text not null,
    manager    text,
    hired      date not null,
    left_on    date,
    roles      text[] not null
);
create index person_of_manager on read.person (manager);
create index person_of_department on read.person (department);

create table read.department (
    id       text primary key,
    version  bigint not null,
    position bigint not null,
    name     text not null,
    head     text,
    parent   text
);
