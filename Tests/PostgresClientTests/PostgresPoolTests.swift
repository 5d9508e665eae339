// SPDX-License-Identifier: Apache-2.0
import PostgresClient
import Support
import Testing

@Suite struct PostgresPoolTests {
    private func pool(connections: Int = 4, acquireTimeout: Duration = .seconds(1)) throws -> PostgresPool {
        try PostgresPool(
            url: try PostgresServer.shared().makeDatabase(),
            connectionCountMax: connections,
            acquireTimeout: acquireTimeout
        )
    }

    @Test func readsBackEveryKindOfValue() async throws {
        let pool = try self.pool()
        let texts = ["", "'; drop table x; --", "🔥", String(repeating: "x", count: 3_000_000)]
        let numbers: [Int64] = [.min, -1, 0, 1, .max]
        let blobs: [[UInt8]] = [[], [0, 1, 255], Array(repeating: 7, count: 1_000)]
        try await pool.read { db in
            for text in texts {
                let row = try db.rows(
                    "select $1::text, $2::bytea, null::text",
                    [.text(text), .bytes(Array(text.utf8))]
                )[0]
                #expect(try row.text(0) == text)
                #expect(try row.bytes(1) == Array(text.utf8))
                #expect(row.isNull(2))
                #expect(throws: PostgresError.unexpectedValue(column: 2)) { try row.text(2) }
                #expect(throws: PostgresError.unexpectedValue(column: 0)) { try row.int(0) }
            }
            for number in numbers {
                #expect(try db.rows("select $1::int8", [.int(number)])[0].int(0) == number)
            }
            let row = try db.rows("select 1::int4, -2::int2, true, false, $1::int8[]", [.ints(numbers)])[0]
            #expect(try [row.int(0), row.int(1), row.int(2), row.int(3)] == [1, -2, 1, 0])
            #expect(try row.ints(4) == numbers)
            #expect(try db.rows("select $1::int8[]", [.ints([])])[0].ints(0) == [])
            let unnested = try db.rows(
                "select a, b from unnest($1::text[], $2::bytea[]) with ordinality u(a, b, n) order by n",
                [.texts(Array(texts.prefix(3))), .byteStrings(blobs)]
            )
            #expect(try unnested.map { try $0.text(0) } == Array(texts.prefix(3)))
            #expect(try unnested.map { try $0.bytes(1) } == blobs)
            #expect(try db.rows("select 1 where $1::int8 is null", [.null]).count == 1)
        }
    }

    @Test func rollsBackWhatThrows() async throws {
        struct Refusal: Error {}
        let pool = try self.pool()
        try await pool.transaction { db in try db.execute("create table notes(id int8 primary key)") }
        await #expect(throws: Refusal.self) {
            try await pool.transaction { db in
                try db.execute("insert into notes values($1)", [.int(1)])
                throw Refusal()
            }
        }
        await #expect(throws: PostgresError.statementFailed(.uniqueViolation)) {
            try await pool.transaction { db in
                for _ in 0..<2 { try db.execute("insert into notes values($1)", [.int(2)]) }
            }
        }
        #expect(try await pool.read { db in try db.rows("select 1 from notes").isEmpty })
        await #expect(throws: PostgresError.statementFailed(SQLState("25006"))) {
            try await pool.read { db in try db.execute("insert into notes values($1)", [.int(3)]) }
        }
        let changed = try await pool.transaction { db in
            try db.execute("insert into notes select * from unnest($1::int8[])", [.ints([4, 5, 6])])
        }
        #expect(changed == 3)
    }

    @Test func retriesDeadlocks() async throws {
        let pool = try self.pool(acquireTimeout: .seconds(20))
        try await pool.transaction { db in
            try db.execute("create table counters(id int8 primary key, n int8 not null)")
            try db.execute("insert into counters values(1, 0), (2, 0)")
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in Int64(0)..<4 {
                group.addTask {
                    for _ in 0..<3 {
                        try await pool.transaction { db in
                            for id in task % 2 == 0 ? [1, 2] as [Int64] : [2, 1] {
                                try db.execute("update counters set n = n + 1 where id = $1", [.int(id)])
                            }
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(
            try await pool.read { db in
                try db.rows("select n from counters order by id").map { try $0.int(0) }
            } == [12, 12]
        )
    }

    @Test func callersWaitForAConnectionAndNoLonger() async throws {
        let patient = try self.pool(connections: 1, acquireTimeout: .seconds(20))
        let order = try await withThrowingTaskGroup(of: Int64.self) { group in
            for number in Int64(0)..<20 {
                group.addTask {
                    try await patient.read { db in try db.rows("select $1::int8", [.int(number)])[0].int(0) }
                }
            }
            return try await group.reduce(into: Set<Int64>()) { $0.insert($1) }
        }
        #expect(order.count == 20)

        let hasty = try self.pool(connections: 1, acquireTimeout: .milliseconds(50))
        let isHeld = Signal()
        let mayEnd = Signal()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await hasty.read { db in
                    isHeld.raise()
                    while !mayEnd.isRaised { try db.execute("select pg_sleep(0.01)") }
                }
            }
            try await waitUntil("isHeld") { isHeld.isRaised }
            await #expect(throws: PostgresError.poolExhausted) { try await hasty.read { _ in } }
            mayEnd.raise()
            try await group.waitForAll()
        }
        try await hasty.read { _ in }
    }

    @Test func cancellationStopsTheStatementAndKeepsTheConnection() async throws {
        let pool = try self.pool(connections: 1)
        let pid = try await pool.read { db in try db.rows("select pg_backend_pid()")[0].int(0) }
        let isRunning = Signal()
        let clock = ContinuousClock()
        let duration = try await clock.measure {
            try await withThrowingTaskGroup(of: PostgresError?.self) { group in
                group.addTask {
                    do {
                        try await pool.read { db in
                            isRunning.raise()
                            _ = try db.rows("select pg_sleep(40)")
                        }
                        return nil
                    } catch {
                        return error as? PostgresError
                    }
                }
                try await waitUntil("isRunning") { isRunning.isRaised }
                group.cancelAll()
                for try await error in group { #expect(error == .cancelled) }
            }
        }
        #expect(duration < .seconds(20))
        #expect(try await pool.read { db in try db.rows("select pg_backend_pid()")[0].int(0) } == pid)
    }

    @Test func theServerStopsLongStatements() async throws {
        let pool = try self.pool()
        await #expect(throws: PostgresError.statementFailed(.queryCancelled)) {
            try await pool.read { db in
                try db.execute("set local statement_timeout = '20ms'")
                try db.execute("select pg_sleep(5)")
            }
        }
        #expect(try await pool.read { db in try db.rows("show statement_timeout")[0].text(0) } == "5s")
    }
}
