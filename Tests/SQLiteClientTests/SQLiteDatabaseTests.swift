// SPDX-License-Identifier: Apache-2.0
import SQLiteClient
import Support
import Testing

@Suite struct SQLiteDatabaseTests {
    private static let migrations: [SQLiteQuery] = [
        """
        create table notes(id integer primary key, text text not null, body blob) strict; create index a on
            notes(text);
        """
    ]

    private func open(_ folder: TemporaryFolder, migrations: [SQLiteQuery] = Self.migrations) async throws
        -> SQLiteDatabase
    {
        try await SQLiteDatabase(path: folder.path + "/test.sqlite", migrations: migrations)
    }

    @Test func readsBackEveryKindOfValue() async throws {
        let folder = try TemporaryFolder()
        let database = try await self.open(folder)
        let texts = ["", "a\u{0}b", "'; drop table notes; --", "🔥", String(repeating: "x", count: 70_000)]
        for text in texts {
            let row = try await database.write { db in
                try db.rows(
                    "insert into notes(text, body) values(?, ?) returning text, body, null, 1.5, id",
                    [.text(text), .bytes(Array(text.utf8))]
                )
            }
            #expect(try row[0].text(0) == text)
            #expect(try row[0].bytes(1) == Array(text.utf8))
            #expect(row[0].isNull(2))
            #expect(row[0].values[3] == .real(1.5))
        }
        let count = try await database.read { db in try db.rows("select count(*) from notes")[0].int(0) }
        #expect(count == Int64(texts.count))
    }

    @Test func rollsBackWhatThrows() async throws {
        let folder = try TemporaryFolder()
        let database = try await self.open(folder)
        await #expect(throws: SQLiteError.self) {
            try await database.write { db in
                try db.execute("insert into notes(text) values('gone')")
                return try db.execute("insert into notes(text) values(null)")
            }
        }
        #expect(try await database.read { db in try db.rows("select 1 from notes").isEmpty })
        try await database.write { db in try db.execute("insert into notes(text) values('kept')") }
        #expect(try await database.read { db in try db.rows("select text from notes")[0].text(0) } == "kept")
    }

    @Test func namesTheConstraintThatRefused() async throws {
        let folder = try TemporaryFolder()
        let database = try await self.open(folder)
        let error = await #expect(throws: SQLiteError.self) {
            try await database.write { db in
                try db.execute("insert into notes(id, text) values(1,'a'),(1,'b')")
            }
        }
        guard case .constraint = error else {
            Issue.record("got \(String(describing: error))")
            return
        }
    }

    @Test func readersCannotWrite() async throws {
        let folder = try TemporaryFolder()
        let database = try await self.open(folder)
        await #expect(throws: SQLiteError.readOnly) {
            try await database.read { db in try db.execute("insert into notes(text) values('x')") }
        }
    }

    @Test func keepsItsRowsAndMigratesOnlyOnce() async throws {
        let folder = try TemporaryFolder()
        do {
            let database = try await self.open(folder)
            try await database.write { db in try db.execute("insert into notes(text) values('old')") }
        }
        let more = Self.migrations + ["alter table notes add column author text not null default 'nobody'"]
        do {
            let database = try await self.open(folder, migrations: more)
            let rows = try await database.read { db in try db.rows("select text, author from notes") }
            #expect(try rows[0].text(1) == "nobody")
        }
        await #expect(throws: SQLiteError.newerSchema(found: 2, known: 1)) { _ = try await self.open(folder) }
    }

    @Test func severalOpenersMigrateOnce() async throws {
        // Each round makes a new file: what openers get in each other's way over is its first change to WAL.
        for _ in 0..<40 {
            let folder = try TemporaryFolder()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 { group.addTask { _ = try await self.open(folder) } }
                try await group.waitForAll()
            }
            let database = try await self.open(folder)
            #expect(try await database.read { db in try db.rows("pragma user_version")[0].int(0) } == 1)
        }
    }

    @Test func losesNoIncrementOfManyTasks() async throws {
        let folder = try TemporaryFolder()
        let database = try await self.open(folder)
        try await database.write { db in try db.execute("insert into notes(id, text) values(0, 'counter')") }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    try await database.write { db in
                        let next = try db.rows("select max(id) from notes")[0].int(0) + 1
                        try db.execute("insert into notes(id, text) values(?, 'n')", [.int(next)])
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await database.read { db in try db.rows("select count(*) from notes")[0].int(0) } == 51)
    }

    @Test func stopsAnEndlessQueryWhenItsTaskIsCancelled() async throws {
        let folder = try TemporaryFolder()
        let database = try await self.open(folder)
        let started = Signal()
        try await withThrowingTaskGroup(of: SQLiteError?.self) { group in
            group.addTask {
                do {
                    try await database.read { db in
                        started.raise()
                        _ = try db.rows(
                            """
                            with recursive n(i) as (select 1 union all select i + 1 from n) select max(i)
                                from n
                            """
                        )
                    }
                    return nil
                } catch {
                    return error as? SQLiteError
                }
            }
            try await waitUntil("started") { started.isRaised }
            group.cancelAll()
            for try await error in group { #expect(error == .cancelled) }
        }
        #expect(try await database.read { db in try db.rows("select 1")[0].int(0) } == 1)
    }

    @Test func refusesAFileThatIsNoDatabase() async throws {
        let folder = try TemporaryFolder()
        try folder.write(Array(repeating: 0x41, count: 5_000), to: "test.sqlite")
        await #expect(throws: SQLiteError.corrupt(code: 26)) { _ = try await self.open(folder) }
        await #expect(throws: SQLiteError.self) {
            _ = try await SQLiteDatabase(path: folder.path + "/missing/x.sqlite", migrations: [])
        }
    }
}
