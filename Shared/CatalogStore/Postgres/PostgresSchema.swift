// SPDX-License-Identifier: Apache-2.0
internal import PostgresClient

/// The tables of a cluster's catalogue.
///
/// A migration that shipped never changes; a new one is appended. Text from outside may be longer than an
/// index row, so unique indexes go over keys of 16 bytes and searches over the first 200 characters.
enum PostgresSchema {
    static let migrations: [PostgresQuery] = [first, debugFiles, documents]

    private static let first: PostgresQuery = """
        create table catalog_version(only_row boolean primary key default true check(only_row), version
            bigint not null);
        insert into catalog_version values(true, 0);
        create table tenants(
            id bigint primary key generated always as identity, name text not null unique,
            next_function bigint not null, next_mapping bigint not null);
        create table tenant_settings(
            tenant_id bigint not null references tenants, key bytea not null, name text not null, value
                text not null,
            primary key(tenant_id, key));
        create table datasets(
            id bigint primary key generated always as identity, tenant_id bigint not null references tenants,
            key bytea not null, service text not null, last_seen bigint not null, unique(tenant_id, key));
        create table dataset_days(
            dataset_id bigint not null references datasets, day bigint not null,
            profiles bigint not null, samples bigint not null, blocks bigint not null, primary
                key(dataset_id, day));
        create table dataset_types(
            dataset_id bigint not null references datasets, day bigint not null, key bytea not null,
            profile_type text not null, primary key(dataset_id, day, key));
        create table functions(
            tenant_id bigint not null references tenants, id bigint not null, key bytea not null,
            name text not null, system_name text not null, file text not null, start_line bigint not null,
            primary key(tenant_id, id));
        create index functions_by_key on functions(tenant_id, key, id);
        create index functions_by_name on functions(tenant_id, left(name, 200));
        create table mappings(
            tenant_id bigint not null references tenants, id bigint not null, key bytea not null,
            build_id text not null, file text not null, primary key(tenant_id, id));
        create index mappings_by_key on mappings(tenant_id, key, id);
        create index mappings_by_build on mappings(tenant_id, left(build_id, 200));
        create table function_sightings(
            tenant_id bigint not null, function_id bigint not null, dataset_id bigint not null,
            first_seen bigint not null, last_seen bigint not null, primary key(tenant_id, function_id,
                dataset_id));
        create table blocks(
            id bytea primary key, level bigint not null, min_time bigint not null, max_time bigint not null,
            bytes bigint not null, path text not null, instance text not null, epoch bigint not null,
            lsn_low bigint not null, lsn_high bigint not null, content_hash bytea not null,
            state bigint not null, version bigint not null);
        create index blocks_by_version on blocks(version);
        create index blocks_by_instance on blocks(left(instance, 200)) where state = 1;
        create table block_datasets(
            block_id bytea not null references blocks, position bigint not null,
            dataset_id bigint not null references datasets, day bigint not null, profile_types text not null,
            profiles bigint not null, samples bigint not null, primary key(block_id, position));
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
            key bytea primary key, instance text not null, address text not null, zone text not null,
            roles text not null, state bigint not null, epoch bigint not null, heartbeat timestamptz not
                null);
        """

    private static let debugFiles: PostgresQuery = """
        create table debug_files(
            tenant_id bigint not null references tenants, build_id text not null, go_build_id text not null,
            otel_file_id text not null, name text not null, kind bigint not null, state bigint not null,
            started_at bigint not null, finished_at bigint, instance text, bytes bigint,
            has_symbols bigint, has_debug bigint,
            primary key(tenant_id, build_id));
        create view debug_file_rows as
            select f.build_id, f.go_build_id, f.otel_file_id, f.name, f.kind, f.state, f.started_at,
                f.finished_at, f.instance, f.bytes, f.has_symbols, f.has_debug, t.name as tenant
            from debug_files f join tenants t on t.id = f.tenant_id;
        """

    private static let documents: PostgresQuery = """
        create table documents(
            tenant_id bigint not null references tenants, kind bigint not null, name text not null,
            modified_at bigint not null, body bytea not null,
            primary key(tenant_id, kind, name));
        """
}
