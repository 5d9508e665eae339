// SPDX-License-Identifier: Apache-2.0
package import ConfigSchema

/// Where limits of single tenants are read while the process runs.
package struct LimitsConfig: Sendable, Equatable {
    package var file = ""
    package var reloadPeriod = Duration.seconds(10)

    /// No file; the catalogue is looked at every ten seconds.
    package init() {}

    /// The keys.
    package static let schema = Schema<LimitsConfig>(
        section: "",
        [
            .string(
                "runtime-config.file",
                \.file,
                "YAML file with limits of single tenants, read again while running; empty means none."
            ).yaml("runtime_config.file"),
            .duration(
                "runtime-config.reload-period",
                \.reloadPeriod,
                in: .milliseconds(100) ... .seconds(3_600),
                "How often that file and the catalogue are looked at for changed limits."
            ).yaml("runtime_config.period"),
        ]
    )
}
