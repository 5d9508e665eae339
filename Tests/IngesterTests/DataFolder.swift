// SPDX-License-Identifier: Apache-2.0
import CatalogStore
import EventLog
import Exposition
import FlameGraph
import FoundationEssentials
import Ingester
import LabelSelector
import ProfileColumns
import ProfileModel
import Support
import Synchronization
import WireAPI

/// A data folder with its catalogue, whose ingesters live in this process, with a clock of its own.
///
/// A copy of a folder in use is what `kill -9` would have left at that instant: the page cache outlives a
/// process.
final class DataFolder: Sendable {
    static let noon: Int64 = 1_750_000_000_000_000_000

    let path: String
    let catalog: SwitchedCatalog
    private let owner: TemporaryFolder
    private let seconds = Atomic<Int64>(0)
    private let copies = Atomic(0)

    /// An empty one.
    convenience init() async throws {
        let owner = try TemporaryFolder()
        try await self.init(owner, path: owner.path + "/data")
    }

    private init(_ owner: TemporaryFolder, path: String) async throws {
        self.owner = owner
        self.path = path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        self.catalog = SwitchedCatalog(try await openCatalog(url: "sqlite:\(path)/catalog.sqlite"))
    }

    /// What a crash at this instant would leave, with a catalogue of its own; `mutating` may change it first.
    func crashed(_ change: (_ path: String) throws -> Void = { _ in }) async throws -> DataFolder {
        let path = self.copyNow()
        try change(path)
        let copy = try await DataFolder(self.owner, path: path)
        copy.advance(seconds: self.seconds.load(ordering: .relaxed))
        return copy
    }

    /// Copies the files as they are now; a folder made of them opens later.
    func copyNow() -> String {
        let number = self.copies.add(1, ordering: .relaxed).newValue
        let copy = "\(self.path)-\(number)"
        run(["cp", "-a", "--sparse=always", self.path, copy])
        return copy
    }

    /// Opens files that `copyNow` made.
    func folder(at path: String) async throws -> DataFolder { try await DataFolder(self.owner, path: path) }

    func advance(seconds: Int64) { self.seconds.add(seconds, ordering: .relaxed) }

    var now: Int64 { Self.noon + self.seconds.load(ordering: .relaxed) * 1_000_000_000 }

    func open(
        instance: String = "",
        catalog: (any Catalog)? = nil,
        failed: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> Ingester {
        var config = IngesterConfig()
        config.dataPath = self.path
        config.instanceID = instance
        config.laneCount = 2
        config.segmentByteCount = 1 << 20
        config.freeDiskByteCountMin = 0
        config.usedDiskPercentMax = 100
        return try await Ingester.open(
            config,
            Ingester.Surroundings(
                catalog: catalog ?? self.catalog,
                logger: .silent,
                metrics: MetricRegistry(),
                nanoseconds: { self.now },
                failed: failed
            )
        )
    }

    /// Paths of all files below a folder of the ingester, sorted.
    func files(_ folder: String) -> [String] {
        let root = "\(self.path)/ingester/\(folder)"
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: root)) ?? []
        return names.filter { $0.contains(".") }.sorted().map { "\(root)/\($0)" }
    }

    /// Profile `number`: a stack of its own, with `number` + 1 nanoseconds.
    func profile(_ number: Int, service: String = "shop") -> IncomingProfile {
        IncomingProfile(
            tenant: .anonymous,
            labels: LabelSet([
                Label("__name__", "process_cpu"), Label("service_name", service),
                Label("pod", "p\(number % 3)"),
            ]),
            uid: ProfileUID(high: 7, low: UInt64(number) << 1, isNamed: true),
            receivedNanoseconds: self.now,
            origin: .push,
            limits: ProfileLimits(),
            payload: TinyPprof(
                ["leaf\(number)", "main"],
                nanoseconds: Int64(number) + 1,
                timeNanoseconds: self.now
            ).bytes
        )
    }

    /// What an ingester should answer about these profiles.
    static func stacks(_ numbers: some Sequence<Int>) -> [String: Int64] {
        Dictionary(uniqueKeysWithValues: numbers.map { ("main;leaf\($0)", Int64($0) + 1) })
    }
}

@discardableResult
func run(_ arguments: [String]) -> Bool {
    do {
        return try ChildProcess.run(arguments).status == 0
    } catch {
        return false
    }
}

/// What the questions of these tests have in common.
enum Question {
    static func all(_ selector: String = "{}") throws -> ProfileQuery {
        ProfileQuery(
            selector: try LabelSelector(parsing: selector),
            type: ProfileType(parsing: "process_cpu:cpu:nanoseconds:cpu:nanoseconds"),
            range: .all
        )
    }
}

extension Ingester {
    /// Stores profiles and expects that each is new.
    func store(_ profiles: [IncomingProfile]) async throws {
        for outcome in try await self.append(profiles) where outcome != .stored {
            throw SupportError("not stored: \(outcome)")
        }
    }

    /// Self values by path, root first; ids of functions are looked up in `catalog`.
    func stacks(_ catalog: any Catalog, _ selector: String = "{}") async throws -> [String: Int64] {
        var sums: [String: Int64] = [:]
        for tree in try await self.trees(selector).answer {
            for (path, value) in try await tree.paths(catalog) { sums[path, default: 0] += value }
        }
        return sums
    }

    func trees(_ selector: String = "{}") async throws -> Partial<[FunctionTree]> {
        try await self.stacktraces(tenant: .anonymous, query: try Question.all(selector))
    }

    /// The sum of all values of all profiles.
    func total(_ selector: String = "{}") async throws -> Int64 {
        let groups = try await self.totals(tenant: .anonymous, query: try Question.all(selector), groupBy: [])
        return groups.answer.reduce(0) { $0 + $1.totals.reduce(0) { $0 + $1.value } }
    }
}

extension FunctionTree {
    /// Whether all names are ids of the symbol store.
    var hasIDsOnly: Bool { self.names.allSatisfy { if case .symbol = $0 { true } else { false } } }

    /// Self values above 0 by path, root first.
    func paths(_ catalog: any Catalog) async throws -> [String: Int64] {
        var texts: [String] = []
        for name in self.names {
            switch name {
            case .text(let text): texts.append(text)
            case .symbol(let id):
                texts.append(
                    try await catalog.functionNames(tenant: .anonymous, ids: [id])[0] ?? "unknown \(id)"
                )
            }
        }
        var paths = [""]
        var found: [String: Int64] = [:]
        for node in self.parents.indices.dropFirst() {
            let (parent, name) = (paths[Int(self.parents[node])], texts[Int(self.nodeNames[node])])
            paths.append(parent.isEmpty ? name : "\(parent);\(name)")
            if self.selfValues[node] != 0 { found[paths[node], default: 0] += self.selfValues[node] }
        }
        return found
    }
}
