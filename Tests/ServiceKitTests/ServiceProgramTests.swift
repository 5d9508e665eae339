// SPDX-License-Identifier: Apache-2.0
import Blocking
import ConfigSchema
import EventLog
import Glibc
import HTTPServer
import ServiceKit
import Support
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct ServiceProgramTests {
    struct Config: Sendable {
        var process = ProcessConfig()
        var target = "all"

        static let schema = Schema<Config>([
            ProcessConfig.schema.nested(at: \.process),
            Schema<Config>(section: "", [.string("target", \.target, "What to run.")]),
        ])
    }

    /// What a program's services saw.
    final class Seen: Sendable {
        let answer = Mutex("")
    }

    /// A program with one route; its last service calls `visit` with the port.
    static func program(_ visit: @escaping @Sendable (Int) async throws -> Void) -> ServiceProgram<Config> {
        ServiceProgram(
            name: "sample",
            summary: "A sample.",
            schema: Config.schema,
            defaults: Config(),
            process: \.process
        ) { config, runtime in
            let table = RouteTable(
                routes: runtime.statusRoutes,
                registry: runtime.registry,
                logger: runtime.log.logger("http")
            )
            let http = HTTPService(
                config.process,
                handler: table,
                registry: runtime.registry,
                logger: runtime.log.logger("http")
            )
            let visitor = ClosureService(run: { stop in
                try await visit(Int(http.server.boundPort ?? 0))
                await stop.wait()
            })
            return [.init("http", http), .init("visitor", visitor)]
        }
    }

    private static let flags = [
        "-server.http-listen-port=0", "-server.http-listen-address=127.0.0.1", "-log.level=error",
    ]

    @Test func servesOverASocketUntilASignalComes() async {
        await #expect(processExitsWith: .exitCode(7)) {
            let seen = Seen()
            let status = await Self.program { port in
                let pool = try BlockingPool(name: "curl", threadCount: 1)
                let outcome = try await pool.run {
                    try ChildProcess.run([
                        "curl", "-s", "-i", "--compressed", "http://127.0.0.1:\(port)/metrics",
                    ])
                }
                seen.answer.withLock { $0 = outcome.output }
                kill(getpid(), SIGTERM)
            }.main(arguments: Self.flags, environment: [:])
            let answer = seen.answer.withLock { $0 }
            let isRight =
                answer.hasPrefix("HTTP/1.1 200 OK\r\n") && answer.contains("Content-Encoding: gzip\r\n")
                && answer.contains("\npyroscope_tcp_connections{protocol=\"http\"} 1\n")
            exit(status == 0 && isRight ? 7 : 1)
        }
    }

    @Test func endsAtOnceOnASecondSignal() async {
        await #expect(processExitsWith: .exitCode(128 + SIGTERM)) {
            _ = await Self.program { _ in
                // A signal that comes while the first is pending is lost, so one more may be needed.
                while true {
                    kill(getpid(), SIGTERM)
                    await Task.yield()
                }
            }.main(
                arguments: Self.flags + ["-shutdown-delay=1h", "-server.graceful-shutdown-timeout=1h"],
                environment: [:]
            )
            exit(0)
        }
    }

    @Test func endsAProcessThatIsDeafToEverything() async {
        await #expect(processExitsWith: .exitCode(1)) {
            let stop = StopSignal()
            try ProcessSignals.endProcess(after: .zero, from: stop)
            stop.fire()
            while true { await Task.yield() }
        }
    }

    @Test func endsWithAFailureWhenThePortIsTaken() async {
        await #expect(processExitsWith: .exitCode(3)) {
            let status = await Self.program { port in
                let second = await Self.program { _ in kill(getpid(), SIGKILL) }
                    .main(
                        arguments: ["-server.http-listen-port=\(port)"] + Self.flags.dropFirst(),
                        environment: [:]
                    )
                exit(second == 1 ? 3 : 4)
            }.main(arguments: Self.flags, environment: [:])
            exit(status)
        }
    }

    @Test func refusesABadConfiguration() async {
        let status = await Self.program { _ in }.main(
            arguments: ["-server.http-listen-prot=1"],
            environment: [:]
        )
        #expect(status == 1)
    }

    @Test(arguments: ["-help", "-help-all", "-version", "-config.verify"])
    func answersQuestionsAndEnds(flag: String) async {
        #expect(await Self.program { _ in }.main(arguments: [flag], environment: [:]) == 0)
    }

    @Test func takesACommandLineWrittenForPyroscope() throws {
        let arguments = [
            "-target=all", "-architecture.storage=v2", "-write-path=segment-writer",
            "-storage.backend=filesystem",
            "-segment-writer.min-ready-duration=1s", "-metastore.min-ready-duration=1s",
            "-retention-period=0",
            "-memberlist.bind-addr", "127.0.0.1", "-self-profiling.disable-push",
            "-usage-stats.enabled=false",
            "-tracing.enabled=false", "-symbolizer.enabled=false", "-server.grpc-listen-port=0",
        ]
        let input = CommandInput(program: "p", arguments: arguments)
        guard
            case .start(_, let notes) = try Config.schema.load(
                input,
                defaults: Config(),
                ignoring: .pyroscope
            ),
            case .ignored(let names) = notes.first
        else {
            Issue.record("no start")
            return
        }
        #expect(names.count == arguments.count - 2)
        #expect(throws: ConfigError.self) {
            try Config.schema.load(
                CommandInput(program: "p", arguments: ["-server.http-listen-prot=1"]),
                defaults: Config(),
                ignoring: .pyroscope
            )
        }
    }

    @Test func raisesTheDescriptorLimit() throws {
        #expect(try #require(ProcessSignals.raiseDescriptorLimit()) >= 1_024)
    }

    @Test func readsTheEnvironment() {
        #expect(ProcessEnvironment.current["PATH"]?.isEmpty == false)
    }
}
