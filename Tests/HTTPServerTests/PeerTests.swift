// SPDX-License-Identifier: Apache-2.0
import HTTPServer
import Support
import Testing

/// The server against clients that others wrote.
@Suite(.serialized) struct PeerTests {
    private static let fixtures =
        String(
            #filePath.dropLast("HTTPServerTests/PeerTests.swift".count)
        ) + "Fixtures/http-server"

    /// Runs a program off the cooperative pool; nil, with a printed reason, where it is not installed.
    private static func run(_ arguments: [String]) async throws -> ChildProcess.Outcome? {
        try await Threads.run {
            guard try ChildProcess.run(["which", arguments[0]]).status == 0 else {
                print("skipped: \(arguments[0]) is not installed")
                return nil
            }
            return try ChildProcess.run(arguments)
        }
    }

    @Test(arguments: ["--http1.1", "--http2", "--http2-prior-knowledge"])
    func curlAgrees(version: String) async throws {
        try await TestServer.with { server in
            let common = ["curl", "--silent", "--show-error", "--max-time", "20", version]
            let wanted = version == "--http1.1" ? "1.1" : "2"
            let format = ["--write-out", "|%{http_version}|%{http_code}|%{size_download}"]

            guard let hello = try await Self.run(common + format + [server.url + "/hello"]) else { return }
            #expect(hello.output == "hello\n|\(wanted)|200|6")
            let large = ["--output", "/dev/null"] + format + [server.url + "/large"]
            #expect(try await Self.run(common + large)?.output == "|\(wanted)|200|3000000")
            let head = ["--head", server.url + "/large"]
            #expect(
                try await Self.run(common + head)?.output.lowercased().contains("content-length: 3000000")
                    == true
            )
            let stream = try await Self.run(common + [server.url + "/stream?1000"])
            #expect(stream?.output.split(separator: "\n").count == 1_000)
            let broken = try await Self.run(common + ["--output", "/dev/null", server.url + "/break"])
            #expect(broken?.status != 0, "a broken stream is no success")
        }
    }

    @Test(arguments: ["--http1.1", "--http2", "--http2-prior-knowledge"])
    func curlUploads(version: String) async throws {
        try await TestServer.with { server in
            let folder = try TemporaryFolder()
            let ramp = (0..<1_000).map { UInt8(truncatingIfNeeded: $0 &* 7 >> 3) }
            try folder.write(Array(repeatElement(ramp, count: 700).joined()), to: "body")
            let extras = [
                [], ["-H", "Expect: 100-continue"], ["-H", "Transfer-Encoding: chunked"], ["-H", "Expect:"],
            ]
            for extra in extras {
                let outcome = try await Self.run(
                    ["curl", "--silent", "--max-time", "20", version] + extra + [
                        "--data-binary", "@\(folder.path)/body", "--output", "\(folder.path)/answer",
                        "--write-out", "%{http_code}", server.url + "/echo",
                    ]
                )
                guard let outcome else { return }
                #expect(outcome.output == "200")
                let same = try await Self.run(["cmp", "\(folder.path)/body", "\(folder.path)/answer"])
                #expect(same?.status == 0)
            }
        }
    }

    @Test func wrkSeesNoErrors() async throws {
        try await TestServer.with { server in
            let arguments = ["wrk", "-t1", "-c32", "-d1", server.url + "/hello"]
            guard let outcome = try await Self.run(arguments) else { return }
            #expect(outcome.status == 0)
            #expect(!outcome.output.contains("Socket errors"))
            #expect(!outcome.output.contains("Non-2xx"))
            #expect(server.server.counters.requestCount > 500)
        }
    }

    @Test(arguments: ["/hello", "/large"])
    func h2loadSeesNoErrors(path: String) async throws {
        try await TestServer.with { server in
            let count = path == "/hello" ? 5_000 : 100
            let arguments = ["h2load", "-n\(count)", "-c5", "-m20", server.url + path]
            guard let outcome = try await Self.run(arguments) else { return }
            #expect(outcome.output.contains("\(count) succeeded, 0 failed, 0 errored, 0 timeout"))
        }
    }

    @Test func pythonAgreesAboutHTTP2() async throws {
        try await TestServer.with { server in
            let outcome: ChildProcess.Outcome? = try await Threads.run {
                do {
                    let packages = try PythonPackage.install("h2")
                    let script = ["python3", "\(Self.fixtures)/h2_peer.py", String(server.port)]
                    return try ChildProcess.run(["env", "PYTHONPATH=\(packages)"] + script)
                } catch let error as SupportError {
                    print("skipped: \(error)")
                    return nil
                }
            }
            guard let outcome else { return }
            #expect(outcome.status == 0, "\(outcome.output)")
            #expect(outcome.output.split(separator: "\n").count == 15)
        }
    }
}
