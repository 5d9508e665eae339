// SPDX-License-Identifier: Apache-2.0
import HeadStore
import ProfileColumns
import ProfileModel
import Support
import Synchronization
import Testing

@Suite struct HeadStoreTests {
    @Test func whatIsAcknowledgedIsVisible() async throws {
        let store = try await HeadStoreBench.open(MemoryFiles())
        let outcomes = try await store.append([
            HeadStoreBench.profile(1, value: 10),
            HeadStoreBench.profile(2, value: 5, stack: ["other", "main"]),
            HeadStoreBench.profile(3, value: 7, service: "bank"),
        ])
        #expect(outcomes == [.stored, .stored, .stored])
        #expect(try await store.total() == 22)
        #expect(try await store.total(#"{service_name="bank"}"#) == 7)
        #expect(try await store.paths(#"{service_name="shop"}"#) == ["main;leaf": 10, "main;other": 5])
        #expect(try await store.total(tenant: try TenantID(parsing: "other")) == 0)
        await store.close()
    }

    @Test func refusesNewSeriesBeyondTheTenantsLimitUntilTheyAreFlushed() async throws {
        let files = MemoryFiles()
        let store = try await HeadStoreBench.open(files)
        func profile(_ number: UInt64, _ pod: String) -> IncomingProfile {
            var profile = HeadStoreBench.profile(number, labels: ["pod": pod])
            profile.limits.seriesCountMax = 2
            return profile
        }
        #expect(try await store.append([profile(1, "a"), profile(2, "b")]) == [.stored, .stored])
        let outcome = try await store.append([profile(3, "c")])
        guard case .rejected(let rejection)? = outcome.first else {
            Issue.record("\(outcome)")
            return
        }
        #expect(rejection.reason == .seriesLimit)
        #expect(rejection.message.contains("limit is 2"))
        #expect(try await store.append([profile(4, "a")]) == [.stored])
        _ = try await store.seal()
        #expect(try await store.append([profile(5, "c")]) == [.stored])
        await store.close()
        let again = try await HeadStoreBench.open(files)
        #expect(try await again.total() >= 40)
        await again.close()
    }

    @Test func aRetryCountsOnce() async throws {
        let files = MemoryFiles()
        let store = try await HeadStoreBench.open(files)
        #expect(try await store.append([HeadStoreBench.profile(1)]) == [.stored])
        #expect(try await store.append([HeadStoreBench.profile(1)]) == [.duplicate])
        let twice = [HeadStoreBench.profile(2), HeadStoreBench.profile(2)]
        #expect(try await store.append(twice) == [.stored, .duplicate])
        #expect(try await store.total() == 20)
        await store.close()
        let again = try await HeadStoreBench.open(files)
        #expect(try await again.append([HeadStoreBench.profile(1)]) == [.duplicate])
        #expect(try await again.total() == 20)
        await again.close()
    }

    @Test func equalBytesWithoutNameAndTimeAreTwoProfiles() async throws {
        let files = MemoryFiles()
        let store = try await HeadStoreBench.open(files)
        var pprof = SmallPprof()
        pprof.samples = [SmallPprof.Sample(stack: ["leaf"], values: [1, 10])]
        pprof.timeNanoseconds = 0
        var unnamed = pprof.incoming(uid: 2)
        unnamed.receivedNanoseconds = 1_700_000_000_000_000_000
        var named = pprof.incoming(uid: 3)
        named.receivedNanoseconds = unnamed.receivedNanoseconds
        #expect(try await store.append([unnamed, unnamed, unnamed]) == [.stored, .stored, .stored])
        #expect(try await store.append([named, named]) == [.stored, .duplicate])
        #expect(try await store.total() == 40)
        await store.close()
        let again = try await HeadStoreBench.open(files)
        #expect(try await again.total() == 40)
        await again.close()
    }

    @Test func aRetryAfterTheWindowIsAnotherProfile() async throws {
        var config = HeadStoreBench.config()
        config.uidWindow = .seconds(60)
        let files = MemoryFiles()
        let store = try await HeadStoreBench.open(files, config: config)
        var profile = HeadStoreBench.profile(1)
        #expect(try await store.append([profile]) == [.stored])
        profile.receivedNanoseconds += 60_000_000_000
        #expect(try await store.append([profile]) == [.duplicate])
        profile.receivedNanoseconds += 1
        #expect(try await store.append([profile]) == [.stored])
        await store.close()
        let again = try await HeadStoreBench.open(files, config: config)
        #expect(try await again.total() == 20)
        await again.close()
    }

    @Test func refusesBadProfilesAndStoresTheGoodOnes() async throws {
        let files = MemoryFiles()
        let store = try await HeadStoreBench.open(files)
        var bad = HeadStoreBench.profile(1)
        bad.payload = [0x1F, 0x8B, 1, 2, 3]
        var empty = SmallPprof()
        empty.samples = [SmallPprof.Sample(stack: ["leaf"], values: [0, 0])]
        let profiles = [bad, HeadStoreBench.profile(2), empty.incoming(uid: 3)]
        let outcomes = try await store.append(profiles)
        guard case .rejected(let rejection) = outcomes[0] else {
            Issue.record("a damaged profile was taken: \(outcomes[0])")
            return
        }
        #expect(rejection.reason == .malformedProfile)
        #expect(outcomes[1...] == [.stored, .empty])
        #expect(try await store.append([bad]) == [.rejected(rejection)], "a retry gets the same answer")
        await store.close()
        let again = try await HeadStoreBench.open(files)
        #expect(try await again.total() == 10)
        await again.close()
    }

    @Test(arguments: [true, false]) func aRestartChangesNoAnswer(losingPower: Bool) async throws {
        let files = MemoryFiles()
        let store = try await HeadStoreBench.open(files)
        for index in 0..<60 {
            let stack = ["f\(index % 7)", "g\(index % 3)", "main"]
            let profile = HeadStoreBench.profile(
                UInt64(index),
                value: Int64(index),
                stack: stack,
                labels: ["pod": "p\(index % 4)"],
                service: index % 2 == 0 ? "shop" : "bank"
            )
            _ = try await store.append([profile])
        }
        let before = try await store.paths()
        let pod = try await store.total(#"{pod="p1"}"#)
        let again = try await HeadStoreBench.open(files.reopened(losingPower: losingPower))
        #expect(again.replay.recordCount == 60 && again.replay.damages.isEmpty)
        #expect(try await again.paths() == before)
        #expect(try await again.total(#"{pod="p1"}"#) == pod)
        #expect(before.values.reduce(0, +) == 59 * 60 / 2)
        await store.close()
        await again.close()
    }

    @Test func aFullDiskLeavesNoTraceOfWhatItRefused() async throws {
        let files = MemoryFiles()
        let store = try await HeadStoreBench.open(files)
        #expect(try await store.append([HeadStoreBench.profile(1)]) == [.stored])
        files.state.withLock { $0.standing["write"] = 28 }
        await #expect(throws: HeadStoreError.unavailable("no space left for the log")) {
            try await store.append([HeadStoreBench.profile(2), HeadStoreBench.profile(3)])
        }
        #expect(try await store.total() == 10)
        files.state.withLock { $0.standing["write"] = nil }
        #expect(try await store.append([HeadStoreBench.profile(4)]) == [.stored])
        #expect(try await store.total() == 20)
        #expect(try await store.append([HeadStoreBench.profile(2)]) == [.stored], "it was never stored")
        let again = try await HeadStoreBench.open(files.reopened(losingPower: true))
        #expect(try await again.total() == 30)
        await store.close()
        await again.close()
    }

    @Test func aBrokenLogFailsTheStore() async throws {
        let files = MemoryFiles()
        let (failures, report) = AsyncStream.makeStream(of: DiskError.self)
        let events = HeadStoreEvents(failed: { report.yield($0) })
        let store = try await HeadStoreBench.open(files, events: events)
        #expect(try await store.append([HeadStoreBench.profile(1)]) == [.stored])
        files.state.withLock { $0.standing["sync"] = 5 }
        let error = DiskError(call: "sync", errno: 5)
        await #expect(throws: HeadStoreError.failed(error)) {
            try await store.append([HeadStoreBench.profile(2)])
        }
        files.state.withLock { $0.standing["sync"] = nil }
        await #expect(throws: HeadStoreError.failed(error)) {
            try await store.append([HeadStoreBench.profile(3)])
        }
        #expect(await failures.first { _ in true } == error)
        #expect(try await store.total() == 10, "what was not acknowledged is not visible")
        await store.close()
    }

    @Test func limitsRefuseInsteadOfGrowing() async throws {
        var config = HeadStoreBench.config()
        config.softByteCount = 1
        config.hardByteCount = 1
        let (wishes, wish) = AsyncStream.makeStream(of: Void.self)
        let events = HeadStoreEvents(wantsFlush: { wish.yield() })
        let store = try await HeadStoreBench.open(MemoryFiles(), config: config, events: events)
        #expect(try await store.append([HeadStoreBench.profile(1)]) == [.stored])
        await #expect(throws: HeadStoreError.self) { try await store.append([HeadStoreBench.profile(2)]) }
        #expect(await wishes.first { true } != nil)
        await store.close()
    }

    @Test func aFullerDiskThanAllowedRefuses() async throws {
        let files = MemoryFiles()
        files.state.withLock { $0.space = DiskSpace(freeByteCount: 1 << 20, totalByteCount: 1 << 40) }
        let store = try await HeadStoreBench.open(files)
        await #expect(throws: HeadStoreError.unavailable("the disk of the log is nearly full")) {
            try await store.append([HeadStoreBench.profile(1)])
        }
        await store.close()
        await #expect(throws: HeadStoreError.self) { try await store.append([HeadStoreBench.profile(1)]) }
    }

    @Test func aClosedStoreAnswersInsteadOfHanging() async throws {
        let store = try await HeadStoreBench.open(MemoryFiles())
        _ = try await store.append([HeadStoreBench.profile(1)])
        await store.close()
        #expect(try await store.total() == 0)
        #expect(await store.tenants().isEmpty)
        await #expect(throws: HeadStoreError.closed) { try await store.seal() }
        await store.close()
    }

    @Test func aFullDictionaryRefusesUntilTheFlush() async throws {
        var config = HeadStoreBench.config()
        config.dictionary.nodeCountMax = 2
        let files = MemoryFiles()
        let store = try await HeadStoreBench.open(files, config: config)
        let wide = (0..<13).map { "f\($0)" }
        #expect(try await store.append([HeadStoreBench.profile(1, stack: wide)]) == [.stored])
        await #expect(throws: HeadStoreError.self) { try await store.append([HeadStoreBench.profile(2)]) }
        let heads = try #require(try await store.seal())
        #expect(try await store.append([HeadStoreBench.profile(2)]) == [.stored])
        await store.release(heads)
        await store.close()
    }

    @Test func oneProcessAtATimeWritesALog() async throws {
        let folder = try TemporaryFolder()
        let config = HeadStoreConfig(directory: "\(folder.path)/wal", instance: "one")
        let world = HeadStoreWorld(wallNanoseconds: { 0 })
        let store = try await HeadStore.open(config, coveredThrough: 0, world: world)
        await #expect(throws: LogOpenError.inUse(directory: config.log.directory)) {
            _ = try await HeadStore.open(config, coveredThrough: 0, world: world)
        }
        await store.close()
        let again = try await HeadStore.open(config, coveredThrough: 0, world: world)
        await again.close()
    }

    @Test func countsWhatItDid() async throws {
        let store = try await HeadStoreBench.open(MemoryFiles())
        var bad = HeadStoreBench.profile(2)
        bad.payload = [1]
        _ = try await store.append([HeadStoreBench.profile(1), HeadStoreBench.profile(1), bad])
        let statistics = store.statistics
        #expect(
            statistics.storedCount == 1 && statistics.duplicateCount == 1 && statistics.rejectedCount == 1
        )
        #expect(statistics.byteCount > 0 && statistics.durableLSN > 0)
        #expect(statistics.inFlightByteCount == 0)
        await store.close()
    }
}
