// SPDX-License-Identifier: Apache-2.0
import LegacyFormats
import ProfileModel
import Support
import Testing

@Suite struct SpeedscopeTests {
    private static let schema = "https://www.speedscope.app/file-format-schema.json"

    /// A file with the frames a, b, c, d and these profiles.
    static func file(_ profiles: String) -> String {
        """
        {"$schema":"\(Self.schema)","profiles":[\(profiles)],"x":[{"y":[null,true,false,-1.5e3]}],
        "shared":{"z":{},"frames":[{"name":"a","file":"f","line":1},{"name":"b"},{"name":"c"},{"name":"d"}]}}
        """
    }

    static func sampled(_ samples: String, _ weights: String, unit: String = "none", name: String = "p")
        -> String
    {
        #"{"type":"sampled","name":"\#(name)","unit":"\#(unit)","startValue":0,"endValue":9,"#
            + #""samples":[\#(samples)],"weights":[\#(weights)]}"#
    }

    static func evented(_ events: String, start: String = "0") -> String {
        #"{"type":"evented","name":"e","unit":"seconds","startValue":\#(start),"events":[\#(events)]}"#
    }

    private func profiles(
        _ text: String,
        app: String = "app",
        rate: Int64 = 100
    ) throws(LegacyFault) -> [LegacyProfile] {
        let upload = LegacyUpload(app: app, sampleRate: rate, limits: ProfileLimits())
        return try LegacyFormat.speedscope.decode(text.bytes, upload)
    }

    private func fault(_ text: String) -> String {
        do {
            _ = try self.profiles(text)
            return ""
        } catch {
            return error.text(format: "speedscope")
        }
    }

    @Test(
        arguments: [
            ("none", 100, 10_000_000), ("none", 1_000, 100_000_000), ("none", 0, 100),
            ("nanoseconds", 100, 1), ("microseconds", 100, 1_000), ("milliseconds", 100, 1_000_000),
            ("seconds", 100, 1_000_000_000), ("bytes", 100, 1),
        ] as [(String, Int64, Int64)]
    )
    func weightsCountByUnitAndRate(unit: String, rate: Int64, one: Int64) throws {
        let file = Self.file(Self.sampled("[0,1],[0,1],[0]", "2,1,4", unit: unit))
        let read = try self.profiles(file, rate: rate)
        #expect(texts(read) == ["a;b=\(3 * one)", "a=\(4 * one)"])
        #expect(read.map(\.profileName) == ["p"])
        #expect(read.map(\.kind.profileName) == ["process_cpu"])
    }

    @Test func fractionsOfSecondsAreKept() throws {
        let file = Self.file(Self.sampled("[0],[1],[2]", "0.01,2.5e-1,0", unit: "seconds"))
        #expect(texts(try self.profiles(file)) == ["a=10000000", "b=250000000"])
    }

    @Test func valuesThatAreNoTimesAreNotScaled() throws {
        let file = Self.file(Self.sampled("[0]", "3", unit: "bytes"))
        let read = try self.profiles(file, app: "app.alloc_space")
        #expect(texts(read) == ["a=3"])
        #expect(text(read[0].kind) == "memory:alloc_space:bytes")
    }

    @Test func severalProfilesAreNamedAfterTheirUnits() throws {
        let first = Self.sampled("[0]", "1", unit: "seconds", name: "Thread 1")
        let second = Self.sampled("[1]", "2", unit: "bytes", name: "Thread 2")
        let read = try self.profiles(Self.file("\(first),\(second)"), app: "shop.cpu")
        #expect(read.map(\.profileName) == ["Thread 1", "Thread 2"])
        #expect(read.map(\.service) == ["shop.cpu", "shop.cpu"])
        #expect(read.map(\.kind.profileName) == ["wall", "memory"])
        #expect(texts(read) == ["a=1000000000", "b=2"])
        let none = Self.sampled("[0]", "1")
        #expect(self.fault(Self.file("\(none),\(second)")).hasSuffix("unknown profile type: none"))
    }

    @Test func equalProfilesAreOneAndTheEarliestComesFirst() throws {
        let late =
            #"{"type":"sampled","name":"late","unit":"seconds","startValue":5,"samples":[[2]],"weights":[1]}"#
        let one = Self.sampled("[0]", "1", unit: "seconds")
        let read = try self.profiles(Self.file("\(late),\(one),\(one)"))
        #expect(read.map(\.profileName) == ["p", "late"])
        #expect(texts(read) == ["a=2000000000", "c=1000000000"])
    }

    @Test func timeBetweenEventsBelongsToTheOpenStack() throws {
        let events = #"""
            {"type":"O","frame":0,"at":1},{"type":"O","frame":1,"at":3},{"type":"C","frame":1,"at":4},
            {"at":6.5,"frame":0,"type":"C"},{"type":"O","frame":3,"at":7},{"type":"C","frame":3,"at":8}
            """#
        let file = Self.file(Self.evented(events))
        #expect(texts(try self.profiles(file)) == ["a;b=1000000000", "a=4500000000", "d=1000000000"])
    }

    @Test func anEventedProfileSplitInTwoIsReadTwice() throws {
        let part = Self.evented(#"{"type":"O","frame":0,"at":0},{"type":"C","frame":0,"at":1}"#)
        #expect(texts(try self.profiles(Self.file("\(part),\(part)"))) == ["a=2000000000"])
    }

    @Test(arguments: [
        ("", "unexpected end of JSON input"), ("{", "unexpected end of JSON input"),
        ("[]", "malformed speedscope: invalid JSON at offset 0"), ("{}", "Unknown schema: "),
        (#"{"$schema":"x"}"#, "Unknown schema: x"),
        (#"{"a":1,}"#, "malformed speedscope: invalid JSON at offset 7"),
        (file("{}"), "invalid profile unit: unknown unit: "),
        (file(sampled("[0]", "1", unit: "parsecs")), "invalid profile unit: unknown unit: parsecs"),
        (file(#"{"type":"weird","unit":"none"}"#), "Profile type weird not supported"),
        (file(sampled("[99]", "1")), "Invalid frame 99"), (file(sampled("[-1]", "1")), "Invalid frame -1"),
        (file(sampled("[4]", "1")), "Invalid frame 4"),
        (file(sampled("[0],[1]", "1")), "Unequal lengths of samples and weights: 2 != 1"),
        (file(sampled("[0]", "-1")), "Negative weight"),
        (
            file(evented(#"{"type":"O","frame":0,"at":1},{"type":"C","frame":0,"at":0}"#)),
            "Events out of order"
        ),
        (file(evented(#"{"type":"C","frame":0,"at":1}"#)), "No stack to close"),
        (
            file(evented(#"{"type":"O","frame":0,"at":1},{"type":"C","frame":1,"at":2}"#)),
            "Closing non-open frame 1"
        ),
        (file(evented(#"{"type":"X","frame":0,"at":1}"#)), "Unknown event type X"),
        (file(evented(#"{"type":"O","frame":7,"at":1}"#)), "Invalid frame 7"),
        (file(evented("", start: "1e999")), "malformed speedscope: invalid JSON at offset 135"),
    ])
    func faultsAreNamedAsClientsKnowThem(text: String, message: String) {
        #expect(self.fault(text) == message)
    }

    @Test func filesWithoutProfilesHoldNone() throws {
        #expect(try self.profiles(Self.file("")).isEmpty)
        let empty = try self.profiles(Self.file(#"{"type":"sampled","unit":"none","samples":null}"#))
        #expect(empty.map(\.stacks.count) == [0])
    }

    @Test func namesAreUnescaped() throws {
        let text = #"""
            {"shared":{"frames":[{"name":"a\"\\\/\n\u00e9\ud83d\ude00"},{"name":"\ud83d!"}]},
            "$schema":"\#(Self.schema)","profiles":[\#(Self.sampled("[0,1]", "1"))]}
            """#
        #expect(texts(try self.profiles(text)) == ["a\"\\/\n\u{E9}\u{1F600};\u{FFFD}!=10000000"])
    }

    @Test func nestingIsBounded() {
        func nested(_ depth: Int) -> String {
            #"{"$schema":"\#(Self.schema)","x":"#
                + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}"
        }
        #expect(self.fault(nested(63)) == "")
        #expect(self.fault(nested(64)) == "malformed speedscope: nested deeper than 64")
        #expect(self.fault(nested(1_000_000)) == "malformed speedscope: nested deeper than 64")
    }

    @Test func countsOfProfilesAreBounded() {
        let many = [String](repeating: "{}", count: 65_537).joined(separator: ",")
        #expect(self.fault(Self.file(many)) == "the file has more than 65536 profiles")
        let distinct = (0..<1_025).map { Self.sampled("[0]", "1", name: "\($0)") }.joined(separator: ",")
        #expect(self.fault(Self.file(distinct)) == "the file has more than 1024 profiles")
    }

    @Test func cutFilesAreRefusedAtEveryOffset() {
        let whole = Self.file(
            Self.sampled("[0,1],[2]", "1,2") + "," + Self.evented(#"{"type":"O","frame":0,"at":1}"#)
        ).bytes
        for count in 0..<whole.count {
            let upload = LegacyUpload(app: "app", sampleRate: 100, limits: ProfileLimits())
            #expect(throws: LegacyFault.unexpectedEnd, "cut at \(count)") {
                try LegacyFormat.speedscope.decode(Array(whole[..<count]), upload)
            }
        }
    }

    @Test func mutatedFilesNeverTrap() throws {
        let original = Self.file(
            Self.sampled("[0,1],[2]", "1,2.5", unit: "seconds") + ","
                + Self.evented(#"{"type":"O","frame":0,"at":1},{"type":"C","frame":0,"at":2}"#)
        ).bytes
        FuzzSeed.save(original, for: "SpeedscopeFuzz")
        let alphabet = Array(#"{}[]":,\u0-19.eEtfn aOC"#.utf8) + [0, 0x80, 0xFF]
        var random = SplitMix(seed: 3)
        let upload = LegacyUpload(app: "app", sampleRate: 100, limits: ProfileLimits())
        for _ in 0..<300 {
            var body = original
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let at = Int.random(in: body.indices, using: &random)
                body[at] = alphabet[Int.random(in: alphabet.indices, using: &random)]
            }
            do {
                for profile in try LegacyFormat.speedscope.decode(body, upload) {
                    for stack in profile.stacks { #expect(!stack.frames.isEmpty && stack.value > 0) }
                }
            } catch {
                #expect(!error.text(format: "speedscope").isEmpty)
            }
        }
    }
}
