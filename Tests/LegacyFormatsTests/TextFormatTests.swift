// SPDX-License-Identifier: Apache-2.0
import LegacyFormats
import ProfileModel
import Support
import Testing

@Suite struct TextFormatTests {
    @Test(arguments: [
        ("a;b 5\na 2\n", ["a;b=5", "a=2"]),
        ("a;b 5\r\na;b 6", ["a;b=11"]),
        ("x y;z 4\n\nnospace\n", ["x y;z=4"]),
        ("a +3\nb -3\nc 0\n", ["a=3"]),
        ("a;;b 1\nmain; 2\n", ["a;;b=1", "main;=2"]),
        ("été;ü 1\n", ["été;ü=1"]),
        ("a 9223372036854775807\na 1\n", ["a=9223372036854775807"]),
        ("", []),
    ])
    func groupsAreStacksWithCounts(text: String, expected: [String]) throws {
        #expect(try stacks(text.bytes, .groups) == expected)
        FuzzSeed.save(text.bytes, for: "GroupsFuzz")
    }

    @Test(arguments: [
        ("a x", LegacyFault.invalidCount("x")), ("no count", .invalidCount("count")),
        ("a 1.5", .invalidCount("1.5")), ("a ", .invalidCount("")), ("a -", .invalidCount("-")),
        ("a 9223372036854775808", .countOutOfRange("9223372036854775808")),
        ("a -9223372036854775809", .countOutOfRange("-9223372036854775809")),
    ])
    func badCountsAreNamed(line: String, fault: LegacyFault) {
        #expect(throws: fault) { try stacks("ok 1\n\(line)\n".bytes, .groups) }
    }

    @Test func textsOfCountsAreThoseThatClientsKnow() {
        #expect(
            LegacyFault.invalidCount("count").text(format: "groups")
                == "strconv.Atoi: parsing \"count\": invalid syntax"
        )
        let long = String(repeating: "9", count: 10_000)
        #expect(throws: LegacyFault.self) { try stacks("a \(long)".bytes, .groups) }
        do {
            _ = try stacks("a \(long)".bytes, .groups)
        } catch {
            #expect(error.text(format: "groups").utf8.count < 400)
        }
    }

    @Test func linesAreCounted() throws {
        let text = "a;b\na;b\r\na;c\n\na\n"
        #expect(try stacks(text.bytes, .lines) == ["a;b=2", "a;c=1", "a=1"])
        FuzzSeed.save(text.bytes, for: "LinesFuzz")
    }

    @Test func linesMayBeLongerThan64KiB() throws {
        let long = String(repeating: "x", count: 200_000)
        let expected = ["after=2", "\(long)=7"]
        #expect(try stacks("\(long) 7\nafter 2\n".bytes, .groups) == expected)
        #expect(try stacks("\(long)\n".bytes, .lines) == ["\(long)=1"])
    }

    @Test(arguments: [1, 10, 1_000, 50_000])
    func deepStacksKeepTheirLeaf(depth: Int) throws {
        var limits = ProfileLimits()
        limits.depthMax = 100
        let body = (0..<depth).map { "f\($0)" }.joined(separator: ";") + " 1\n"
        let upload = LegacyUpload(app: "app", sampleRate: 0, limits: limits)
        let profile = try #require(try LegacyFormat.groups.decode(body.bytes, upload).first)
        let stack = try #require(profile.stacks.first)
        // One more than allowed: the parser of the pprof cuts it, and counts that.
        #expect(stack.frames.count == min(depth, 101))
        #expect(stack.frames.last == "f\(depth - 1)")
    }

    @Test(arguments: [
        ("app", "app", "process_cpu", "samples", "count"),
        ("app.cpu", "app", "process_cpu", "samples", "count"),
        ("my.app.itimer", "my.app", "process_cpu", "samples", "count"),
        ("app.wall", "app", "wall", "samples", "count"),
        ("app.inuse_space", "app", "memory", "inuse_space", "bytes"),
        ("app.alloc_objects", "app", "memory", "alloc_objects", "count"),
        ("app.goroutines", "app", "goroutine", "goroutines", "count"),
        ("app.mutex_count", "app", "mutex", "contentions", "count"),
        ("app.block_duration", "app", "block", "delay", "nanoseconds"),
        ("app.lock_duration", "app", "block", "delay", "nanoseconds"),
        ("app.alloc_in_new_tlab_bytes", "app", "memory", "alloc_in_new_tlab_bytes", "bytes"),
        ("app.live", "app", "memory", "live", "count"),
        ("app.exceptions", "app", "exceptions", "samples", "count"),
        ("app.bytes", "app", "memory", "samples", "bytes"),
        ("shop.example.com", "shop.example.com", "process_cpu", "samples", "count"),
        (".cpu", "", "process_cpu", "samples", "count"),
    ])
    func theSuffixSaysWhatWasMeasured(
        app: String,
        service: String,
        name: String,
        type: String,
        unit: String
    ) throws {
        let upload = LegacyUpload(app: app, sampleRate: 0, limits: ProfileLimits())
        let profile = try #require(try LegacyFormat.groups.decode("a 1".bytes, upload).first)
        #expect(profile.service == service)
        let kind = profile.kind
        #expect([kind.profileName, kind.sampleType, kind.sampleUnit] == [name, type, unit])
        #expect(profile.period == nil)
    }

    @Test func anEmptySuffixIsRefused() {
        #expect(throws: LegacyFault.unknownKind("")) { try stacks("a 1".bytes, .groups, app: "app.") }
    }

    @Test(
        arguments: [(100, 10_000_000), (50, 20_000_000), (3, 333_333_333), (5_000_000_000, 1)]
            as [(Int64, Int64)]
    )
    func ticksOfAClockBecomeNanoseconds(rate: Int64, period: Int64) throws {
        let upload = LegacyUpload(app: "app.wall", sampleRate: rate, limits: ProfileLimits())
        let profile = try #require(try LegacyFormat.groups.decode("a 2".bytes, upload).first)
        #expect(profile.period == period)
        #expect(text(profile.kind) == "wall:wall:nanoseconds")
        #expect(texts([profile]) == ["a=\(2 * period)"])
        #expect(try stacks("a 2".bytes, .groups, app: "app.inuse_space", rate: rate) == ["a=2"])
    }
}
