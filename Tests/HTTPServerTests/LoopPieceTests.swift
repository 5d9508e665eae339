// SPDX-License-Identifier: Apache-2.0
import HTTPServer
import Testing

@Suite struct TimerWheelTests {
    private func at(_ milliseconds: Int64) -> LoopInstant {
        LoopInstant(nanoseconds: milliseconds * 1_000_000)
    }

    @Test func givesKeysNeverEarlyAndAtMostTwoTicksLate() {
        var wheel = TimerWheel(now: self.at(0), tick: .milliseconds(10), slotCount: 64)
        for key in 1...300 { wheel.set(UInt64(key), at: self.at(Int64(key))) }
        var due: [UInt64: Int64] = [:]
        for now in stride(from: Int64(0), through: 400, by: 3) {
            for key in wheel.takeDue(self.at(now)) { due[key] = now }
        }
        #expect(due.count == 300)
        #expect(due.allSatisfy { $0.value >= Int64($0.key) && $0.value <= Int64($0.key) + 23 })
        #expect(wheel.next == nil)
    }

    @Test func namesTheNextTimeToLook() {
        var wheel = TimerWheel(now: self.at(0), tick: .milliseconds(10), slotCount: 64)
        wheel.set(1, at: self.at(305))
        wheel.set(2, at: self.at(42))
        #expect(wheel.next == self.at(50))
        #expect(wheel.takeDue(self.at(50)) == [2])
        #expect(wheel.next == self.at(310))
    }

    @Test func hintsEarlyAtWhatLiesBeyondARevolution() {
        var wheel = TimerWheel(now: self.at(0), tick: .milliseconds(10), slotCount: 8)
        #expect(wheel.set(1, at: self.at(10_000)) == self.at(70))
        #expect(wheel.takeDue(self.at(70)) == [1])
    }

    @Test func givesEverythingAfterALongSleep() {
        var wheel = TimerWheel(now: self.at(0), tick: .milliseconds(10), slotCount: 8)
        for key in 1...7 { wheel.set(UInt64(key), at: self.at(Int64(key) * 10)) }
        #expect(wheel.takeDue(self.at(1_000_000)).sorted() == [1, 2, 3, 4, 5, 6, 7])
        wheel.set(9, at: self.at(5))
        #expect(wheel.takeDue(self.at(1_000_000)) == [])
        #expect(wheel.takeDue(self.at(1_000_020)) == [9], "a deadline in the past comes at the next tick")
    }

    @Test func keepsFarInstantsFromOverflowing() {
        let far = self.at(1).advanced(by: .seconds(Int64.max))
        #expect(far == LoopInstant(nanoseconds: .max))
        #expect(self.at(1).advanced(by: .milliseconds(-1)) == self.at(0))
    }
}

@Suite struct RequestPathTests {
    @Test(arguments: [
        ("plain", "plain"), ("a%20b", "a b"), ("%2e%2E%2f", "../"), ("%252e", "%2e"), ("%C3%A9", "é"),
        ("a+b", "a+b"),
    ])
    func decodesOnce(part: String, text: String) {
        #expect(RequestPath.decode(part) == text)
    }

    @Test(arguments: ["%", "%2", "%zz", "%00", "%ff", "%c3"])
    func refusesWhatIsNoText(part: String) {
        #expect(RequestPath.decode(part) == nil)
    }

    @Test func splitsAQuery() throws {
        let items = try #require(RequestPath.queryItems("a=1&b=x+y%2B&&c&d=%3D&a=2"))
        #expect(items.map(\.name) == ["a", "b", "c", "d", "a"])
        #expect(items.map(\.value) == ["1", "x y+", "", "=", "2"])
        #expect(RequestPath.queryItems("a=%zz") == nil)
        #expect(RequestPath.queryItems("")?.isEmpty == true)
    }
}

@Suite struct HTTPDateTests {
    @Test(
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (1_735_689_599, "Tue, 31 Dec 2024 23:59:59 GMT"),
            (4_102_444_800, "Fri, 01 Jan 2100 00:00:00 GMT"),
        ] as [(Int64, String)]
    )
    func writesTheFixedForm(seconds: Int64, text: String) {
        #expect(String(decoding: HTTPDate.format(seconds), as: UTF8.self) == text)
    }
}
