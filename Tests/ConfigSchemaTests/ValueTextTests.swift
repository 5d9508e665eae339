// SPDX-License-Identifier: Apache-2.0
import ConfigSchema
import Testing

@Suite struct ValueTextTests {
    @Test(
        arguments: [
            ("0", .zero), ("1h30m", .seconds(5_400)), ("250ms", .milliseconds(250)),
            ("1.5h", .seconds(5_400)),
            ("31d", .seconds(31 * 86_400)), ("1w", .seconds(7 * 86_400)), ("1y", .seconds(365 * 86_400)),
            ("-10m", .seconds(-600)), ("1us", .microseconds(1)), ("1µs", .microseconds(1)), ("0s", .zero),
            ("1h0m0s", .seconds(3_600)), (".5s", .milliseconds(500)), ("7ns", .nanoseconds(7)),
        ] as [(String, Duration)]
    )
    func readsDurations(text: String, duration: Duration) {
        #expect(DurationText.parse(text) == duration)
        #expect(DurationText.parse(DurationText.render(duration)) == duration)
    }

    @Test(arguments: [
        "", "1", "h", "1x", "1 h", "-", ".s", "999999999999y", "1h-3m", "١h", "9223372036854775807h",
    ])
    func refusesWhatIsNoDuration(text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test(
        arguments: [
            (.seconds(5_400), "1h30m"), (.seconds(86_400 * 31), "31d"), (.milliseconds(1_500), "1s500ms"),
            (.zero, "0s"),
            (.seconds(3_600), "1h"), (.seconds(90), "1m30s"), (.nanoseconds(-1_500), "-1500ns"),
            (.seconds(93_600), "26h"),
        ] as [(Duration, String)]
    )
    func writesDurations(duration: Duration, text: String) {
        #expect(DurationText.render(duration) == text)
    }

    @Test(arguments: [
        ("0", 0), ("1048576", 1 << 20), ("64MiB", 64 << 20), ("16 MB", 16_000_000), ("1gib", 1 << 30),
        ("10B", 10),
        ("2KB", 2_000), ("3kib", 3 << 10),
    ])
    func readsSizes(text: String, byteCount: Int) {
        #expect(ByteCountText.parse(text) == byteCount)
        #expect(ByteCountText.parse(ByteCountText.render(byteCount)) == byteCount)
    }

    @Test(arguments: ["", "MiB", "-1", "1.5MiB", "1TiBB", "99999999999GiB", "99999999999999999999"])
    func refusesWhatIsNoSize(text: String) {
        #expect(ByteCountText.parse(text) == nil)
    }
}
