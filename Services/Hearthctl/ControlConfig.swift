// SPDX-License-Identifier: Apache-2.0
package import ConfigSchema

/// What `hearthctl` is told besides its command.
package struct ControlConfig: Sendable, Equatable {
    package var dataPath = "./data"
    package var catalogURL = ""
    package var isConfirmed = false
    /// What stands behind the two words of the command, before the flags.
    package var operands: [String] = []

    /// The defaults.
    package init() {}

    /// The keys.
    package static let schema = Schema<ControlConfig>(
        section: "",
        [
            .string("data-path", \.dataPath, "Data folder of hearth or of an ingester."),
            .string(
                "catalog.url",
                \.catalogURL,
                "sqlite:PATH or postgres://…; empty takes the embedded catalogue of the data folder."
            ),
            .bool("yes", \.isConfirmed, "Really do what cannot be undone."),
        ]
    )

    /// Where the catalogue is.
    var catalog: String {
        self.catalogURL.isEmpty ? "sqlite:\(self.dataPath)/catalog.sqlite" : self.catalogURL
    }
}
