// SPDX-License-Identifier: Apache-2.0
import Glibc
import HTTPServer
import Support
import Testing

@Suite(.serialized) struct StalledConnectionTests {
    static let stalledCount = 4_000

    /// Both ends of 4,000 connections, and some to spare.
    private static func mayOpenEnoughFiles() -> Bool {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return false }
        limit.rlim_cur = min(limit.rlim_max, 20_000)
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return limit.rlim_cur >= 2 * Self.stalledCount + 1_000
    }

    private static func residentByteCount() throws -> Int {
        guard let file = unsafe fopen("/proc/self/statm", "r") else { throw SupportError("no /proc") }
        defer { unsafe fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 128)
        let count = unsafe fread(&bytes, 1, bytes.count, file)
        let fields = String(decoding: bytes.prefix(count), as: UTF8.self).split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { throw SupportError("statm") }
        return pages * 4_096
    }

    /// The 99th percentile of 400 requests one after the other.
    private static func healthyLatency(_ server: TestServer) async throws -> Duration {
        try await Threads.run {
            let client = try server.client()
            var times: [Duration] = []
            for _ in 0..<400 {
                let start = ContinuousClock.now
                client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                guard client.receive(until: "hello\n").hasSuffix("hello\n") else {
                    throw SupportError("no answer")
                }
                times.append(ContinuousClock.now - start)
            }
            return times.sorted()[395]
        }
    }

    @Test func doNotHurtAHealthyClient() async throws {
        guard Self.mayOpenEnoughFiles() else {
            print("skipped: 9,000 open files are not allowed here")
            return
        }
        try await TestServer.with {
            $0.deadlines.header = .seconds(6)
            $0.deadlines.bodyGrace = .seconds(6)
        } _: { server in
            let alone = try await Self.healthyLatency(server)
            let residentBefore = try Self.residentByteCount()
            let clients = try await Threads.run {
                try (0..<Self.stalledCount - 1).map { index in
                    let client = try server.client()
                    let upload = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nabc"
                    client.send(index % 2 == 0 ? upload : "GET / HTTP/1.1\r\nHost: x\r\nA: b")
                    return client
                }
            }
            #expect(
                try await Threads.eventually { server.server.counters.requestCount >= 400 + 2_000 }
            )
            let residentGrowth = try Self.residentByteCount() - residentBefore
            #expect(residentGrowth < 100 << 20, "\(residentGrowth >> 20) MiB for 4,000 connections")

            // A busy machine may spoil one look; the server may not spoil all three.
            let allowed = max(alone * 3 / 2, alone + .milliseconds(2))
            var looks: [Duration] = []
            while looks.count < 3, looks.allSatisfy({ $0 > allowed }) {
                looks.append(try await Self.healthyLatency(server))
            }
            #expect(looks.contains { $0 <= allowed }, "p99 alone \(alone), beside 4,000 stalled \(looks)")

            #expect(try await Threads.eventually(within: 30) { server.server.connectionCount == 0 })
            let slow = server.server.counters.slowClientCounts
            #expect((slow[.header] ?? 0) + (slow[.body] ?? 0) == UInt64(clients.count))
            #expect(server.server.counters.slowTurnCount == 0)
        }
    }
}
