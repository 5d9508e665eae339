// SPDX-License-Identifier: Apache-2.0
package import ConfigSchema
package import Distributor
package import Ingester
package import Querier
package import ServiceKit

/// Configuration of the executable `hearth`.
package struct HearthConfig: Sendable, Equatable {
    package var process = ProcessConfig()
    package var tenancy = Tenancy()
    package var limits = TenantLimits()
    package var overrides = LimitsConfig()
    package var ingester = IngesterConfig()
    package var querier = QuerierConfig()
    package var debugFiles = DebugFileConfig()
    /// Empty: the embedded catalogue of the data folder.
    package var catalogURL = ""

    /// The defaults.
    package init() {}

    /// The keys.
    package static let schema = Schema<HearthConfig>([
        ProcessConfig.schema.nested(at: \.process),
        Tenancy.schema.nested(at: \.tenancy),
        TenantLimits.schema.nested(at: \.limits),
        LimitsConfig.schema.nested(at: \.overrides),
        IngesterConfig.schema.nested(at: \.ingester),
        QuerierConfig.schema.nested(at: \.querier),
        DebugFileConfig.schema.nested(at: \.debugFiles),
        Schema(
            section: "",
            [
                .string(
                    "catalog.url",
                    \.catalogURL,
                    "Catalogue: sqlite:PATH or postgres://…; empty takes sqlite in the data folder."
                )
            ]
        ),
    ])

    /// Where the catalogue is.
    var catalog: String {
        self.catalogURL.isEmpty ? "sqlite:\(self.ingester.dataPath)/catalog.sqlite" : self.catalogURL
    }
}
