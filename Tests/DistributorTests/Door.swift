// SPDX-License-Identifier: Apache-2.0
import Distributor
import EventLog
import Exposition
import HTTPServer
import ProfileModel
import ProtobufWire
import ServiceKit
import Synchronization
import WireAPI

/// A sink that records what arrives and answers what it is told to.
final class RecordingProfiles: ProfileSink {
    private struct State {
        var batches: [[IncomingProfile]] = []
        var failure: IngesterError?
    }

    private let state = Mutex(State())
    private let outcome: @Sendable (IncomingProfile) -> AppendOutcome

    private let before: @Sendable () async -> Void

    init(
        outcome: @escaping @Sendable (IncomingProfile) -> AppendOutcome = { _ in .stored },
        before: @escaping @Sendable () async -> Void = {}
    ) {
        self.before = before
        self.outcome = outcome
    }

    var profiles: [IncomingProfile] { self.state.withLock { $0.batches.flatMap(\.self) } }
    var batchCount: Int { self.state.withLock { $0.batches.count } }

    /// From now on every append fails.
    func fail(_ error: IngesterError) { self.state.withLock { $0.failure = error } }

    func append(_ profiles: [IncomingProfile]) async throws(IngesterError) -> [AppendOutcome] {
        await self.before()
        let failure = self.state.withLock { state in
            state.batches.append(profiles)
            return state.failure
        }
        if let failure { throw failure }
        return profiles.map(self.outcome)
    }
}

/// An answer with its body as text.
struct Answer: Equatable {
    var status: Int
    var body: String
    var headers: HTTPHeaders

    /// The `message` of an error.
    var message: String {
        guard let parts = self.body.firstRange(of: #""message":""#) else { return "" }
        var text = ""
        var rest = self.body[parts.upperBound...]
        while let character = rest.popFirst(), character != "\"" {
            let plain = character == "\\" ? rest.popFirst() ?? "\\" : character
            text.append(character == "\\" && plain == "n" ? "\n" : plain)
        }
        return text
    }
}

/// A distributor before a recording sink, called as the server would call it.
struct Door {
    static let now: Int64 = 1_795_521_615_000_000_000

    let sink: RecordingProfiles
    let registry = MetricRegistry()
    private let table: RouteTable

    init(
        _ sink: RecordingProfiles = RecordingProfiles(),
        limits: TenantLimits = TenantLimits(),
        isMultiTenant: Bool = false,
        debugFiles: DebugFileEndpoint? = nil
    ) {
        self.sink = sink
        var tenancy = Tenancy()
        tenancy.isMultiTenant = isMultiTenant
        let front = DistributorFront(
            sink: sink,
            tenancy: tenancy,
            limits: TenantLimitsTable(limits),
            registry: self.registry,
            logger: EventLog(sink: RecordingSink()).logger("test"),
            clock: ContinuousClock(),
            nanoseconds: { Self.now },
            debugFiles: debugFiles
        )
        self.table = RouteTable(
            routes: front.routes,
            mounts: front.mounts,
            registry: self.registry,
            logger: EventLog(sink: RecordingSink()).logger("test")
        )
    }

    /// Sends a request whose body comes in pieces of `step` bytes.
    func send(
        _ method: String = "POST",
        _ target: String,
        _ headers: HTTPHeaders = [:],
        body: [UInt8] = [],
        step: Int = .max
    ) async -> Answer {
        let request = HTTPRequest(
            method: method,
            target: target,
            version: .http11,
            headers: headers,
            authority: "test",
            remoteAddress: "127.0.0.1:1",
            declaredLength: step == .max ? body.count : nil,
            body: PiecewiseBody(body, step: step)
        )
        let response = await self.table.respond(to: request)
        var text = ""
        if case .bytes(let bytes) = response.body { text = String(decoding: bytes, as: UTF8.self) }
        return Answer(status: response.status, body: text, headers: response.headers)
    }

    /// Pushes the binary form of a request.
    func push(_ request: PushV1.PushRequest, _ headers: HTTPHeaders = [:]) async -> Answer {
        var headers = headers
        headers.set("Content-Type", "application/proto")
        return await self.send("POST", "/push.v1.PusherService/Push", headers, body: request.binary())
    }
}

/// A body that arrives bit by bit.
final class PiecewiseBody: HTTPBodySource {
    private let rest: Mutex<ArraySlice<UInt8>>
    private let step: Int

    init(_ bytes: [UInt8], step: Int) {
        self.rest = Mutex(bytes[...])
        self.step = step
    }

    func next() async throws(HTTPBodyError) -> [UInt8]? {
        self.rest.withLock { rest in
            guard !rest.isEmpty else { return nil }
            let piece = Array(rest.prefix(self.step))
            rest = rest.dropFirst(piece.count)
            return piece
        }
    }
}

extension PushV1.PushRequest {
    /// One series per element: its labels and the profiles with their ids.
    static func of(_ series: [(labels: [(String, String)], samples: [(id: String, bytes: [UInt8])])]) -> Self
    {
        Self(
            series: series.map { series in
                var raw = PushV1.RawProfileSeries()
                raw.labels = series.labels.map { pair in
                    var label = TypesV1.LabelPair()
                    label.name = pair.0
                    label.value = pair.1
                    return label
                }
                raw.samples = series.samples.map { PushV1.RawSample(rawProfile: $0.bytes, id: $0.id) }
                return raw
            }
        )
    }
}
