// SPDX-License-Identifier: Apache-2.0
import EventLog
import Glibc
import Testing

@Suite struct EventLogTests {
    private struct Failure: Error {}

    private static func log(_ format: LogFormat, level: LogLevel = .debug) -> (EventLog, RecordingSink) {
        let sink = RecordingSink()
        return (EventLog(level: level, format: format, sink: sink, now: { 1_795_521_600_042 }), sink)
    }

    @Test func writesLogfmt() {
        let (log, sink) = Self.log(.logfmt)
        log.logger("ingester").info(
            "flushed heads",
            [
                "count": 3, "tenant": .string("a b"), "took": .duration(.milliseconds(1_500)), "empty": "",
                "error": .error(Failure()), "ratio": .double(0.5), "ok": .bool(true),
            ]
        )
        #expect(
            sink.lines == [
                "ts=2026-11-24T12:00:00.042Z level=info component=ingester msg=\"flushed heads\" count=3 "
                    + "tenant=\"a b\" took=1.5s empty=\"\" error=Failure() ratio=0.5 ok=true\n"
            ]
        )
    }

    @Test func writesJSON() {
        let (log, sink) = Self.log(.json)
        log.logger("querier").warn(
            "slow",
            ["count": 3, "ok": .bool(false), "text": "a\"b", "never": .double(.nan)]
        )
        #expect(
            sink.lines == [
                #"{"ts":"2026-11-24T12:00:00.042Z","level":"warn","component":"querier","msg":"slow","#
                    + #""count":3,"ok":false,"text":"a\"b","never":"nan"}"# + "\n"
            ]
        )
    }

    @Test(arguments: LogFormat.allCases)
    func keepsAHostileValueOnItsLine(format: LogFormat) {
        let (log, sink) = Self.log(format)
        log.logger("x").info("m", ["v": .string("a\nlevel=error\u{1B}[31m\u{0}\u{202E}\u{2028}\u{85}\"")])
        let line = sink.lines[0]
        #expect(line.unicodeScalars.filter { $0 == "\n" }.count == 1)
        #expect(line.contains(#""a\nlevel=error\u001b[31m\u0000\u202e\u2028\u0085\"""#))
        #expect(line.unicodeScalars.dropLast().allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F ~= $0.value) })
    }

    @Test(arguments: LogFormat.allCases)
    func cutsLongValuesAndLongLines(format: LogFormat) {
        let (log, sink) = Self.log(format)
        let long = LogValue.string(String(repeating: "ü\n", count: 10_000))
        log.logger("x").info("m", ["a": long])
        #expect(sink.lines[0].utf8.count < 1_200)
        #expect(sink.lines[0].contains("…\""))
        log.logger("x").info("m", ["a": long, "b": long, "c": long, "d": long, "e": long])
        #expect(sink.lines[1].utf8.count <= 4_096)
        #expect(sink.lines[1].hasSuffix(format == .json ? ",\"cut\":true}\n" : " cut=true\n"))
    }

    @Test func writesOnlyFromItsLevelOnAndDoesNotBuildOtherFields() {
        let (log, sink) = Self.log(.logfmt, level: .warn)
        let logger = log.logger("x")
        func unreachable() -> LogFields {
            Issue.record("built fields of an event that is not written")
            return [:]
        }
        logger.debug("d", unreachable())
        logger.info("i", unreachable())
        logger.error("e")
        log.level = .debug
        logger.debug("d")
        #expect(sink.lines.map { $0.contains("msg=e") } == [true, false])
        #expect(logger.isEnabled(.debug))
    }

    @Test func addsTheFieldsOfTheTaskAndItsChildren() async {
        let (log, sink) = Self.log(.logfmt)
        let logger = log.logger("x")
        await LogContext.with(["tenant": "a"]) {
            await LogContext.with(["request": "7"]) {
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { logger.info("inside", ["own": 1]) }
                }
            }
        }
        logger.info("outside")
        #expect(sink.lines[0].hasSuffix("msg=inside tenant=a request=7 own=1\n"))
        #expect(sink.lines[1].hasSuffix("msg=outside\n"))
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_399_999, "2000-02-28T23:59:59.999Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"), (1_735_689_599_000, "2024-12-31T23:59:59.000Z"),
        ] as [(Int64, String)]
    )
    func rendersTimesOfTheCivilCalendar(milliseconds: Int64, text: String) {
        let sink = RecordingSink()
        EventLog(sink: sink, now: { milliseconds }).logger("x").info("m")
        #expect(sink.lines[0].hasPrefix("ts=\(text) "))
    }

    @Test func dropsAndCountsLinesThatWouldBlock() throws {
        var ends: [Int32] = [0, 0]
        try #require(unsafe pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        let logger = EventLog(sink: FileDescriptorSink(ends[1])).logger("x")
        let value = LogValue.string(String(repeating: "a", count: 1_000))
        for _ in 0..<200 { logger.info("m", ["v": value]) }  // far more than a pipe holds
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var text = ""
        func drain() {
            let count = unsafe read(ends[0], &buffer, buffer.count)
            text += String(decoding: buffer[..<max(0, count)], as: UTF8.self)
        }
        drain()
        let keptCount = text.split(separator: "\n").count
        #expect(keptCount > 10 && keptCount < 200)
        logger.info("last")
        drain()
        #expect(text.contains("msg=\"log lines dropped\" count=\(200 - keptCount)\n"))
        #expect(text.hasSuffix("msg=last\n"))
    }
}
