// SPDX-License-Identifier: Apache-2.0
import Pprof
import ProfileModel
import Testing

/// A few bytes that ask for much memory or time.
@Suite struct PprofGrowthTests {
    private func refusal(
        _ text: PprofText,
        labels: [Label] = [],
        spy: String? = nil
    ) -> ProfileRejection? {
        let origin: ProfileOrigin =
            spy.map { .ingest(IngestParameters(spyName: $0, fromNanoseconds: 1, displayNames: nil)) } ?? .push
        var decoder = PprofDecoder()
        var profile = DecodedProfile()
        do throws(ProfileRejection) {
            var incoming = IncomingProfile.test(text.bytes, labels: labels, origin: origin)
            incoming.limits.profileByteCountMax = 64 << 20
            try decoder.decode(incoming, into: &profile)
            return nil
        } catch { return error }
    }

    /// `count` functions, each with a name of its own and the same long file.
    private static func functions(_ count: UInt64, fileByteCount: Int) -> PprofText {
        var text = PprofText()
        text.text(6, String(repeating: "f", count: fileByteCount))  // 9
        for index in 0..<count { text.text(6, "n\(index)") }
        for index in 0..<count {
            text.message(5) {
                $0.field(1, 100 + index)
                $0.field(2, 10 + index)
                $0.field(4, 9)
            }
        }
        return text
    }

    @Test func oneLongFileOfManyFunctionsIsNotCopiedWithoutEnd() {
        #expect(self.refusal(Self.functions(100, fileByteCount: 1 << 10), spy: "rbspy") == nil)
        let long = Self.functions(1_000, fileByteCount: 1 << 20)
        #expect(self.refusal(long, spy: "rbspy")?.reason == .profileSizeLimit)
        #expect(self.refusal(long, spy: "gospy") == nil)
    }

    @Test func theSamePairOfFileAndNameIsJoinedOnce() {
        var text = PprofText()
        text.text(6, String(repeating: "f", count: 1 << 20))
        for id in 100..<1_100 as Range<UInt64> {
            text.message(5) {
                $0.field(1, id)
                $0.field(2, 9)
                $0.field(4, 9)
            }
        }
        #expect(self.refusal(text, spy: "rbspy") == nil)
    }

    @Test func longBuildIDsOfManyMappingsAreNotCopiedWithoutEnd() {
        var text = PprofText()
        for index in 0..<200 as Range<UInt64> {
            text.text(6, String(repeating: "\u{1}", count: 60_000) + "\(index)")
            text.message(3) {
                $0.field(1, 100 + index)
                $0.field(6, 9 + index)
            }
        }
        #expect(self.refusal(text) == nil)
        let labels = [Label("service_repository", "x")]
        #expect(self.refusal(text, labels: labels)?.reason == .profileSizeLimit)
    }

    /// A search for each mark's end took 23 s for 200 of these strings.
    @Test(.timeLimit(.minutes(1))) func unclosedShapesTakeOnePass() {
        var text = PprofText()
        let marks = String(repeating: "[go.shape.", count: 6_500)
        for _ in 0..<900 { text.text(6, marks) }
        #expect(self.refusal(text, labels: [Label("pyroscope_spy", "gospy")]) == nil)
    }
}
