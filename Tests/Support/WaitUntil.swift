// SPDX-License-Identifier: Apache-2.0

/// Waits until `condition` holds; throws when it does not within `limit`, so that no test hangs.
package func waitUntil(
    _ what: String,
    within limit: Duration = .seconds(30),
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw SupportError("waited \(limit) for: \(what)") }
        await Task.yield()
    }
}
