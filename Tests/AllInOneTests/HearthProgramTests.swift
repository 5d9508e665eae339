// SPDX-License-Identifier: Apache-2.0
import AllInOne
import EventLog
import Foundation
import HTTPClient
import HTTPServer
import Ingester
import ServiceKit
import Support
import Testing

/// The whole of hearth in this process, with a data folder of its own.
@Suite struct HearthProgramTests {
    /// A running hearth, as a client sees it.
    private struct Running {
        let http: HTTPClient
        let address: String

        func send(_ method: String, _ target: String, json: String = "") async throws -> ClientResponse {
            try await self.http.send(
                ClientRequest(
                    method: method,
                    url: self.address + target,
                    headers: [ClientHeader("Content-Type", "application/json")],
                    body: Array(json.utf8)
                )
            )
        }

        /// Pushes one profile of the service `app`.
        func push(_ pprof: SmallPprof) async throws -> Int {
            let bytes = Data(pprof.bytes).base64EncodedString()
            let body = """
                {"series":[{"labels":[{"name":"__name__","value":"process_cpu"},\
                {"name":"service_name","value":"app"}],"samples":[{"rawProfile":"\(bytes)"}]}]}
                """
            return try await self.send("POST", "/push.v1.PusherService/Push", json: body).status
        }

        /// The flame graph of the last hour as JSON.
        func render() async throws -> String {
            let query = "process_cpu%3Acpu%3Ananoseconds%3Acpu%3Ananoseconds%7Bservice_name%3D%22app%22%7D"
            let answer = try await self.send("GET", "/pyroscope/render?query=\(query)&from=now-1h&until=now")
            #expect(answer.status == 200)
            return String(decoding: answer.body, as: UTF8.self)
        }
    }

    /// Starts hearth on a free port, runs `body`, stops it as SIGTERM would.
    private static func run(in folder: String, _ body: (Running) async throws -> Void) async throws {
        var config = HearthConfig()
        config.process.listenAddress = "127.0.0.1"
        config.process.listenPort = 0
        config.process.gracefulTimeout = .seconds(5)
        config.ingester.dataPath = folder
        let log = EventLog(level: .error, sink: RecordingSink())
        let runtime = ProcessRuntime(log: log)
        let (services, listener) = try await HearthProgram.assemble(config, runtime)
        let group = ServiceGroup(
            services,
            logger: log.logger("test"),
            grace: .seconds(60),
            clock: ContinuousClock()
        )
        let stop = StopSignal()
        let http = try HTTPClient()
        defer { http.shutDown() }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run(until: stop) }
            defer { stop.fire() }
            try await waitUntil("the listener is bound") { listener.server.boundPort != nil }
            let port = listener.server.boundPort.map(Int.init) ?? 0
            try await body(Running(http: http, address: "http://127.0.0.1:\(port)"))
            stop.fire()
            try await tasks.waitForAll()
        }
    }

    @Test func aProfileIsSeenAsSoonAsItIsAcknowledged() async throws {
        let folder = try TemporaryFolder()
        try await Self.run(in: folder.path) { hearth in
            let status = try await hearth.push(SmallPprof(function: "main.work", nanoseconds: 70))
            #expect(status == 200)
            let graph = try await hearth.render()
            #expect(graph.contains(#""main.work""#))
            #expect(graph.contains(#""numTicks":70"#))
        }
    }

    @Test func theNextStartHasWhatTheLastOneAcknowledged() async throws {
        let folder = try TemporaryFolder()
        try await Self.run(in: folder.path) { hearth in
            let status = try await hearth.push(SmallPprof(function: "main.first", nanoseconds: 30))
            #expect(status == 200)
        }
        try await Self.run(in: folder.path) { hearth in
            let status = try await hearth.push(SmallPprof(function: "main.second", nanoseconds: 12))
            #expect(status == 200)
            let graph = try await hearth.render()
            #expect(graph.contains(#""main.first""#) && graph.contains(#""main.second""#))
            #expect(graph.contains(#""numTicks":42"#))
        }
    }

    @Test func writesReadsAndStatusShareOnePort() async throws {
        let folder = try TemporaryFolder()
        try await Self.run(in: folder.path) { hearth in
            for target in ["/", "/ready", "/metrics", "/api/v1/status/buildinfo"] {
                let status = try await hearth.send("GET", target).status
                #expect(status == 200, "\(target)")
            }
            let unknown = try await hearth.send("GET", "/nowhere")
            #expect(unknown.status == 404)
            let broken = try await hearth.send("POST", "/push.v1.PusherService/Push", json: "{")
            #expect(broken.status == 400)
        }
    }
}
