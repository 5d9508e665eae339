// SPDX-License-Identifier: Apache-2.0
import PostgresClient
import Support
import Testing

@Suite struct PostgresOutageTests {
    @Test func aServerThatComesBackIsUsedAgain() async throws {
        let server = try PostgresServer()
        let pool = try PostgresPool(url: try server.makeDatabase())
        try await pool.transaction { db in try db.execute("create table notes(id int8 primary key)") }
        for round in Int64(1)...2 {
            try await pool.transaction { db in try db.execute("insert into notes values($1)", [.int(round)]) }
            try server.stop()
            for _ in 0..<3 {
                let error = await #expect(throws: PostgresError.self) { try await pool.read { _ in } }
                guard case .connectionFailed = error else {
                    Issue.record("got \(String(describing: error))")
                    continue
                }
            }
            try server.start()
            var count: Int64?
            try await waitUntil("the server is used again") {
                count = try? await pool.read { db in try db.rows("select count(*) from notes")[0].int(0) }
                return count != nil
            }
            #expect(count == round, "committed rows survive, and the pool connects again")
        }
    }

    @Test func aKilledConnectionIsReplacedUnnoticed() async throws {
        let pool = try PostgresPool(url: try PostgresServer.shared().makeDatabase(), connectionCountMax: 1)
        let victim = try await pool.read { db in try db.rows("select pg_backend_pid()")[0].int(0) }
        try PostgresServer.shared().execute("select pg_terminate_backend(\(victim), 5000)")
        let next = try await pool.read { db in try db.rows("select pg_backend_pid()")[0].int(0) }
        #expect(next != victim)
    }

    @Test func aSilentServerIsGivenUp() async throws {
        let pool = try PostgresPool(
            url: try PostgresServer.shared().makeDatabase(),
            connectionCountMax: 1,
            answerTimeout: .milliseconds(300)
        )
        let first = try await pool.read { db in try db.rows("select pg_backend_pid()")[0].int(0) }
        await #expect(throws: PostgresError.timedOut) {
            try await pool.read { db in try db.execute("select pg_sleep(4)") }
        }
        var second: Int64?
        try await waitUntil("a new connection") {
            second = try? await pool.read { db in try db.rows("select pg_backend_pid()")[0].int(0) }
            return second != nil
        }
        #expect(second != nil && second != first, "the next caller gets a new connection")
    }

    @Test(arguments: [
        "", "postgres", "http://x", "postgres://u:sesame@secret@h/db", "postgres://u:sesame@h/db?nonsense=1",
        "postgresql://u:sesame@[::1/db", "host=x password=sesame",
    ])
    func refusesURLsWithoutRepeatingThem(url: String) {
        let error = #expect(throws: PostgresError.self) { _ = try PostgresPool(url: url) }
        #expect(error == .invalidURL)
    }

    @Test func saysWhyItCannotConnectWithoutThePassword() async throws {
        let pool = try PostgresPool(url: "postgres://user:sesame@127.0.0.1:1/db?password=sesame")
        let error = await #expect(throws: PostgresError.self) { try await pool.read { _ in } }
        guard case .connectionFailed(let reason) = error else {
            Issue.record("got \(String(describing: error))")
            return
        }
        #expect(reason.contains("Is the server running") || reason.contains("refused"))
        #expect(!reason.contains("sesame"))
    }
}
