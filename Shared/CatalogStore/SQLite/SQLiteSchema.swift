// SPDX-License-Identifier: Apache-2.0
internal import SQLiteClient

/// The tables of the embedded catalogue.
///
/// A migration that shipped never changes; a new one is appended.
enum SQLiteSchema {
    static let migrations: [SQLiteQuery] = [first, debugFiles, documents]

    private static let first: SQLiteQuery = """
        create table catalog_version(only_row integer primary key check(only_row = 1), version integer
            not null) strict;
        insert into catalog_version values(1, 0);
        create table tenants(
            id integer primary key, name text not null unique,
            next_function integer not null, next_mapping integer not null) strict;
        create table tenant_settings(
            tenant_id integer not null references tenants, key text not null, value text not null,
            primary key(tenant_id, key)) strict, without rowid;
        create table datasets(
            id integer primary key, tenant_id integer not null references tenants, service text not null,
            last_seen integer not null, unique(tenant_id, service)) strict;
        create table dataset_days(
            dataset_id integer not null references datasets, day integer not null,
            profiles integer not null, samples integer not null, blocks integer not null,
            primary key(dataset_id, day)) strict, without rowid;
        create table dataset_types(
            dataset_id integer not null references datasets, day integer not null, profile_type text not null,
            primary key(dataset_id, day, profile_type)) strict, without rowid;
        create table functions(
            tenant_id integer not null references tenants, id integer not null, key blob not null,
            name text not null, system_name text not null, file text not null, start_line integer not null,
            primary key(tenant_id, id)) strict, without rowid;
        create index functions_by_key on functions(tenant_id, key);
        create index functions_by_name on functions(tenant_id, name);
        create table mappings(
            tenant_id integer not null references tenants, id integer not null, key blob not null,
            build_id text not null, file text not null,
            primary key(tenant_id, id)) strict, without rowid;
        create index mappings_by_key on mappings(tenant_id, key);
        create index mappings_by_build on mappings(tenant_id, build_id);
        create table function_sightings(
            tenant_id integer not null, function_id integer not null, dataset_id integer not null,
            first_seen integer not null, last_seen integer not null,
            primary key(tenant_id, function_id, dataset_id)) strict, without rowid;
        create table blocks(
            id blob not null primary key, level integer not null, min_time integer not null, max_time
                integer not null,
            bytes integer not null, path text not null, instance text not null, epoch integer not null,
            lsn_low integer not null, lsn_high integer not null, content_hash blob not null,
            state integer not null, version integer not null) strict, without rowid;
        create index blocks_by_version on blocks(version);
        create index blocks_by_instance on blocks(instance) where state = 1;
        create table block_datasets(
            block_id blob not null references blocks, position integer not null,
            dataset_id integer not null references datasets, day integer not null, profile_types text
                not null,
            profiles integer not null, samples integer not null,
            primary key(block_id, position)) strict, without rowid;
        create index block_datasets_by_dataset on block_datasets(dataset_id);
        create view block_rows as
            select b.id, b.level, b.min_time, b.max_time, b.bytes, b.path, b.instance, b.epoch,
                b.lsn_low, b.lsn_high,
                b.content_hash, b.state, b.version, t.name as tenant, d.service, bd.profile_types,
                    bd.profiles,
                bd.samples, bd.position
            from blocks b left join block_datasets bd on bd.block_id = b.id
                left join datasets d on d.id = bd.dataset_id left join tenants t on t.id = d.tenant_id;
        create table ring(
            instance text not null primary key, address text not null, zone text not null, roles text
                not null,
            state integer not null, epoch integer not null, heartbeat integer not null) strict, without rowid;
        """

    private static let debugFiles: SQLiteQuery = """
        create table debug_files(
            tenant_id integer not null references tenants, build_id text not null, go_build_id text not null,
            otel_file_id text not null, name text not null, kind integer not null, state integer not null,
            started_at integer not null, finished_at integer, instance text, bytes integer,
            has_symbols integer, has_debug integer,
            primary key(tenant_id, build_id)) strict, without rowid;
        create view debug_file_rows as
            select f.build_id, f.go_build_id, f.otel_file_id, f.name, f.kind, f.state, f.started_at,
                f.finished_at, f.instance, f.bytes, f.has_symbols, f.has_debug, t.name as tenant
            from debug_files f join tenants t on t.id = f.tenant_id;
        """

    private static let documents: SQLiteQuery = """
        create table documents(
            tenant_id integer not null references tenants, kind integer not null, name text not null,
            modified_at integer not null, body blob not null,
            primary key(tenant_id, kind, name)) strict;
        """
}
