// SPDX-License-Identifier: Apache-2.0
import EventLog
import Exposition
import FoundationEssentials
import HTTPServer
import ServiceKit
import Synchronization
import Testing

@Suite struct StatusRoutesTests {
    /// A part whose readiness a test changes.
    private final class Part: Sendable {
        let isReady = Atomic(false)
    }

    private static func table(_ readiness: Readiness, _ registry: MetricRegistry = MetricRegistry())
        -> RouteTable
    {
        let status = StatusRoutes(
            readiness: readiness,
            registry: registry,
            build: BuildDescription(version: "1.2.3"),
            configuration: ShownConfiguration(
                current: "target: all\n",
                defaults: "target: one\n",
                difference: "target: both\n"
            )
        )
        return RouteTable(routes: status.routes, registry: registry, logger: .silent)
    }

    private static func get(_ table: RouteTable, _ target: String, headers: HTTPHeaders = [:]) async
        -> HTTPResponse
    {
        await table.respond(to: RouteTableTests.request("GET", target, headers: headers))
    }

    @Test func isReadyWhenEveryPartIs() async {
        let readiness = Readiness()
        let part = Part()
        readiness.add("store") { nil }
        readiness.add("ingester") { part.isReady.load(ordering: .relaxed) ? nil : "replaying the log" }
        let table = Self.table(readiness)
        let before = await Self.get(table, "/ready")
        #expect(before.status == 503)
        #expect(
            RouteTableTests.text(before) == "Some services are not Running:\ningester: replaying the log\n"
        )
        part.isReady.store(true, ordering: .relaxed)
        let after = await Self.get(table, "/ready")
        #expect(after.status == 200)
        #expect(after.headers["Content-Type"] == "text/plain")
        #expect(RouteTableTests.text(after) == "ready")
        readiness.beginDraining()
        #expect(await Self.get(table, "/ready").status == 503)
    }

    @Test func describesTheBuildWithEveryKey() async throws {
        struct Answer: Decodable {
            var status: String
            var data: [String: String]
        }
        let table = Self.table(Readiness())
        for accept in ["*/*", "application/json+pretty"] {
            let response = await Self.get(table, "/api/v1/status/buildinfo", headers: ["Accept": accept])
            let body = RouteTableTests.text(response)
            let answer = try JSONDecoder().decode(Answer.self, from: Data(body.utf8))
            #expect(answer.status == "success")
            #expect(answer.data["version"] == "1.2.3")
            #expect(
                Set(answer.data.keys) == [
                    "version", "revision", "branch", "buildUser", "buildDate", "goVersion",
                ]
            )
            #expect(body.contains("\n") == (accept != "*/*"))
        }
        for (path, word) in [("", "all"), ("/default", "one"), ("/diff", "both")] {
            let response = await Self.get(table, "/api/v1/status/config" + path)
            #expect(RouteTableTests.text(response) == "target: \(word)\n")
            #expect(response.headers["Content-Type"] == "text/plain; charset=utf-8")
        }
    }

    @Test func showsWhatTheKernelKnowsOfTheProcess() async throws {
        let registry = MetricRegistry()
        ProcessCollector.register(in: registry)
        let response = await Self.get(Self.table(Readiness(), registry), "/metrics")
        #expect(response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
        let values = Dictionary(
            RouteTableTests.text(response).split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap {
                line in
                line.lastIndex(of: " ").map { (String(line[..<$0]), Double(line[$0...].dropFirst()) ?? .nan) }
            },
            uniquingKeysWith: { first, _ in first }
        )
        #expect(try #require(values["process_resident_memory_bytes"]) > 1_048_576)
        #expect(try #require(values["process_virtual_memory_bytes"]) > 1_048_576)
        #expect(try #require(values["process_open_fds"]) >= 3)
        #expect(try #require(values["process_max_fds"]) >= 64)
        #expect(try #require(values["process_cpu_seconds_total"]) > 0)
        #expect(try #require(values["process_start_time_seconds"]) > 1_700_000_000)
        #expect(values.keys.contains { $0.hasPrefix("pyroscope_build_info{") })
    }
}
