// SPDX-License-Identifier: Apache-2.0
import CatalogStore
import Distributor
import EventLog
import HTTPClient
import HTTPServer
import ProfileModel
import ServiceKit
import Support
import Synchronization
import WireAPI

/// An ingester's door over HTTP that records what it gets and answers what it is told to.
final class FakeIngester: HTTPHandler {
    let name: String
    private let refusal = Mutex<Int?>(nil)
    private let batches = Mutex<[[IncomingProfile]]>([])

    init(_ name: String) { self.name = name }

    var profiles: [IncomingProfile] { self.batches.withLock { $0.flatMap(\.self) } }
    var batchCount: Int { self.batches.withLock(\.count) }

    /// From now on every append is answered with this status.
    func refuse(_ status: Int) { self.refusal.withLock { $0 = status } }

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        do {
            let body = try await request.collectBody(limit: 1 << 20)
            let profiles = try AppendFrames.decode(body.span)
            self.batches.withLock { $0.append(profiles) }
            if let status = self.refusal.withLock({ $0 }) { return HTTPResponse(status: status) }
            let outcomes = profiles.map { $0.payload.isEmpty ? AppendOutcome.empty : .stored }
            return HTTPResponse(status: 200, body: .bytes(AppendOutcomes.encode(outcomes)))
        } catch { return HTTPResponse(status: 400, contentType: "text/plain", text: "\(error)") }
    }
}

/// A ring of fake ingesters in this process and a sink that routes over it.
struct RingMates {
    let ingesters: [FakeIngester]
    let watch: RingWatch
    let sink: RingSink
    private let servers: [HTTPServer]
    private let http: HTTPClient

    /// Runs `body` with a ring of `count` ingesters.
    static func with(_ count: Int, _ body: (RingMates) async throws -> Void) async throws {
        let http = try HTTPClient()
        let mates = try await RingMates(count, http: http)
        let result: Result<Void, any Error>
        do { result = .success(try await body(mates)) } catch { result = .failure(error) }
        http.shutDown()
        for server in mates.servers { await server.drain(grace: .seconds(1)) }
        try result.get()
    }

    private init(_ count: Int, http: HTTPClient) async throws {
        var records: [InstanceRecord] = []
        var ingesters: [FakeIngester] = []
        var servers: [HTTPServer] = []
        for index in 0..<count {
            let ingester = FakeIngester("ingester-\(index)")
            let configuration = HTTPServerConfiguration(host: "127.0.0.1", port: 0)
            let server = HTTPServer(configuration: configuration, handler: ingester)
            try server.start()
            guard let port = server.boundPort else { throw SupportError("no port") }
            records.append(.of(ingester.name, address: "127.0.0.1:\(port)"))
            ingesters.append(ingester)
            servers.append(server)
        }
        let members = records
        self.watch = RingWatch(instances: { members }, logger: .silent)
        try await self.watch.start()
        self.sink = RingSink(ring: self.watch, http: http)
        self.ingesters = ingesters
        self.servers = servers
        self.http = http
    }

    /// Closes the port of the ingester at `index`.
    func stop(_ index: Int) async throws {
        let address = "http://127.0.0.1:\(self.servers[index].boundPort ?? 0)/"
        await self.servers[index].drain(grace: .zero)
        // The loops close their listeners a moment later.
        try await waitUntil("the port is closed") {
            do throws(HTTPClientError) {
                _ = try await self.http.send(ClientRequest(url: address))
                return false
            } catch {
                if case .connectFailed = error { return true }
                return false
            }
        }
    }

    /// What was stored or answered by whom: number of profiles per ingester.
    var profileCounts: [Int] { self.ingesters.map(\.profiles.count) }
}

extension InstanceRecord {
    /// A member of a ring, by default one that takes writes.
    static func of(
        _ instance: String,
        address: String = "127.0.0.1:1",
        state: InstanceState = .active,
        silent: Duration = .zero,
        roles: [String] = ["ingester"]
    ) -> InstanceRecord {
        InstanceRecord(
            registration: InstanceRegistration(instance: instance, address: address, zone: "", roles: roles),
            state: state,
            epoch: 1,
            heartbeatAge: silent
        )
    }
}

extension IncomingProfile {
    /// A profile of the series of one pod.
    static func of(pod: Int, payload: [UInt8]) -> IncomingProfile {
        IncomingProfile(
            tenant: .anonymous,
            labels: LabelSet([Label("pod", "p\(pod)"), Label("service_name", "api")]),
            uid: ProfileUID(high: 1, low: UInt64(pod)),
            receivedNanoseconds: 3,
            origin: .push,
            limits: ProfileLimits(),
            payload: payload
        )
    }
}
