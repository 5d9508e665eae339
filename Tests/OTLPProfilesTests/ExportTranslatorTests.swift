// SPDX-License-Identifier: Apache-2.0
import ByteCoding
import Foundation
import OTLPProfiles
import ProfileModel
import Support
import Testing

@Suite struct ExportTranslatorTests {
    static let parameters = ExportParameters(nowNanoseconds: 1_795_521_615_000_000_000)

    static func translate(_ export: SmallExport) throws(OTLPError) -> TranslatedExport {
        try ExportTranslator.translate(binary: export.bytes, Self.parameters)
    }

    private static let ids =
        "span_id=0102030405060708,thread.name=worker,"
        + "trace_id=0102030405060708090a0b0c0d0e0f10"

    @Test(arguments: SmallExport.Layout.allCases)
    func readsEachLayoutAlike(layout: SmallExport.Layout) throws {
        var export = SmallExport()
        export.layout = layout
        #expect(
            try Self.translate(export).text() == [
                "shop process_cpu cpu:nanoseconds {\(Self.ids)} work;main 30",
                "shop process_cpu cpu:nanoseconds {} hash;work;main 70",
            ]
        )
    }

    /// Lists of numbers, or numbers one by one, in both orders.
    @Test(arguments: [SmallExport.Layout.current, .valuesFirst], [true, false])
    func whatFitsOnlyOneOrderIsOfThatOrder(layout: SmallExport.Layout, isUnpacked: Bool) throws {
        var export = SmallExport()
        export.layout = layout
        export.isUnpacked = isUnpacked
        #expect(
            try Self.translate(export).text() == [
                "shop process_cpu cpu:nanoseconds {\(Self.ids)} work;main 30",
                "shop process_cpu cpu:nanoseconds {} hash;work;main 70",
            ]
        )
    }

    /// A packed list beside a single value, which is larger than any link.
    @Test func aValueBesideAttributesIsNoLink() throws {
        var export = SmallExport()
        export.valueIsSingle = true
        export.values = [5]
        export.link = 0
        #expect(
            try Self.translate(export).text().first
                == "shop process_cpu cpu:nanoseconds {thread.name=worker} work;main 50"
        )
    }

    @Test(arguments: [[], [1]] as [[UInt64]])
    func valuesWrittenOneByOneAreNoLinks(attributes: [UInt64]) throws {
        var export = SmallExport()
        export.isUnpacked = true
        export.attributes = attributes
        export.link = 0
        let label = attributes.isEmpty ? "" : "thread.name=worker"
        #expect(
            try Self.translate(export).text().sorted()
                == [
                    "shop process_cpu cpu:nanoseconds {\(label)} work;main 30",
                    "shop process_cpu cpu:nanoseconds {} hash;work;main 70",
                ].sorted()
        )
    }

    @Test func referencesAreResolvedEverywhere() throws {
        var export = SmallExport()
        export.hasReferences = true
        export.attributes = [3]
        let translated = try Self.translate(export)
        #expect(try translated.text().first == "shop process_cpu cpu:nanoseconds {\(Self.ids)} work;main 30")
        let labels = translated.profiles[0].labels.map { "\($0.name)=\($0.value)" }
        #expect(
            labels == [
                "__delta__=false", "__otel__=true", "__name__=process_cpu", "service.name=shop",
                "service_name=shop",
            ]
        )
    }

    @Test func splitsAProfileByService() throws {
        var export = SmallExport()
        export.attributes = [2]
        export.link = 0
        #expect(
            try Self.translate(export).text() == [
                "cart process_cpu cpu:nanoseconds {} work;main 30",
                "shop process_cpu cpu:nanoseconds {} hash;work;main 70",
            ]
        )
    }

    @Test func samplesThatOnlySayWhenCountTheirTimes() throws {
        var export = SmallExport()
        export.values = []
        export.timestampCount = 4
        #expect(try Self.translate(export).text().first?.hasSuffix("work;main 40") == true)
    }

    @Test func valuesAtTimesOfTheirOwnAreSummed() throws {
        var export = SmallExport()
        export.values = [2, 2, 3, 3]
        export.timestampCount = 4
        #expect(try Self.translate(export).text().first?.hasSuffix("work;main 100") == true)
        export.timestampCount = 3
        #expect(try Self.translate(export).refusals.first?.error == .valueCount(4))
        export.values = [UInt64(Int64.max), 1]
        export.timestampCount = 2
        #expect(try Self.translate(export).refusals.first?.error == .valueOutOfRange)
    }

    @Test func withoutAPeriodTheTypeNamesTheSeries() throws {
        var export = SmallExport()
        export.period = 0
        #expect(try Self.translate(export).text().last == "shop samples samples:count {} hash;work;main 7")
    }

    @Test func onlyTheBrokenProfileIsRefused() throws {
        var export = SmallExport()
        export.hasBrokenProfile = true
        let translated = try Self.translate(export)
        #expect(translated.profileCount == 2)
        #expect(translated.profiles.map(\.index) == [0])
        #expect(translated.refusals.map(\.index) == [1])
        #expect(translated.refusals.first?.error == .outOfBounds(.stack, 99))
        #expect(try translated.text().count == 2)
    }

    @Test func refusesWhatLeadsNowhere() throws {
        func refusal(_ change: (inout SmallExport) -> Void) throws -> String {
            var export = SmallExport()
            change(&export)
            let translated = try Self.translate(export)
            #expect(translated.profiles.isEmpty)
            return translated.refusals.first.map { String(describing: $0.error) } ?? "none"
        }
        let failed = "failed to convert otel profile: "
        #expect(try refusal { $0.hasSampleType = false } == failed + "sample type is missing")
        #expect(try refusal { $0.stacks = [1, 77] } == failed + "invalid stack index: 77")
        #expect(
            try refusal { $0.link = 5 }
                == failed + "could not access link at index 5: index 5 out of bounds"
        )
        #expect(
            try refusal { $0.attributes = [9] }
                == failed + "could not access attribute at index 9: index 9 out of bounds"
        )
        #expect(try refusal { $0.values = [] } == failed + "sample value is required")
        #expect(try refusal { $0.values = [1, 2] }.contains("sample values length mismatch"))
        #expect(try refusal { $0.values = [UInt64(Int64.max)] }.contains("does not fit"))
    }

    @Test func anEmptyRequestHasNoDictionary() {
        #expect(throws: OTLPError.missingDictionary) {
            try ExportTranslator.translate(binary: [], Self.parameters)
        }
        #expect(throws: OTLPError.missingResourceProfiles) {
            try ExportTranslator.translate(json: Array(#"{"dictionary":{}}"#.utf8), Self.parameters)
        }
    }

    @Test func sizesAreBounded() throws {
        var parameters = Self.parameters
        parameters.profileByteCountMax = 100
        let small = try ExportTranslator.translate(binary: SmallExport().bytes, parameters)
        #expect(small.refusals.first?.error == .tooLarge(limit: 100))
        parameters = Self.parameters
        parameters.sampleCountMax = 1
        let few = try ExportTranslator.translate(binary: SmallExport().bytes, parameters)
        #expect(few.refusals.first?.error == .tooMany("samples or indices", limit: 1))
    }

    /// 60,000 attributes that refer to one text of 1 MiB stand for 60 GiB of labels.
    @Test func referencesDoNotMultiply() throws {
        func export(key: UInt64) -> [UInt8] {
            var small = SmallExport()
            small.attributes = Array(4..<1_000)
            var out = ByteWriter(small.bytes)
            SmallExport.message(2, &out) { dictionary in
                SmallExport.text(5, &dictionary, String(repeating: "x", count: 1 << 20))
                for _ in 0..<60_000 {
                    SmallExport.message(6, &dictionary) { attribute in
                        SmallExport.number(1, &attribute, key)
                        SmallExport.message(2, &attribute) { SmallExport.number(8, &$0, 15) }
                    }
                }
            }
            return out.bytes
        }
        // As labels they are one text of the profile.
        let labels = try ExportTranslator.translate(binary: export(key: 10), Self.parameters)
        #expect(labels.profiles.count == 1)
        #expect(labels.profiles[0].payload.count < 2 << 20)
        // Names of services are copied.
        let services = try ExportTranslator.translate(binary: export(key: 12), Self.parameters)
        #expect(services.refusals.first?.error == .tooLarge(limit: 4 << 20))
    }

    /// Thousands of samples that refer to one stack of thousands of frames.
    @Test func sharedStacksDoNotMultiply() throws {
        var out = ByteWriter(SmallExport().bytes)
        SmallExport.message(2, &out) { dictionary in
            SmallExport.message(7, &dictionary) { stack in
                SmallExport.packed(1, &stack, Array(repeating: 1, count: 10_000))
            }
        }
        SmallExport.message(1, &out) { resource in
            SmallExport.message(2, &resource) { scope in
                SmallExport.message(2, &scope) { profile in
                    SmallExport.message(1, &profile) {
                        SmallExport.number(1, &$0, 1)
                        SmallExport.number(2, &$0, 2)
                    }
                    for _ in 0..<60_000 {
                        SmallExport.message(2, &profile) {
                            SmallExport.number(1, &$0, 3)
                            SmallExport.packed(4, &$0, [1])
                        }
                    }
                }
            }
        }
        let translated = try ExportTranslator.translate(binary: out.bytes, Self.parameters)
        #expect(translated.profiles.count == 1)
        guard case .tooLarge(let limit)? = translated.refusals.first?.error else {
            Issue.record("\(translated.refusals)")
            return
        }
        #expect(limit < out.bytes.count + 4 << 20)
    }

    /// Defaults that are written beside the real key.
    @Test(arguments: [
        #""key":"service.name","keyStrindex":0"#, #""keyStrindex":0,"key":"service.name""#,
        #""key":"","keyStrindex":3"#, #""keyStrindex":3,"key":"""#,
    ])
    func aReferenceToNothingIsNone(key: String) throws {
        let text =
            #"{"resourceProfiles":[{"resource":{"attributes":[{\#(key),"#
            + #""value":{"stringValue":"shop"}}]},"scopeProfiles":[{"profiles":[{"#
            + #""sampleType":{"typeStrindex":1},"samples":[{"stackIndex":0,"values":[7]}]}]}]}],"#
            + #""dictionary":{"stackTable":[{"locationIndices":[0]}],"#
            + #""stringTable":["","wall","work","service.name"],"#
            + #""locationTable":[{"lines":[{"functionIndex":0}]}],"functionTable":[{"nameStrindex":2}]}}"#
        let translated = try ExportTranslator.translate(json: Array(text.utf8), Self.parameters)
        #expect(try translated.text() == ["shop wall wall: {} work 7"])
    }

    @Test func profilesOfARequestShareTheRoom() throws {
        var export = SmallExport()
        export.hasBrokenProfile = true
        var parameters = Self.parameters
        let whole = try ExportTranslator.translate(binary: export.bytes, parameters)
        // The second profile would be refused for its stack, but there is no room to get that far.
        parameters.payloadByteCountMax = whole.profiles[0].payload.count
        let tight = try ExportTranslator.translate(binary: export.bytes, parameters)
        #expect(tight.profiles.count == 1)
        #expect(tight.refusals.map(\.error) == [.tooLarge(limit: 0)])
        parameters = Self.parameters
        parameters.expansionByteCountMax = -export.bytes.count
        let none = try ExportTranslator.translate(binary: export.bytes, parameters)
        #expect(none.profiles.isEmpty)
    }

    @Test func truncatedJSONIsRefused() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/otlp/v0.165-attribute-kinds.json")
        let text = [UInt8](try Data(contentsOf: file))
        #expect(try ExportTranslator.translate(json: text, Self.parameters).profiles.count == 1)
        for count in text.indices {
            #expect(throws: OTLPError.self) {
                try ExportTranslator.translate(json: Array(text[..<count]), Self.parameters)
            }
        }
        var random = SplitMix(seed: 11)
        for _ in 0..<4_000 {
            var mutated = text
            mutated[Int.random(in: text.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            // Whatever comes out, the engine can judge it.
            guard let read = try? ExportTranslator.translate(json: mutated, Self.parameters) else { continue }
            _ = try? read.text()
        }
    }

    @Test(arguments: SmallExport.Layout.allCases)
    func truncatedAndMutatedRequestsNeverTrap(layout: SmallExport.Layout) throws {
        var export = SmallExport()
        export.layout = layout
        export.attributes = [1, 2]
        let bytes = export.bytes
        var readCount = 0
        for count in 0..<bytes.count {
            // A request that ends between two of its parts may still be whole.
            let cut = try? ExportTranslator.translate(binary: Array(bytes[..<count]), Self.parameters)
            readCount += cut == nil ? 0 : 1
        }
        #expect(readCount < bytes.count / 2)
        for place in bytes.indices {
            for flip in [0x01, 0x80, 0x7F, 0xFF] as [UInt8] {
                var mutated = bytes
                mutated[place] ^= flip
                // Whatever comes out, the engine can judge it.
                guard let read = try? ExportTranslator.translate(binary: mutated, Self.parameters) else {
                    continue
                }
                _ = try? read.text()
                readCount += 1
            }
        }
        #expect(readCount > 0)
    }
}
