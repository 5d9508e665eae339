// SPDX-License-Identifier: Apache-2.0
import Compression
import Pprof
import ProfileModel
import Relabeling
import Support
import Testing

/// A pprof with two sample types and labelled samples, written by hand.
struct LabelledPprof {
    /// Labels and the values of each sample; the stack is always the same.
    var samples: [(labels: [(String, String)], values: [Int64])]
    var types = [("samples", "count"), ("cpu", "nanoseconds")]

    var bytes: [UInt8] {
        var texts = [""]
        func index(_ text: String) -> Int {
            if let index = texts.firstIndex(of: text) { return index }
            texts.append(text)
            return texts.count - 1
        }
        var out: [UInt8] = []
        for (type, unit) in self.types {
            out += TinyPprof.message(1, TinyPprof.number(1, index(type)) + TinyPprof.number(2, index(unit)))
        }
        for sample in self.samples {
            var body =
                TinyPprof.message(1, [1])
                + TinyPprof.message(2, sample.values.flatMap { TinyPprof.varint(Int($0)) })
            for (name, value) in sample.labels {
                body += TinyPprof.message(
                    3,
                    TinyPprof.number(1, index(name)) + TinyPprof.number(2, index(value))
                )
            }
            // A label that is a number.
            body += TinyPprof.message(3, TinyPprof.number(1, index("bytes")) + TinyPprof.number(3, 7))
            out += TinyPprof.message(2, body)
        }
        out += TinyPprof.message(4, TinyPprof.number(1, 1) + TinyPprof.message(4, TinyPprof.number(1, 1)))
        out += TinyPprof.message(5, TinyPprof.number(1, 1) + TinyPprof.number(2, index("main")))
        out += TinyPprof.number(9, 1_795_521_615_000_000_000)
        return out + texts.flatMap { TinyPprof.message(6, Array($0.utf8)) }
    }
}

@Suite struct ProfileRelabelingTests {
    private static let series = [Label("__name__", "process_cpu"), Label("service_name", "shop")]
    private static let profile = LabelledPprof(samples: [
        ([("thread", "io-1"), ("span_id", "0011223344556677")], [1, 10]), ([("thread", "io-2")], [2, 20]),
        ([("thread", "gc")], [3, 30]), ([], [4, 40]),
    ])

    private func rules(_ changes: (inout RelabelSettings) -> Void...) throws -> RelabelRules {
        try RelabelRules(
            changes.map { change in
                var settings = RelabelSettings()
                change(&settings)
                return try RelabelRule(settings)
            }
        )
    }

    private func apply(
        _ rules: RelabelRules,
        sampleTypes: RelabelRules = .none,
        to payload: [UInt8] = Self.profile.bytes,
        labels: [Label] = Self.series,
        budget: RelabelBudget = RelabelBudget(copiedByteCountMax: 1 << 20)
    ) throws -> [RelabeledProfile] {
        var budget = budget
        return try ProfileRelabeling(rules, sampleTypes: sampleTypes, profileLimits: ProfileLimits())
            .apply(to: labels, payload, displayNames: nil, isNamed: true, &budget)
    }

    /// What the ingester reads: per sample the label texts and the values, as it stores them.
    private func decoded(_ payload: [UInt8]) throws -> [String] {
        let survey = try #require(PprofSurvey(payload, limits: ProfileLimits()))
        var profile = DecodedProfile()
        var decoder = PprofDecoder()
        try decoder.decode(
            IncomingProfile(
                tenant: .anonymous,
                labels: LabelSet(Self.series),
                uid: ProfileUID(high: 1, low: 2, isNamed: true),
                receivedNanoseconds: 1_795_521_615_000_000_000,
                origin: .push,
                limits: ProfileLimits(),
                payload: payload
            ),
            into: &profile
        )
        return survey.groupOfSample.map { group in
            survey.groups[group].map { "\(survey.text($0.name))=\(survey.text($0.value))" }
                .joined(separator: ",")
        }
    }

    @Test func withoutRulesNothingIsLookedAt() throws {
        let parts = try self.apply(.none, to: [0xFF])
        #expect(parts.map(\.labels) == [Self.series])
        #expect(parts.map(\.payload) == [nil])
    }

    @Test func rulesThatChangeOnlyTheSeriesLeaveTheProfileAlone() throws {
        let rules = try self.rules {
            $0.targetLabel = "team"
            $0.replacement = "core"
        }
        let parts = try self.apply(rules)
        #expect(parts.map(\.labels) == [Self.series + [Label("team", "core")]])
        #expect(parts[0].payload == nil)
    }

    @Test func sampleLabelsAreDroppedAndChanged() throws {
        let drop = try self.rules {
            $0.action = .labeldrop
            $0.regex = "thread"
        }
        let dropped = try #require(try self.apply(drop).first?.payload)
        #expect(try self.decoded(dropped) == ["span_id=0011223344556677", "", "", ""])
        let change = try self.rules {
            $0.sourceLabels = ["thread"]
            $0.regex = "(io)-.*"
            $0.targetLabel = "thread"
        }
        let parts = try self.apply(change)
        #expect(parts.map(\.labels) == [Self.series])
        let changed = try #require(parts[0].payload)
        #expect(
            try self.decoded(changed) == ["span_id=0011223344556677,thread=io", "thread=io", "thread=gc", ""]
        )
    }

    @Test func samplesAreDropped() throws {
        let rules = try self.rules {
            $0.action = .drop
            $0.sourceLabels = ["thread"]
            $0.regex = "gc"
        }
        let payload = try #require(try self.apply(rules).first?.payload)
        #expect(try self.decoded(payload).count == 3)
        let all = try self.rules {
            $0.action = .drop
            $0.sourceLabels = ["service_name"]
            $0.regex = "shop"
        }
        #expect(try self.apply(all).isEmpty)
    }

    @Test func samplesPartWhereTheirLabelsLeadToDifferentSeries() throws {
        let rules = try self.rules {
            $0.sourceLabels = ["thread"]
            $0.regex = "(io|gc).*"
            $0.targetLabel = "service_name"
        }
        let parts = try self.apply(rules)
        #expect(parts.map { LabelSet($0.labels)["service_name"] } == ["io", "gc", "shop"])
        #expect(try parts.map { try self.decoded(try #require($0.payload)).count } == [2, 1, 1])
    }

    @Test func tooManyPartsAreRefused() throws {
        let many = LabelledPprof(
            samples: (0...ProfileRelabeling.partCountMax).map { ([("t", "\($0)")], [1, 1]) }
        )
        let rules = try self.rules {
            $0.sourceLabels = ["t"]
            $0.targetLabel = "shard"
        }
        #expect(throws: ProfileRejection.self) { try self.apply(rules, to: many.bytes) }
    }

    @Test func partsThatAreTooLargeTogetherAreRefused() throws {
        let rules = try self.rules {
            $0.sourceLabels = ["thread"]
            $0.targetLabel = "shard"
        }
        #expect(try self.apply(rules).count == 4)
        #expect {
            try self.apply(rules, budget: RelabelBudget(copiedByteCountMax: 500))
        } throws: {
            ($0 as? ProfileRejection)?.message.hasSuffix("500 bytes are left to the request") == true
        }
    }

    @Test func idsOfRequestsCostNoRuns() throws {
        let spans = LabelledPprof(
            samples: (0..<5_000).map { index in
                let hex = String(index, radix: 16)
                let id = String(repeating: "0", count: 16 - hex.count) + hex
                return ([("span_id", id), ("thread", "t")], [1, 1])
            }
        )
        var changes: [(inout RelabelSettings) -> Void] = []
        for _ in 0..<100 {
            changes.append {
                $0.sourceLabels = ["thread"]
                $0.targetLabel = "thread"
                $0.replacement = "${1}x"
            }
        }
        let rules = try RelabelRules(
            changes.map { change in
                var settings = RelabelSettings()
                change(&settings)
                return try RelabelRule(settings)
            }
        )
        let parts = try self.apply(rules, to: spans.bytes)
        let payload = try #require(parts.first?.payload)
        #expect(
            try self.decoded(payload).allSatisfy {
                $0.hasPrefix("span_id=") && $0.hasSuffix("t" + String(repeating: "x", count: 100))
            }
        )
    }

    @Test func rulesStopWhereTheRequestsBudgetEnds() throws {
        let rules = try self.rules {
            $0.sourceLabels = ["thread"]
            $0.targetLabel = "thread"
        }
        let threads = LabelledPprof(samples: (0..<100).map { ([("thread", "\($0)")], [1, 1]) })
        // Each run costs its 64, and 16 for each of two bytes.
        var budget = RelabelBudget(copiedByteCountMax: 1 << 20, costMax: 10_500)
        #expect(try self.apply(rules, to: threads.bytes, budget: budget).count == 1)
        budget = RelabelBudget(copiedByteCountMax: 1 << 20, costMax: 5_000)
        #expect {
            try self.apply(rules, to: threads.bytes, budget: budget)
        } throws: {
            ($0 as? ProfileRejection)?.message.contains("cost more than the limit of 5000") == true
        }
    }

    @Test func theSeriesOwnLabelsWinOverThoseOfSamples() throws {
        let rules = try self.rules {
            $0.sourceLabels = ["thread"]
            $0.targetLabel = "seen"
        }
        let parts = try self.apply(rules, labels: Self.series + [Label("thread", "series")])
        #expect(parts.map { LabelSet($0.labels)["seen"] } == ["series"])
    }

    @Test func sampleTypesAreDropped() throws {
        let rules = try self.rules {
            $0.action = .drop
            $0.sourceLabels = ["__type__", "service_name"]
            $0.regex = "samples;shop"
        }
        for payload in [Self.profile.bytes, Self.gzip(Self.profile.bytes), Self.zstd(Self.profile.bytes)] {
            let parts = try self.apply(.none, sampleTypes: rules, to: payload)
            let changed = try #require(parts.first?.payload)
            FuzzSeed.save(payload, for: "PprofSurveyFuzz")
            let survey = try #require(PprofSurvey(changed, limits: ProfileLimits()))
            #expect(survey.sampleTypes.map { survey.text($0.type) } == ["cpu"])
            #expect(try self.decoded(changed).count == 4)
        }
        let all = try self.rules {
            $0.action = .keep
            $0.sourceLabels = ["__unit__"]
            $0.regex = "bananas"
        }
        #expect(try self.apply(.none, sampleTypes: all).isEmpty)
    }

    @Test func uploadsWithoutANameGetTheOneOfTheirTypes() throws {
        let rules = try self.rules {
            $0.sourceLabels = ["__name__"]
            $0.targetLabel = "was"
        }
        var budget = RelabelBudget(copiedByteCountMax: 0)
        let parts = try ProfileRelabeling(rules, profileLimits: ProfileLimits())
            .apply(
                to: [Label("service_name", "x")],
                Self.profile.bytes,
                displayNames: nil,
                isNamed: false,
                &budget
            )
        #expect(parts.map { LabelSet($0.labels)["was"] } == ["process_cpu"])
        #expect(parts.map(\.isNamed) == [true])
    }

    @Test func brokenProfilesPassForTheIngesterToRefuse() throws {
        let rules = try self.rules {
            $0.targetLabel = "team"
            $0.replacement = "core"
        }
        let whole = Self.profile.bytes
        for length in 0..<whole.count {
            let parts = try self.apply(rules, to: Array(whole[..<length]))
            #expect(parts.count == 1)
            #expect(parts[0].payload == nil)
        }
    }

    @Test func mutatedProfilesNeverTrap() throws {
        let rules = try self.rules(
            {
                $0.action = .labeldrop
                $0.regex = "thr.*"
            },
            {
                $0.sourceLabels = ["span"]
                $0.targetLabel = "x"
            }
        )
        var random = SplitMix(seed: 7)
        for _ in 0..<2_000 {
            var bytes = Self.profile.bytes
            for _ in 0..<(1 + random.next() % 4) {
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            _ = try? self.apply(rules, sampleTypes: rules, to: bytes)  // any outcome but a trap
        }
    }

    private static func zstd(_ bytes: [UInt8]) -> [UInt8] {
        var encoder = ZstdEncoder()
        return encoder.encode(bytes.span)
    }

    private static func gzip(_ bytes: [UInt8]) -> [UInt8] {
        var deflater = GzipDeflater()
        return deflater.deflate(bytes.span)
    }
}
