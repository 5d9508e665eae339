// SPDX-License-Identifier: Apache-2.0
import HTTPServer
import ProfileModel
import Querier
import Testing

/// Time in URLs, seen through the timeline's start and the texts of refusals.
@Suite struct RequestTimeTests {
    /// A round instant, so that flooring to the step changes nothing.
    private static let now: Int64 = 1_795_521_600_000

    @Test(
        arguments: [
            ("now-1h", -3_600), ("now-3h30m", -10_800), ("now-1M", -2_592_000), ("now-2months", -5_184_000),
            ("now-1d/d", -86_400), ("-1h", -3_600), ("now-1w", -604_800), ("now-1y", -31_536_000),
            ("now-90min", -5_400), (" now-1h ", -3_600), ("NOW-1h", -3_600), ("now-1day", -86_400),
        ] as [(String, Int64)]
    )
    func understandsTimesBeforeNow(text: String, seconds: Int64) async throws {
        let start = try #require(await Self.startTime(from: text, until: "now"))
        let step = max(15, try #require(await Self.step(from: text, until: "now")))
        #expect(start == (Self.now / 1_000 + seconds) / step * step, "\(text)")
    }

    @Test(arguments: ["now", "now/d", "garbage", "1h", "2023-01-01", "now-90", "now-1.5h", "", "now-0h"])
    func everythingElseIsNow(text: String) async throws {
        #expect(await Self.answer(from: text, until: "now-1s").contains("start time is after end time"))
        #expect(await Self.answer(from: text, until: "now").contains("\"samples\":[]"))
    }

    @Test func plusWinsOverMinus() async {
        #expect(await Self.answer(from: "now-1h+5m", until: "now").contains("start time is after end time"))
        #expect(await Self.startTime(from: "now", until: "now-1h+5m") == Self.now / 1_000)
    }

    @Test(
        arguments: [
            ("20260101", 1_767_225_600), ("20240229", 1_709_164_800), ("99999999", 99_999_999),
            ("20261301", 20_261_301), ("20230229", 20_230_229), ("1767225600", 1_767_225_600),
            ("1767225600000", 1_767_225_600), ("1767225600000000", 1_767_225_600),
            ("1767225600000000000", 1_767_225_600), ("1_767_225,600", 1_767_225_600),
            ("19010101", -2_177_452_800),
        ] as [(String, Int64)]
    )
    func understandsDatesAndNumbers(text: String, seconds: Int64) async throws {
        let start = try #require(await Self.startTime(from: text, until: text))
        #expect(start == seconds / 15 * 15)
    }

    @Test func numbersOfAnyLengthDoNotTrap() async {
        for count in [20, 25, 400] {
            let huge = String(repeating: "9", count: count)
            #expect(await Self.answer(from: huge, until: huge).contains("timeline"))
            #expect(
                await Self.answer(from: "now-\(huge)y", until: "now+\(huge)y").contains("exceeds the limit")
            )
        }
    }

    private static func startTime(from: String, until: String) async -> Int64? {
        await self.number("startTime", from: from, until: until)
    }

    private static func step(from: String, until: String) async -> Int64? {
        await self.number("durationDelta", from: from, until: until)
    }

    private static func number(_ key: String, from: String, until: String) async -> Int64? {
        let text = await self.answer(from: from, until: until, lengthMax: .zero)
        guard let range = text.firstRange(of: "\"\(key)\":") else { return nil }
        return Int64(text[range.upperBound...].prefix { $0.isNumber || $0 == "-" })
    }

    private static func answer(
        from: String,
        until: String,
        lengthMax: Duration = .seconds(86_400)
    ) async -> String {
        var limits = QueryLimits()
        limits.lengthMax = lengthMax
        let setting = Setting([MemorySource()], limits: limits, now: self.now)
        let encode = { (text: String) in
            text.replacing("+", with: "%2B").replacing(" ", with: "+")
        }
        let target = "/pyroscope/render?query=\(Setting.cpu)&from=\(encode(from))&until=\(encode(until))"
        guard case .bytes(let body) = await setting.respond(to: Setting.request("GET", target)).body else {
            return ""
        }
        return String(decoding: body, as: UTF8.self)
    }
}
