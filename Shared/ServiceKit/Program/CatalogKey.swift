// SPDX-License-Identifier: Apache-2.0
package import ConfigSchema

extension Schema {
    /// The key of the catalogue that the processes of a cluster share.
    package static func clusterCatalog(at place: any WritableKeyPath<Root, String> & Sendable) -> Schema {
        Schema(
            section: "",
            [.string("catalog.url", place, "Catalogue of the cluster: postgres://user@host:port/database.")]
        )
    }
}
