// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// A private PostgreSQL in a temporary folder, reached by a Unix socket.
///
/// It ends with the test process, however that ends: a small shell waits for the pipe that the process
/// holds open, then stops the server and removes its folder. As root the server runs as the user
/// `postgres`.
package final class PostgresServer: Sendable {
    /// One server for all tests of the process; each test takes a database of its own.
    package static func shared() throws -> PostgresServer { try Self.sharedResult.get() }

    private static let sharedResult = Result { try PostgresServer() }

    private let folder: String
    private let commands: String
    private let watchdog: Int32
    private let databaseCount = Atomic(0)

    /// Initialises a cluster and starts its server.
    package init() throws {
        self.commands = try Self.commandFolder()
        let root = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        var bytes = Array("\(root)/hearth-pg-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&bytes) != nil else { throw SupportError("mkdtemp: errno \(errno)") }
        self.folder = String(decoding: bytes.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        if getuid() == 0 { try Self.run(["chown", "postgres", self.folder]) }
        self.watchdog = try Self.startWatchdog(folder: self.folder, commands: self.commands)
        try self.runAsOwner([
            "\(self.commands)/initdb", "--pgdata=\(self.folder)/data", "--username=hearth", "--auth=trust",
            "--encoding=UTF8", "--no-locale", "--no-sync",
        ])
        try self.start()
    }

    deinit { close(self.watchdog) }

    /// Starts the server again after `stop`.
    package func start() throws {
        let options = [
            "-c listen_addresses=", "-c unix_socket_directories=\(self.folder)", "-c fsync=off", "-c jit=off",
            "-c max_connections=400", "-c shared_buffers=32MB", "-c autovacuum=off",
            "-c deadlock_timeout=50ms",
        ]
        try self.runAsOwner([
            "\(self.commands)/pg_ctl", "--pgdata=\(self.folder)/data", "--log=\(self.folder)/log", "--wait",
            "--options=\(options.joined(separator: " "))", "start",
        ])
    }

    /// Stops the server as a crash would: no shutdown, no checkpoint.
    package func stop() throws {
        try self.runAsOwner([
            "\(self.commands)/pg_ctl", "--pgdata=\(self.folder)/data", "--mode=immediate", "--wait", "stop",
        ])
    }

    /// Makes an empty database and returns its URL.
    package func makeDatabase() throws -> String {
        let name = "test\(self.databaseCount.wrappingAdd(1, ordering: .relaxed).newValue)"
        try self.execute("create database \(name)")
        return "postgres:///\(name)?host=\(self.folder)&user=hearth"
    }

    /// Runs SQL as the owner of everything, outside of the code under test.
    package func execute(_ sql: String) throws {
        try Self.run([
            "\(self.commands)/psql", "--no-psqlrc", "--quiet", "--host=\(self.folder)", "--username=hearth",
            "--dbname=postgres", "--set=ON_ERROR_STOP=1", "--command=\(sql)",
        ])
    }

    private static func commandFolder() throws -> String {
        let outcome = try ChildProcess.run([
            "sh", "-c", "ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1",
        ])
        let path = outcome.output.split(separator: "\n").first.map(String.init) ?? ""
        guard path.hasPrefix("/") else {
            throw SupportError("PostgreSQL's server programs are not installed")
        }
        return path
    }

    private static func owner(_ arguments: [String]) -> [String] {
        getuid() == 0
            ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] + arguments : arguments
    }

    private func runAsOwner(_ arguments: [String]) throws { try Self.run(Self.owner(arguments)) }

    private static func run(_ arguments: [String]) throws {
        let outcome = try ChildProcess.run(arguments)
        guard outcome.status == 0 else {
            throw SupportError("\(arguments.joined(separator: " ")): \(outcome.status)\n\(outcome.output)")
        }
    }

    /// Returns the end of the pipe whose closing ends the server.
    private static func startWatchdog(folder: String, commands: String) throws -> Int32 {
        let stop = Self.owner(["\(commands)/pg_ctl", "--pgdata=\(folder)/data", "--mode=immediate", "stop"])
        let script = """
            trap '' INT TERM HUP
            read -r _
            \(stop.joined(separator: " ")) >/dev/null 2>&1
            rm -rf '\(folder)'
            """
        return try ChildProcess.startWithPipe(["sh", "-c", script])
    }
}
