// SPDX-License-Identifier: Apache-2.0
import Distributor
import ProfileModel
import Ring
import ServiceKit
import Testing
import WireAPI

@Suite struct RingSinkTests {
    private static let profiles = (0..<40).map { pod in
        IncomingProfile.of(pod: pod, payload: pod % 3 == 0 ? [] : [UInt8(pod)])
    }

    @Test func eachIngesterGetsItsShareInOneAppend() async throws {
        try await RingMates.with(2) { mates in
            let outcomes = try await mates.sink.append(Self.profiles)
            #expect(outcomes == Self.profiles.map { $0.payload.isEmpty ? .empty : .stored })
            #expect(mates.ingesters.map(\.batchCount) == [1, 1])
            #expect(mates.profileCounts.reduce(0, +) == Self.profiles.count)
            #expect(mates.profileCounts.allSatisfy { $0 > 0 })
        }
    }

    @Test func aSeriesStaysWithItsOwner() async throws {
        try await RingMates.with(2) { mates in
            for _ in 0..<3 { _ = try await mates.sink.append(Self.profiles) }
            let owned = mates.ingesters.map { Set($0.profiles.map(\.uid)) }
            #expect(owned[0].isDisjoint(with: owned[1]))
            #expect(mates.ingesters.allSatisfy { $0.batchCount == 3 })
        }
    }

    @Test func theNextTakesWhatTheOwnerCannot() async throws {
        try await RingMates.with(2) { mates in
            try await mates.stop(0)
            let outcomes = try await mates.sink.append(Self.profiles)
            #expect(outcomes == Self.profiles.map { $0.payload.isEmpty ? .empty : .stored })
            #expect(mates.profileCounts == [0, Self.profiles.count])
            #expect(mates.watch.writers.members.map(\.instance) == ["ingester-1"])
            _ = try await mates.sink.append(Self.profiles)
            #expect(mates.ingesters[1].batchCount == 3)
        }
    }

    @Test func theNextTakesWhatTheOwnerRefuses() async throws {
        try await RingMates.with(2) { mates in
            mates.ingesters[1].refuse(503)
            let outcomes = try await mates.sink.append(Self.profiles)
            #expect(outcomes.count == Self.profiles.count)
            #expect(Set(mates.ingesters[0].profiles.map(\.uid)).count == Self.profiles.count)
        }
    }

    /// The owner may have stored it: another copy elsewhere would count twice.
    @Test func aPassedDeadlineIsAnErrorAndNobodyElseIsAsked() async throws {
        try await RingMates.with(2) { mates in
            for ingester in mates.ingesters { ingester.refuse(504) }
            await #expect(throws: IngesterError.deadlineExceeded) {
                try await mates.sink.append(Self.profiles)
            }
            #expect(mates.profileCounts.reduce(0, +) == Self.profiles.count)
            #expect(mates.watch.writers.members.count == 2)
        }
    }

    @Test func failsWhenNobodyTakesIt() async throws {
        try await RingMates.with(2) { mates in
            try await mates.stop(0)
            try await mates.stop(1)
            let error = await #expect(throws: IngesterError.self) {
                try await mates.sink.append(Self.profiles)
            }
            if case .unavailable? = error { return }
            Issue.record("\(String(describing: error))")
        }
    }

    @Test func failsWithoutIngesters() async throws {
        try await RingMates.with(0) { mates in
            await #expect(throws: IngesterError.unavailable("no ingester is in the ring")) {
                try await mates.sink.append(Self.profiles)
            }
        }
    }
}
