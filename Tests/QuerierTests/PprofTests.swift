// SPDX-License-Identifier: Apache-2.0
import ProfileModel
import Querier
import Testing
import WireAPI

@Suite struct PprofTests {
    private static func request(
        _ change: (inout QuerierV1.SelectMergeProfileRequest) -> Void = { _ in }
    ) -> QuerierV1.SelectMergeProfileRequest {
        var request = QuerierV1.SelectMergeProfileRequest()
        request.profileTypeID = Setting.cpu.description
        request.labelSelector = "{}"
        request.start = Setting.start
        request.end = Setting.start + 300_000
        change(&request)
        return request
    }

    private static let setting = Setting([
        MemorySource([Setting.sample("a;b;c", 10), Setting.sample("a;d", 3), Setting.sample("e", 1)]),
        MemorySource([Setting.sample("a;b;c", 5)]),
    ])

    /// Values by stack, root first.
    private static func stacks(
        _ change: (inout QuerierV1.SelectMergeProfileRequest) -> Void = { _ in }
    ) async throws -> [String: Int64] {
        Self.stacks(try await Self.setting.service.profile(Self.request(change), Self.setting.scope))
    }

    private static func stacks(_ profile: GoogleV1.Profile) -> [String: Int64] {
        var sums: [String: Int64] = [:]
        for sample in profile.sample {
            let names = sample.locationID.reversed().flatMap { id in
                profile.location[Int(id) - 1].line.reversed().map { line in
                    let name = profile.function[Int(line.functionID) - 1].name
                    return profile.stringTable[Int(name)] + ":\(line.line)"
                }
            }
            sums[names.joined(separator: ";"), default: 0] += sample.value[0]
        }
        return sums
    }

    @Test func addsUpEverybodysSamplesWithTheirLines() async throws {
        let profile = try await Self.setting.service.profile(Self.request(), Self.setting.scope)
        #expect(Self.stacks(profile) == ["a:7;b:7;c:7": 15, "a:7;d:7": 3, "e:7": 1])
        #expect(profile.sample.count == 3)
        #expect(profile.location.map(\.id) == [1, 2, 3, 4, 5])
        #expect(profile.stringTable.first == "")
        #expect(profile.stringTable[Int(profile.defaultSampleType)] == "cpu")
        #expect(profile.period == 1_000_000_000)
        #expect(profile.timeNanos == (Setting.start + 300_000) * 1_000_000)
    }

    @Test func thePprofFormatHoldsTheSame() async throws {
        var request = Setting.stacktracesRequest()
        request.format = .pprof
        let answer = try await Self.setting.service.stacktraces(request, Self.setting.scope)
        let profile = try #require(answer.pprof?.profile)
        let alone = try await Self.setting.service.profile(Self.request(), Self.setting.scope)
        #expect(profile == alone)
        #expect(answer.flamegraph == nil)
    }

    @Test func nothingThatMatchesIsAnEmptyMessage() async throws {
        let empty = Setting([MemorySource()])
        let profile = try await empty.service.profile(Self.request(), empty.scope)
        #expect(profile == GoogleV1.Profile())
    }

    @Test func keepsTheStacksUnderACallSite() async throws {
        let kept = try await Self.stacks {
            $0.stackTraceSelector = .init()
            $0.stackTraceSelector?.callSite = [.init(name: "a"), .init(name: "b")]
        }
        #expect(kept == ["a:7;b:7;c:7": 15])
    }

    @Test func whatIsCutIsCalledOtherAndKeepsItsMass() async throws {
        let cut = try await Self.stacks { $0.maxNodes = 2 }
        #expect(cut == ["a:7;b:7;c:7": 15, "a:7;other:0": 3, "other:0": 1])
    }

    @Test func guidedOptimisationKeepsTheLeaves() async throws {
        let kept = try await Self.stacks {
            $0.stackTraceSelector = .init()
            $0.stackTraceSelector?.goPGO = .init()
            $0.stackTraceSelector?.goPGO?.keepLocations = 2
            $0.stackTraceSelector?.goPGO?.aggregateCallees = true
        }
        #expect(kept == ["b:7;c:0": 15, "a:7;d:0": 3, "e:0": 1])
    }
}
