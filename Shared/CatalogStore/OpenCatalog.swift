// SPDX-License-Identifier: Apache-2.0
package import EventLog

/// Opens the catalogue that a URL names: `sqlite:PATH` or `postgres://…`.
///
/// A file must open now. A PostgreSQL server may be away: calls answer `unavailable` until it is back, and
/// `logger` hears why.
package func openCatalog(url: String, logger: Logger = .silent) async throws(CatalogError) -> any Catalog {
    if url.hasPrefix("sqlite:") {
        let path = String(url.dropFirst("sqlite:".count))
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .invalid(.url) }
        return try await SQLiteCatalog(path: path, now: EventLog.systemMilliseconds)
    }
    return try PostgresCatalog(url: url, logger: logger)
}
