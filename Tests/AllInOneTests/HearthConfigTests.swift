// SPDX-License-Identifier: Apache-2.0
import AllInOne
import ConfigSchema
import Distributor
import EventLog
import Ingester
import Querier
import ServiceKit
import Testing

@Suite struct HearthConfigTests {
    /// What the process would start with; a text for anything else.
    private static func load(
        _ arguments: [String],
        environment: [String: String] = [:]
    ) throws(ConfigError) -> (config: HearthConfig?, notes: [ConfigNote], text: String) {
        let input = CommandInput(
            program: "hearth",
            summary: "A test.",
            arguments: arguments,
            environment: environment
        )
        switch try HearthConfig.schema.load(input, defaults: HearthConfig(), ignoring: .pyroscope) {
        case .start(let config, let notes): return (config, notes, "")
        case .answer(let text): return (nil, [], text)
        case .version: return (nil, [], "version")
        }
    }

    private static func expectUnique<Root>(_ schema: Schema<Root>, _ program: String) {
        func repeated(_ names: [String]) -> [String] {
            Dictionary(grouping: names, by: \.self).filter { $0.value.count > 1 }.keys.sorted()
        }
        #expect(repeated(schema.keys.map(\.flag)).isEmpty, "\(program)")
        #expect(repeated(schema.keys.map(\.variable)).isEmpty, "\(program)")
        #expect(repeated(schema.keys.map(\.path)).isEmpty, "\(program)")
    }

    @Test func noProgramDeclaresAKeyTwice() {
        Self.expectUnique(HearthConfig.schema, "hearth")
        Self.expectUnique(DistributorProcessConfig.schema, "hearth-distributor")
        Self.expectUnique(IngesterProcessConfig.schema, "hearth-ingester")
        Self.expectUnique(QuerierProcessConfig.schema, "hearth-querier")
    }

    @Test func everyProgramsKeysAreKeysOfHearth() {
        let all = Set(HearthConfig.schema.keys.map(\.flag))
        #expect(all.isSuperset(of: DistributorProcessConfig.schema.keys.map(\.flag)))
        #expect(all.isSuperset(of: IngesterProcessConfig.schema.keys.map(\.flag)))
        #expect(all.isSuperset(of: QuerierProcessConfig.schema.keys.map(\.flag)))
    }

    @Test func whatIsShippedIsWhatTheDesignSays() throws {
        let loaded = try Self.load([])
        let config = try #require(loaded.config)
        #expect(config == HearthConfig())
        #expect(loaded.notes.isEmpty)
        #expect(config.process.listenPort == 4_040)
        #expect(config.ingester.dataPath == "./data")
        #expect(config.ingester.sync == .always)
        #expect(config.ingester.flushPeriod == .seconds(300))
        #expect(!config.tenancy.isMultiTenant)
        let limits = config.limits
        #expect(limits.ingestionRateMiB == 16 && limits.ingestionBurstMiB == 64)
        #expect(limits.bodyByteCountMax == 32 << 20 && limits.inflatedBodyByteCountMax == 64 << 20)
        #expect(limits.profileByteCountMax == 16 << 20 && limits.sampleCountMax == 64_000)
        #expect(limits.stackDepthMax == 1_024 && limits.seriesCountMax == 200_000)
        #expect(limits.rejectOlderThan == .seconds(86_400) && limits.rejectNewerThan == .seconds(600))
        #expect(limits.queryLengthMax == .seconds(31 * 86_400))
        #expect(limits.flameGraphNodeCountDefault == 8_192 && limits.flameGraphNodeCountMax == 1_048_576)
    }

    /// The flags with which Pyroscope was started when its answers were recorded.
    @Test func takesTheFlagsOfTheRecordedServers() throws {
        let loaded = try Self.load([
            "-target=all", "-architecture.storage=v2", "-write-path=segment-writer",
            "-storage.backend=filesystem", "-server.http-listen-address=127.0.0.1",
            "-server.http-listen-port=4141", "-server.grpc-listen-address=127.0.0.1",
            "-memberlist.bind-addr=127.0.0.1", "-usage-stats.enabled=false", "-tracing.enabled=false",
            "-self-profiling.disable-push=true", "-symbolizer.enabled=false",
            "-validation.reject-older-than=0", "-validation.reject-newer-than=0",
            "-querier.max-query-lookback=0", "-retention-period=0",
            "-distributor.ingestion-rate-limit-mb=10000", "-distributor.ingestion-burst-size-mb=10000",
            "-segment-writer.min-ready-duration=1s", "-metastore.min-ready-duration=1s",
            "-auth.multitenancy-enabled=true", "-distributor.ingestion-body-limit-mb=1",
        ])
        let config = try #require(loaded.config)
        #expect(config.process.listenAddress == "127.0.0.1" && config.process.listenPort == 4_141)
        #expect(config.tenancy.isMultiTenant)
        #expect(config.limits.rejectOlderThan == .zero && config.limits.rejectNewerThan == .zero)
        #expect(config.limits.ingestionRateMiB == 10_000 && config.limits.ingestionBurstMiB == 10_000)
        #expect(config.limits.bodyByteCountMax == 1 << 20)
        guard case .ignored(let names)? = loaded.notes.first else {
            Issue.record("what has no effect is not said: \(loaded.notes)")
            return
        }
        #expect(names.contains("-architecture.storage"))
        #expect(!names.contains("-auth.multitenancy-enabled"))
    }

    @Test func theEnvironmentReachesEveryPart() throws {
        let loaded = try Self.load(
            ["-data-path=/flag"],
            environment: [
                "HEARTH_DATA_PATH": "/variable", "HEARTH_SERVER_HTTP_LISTEN_PORT": "5000",
                "HEARTH_LOG_LEVEL": "debug",
            ]
        )
        let config = try #require(loaded.config)
        #expect(config.ingester.dataPath == "/flag", "flags win")
        #expect(config.process.listenPort == 5_000)
        #expect(config.process.logLevel == .debug)
    }

    @Test(arguments: [
        (flag: "-server.http-listen-port=70000", says: ["server.http-listen-port", "70000", "65535"]),
        (flag: "-data-pth=/x", says: ["data-pth", "data-path"]),
        (flag: "-ingester.wal-sync=maybe", says: ["ingester.wal-sync", "maybe"]),
    ])
    func aBadFlagIsRefusedWithWhatIsAllowed(flag: String, says: [String]) {
        let error = #expect(throws: ConfigError.self) { try Self.load([flag]) }
        for word in says {
            #expect(error?.description.contains(word) == true, "\(String(describing: error))")
        }
    }

    @Test func helpNamesEveryFlag() throws {
        let text = try Self.load(["-help-all"]).text
        for key in HearthConfig.schema.keys { #expect(text.contains("-\(key.flag)")) }
    }
}
