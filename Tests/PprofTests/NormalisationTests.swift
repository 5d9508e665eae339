// SPDX-License-Identifier: Apache-2.0
import ByteCoding
import Pprof
import ProfileModel
import Testing

@Suite struct NormalisationTests {
    /// The profile as the oracle would print it.
    private func lines(_ bytes: [UInt8], labels: [Label] = []) throws -> [String] {
        var decoder = PprofDecoder()
        var profile = DecodedProfile()
        try decoder.decode(.test(bytes, labels: labels), into: &profile)
        return profile.oracleLines()
    }

    /// A stack of the tiny profile with other values and labels.
    private static func sample(
        _ text: inout PprofText,
        values: [Int64] = [1, 1],
        labels: [(UInt64, UInt64)] = []
    ) {
        text.message(2) { sample in
            sample.packed(1, [1])
            sample.packed(2, values.map { UInt64(bitPattern: $0) })
            for (name, value) in labels {
                sample.message(3) {
                    $0.field(1, name)
                    $0.field(2, value)
                }
            }
        }
    }

    @Test func dropsNegativeAndEmptySamplesAndNumericLabels() throws {
        var text = PprofText()
        Self.sample(&text, values: [-1, 5])
        Self.sample(&text, values: [0, 0])
        Self.sample(&text, values: [0, 3])
        let lines = try self.lines(text.bytes)
        #expect(lines.map { $0.prefix { $0 != "\t" } } == ["0 3", "1 10"])
    }

    @Test func addsUpEqualSamplesWhateverTheOrderOfTheirLabels() throws {
        var text = PprofText()
        for name in ["a", "b"] { text.text(6, name) }  // 9, 10
        Self.sample(&text, values: [1, 0], labels: [(9, 8), (10, 7)])
        Self.sample(&text, values: [2, 5], labels: [(10, 7), (9, 8)])
        Self.sample(&text, values: [4, 0], labels: [(9, 8)])
        let lines = try self.lines(text.bytes)
        #expect(lines.filter { $0.contains("a=worker,b=thread\t") }.map { $0.prefix(3) } == ["3 5"])
        #expect(lines.filter { $0.contains("\ta=worker\t") }.map { $0.prefix(3) } == ["4 0"])
    }

    @Test func sumsThatDoNotFitStayAtTheLargestValue() throws {
        var text = PprofText()
        Self.sample(&text, values: [.max, 1])
        Self.sample(&text, values: [.max, 1])
        var decoder = PprofDecoder()
        var profile = DecodedProfile()
        try decoder.decode(.test(text.bytes), into: &profile)
        #expect(profile.oracleLines().contains { $0.hasPrefix("\(Int64.max) 2\t") })
        let saturated = profile.damage.saturatedSums
        #expect(saturated == 1)
    }

    @Test func spanIdsAreKeptOnlyWhereTheyAreIds() throws {
        var text = PprofText()
        // Strings 9 to 13.
        for name in ["span_id", "profile_id", "trace_id", "0123456789abcdef", "odd"] { text.text(6, name) }
        Self.sample(&text, labels: [(10, 12)])
        Self.sample(&text, labels: [(9, 12)])
        Self.sample(&text, values: [7, 7], labels: [(9, 13), (11, 12)])
        let lines = try self.lines(text.bytes)
        #expect(lines.contains { $0.hasPrefix("2 2\tspan_id=0123456789abcdef\t") })
        #expect(lines.contains { $0.hasPrefix("7 7\t\t") })
    }

    @Test func labelsOfTheSeriesAndDerivedOnesWin() throws {
        var text = PprofText()
        for name in ["pod", "__type__", "x"] { text.text(6, name) }  // 9 to 11
        Self.sample(&text, labels: [(9, 8), (10, 8), (11, 8)])
        let lines = try self.lines(text.bytes, labels: [Label("pod", "mine")])
        #expect(lines.contains { $0.hasPrefix("1 1\tx=worker\t") })
    }

    @Test func sampleLabelsObeyTheLimitsOfSeries() {
        var text = PprofText()
        text.text(6, String(repeating: "v", count: 2_049))  // 9
        Self.sample(&text, labels: [(8, 9)])
        #expect(throws: ProfileRejection.self) { try self.lines(text.bytes) }
        var many = PprofText()
        for index in 0..<29 { many.text(6, "l\(index)") }  // from 9
        Self.sample(&many, labels: (0..<28).map { (UInt64(9 + $0), 8) })
        #expect(throws: Never.self) { try self.lines(many.bytes) }
        Self.sample(&many, labels: (0..<29).map { (UInt64(9 + $0), 8) })
        #expect(throws: ProfileRejection.self) { try self.lines(many.bytes) }
    }

    @Test func deepStacksKeepTheirLeafSide() throws {
        var text = PprofText()
        text.message(2) { sample in
            sample.packed(1, [1] + [UInt64](repeating: 2, count: 9))
            sample.packed(2, [5, 5])
        }
        var incoming = IncomingProfile.test(text.bytes)
        incoming.limits.depthMax = 2
        var decoder = PprofDecoder()
        var profile = DecodedProfile()
        try decoder.decode(incoming, into: &profile)
        let lines = profile.oracleLines()
        #expect(
            lines.contains { $0.hasPrefix("5 5\t\twork||0(main||") && $0.split(separator: ";").count == 2 }
        )
        let truncated = profile.damage.truncatedStacks
        #expect(truncated == 1)
    }

    @Test func goShapesAreTakenOutOfNames() throws {
        var text = PprofText()
        for name in ["main.go", "f[go.shape.int,map[go.shape.x]y].g", "h[go.shape.", "k[int]"] {  // 9 to 12
            text.text(6, name)
        }
        for (id, name) in [(3, 10), (4, 11), (5, 12)] as [(UInt64, UInt64)] {
            text.message(5) {
                $0.field(1, id)
                $0.field(2, name)
                $0.field(4, 9)
            }
            text.message(4) { location in
                location.field(1, id)
                location.message(4) { $0.field(1, id) }
            }
        }
        text.message(2) {
            $0.packed(1, [3, 4, 5])
            $0.packed(2, [9, 9])
        }
        let line = try #require(try self.lines(text.bytes).first { $0.hasPrefix("9 9") })
        #expect(
            line.contains("(f.g||main.go") && line.contains("(h[go.shape.||") && line.contains("(k[int]||")
        )
    }

    @Test func longSymbolsKeepTheirEndFromAWholeCharacterOn() throws {
        var text = PprofText()
        text.text(6, "xxxé" + String(repeating: "z", count: 9))  // 9, cut inside the é
        text.message(5) {
            $0.field(1, 3)
            $0.field(2, 9)
        }
        text.message(4) { location in
            location.field(1, 3)
            location.message(4) { $0.field(1, 3) }
        }
        text.message(2) {
            $0.packed(1, [3])
            $0.packed(2, [9, 9])
        }
        var incoming = IncomingProfile.test(text.bytes)
        incoming.limits.symbolByteCountMax = 10
        var decoder = PprofDecoder()
        var profile = DecodedProfile()
        try decoder.decode(incoming, into: &profile)
        #expect(profile.oracleLines().contains { $0.contains("(zzzzzzzzz||") })
    }

    @Test func sourceVersionsGoIntoTheBuildIDs() throws {
        let labels = [Label("service_repository", "github.com/\"x\""), Label("service_git_ref", "main")]
        let line = try #require(try self.lines(PprofText().bytes, labels: labels).first)
        #expect(line.contains(#"|{"repository":"github.com/\"x\"","git_ref":"main"}|"#))
    }

    @Test func decodingAgainGivesTheSame() throws {
        var decoder = PprofDecoder()
        var profile = DecodedProfile()
        var other = DecodedProfile()
        var text = PprofText()
        Self.sample(&text, labels: [(7, 8)])
        for _ in 0..<3 {
            try decoder.decode(.test(text.bytes), into: &profile)
            try decoder.decode(.test(PprofText().bytes), into: &other)
            let lines = profile.oracleLines()
            #expect(lines.count == 2)
            let columns = (
                profile.frames.count, profile.strings.count, profile.labelSets.count, profile.lines.count
            )
            #expect(columns == (3, 9, 2, 2))
        }
    }
}

@Suite struct IngestNamingTests {
    /// The name, time and frames of a profile with these sample types that came by `/ingest`.
    private func decode(
        types: [String],
        spy: String = "unknown",
        displayNames: [String: String]? = nil,
        time: UInt64? = nil,
        keepsFunctionNames: Bool = false
    ) throws -> (name: String, time: Int64, lines: [String], types: [String]) {
        var text = PprofText(values: [Int64](repeating: 1, count: types.count + 2))
        for (index, type) in types.enumerated() {
            text.text(6, type)
            text.message(1) { $0.field(1, UInt64(9 + index)) }
        }
        if let time { text.field(9, time) }
        let parameters = IngestParameters(
            spyName: spy,
            fromNanoseconds: 123,
            displayNames: displayNames,
            keepsFunctionNames: keepsFunctionNames
        )
        var decoder = PprofDecoder()
        var profile = DecodedProfile()
        try decoder.decode(.test(text.bytes, origin: .ingest(parameters)), into: &profile)
        let sampleTypes = profile.sampleTypes.indices.map { profile.string(profile.sampleTypes[$0].type) }
        return (profile.name, profile.timeNanoseconds, profile.oracleLines(), sampleTypes)
    }

    @Test func theFirstTypeThatSaysSomethingNamesTheProfile() throws {
        // The tiny profile begins with `samples`, which means cpu unless the form renames it.
        #expect(try self.decode(types: []).name == "process_cpu")
        #expect(try self.decode(types: ["wall"]).name == "wall")
        let plain = ["samples": "x", "cpu": "y"]
        for (type, name) in [
            ("inuse_space", "memory"), ("alloc_objects", "memory"), ("space", "memory"),
            ("objects", "memory"),
            ("mutex_count", "mutex"), ("block_delay", "block"), ("goroutines", "goroutines"),
            ("exceptions", "exceptions"), ("goroutine", "goroutine"),
        ] {
            #expect(try self.decode(types: [type], displayNames: plain).name == name)
        }
        let display = ["samples": "x", "cpu": "y", "goroutine": "goroutines", "lock": ""]
        #expect(try self.decode(types: ["goroutine"], displayNames: display).name == "goroutines")
        #expect(try self.decode(types: ["lock"], displayNames: display).name == "lock")
    }

    @Test func aNameThatTheDoorGaveStays() throws {
        var decoder = PprofDecoder()
        var profile = DecodedProfile()
        let parameters = IngestParameters(spyName: "unknown", fromNanoseconds: 123, displayNames: nil)
        let labels = [Label("__name__", "given")]
        let text = PprofText(values: [1, 1])
        try decoder.decode(.test(text.bytes, labels: labels, origin: .ingest(parameters)), into: &profile)
        #expect(profile.name == "given")
    }

    @Test func timesIn1970AreTheUploads() throws {
        #expect(try self.decode(types: [], time: 0).time == 123)
        #expect(try self.decode(types: [], time: 1_795_521_600).time == 123)
        #expect(try self.decode(types: [], time: 1_795_521_600_000_000_000).time == 1_795_521_600_000_000_000)
    }

    @Test(arguments: ["pyspy", "rbspy", "scripting", "gospy"])
    func scriptingSpiesPutTheFileBesideTheFunction(spy: String) throws {
        let line = try #require(try self.decode(types: [], spy: spy).lines.first)
        #expect(line.contains(spy == "gospy" ? "(main||work|" : "(work main||work|"))
    }

    @Test(arguments: ["pyspy", "rbspy", "scripting"])
    func aTenantMayKeepTheNamesOfFunctions(spy: String) throws {
        let line = try #require(try self.decode(types: [], spy: spy, keepsFunctionNames: true).lines.first)
        #expect(line.contains("(main||work|"))
    }

    @Test func aProfileOutsideTheWindowIsToldBySeconds() throws {
        var text = PprofText(values: [1, 1])
        text.field(9, 1_795_521_600_000_000_000)
        func message(at now: Int64) throws -> String {
            var incoming = IncomingProfile.test(text.bytes)
            incoming.receivedNanoseconds = now
            incoming.limits = ProfileLimits()
            var decoder = PprofDecoder()
            var profile = DecodedProfile()
            let error = #expect(throws: ProfileRejection.self) {
                try decoder.decode(incoming, into: &profile)
            }
            return error?.message ?? ""
        }
        let time: Int64 = 1_795_521_600_000_000_000
        let hour: Int64 = 3_600_000_000_000
        #expect(try message(at: time + 25 * hour).hasSuffix(", 90000 s behind the server's clock"))
        #expect(try message(at: time - hour).hasSuffix(", 3600 s ahead of it"))
    }

    @Test func dotnetTypesMayHaveDashes() throws {
        #expect(try self.decode(types: ["alloc-size"], spy: "dotnetspy").types.last == "alloc_size")
        let config = ["inuse-space": "", "samples": "s", "cpu": "c"]
        #expect(try self.decode(types: ["inuse-space"], displayNames: config).types.last == "inuse_space")
        #expect(throws: ProfileRejection.self) { try self.decode(types: ["alloc-size"]) }
    }
}
