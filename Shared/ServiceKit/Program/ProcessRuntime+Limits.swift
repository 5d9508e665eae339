// SPDX-License-Identifier: Apache-2.0
package import CatalogStore
internal import EventLog

extension ProcessRuntime {
    /// The limits of all tenants: `limits`, and what the file of `config` and `catalog` say about single
    /// ones.
    ///
    /// The watch is a service; without it the table stays as it is.
    package func limits(
        _ limits: TenantLimits,
        _ config: LimitsConfig,
        catalog: any Catalog
    ) -> (table: TenantLimitsTable, watch: LimitsWatch) {
        let table = TenantLimitsTable(limits)
        let watch = LimitsWatch(
            table,
            config,
            catalog: catalog,
            registry: self.registry,
            logger: self.log.logger("limits")
        )
        return (table, watch)
    }
}
